"""Log-mel to waveform without training: magnitudes by least squares, phases by iteration.

Fast Griffin-Lim (Perraudin, Balazs & Søndergaard 2013, eq. 3) with a fixed starting
phase, so that the same mel always gives the same samples. Speech starts at the phases
of a voice (see phases.py) and stays near them; all else starts at random ones.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .mel import MelConfig, filterbank
from .phases import VoiceSource

_MOMENTUM = 0.99
_SPOKEN = 0.25  # of the iterations are enough for speech; more smear its pulses again


class Vocoder(nn.Module):
    """Log-mel [batch, bins, frames] → waveform [batch, frames · hop].

    `bank` [fft / 2 + 1, bins] are the mel's filters where they are other than the draft model's.
    """

    def __init__(
        self, mel: MelConfig = MelConfig(), iterations: int = 32, refinements: int = 20, bank: Tensor | None = None
    ) -> None:
        super().__init__()
        self.mel, self.iterations, self.refinements = mel, iterations, refinements
        self.source = VoiceSource(mel)
        bank = filterbank(mel) if bank is None else bank
        for name, value in (
            ("bank", bank),
            ("inverse", torch.linalg.pinv(bank.T)),
            ("window", torch.hann_window(mel.fft)),
        ):
            self.register_buffer(name, value, persistent=False)

    def forward(self, mel: Tensor, spoken: bool = False) -> Tensor:
        """`spoken` says that it is a voice and nothing else."""
        mel = torch.cat([mel, mel[..., -1:]], dim=-1).exp()
        magnitude = self._magnitudes(mel)
        if not spoken:
            return self._iterated(magnitude, self._random_phases(magnitude), self.iterations)
        source = self.source(magnitude)
        # What the mel's bins blur is between the source's harmonics and the blur itself.
        harmonic = self._magnitudes(mel, magnitude * source.abs().sqrt())
        phases = source.angle() + self.source.shaped(magnitude)
        return self._iterated(harmonic, phases, round(_SPOKEN * self.iterations))

    def _random_phases(self, magnitude: Tensor) -> Tensor:
        start = torch.Generator().manual_seed(0)
        phases = 2 * math.pi * torch.rand(magnitude.shape[1:], generator=start)
        return phases.to(magnitude.device).expand_as(magnitude)

    def _iterated(self, magnitude: Tensor, phases: Tensor, iterations: int) -> Tensor:
        spectrum = torch.polar(magnitude, phases)
        before = torch.zeros_like(spectrum)
        for _ in range(iterations):
            consistent = self._analysed(self._synthesised(spectrum), magnitude.shape[-1])
            ahead = consistent + _MOMENTUM * (consistent - before)
            spectrum, before = magnitude * ahead / ahead.abs().clamp(min=1e-8), consistent
        return self._synthesised(spectrum)

    def _magnitudes(self, mel: Tensor, start: Tensor | None = None) -> Tensor:
        """Non-negative STFT magnitudes that give `mel` (Lee & Seung 2001, multiplicative).

        Where the mel leaves a choice they stay like `start`, which is least squares' without one.
        """
        target = self.bank @ mel
        found = (self.inverse @ mel if start is None else start).clamp(min=1e-5)
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
