"""UTMOS (Saeki et al. 2022): how natural speech sounds, as its strong learner hears it.

A wav2vec 2.0, a recurrent layer over it and what listeners would say on a scale of 1 … 5. Parameter
names are those of SpeechMOS' public `utmos22_strong_step7459_v1.pt`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from .files import UTMOS
from .loading import loaded, rows, tensors_of
from .wav2vec2 import Wav2Vec2, of_sizes

_BELOW = "wav2vec2."
_USUAL = {"width": 768, "deep": 3072, "channels": 512}
_SCALE, _MIDDLE = 2.0, 3.0
"""The network answers from −1 to 1."""


class UtmosNetwork(nn.Module):
    """Mono at 16 kHz [1, samples] → the mean opinion []; which test and which listener are learned too."""

    def __init__(self, wav2vec2: Wav2Vec2, test: int = 128, listener: int = 128, inner: int = 512, out: int = 2048) -> None:
        super().__init__()
        self.wav2vec2 = wav2vec2
        self.domain_emb, self.judge_emb = (nn.Parameter(torch.zeros(1, size)) for size in (test, listener))
        heard = wav2vec2.post_extract_proj.out_features + test + listener
        self.blstm = nn.LSTM(heard, inner, batch_first=True, bidirectional=True)
        self.projection = nn.Sequential(nn.Linear(2 * inner, out), nn.ReLU(), nn.Linear(out, 1))

    def forward(self, sound: Tensor) -> Tensor:
        heard = self.wav2vec2(sound)[-1]
        context = torch.cat([self.domain_emb, self.judge_emb], dim=1).expand(len(heard), -1)
        told, _ = self.blstm(torch.cat([heard, context], dim=1)[None])
        return _MIDDLE + _SCALE * self.projection(told).mean()


class Utmos:
    """Mono speech → a mean opinion, 1 … 5."""

    def __init__(self, network: UtmosNetwork, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> Utmos:
        """Read the public checkpoint. Raises ModelError."""
        tensors, path = tensors_of(UTMOS)
        network = loaded(_of_sizes, tensors, path, device)
        network.blstm.flatten_parameters()
        return cls(network, device)

    @torch.inference_mode()
    def opinion(self, sound: np.ndarray) -> float:
        """Of mono at 16 kHz."""
        return float(self.network(torch.from_numpy(sound).float().to(self.device)[None]))


def _of_sizes(tensors: Mapping[str, Tensor]) -> UtmosNetwork:
    """The network that the tensors are of; the authors' sizes where one is missing."""

    def wide(name: str) -> int:
        return tensors[name].shape[-1] if name in tensors and tensors[name].ndim else 128

    return UtmosNetwork(
        of_sizes(tensors, _BELOW, _USUAL, small=True),
        test=wide("domain_emb"),
        listener=wide("judge_emb"),
        inner=rows(tensors, "blstm.weight_ih_l0", 4 * 512) // 4,
        out=rows(tensors, "projection.0.bias", 2048),
    )
