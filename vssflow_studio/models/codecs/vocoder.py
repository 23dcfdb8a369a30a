"""Log-mel to waveform without training: magnitudes by least squares, phases by iteration.

Fast Griffin-Lim (Perraudin, Balazs & Søndergaard 2013, eq. 3) with a fixed starting
phase, so that the same mel always gives the same samples.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .mel import MelConfig, filterbank

_MOMENTUM = 0.99


class Vocoder(nn.Module):
    """Log-mel [batch, bins, frames] → waveform [batch, frames · hop].

    `bank` [fft / 2 + 1, bins] are the mel's filters where they are other than the draft model's.
    """

    def __init__(
        self, mel: MelConfig = MelConfig(), iterations: int = 32, refinements: int = 20, bank: Tensor | None = None
    ) -> None:
        super().__init__()
        self.mel, self.iterations, self.refinements = mel, iterations, refinements
        bank = filterbank(mel) if bank is None else bank
        for name, value in (
            ("bank", bank),
            ("inverse", torch.linalg.pinv(bank.T)),
            ("window", torch.hann_window(mel.fft)),
        ):
            self.register_buffer(name, value, persistent=False)

    def forward(self, mel: Tensor) -> Tensor:
        magnitude = self._magnitudes(torch.cat([mel, mel[..., -1:]], dim=-1).exp())
        start = torch.Generator().manual_seed(0)
        phase = 2 * math.pi * torch.rand(magnitude.shape[1:], generator=start)
        spectrum = torch.polar(magnitude, phase.to(magnitude.device).expand_as(magnitude))
        before = torch.zeros_like(spectrum)
        for _ in range(self.iterations):
            consistent = self._analysed(self._synthesised(spectrum), magnitude.shape[-1])
            ahead = consistent + _MOMENTUM * (consistent - before)
            spectrum, before = magnitude * ahead / ahead.abs().clamp(min=1e-8), consistent
        return self._synthesised(spectrum)

    def _magnitudes(self, mel: Tensor) -> Tensor:
        """Non-negative STFT magnitudes that give `mel` (Lee & Seung 2001, multiplicative)."""
        found = (self.inverse @ mel).clamp(min=1e-5)
        target = self.bank @ mel
        for _ in range(self.refinements):
            found = found * target / (self.bank @ (self.bank.T @ found)).clamp(min=1e-8)
        return found

    def _synthesised(self, spectrum: Tensor) -> Tensor:
        length = (spectrum.shape[-1] - 1) * self.mel.hop
        return torch.istft(spectrum, self.mel.fft, self.mel.hop, window=self.window, length=length)

    def _analysed(self, sound: Tensor, frames: int) -> Tensor:
        spectrum = torch.stft(
            sound, self.mel.fft, self.mel.hop, window=self.window, return_complex=True
        )
        return spectrum[..., :frames]
