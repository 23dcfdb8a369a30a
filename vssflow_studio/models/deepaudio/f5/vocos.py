"""Vocos (Siuzdak 2023): mel frames to sound. A stack of ConvNeXt says the spectrum, an inverse transform the rest."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ...checkpoints import sized_module
from .config import VocosConfig
from .convnext import ConvNeXt

_LOUDEST = 100.0  # of a spectrum's magnitudes


class Vocos(nn.Module):
    """Log-mel [batch, bins, frames] → waveform [batch, (frames − 1) · hop]."""

    def __init__(self, config: VocosConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = _Backbone(config)
        self.head = _Head(config.width, config.fft)

    def forward(self, mel: Tensor) -> Tensor:
        spectrum = self.head(self.backbone(mel))
        window = torch.hann_window(self.config.fft, device=mel.device)
        return torch.istft(spectrum, self.config.fft, self.config.hop, window=window)


class _Backbone(nn.Module):
    def __init__(self, config: VocosConfig) -> None:
        super().__init__()
        self.embed = nn.Conv1d(config.mel_bins, config.width, 7, padding=3)
        self.norm = nn.LayerNorm(config.width, eps=1e-6)
        self.convnext = nn.ModuleList(
            ConvNeXt(config.width, config.middle, responsive=False) for _ in range(config.layers)
        )
        self.final_layer_norm = nn.LayerNorm(config.width, eps=1e-6)

    def forward(self, mel: Tensor) -> Tensor:
        """[batch, bins, frames] → [batch, frames, width]."""
        x = self.norm(self.embed(mel).transpose(1, 2))
        for block in self.convnext:
            x = block(x)
        return self.final_layer_norm(x)


class _Head(nn.Module):
    def __init__(self, width: int, fft: int) -> None:
        super().__init__()
        self.out = nn.Linear(width, fft + 2)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, frames, width] → complex spectrum [batch, fft / 2 + 1, frames]."""
        loudness, phase = self.out(x).transpose(1, 2).chunk(2, dim=1)
        return torch.polar(loudness.exp().clamp(max=_LOUDEST), phase)


def load_vocos(path: Path) -> Vocos:
    """Read a converted checkpoint. Raises ModelError naming file and tensor."""
    return sized_module(path, lambda text: Vocos(VocosConfig.from_json(text)))
