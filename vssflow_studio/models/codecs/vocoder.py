"""Log-mel to waveform: ConvNeXt blocks and an inverse STFT (Siuzdak 2023, Vocos).

The network predicts a magnitude and a phase for each STFT bin at the mel's own frame
rate; overlap-add does the upsampling.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .mel import MelConfig


class Vocoder(nn.Module):
    """Log-mel [batch, bins, frames] → waveform [batch, frames · hop]."""

    def __init__(self, mel: MelConfig = MelConfig(), width: int = 256, layers: int = 6) -> None:
        super().__init__()
        self.mel = mel
        self.embed = nn.Conv1d(mel.bins, width, 7, padding=3)
        self.norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(ConvNeXtBlock(width, 3 * width) for _ in range(layers))
        self.final_norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, mel.fft + 2)
        self.register_buffer("window", torch.hann_window(mel.fft), persistent=False)

    def forward(self, mel: Tensor) -> Tensor:
        hidden = self.norm(self.embed(mel).transpose(1, 2))
        for block in self.blocks:
            hidden = block(hidden)
        magnitude, phase = self.head(self.final_norm(hidden)).float().transpose(1, 2).chunk(2, dim=1)
        # An untrained or surprised network may ask for e^30; sound never does.
        spectrum = torch.polar(magnitude.clamp(max=6.0).exp(), phase)
        return self._overlap_add(spectrum)

    def _overlap_add(self, spectrum: Tensor) -> Tensor:
        """[batch, bins, frames] → [batch, frames · hop]; frame i is centred on i·hop."""
        last = spectrum[..., -1:]
        return torch.istft(
            torch.cat([spectrum, last], dim=-1),
            self.mel.fft,
            self.mel.hop,
            window=self.window,
            length=spectrum.shape[-1] * self.mel.hop,
        )


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution over time, then a pointwise bottleneck; residual, scaled."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.scale = nn.Parameter(torch.full((width,), 0.2))

    def forward(self, hidden: Tensor) -> Tensor:
        mixed = self.norm(self.depthwise(hidden.transpose(1, 2)).transpose(1, 2))
        return hidden + self.scale * self.narrow(nn.functional.gelu(self.widen(mixed)))
