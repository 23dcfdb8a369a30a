"""Log-mel to waveform without training: magnitudes by least squares, phases by iteration.

Fast Griffin-Lim (Perraudin, Balazs & Søndergaard 2013, eq. 3) with a fixed starting
phase, so that the same mel always gives the same samples. Speech starts at the phases
of a voice (see phases.py) and stays near them; all else starts at random ones.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from .mel import MelConfig, filterbank
from .phases import VoiceSource

_MOMENTUM = 0.99
_SPOKEN = 8  # iterations are enough for a voice's own phases; more smear its pulses again


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
        if not spoken:
            # At its floor a mel only says that it is no louder than that. Beside low sounds, as a room's,
            # a hiss up there is heard; a voice has hisses of its own.
            magnitude = self._magnitudes((mel - self.mel.floor).clamp(min=0))
            return self._iterated(magnitude, self._random_phases(magnitude), self.iterations)
        magnitude = self._magnitudes(mel)
        source = self.source(magnitude)
        # What the mel's bins blur is between the source's harmonics and the blur itself.
        harmonic = self._magnitudes(mel, magnitude * source.abs().sqrt())
        phases = source.angle() + self.source.shaped(magnitude)
        return self._iterated(harmonic, phases, _SPOKEN)

    def _random_phases(self, magnitude: Tensor) -> Tensor:
        start = torch.Generator().manual_seed(0)
        phases = 2 * math.pi * torch.rand(magnitude.shape[1:], generator=start)
        return phases.to(magnitude.device).expand_as(magnitude)

    def _iterated(self, magnitude: Tensor, phases: Tensor, iterations: int) -> Tensor:
        magnitude = magnitude.mT.contiguous()
        spectrum = torch.polar(magnitude, phases.mT.contiguous())
        weight = self._added((self.window**2).expand(1, magnitude.shape[1], -1)).clamp(min=1e-11)
        before = torch.zeros_like(spectrum)
        for _ in range(iterations):
            consistent = self._analysed(self._synthesised(spectrum, weight))
            # Only its phase is kept, so the momentum may scale it.
            ahead = torch.sub(consistent, before, alpha=_MOMENTUM / (1 + _MOMENTUM))
            power = torch.view_as_real(ahead).square().sum(-1)
            spectrum, before = ahead * (magnitude * power.clamp(min=1e-16).rsqrt()), consistent
        return self._synthesised(spectrum, weight)

    def _magnitudes(self, mel: Tensor, start: Tensor | None = None) -> Tensor:
        """Non-negative STFT magnitudes that give `mel` (Lee & Seung 2001, multiplicative).

        Where the mel leaves a choice they stay like `start`, which is least squares' without one.
        """
        target = self.bank @ mel
        found = (self.inverse @ mel if start is None else start).clamp(min=1e-5)
        for _ in range(self.refinements):
            found = found * target / (self.bank @ (self.bank.T @ found)).clamp(min=1e-8)
        return found

    # torch's own STFT and its inverse take twice as long: they turn frames and bins over at each step.

    def _synthesised(self, spectrum: Tensor, weight: Tensor) -> Tensor:
        """[batch, frames, bins] → [batch, (frames - 1) · hop], its overlapping windows' squares being `weight`."""
        frames = torch.fft.irfft(spectrum, n=self.mel.fft) * self.window
        half = self.mel.fft // 2
        return (self._added(frames) / weight)[:, half:-half]

    def _analysed(self, sound: Tensor) -> Tensor:
        """The spectrum whose frames are centred on each hop; beyond its ends sound is mirrored."""
        half = self.mel.fft // 2
        padded = functional.pad(sound.unsqueeze(1), (half, half), mode="reflect")[:, 0]
        return torch.fft.rfft(padded.unfold(-1, self.mel.fft, self.mel.hop) * self.window)

    def _added(self, frames: Tensor) -> Tensor:
        """[batch, frames, fft], each a hop behind the one before → their sum [batch, samples]."""
        batch, count, _ = frames.shape
        parts = frames.unflatten(-1, (-1, self.mel.hop))
        total = frames.new_zeros(batch, count + parts.shape[2] - 1, self.mel.hop)
        for i in range(parts.shape[2]):
            total[:, i : i + count] += parts[:, :, i]
        return total.flatten(1)
