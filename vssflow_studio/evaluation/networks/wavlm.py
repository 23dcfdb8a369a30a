"""WavLM-large tuned to tell speakers apart (Chen et al. 2022), whose likeness is SIM-O.

Parameter names are those of UniSpeech's public `wavlm_large_finetune.pth`: WavLM (`wav2vec2.py`)
below `feature_extract.model.`, and ECAPA-TDNN (Desplanques et al. 2020) that hears all its layers.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .files import WAVLM
from .loading import loaded, rows, tensors_of
from .wav2vec2 import Wav2Vec2, of_sizes

_HEARD = "feature_extract.model."
_USUAL = {"width": 1024, "deep": 4096, "channels": 512, "buckets": 320}
_DILATIONS = (2, 3, 4)
_SCALE = 8


class SpeakerNetwork(nn.Module):
    """Mono at 16 kHz [1, samples] → who speaks [out]."""

    def __init__(self, wavlm: Wav2Vec2, channels: int = 512, wide: int = 1536, out: int = 256, narrow: int = 128) -> None:
        super().__init__()
        self.feature_extract = nn.Module()
        self.feature_extract.model = wavlm
        self.feature_weight = nn.Parameter(torch.zeros(len(wavlm.encoder.layers) + 1))
        self.layer1 = _Normed(wavlm.post_extract_proj.out_features, channels, 5)
        self.layer2, self.layer3, self.layer4 = (_Block(channels, dilation, narrow) for dilation in _DILATIONS)
        self.conv = nn.Conv1d(3 * channels, wide, 1)
        self.pooling = nn.Module()
        self.pooling.linear1, self.pooling.linear2 = nn.Conv1d(wide, narrow, 1), nn.Conv1d(narrow, wide, 1)
        self.bn = nn.BatchNorm1d(2 * wide)
        self.linear = nn.Linear(2 * wide, out)

    def forward(self, sound: Tensor) -> Tensor:
        layers = self.feature_extract.model(F.layer_norm(sound, sound.shape[1:]))
        heard = torch.einsum("l,ltc->ct", self.feature_weight.softmax(0), layers).unsqueeze(0)
        heard = self.layer1(F.instance_norm(heard))
        second = self.layer2(heard)
        third = self.layer3(second)
        wide = F.relu(self.conv(torch.cat([second, third, self.layer4(third)], dim=1)))
        weight = self.pooling.linear2(self.pooling.linear1(wide).tanh()).softmax(2)
        mean = (weight * wide).sum(2)
        spread = ((weight * wide**2).sum(2) - mean**2).clamp(min=1e-9).sqrt()
        return self.linear(self.bn(torch.cat([mean, spread], dim=1)))[0]


class _Normed(nn.Module):
    """Convolution, rectifier, batch norm, which leaves the length."""

    def __init__(self, inner: int, out: int, kernel: int) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv1d(inner, out, kernel, padding=kernel // 2), nn.BatchNorm1d(out)

    def forward(self, heard: Tensor) -> Tensor:
        return self.bn(F.relu(self.conv(heard)))


class _Block(nn.ModuleDict):
    """ECAPA-TDNN's block (its §3.2 and §3.3): bands that hear one another, then channels weighed by what is heard."""

    def __init__(self, channels: int, dilation: int, narrow: int) -> None:
        band, bands = channels // _SCALE, nn.Module()
        bands.convs = nn.ModuleList(
            nn.Conv1d(band, band, 3, padding=dilation, dilation=dilation) for _ in range(_SCALE - 1)
        )
        bands.bns = nn.ModuleList(nn.BatchNorm1d(band) for _ in range(_SCALE - 1))
        weigh = nn.Module()
        weigh.linear1, weigh.linear2 = nn.Linear(channels, narrow), nn.Linear(narrow, channels)
        super().__init__(
            {
                "Conv1dReluBn1": _Normed(channels, channels, 1),
                "Res2Conv1dReluBn": bands,
                "Conv1dReluBn2": _Normed(channels, channels, 1),
                "SE_Connect": weigh,
            }
        )

    def forward(self, heard: Tensor) -> Tensor:
        *rest, last = self["Conv1dReluBn1"](heard).chunk(_SCALE, dim=1)
        bands, weigh, made = self["Res2Conv1dReluBn"], self["SE_Connect"], []
        for part, convolution, norm in zip(rest, bands.convs, bands.bns, strict=True):
            made.append(norm(F.relu(convolution(part + made[-1] if made else part))))
        out = self["Conv1dReluBn2"](torch.cat([*made, last], dim=1))
        return heard + out * weigh.linear2(F.relu(weigh.linear1(out.mean(2)))).sigmoid().unsqueeze(2)


class SpeakerEncoder:
    """Mono speech → who speaks."""

    def __init__(self, network: SpeakerNetwork, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> SpeakerEncoder:
        """Read the public checkpoint. Raises ModelError."""
        tensors, path = tensors_of(WAVLM)
        return cls(loaded(_of_sizes, tensors, path, device), device)

    @torch.inference_mode()
    def embedding(self, sound: np.ndarray) -> np.ndarray:
        """Mono at 16 kHz → [256]."""
        return self.network(torch.from_numpy(sound).float().to(self.device)[None]).cpu().numpy()


def _of_sizes(tensors: Mapping[str, Tensor]) -> SpeakerNetwork:
    """The network that the tensors are of; the authors' sizes where one is missing."""
    return SpeakerNetwork(
        of_sizes(tensors, _HEARD, _USUAL),
        channels=rows(tensors, "layer1.conv.bias", 512),
        wide=rows(tensors, "conv.bias", 1536),
        out=rows(tensors, "linear.bias", 256),
        narrow=rows(tensors, "pooling.linear1.bias", 128),
    )
