"""How long each phoneme lasts when nobody says: a small convolutional predictor."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DurationModel(nn.Module):
    """Phoneme ids [batch, length] and voices [batch] → log seconds [batch, length].

    Padding is id 0. Only ratios matter in use: a line is stretched to its range.
    """

    def __init__(self, symbols: int, voices: int, width: int = 128, layers: int = 4) -> None:
        super().__init__()
        self.symbols = nn.Embedding(symbols, width, padding_idx=0)
        self.voices = nn.Embedding(voices, width)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, 5, padding=2) for _ in range(layers)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(layers))
        self.head = nn.Linear(width, 1)

    def forward(self, ids: Tensor, voices: Tensor) -> Tensor:
        present = (ids != 0).unsqueeze(-1)
        hidden = self.symbols(ids) + self.voices(voices).unsqueeze(1)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            mixed = convolution((hidden * present).transpose(1, 2)).transpose(1, 2)
            hidden = hidden + torch.relu(norm(mixed))
        return self.head(hidden).squeeze(-1)
