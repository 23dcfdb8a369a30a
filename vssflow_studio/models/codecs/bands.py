"""Speech above 7 kHz, told from what lies below: the voices' teachers were 16 kHz wide."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .mel import MelConfig

FIRST = 68
"""The first bin, at 7.1 kHz, in which the voices' teachers are softer than people are."""

_CHANNELS = 64
_REACH = 5  # frames that each of two layers sees: 90 ms in all


class BandExtension(nn.Module):
    """Log-mel of speech [batch, bins, frames] → the same, its bins from FIRST on made anew.

    `mean` and `spread` [FIRST] bring the bins below to about zero and one; they are the teacher's.
    """

    def __init__(self, mel: MelConfig = MelConfig()) -> None:
        super().__init__()
        self.floor = math.log(mel.floor)
        around = {"padding": _REACH // 2, "padding_mode": "replicate"}
        self.layers = nn.Sequential(
            nn.Conv1d(FIRST, _CHANNELS, _REACH, **around),
            nn.SiLU(),
            nn.Conv1d(_CHANNELS, _CHANNELS, _REACH, **around),
            nn.SiLU(),
            nn.Conv1d(_CHANNELS, mel.bins - FIRST, 1),
        )
        self.register_buffer("mean", torch.zeros(FIRST))
        self.register_buffer("spread", torch.ones(FIRST))

    def forward(self, mel: Tensor) -> Tensor:
        low = mel[:, :FIRST]
        return torch.cat([low, self.told(low).clamp(min=self.floor)], dim=1)

    def told(self, low: Tensor) -> Tensor:
        """Log-mel bins below FIRST → those above [batch, bins - FIRST, frames], however low."""
        return self.layers((low - self.mean[:, None]) / self.spread[:, None]) + self.floor / 2
