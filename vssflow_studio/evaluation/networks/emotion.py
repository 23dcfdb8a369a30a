"""How a line is meant (Wagner et al. 2022): the wav2vec 2.0 whose likeness is EMO-SIM.

DeepAudio-V1 cites TIM-Net (Ye et al. 2023) for EMO-SIM; its public evaluation runs this network of
audEERING, and its README names it, so the paper's numbers are taken to be this network's. What is
compared is the mean over time of what its last layer hears. Parameter names are those of the
published `pytorch_model.bin`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from .files import EMOTION
from .loading import loaded, tensors_of
from .wav2vec2 import Wav2Vec2, in_every_convolution, of_sizes, renamed

_BELOW = "wav2vec2."
_USUAL = {"width": 1024, "deep": 4096, "channels": 512}
_FAINT = 1e-7
"""Variance added before a sound is brought to its level, as the published processor does."""


class EmotionNetwork(nn.Module):
    """Mono at 16 kHz [1, samples] → [width]."""

    def __init__(self, wav2vec2: Wav2Vec2) -> None:
        super().__init__()
        self.wav2vec2 = wav2vec2

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        return self.wav2vec2(sound)[-1].mean(0)


class EmotionEncoder:
    """Mono speech → how it is meant."""

    def __init__(self, network: EmotionNetwork, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> EmotionEncoder:
        """Read the public checkpoint. Raises ModelError."""
        tensors, path = tensors_of(EMOTION)
        tensors = in_every_convolution(renamed(tensors, _BELOW))
        return cls(loaded(_of_sizes, tensors, path, device), device)

    @torch.inference_mode()
    def embedding(self, sound: np.ndarray) -> np.ndarray:
        """Mono at 16 kHz → [1024]."""
        level = (sound - sound.mean()) / np.sqrt(sound.var() + _FAINT)
        return self.network(torch.from_numpy(level).float().to(self.device)[None]).cpu().numpy()


def _of_sizes(tensors: Mapping[str, torch.Tensor]) -> EmotionNetwork:
    return EmotionNetwork(of_sizes(tensors, _BELOW, _USUAL, biased=True))
