"""The x-vector of a voice (Snyder et al. 2018) from what WavLM's layers hear: SPK-SIM.

It is the network of DeepAudio-V1's public evaluation; parameter names are those of the published
`pytorch_model.bin`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .files import XVECTOR
from .loading import loaded, rows, tensors_of
from .wav2vec2 import SAMPLE_RATE, Wav2Vec2, of_sizes, renamed

_BELOW = "wavlm."
_USUAL = {"width": 768, "deep": 3072, "channels": 512, "buckets": 320}
_REACHES = ((5, 1), (3, 2), (3, 3), (1, 1), (1, 1))  # frames and dilation
_SHORTEST = 400 + 320 * (sum((frames - 1) * dilation for frames, dilation in _REACHES) + 1)
"""Samples from which two moments come out of its last reach, which have a spread."""


class XVectorNetwork(nn.Module):
    """Mono at SAMPLE_RATE [1, samples] → who speaks [out]."""

    def __init__(self, wavlm: Wav2Vec2, channels: int = 512, wide: int = 1500, out: int = 512) -> None:
        super().__init__()
        self.wavlm = wavlm
        self.layer_weights = nn.Parameter(torch.zeros(len(wavlm.encoder.layers) + 1))
        self.projector = nn.Linear(wavlm.post_extract_proj.out_features, channels)
        outs = (*[channels] * (len(_REACHES) - 1), wide)
        self.tdnn = nn.ModuleList(
            _Reach(channels, out, *reach) for out, reach in zip(outs, _REACHES, strict=True)
        )
        self.feature_extractor = nn.Linear(2 * wide, out)

    def forward(self, sound: Tensor) -> Tensor:
        layers = self.wavlm(F.layer_norm(sound, sound.shape[1:]))
        heard = torch.einsum("l,ltc->tc", self.layer_weights.softmax(0), layers)
        heard = self.projector(heard).T[None]
        for reach in self.tdnn:
            heard = reach(heard)
        return self.feature_extractor(torch.cat([heard.mean(2), heard.std(2)], dim=1))[0]


class _Reach(nn.Module):
    """[1, inner, frames] → [1, out, frames less its reach]; its weight lies as a matrix, moment by moment."""

    def __init__(self, inner: int, out: int, frames: int, dilation: int) -> None:
        super().__init__()
        self.frames, self.dilation = frames, dilation
        self.kernel = nn.Linear(frames * inner, out)

    def forward(self, heard: Tensor) -> Tensor:
        weight = self.kernel.weight.unflatten(1, (self.frames, -1)).transpose(1, 2)
        return F.relu(F.conv1d(heard, weight, self.kernel.bias, dilation=self.dilation))


class XVectorEncoder:
    """Mono speech → who speaks."""

    def __init__(self, network: XVectorNetwork, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> XVectorEncoder:
        """Read the public checkpoint. Raises ModelError."""
        tensors, path = tensors_of(XVECTOR)
        return cls(loaded(_of_sizes, renamed(tensors, _BELOW), path, device), device)

    @torch.inference_mode()
    def embedding(self, sound: np.ndarray) -> np.ndarray:
        """Mono at SAMPLE_RATE → [512]. Raises ValueError for less than it hears at once."""
        if len(sound) < _SHORTEST:
            raise ValueError(f"shorter than the {_SHORTEST / SAMPLE_RATE:.2f} s that the voice network needs")
        return self.network(torch.from_numpy(sound).float().to(self.device)[None]).cpu().numpy()


def _of_sizes(tensors: Mapping[str, Tensor]) -> XVectorNetwork:
    """The network that the tensors are of; the authors' sizes where one is missing."""
    return XVectorNetwork(
        of_sizes(tensors, _BELOW, _USUAL, small=True),
        channels=rows(tensors, "projector.bias", 512),
        wide=rows(tensors, "tdnn.4.kernel.bias", 1500),
        out=rows(tensors, "feature_extractor.bias", 512),
    )
