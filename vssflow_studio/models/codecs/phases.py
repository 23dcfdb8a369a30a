"""Where a voice's phases start: pulses at its pitch, noise where it has none.

A spectrogram of mels tells the pitch (its lower bins are narrower than a harmonic's
distance), and no other phases sound like a voice than those of short pulses: a
source and a filter (Fant 1960), the filter's phase being the least that its
magnitudes allow (Oppenheim & Schafer 1975, § 10.3).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from .mel import MelConfig

_LOWEST, _HIGHEST = 70.0, 400.0  # Hz a voice may have
_PER_OCTAVE = 48
_REPEATED = 2_000.0  # Hz below which harmonics tell the pitch,
_VOICED_BELOW = 1_000.0  # and below which voiced speech has its power
_VOICED, _UNVOICED = 0.22, 0.13  # how much of a frame repeats itself
_PULSED, _PULSED_EDGE = 8_000.0, 750.0  # Hz up to which the voice is pulses; the air above is noise
_STEADY = 3  # frames on either side, whose median a frame's pitch is
_ENVELOPE = 0.0017  # seconds: a cepstrum up to here is the filter, beyond it the pitch


class VoiceSource(nn.Module):
    """What a voice is before mouth and throat shape it, from how it sounds after them."""

    def __init__(self, mel: MelConfig) -> None:
        super().__init__()
        self.mel = mel
        hertz = torch.arange(mel.fft // 2 + 1) * mel.sample_rate / mel.fft
        count = int(_PER_OCTAVE * math.log2(_HIGHEST / _LOWEST))
        pitches = _LOWEST * 2 ** (torch.arange(count) / _PER_OCTAVE)
        heard = 0.5 + 0.5 * torch.cos(math.pi * (hertz / _REPEATED).clamp(max=1))
        # The window dims what repeats after a longer time. Half made up for: all of it, and two periods pass for one.
        dimmed = torch.cos(math.pi * mel.sample_rate / mel.fft / pitches).abs().sqrt()
        combs = torch.cos(2 * math.pi * hertz / pitches[:, None]) * heard / dimmed[:, None]
        for name, value in (
            ("window", torch.hann_window(mel.fft)),
            ("heard", heard),
            ("combs", combs),
            ("low", (hertz < _VOICED_BELOW).float()),
            ("pulsed", torch.sigmoid((_PULSED - hertz) / (_PULSED_EDGE / 2))),
        ):
            self.register_buffer(name, value, persistent=False)

    def forward(self, magnitude: Tensor) -> Tensor:
        """STFT magnitudes → the source's complex STFT, both [batch, bins, frames]; the same each time."""
        hertz, voiced = self.pitch(magnitude)
        frames = magnitude.shape[-1]
        pulses = self._analysed(_pulses(_between(hertz, self.mel.hop), self.mel.sample_rate), frames)
        hiss = torch.randn((frames - 1) * self.mel.hop, generator=torch.Generator().manual_seed(0))
        hiss = self._analysed(hiss.to(magnitude.device).unsqueeze(0), frames)
        share = self.pulsed[:, None] * voiced[:, None]
        return (share.sqrt() * pulses + (1 - share).sqrt() * hiss) / self.window.pow(2).sum().sqrt()

    def pitch(self, magnitude: Tensor) -> tuple[Tensor, Tensor]:
        """Magnitudes [batch, bins, frames] → hertz and how voiced 0 … 1, both [batch, frames].

        The pitch is the peak of the autocorrelation, whose transform magnitudes are.
        """
        likeness = self.combs @ magnitude / (self.heard @ magnitude).clamp(min=1e-6).unsqueeze(1)
        strength, index = _averaged(likeness).max(dim=1)
        steady = functional.pad(index.float().unsqueeze(1), (_STEADY, _STEADY), mode="replicate")[:, 0]
        index = steady.unfold(-1, 2 * _STEADY + 1, 1).median(dim=-1).values
        power = magnitude**2
        strength = strength * (self.low @ power) / power.sum(1).clamp(min=1e-12)
        voiced = ((strength - _UNVOICED) / (_VOICED - _UNVOICED)).clamp(0, 1)
        return _LOWEST * 2 ** (index / _PER_OCTAVE), _averaged(voiced.unsqueeze(1))[:, 0]

    def shaped(self, magnitude: Tensor) -> Tensor:
        """The least phase of the smooth filter in `magnitude` [batch, bins, frames], in radians."""
        fft = self.mel.fft
        cepstrum = torch.fft.irfft(magnitude.clamp(min=1e-5).log(), n=fft, dim=1)
        quefrency = torch.arange(fft, device=magnitude.device)
        causal = 2.0 * ((quefrency > 0) & (quefrency < _ENVELOPE * self.mel.sample_rate))
        return torch.fft.rfft(cepstrum * causal[:, None], dim=1).imag

    def _analysed(self, sound: Tensor, frames: int) -> Tensor:
        window, hop = self.window, self.mel.hop
        return torch.stft(sound, self.mel.fft, hop, window=window, return_complex=True)[..., :frames]


def _pulses(hertz: Tensor, rate: int) -> Tensor:
    """[batch, samples] of pitch → a train of band-limited pulses of power 1 (Dirichlet's kernel)."""
    exact = hertz.cpu().double()  # a sum over so many samples needs it, and not every device has it
    half = torch.cumsum(exact / rate, dim=-1).remainder(1) * math.pi
    count = (rate / 2 / exact).floor()
    train = (torch.sin((2 * count + 1) * half) / torch.sin(half).clamp(min=1e-9) - 1) / 2
    return (train * (2 / count).sqrt()).to(hertz)


def _between(values: Tensor, hop: int) -> Tensor:
    """[batch, frames] → [batch, (frames - 1) · hop]: straight lines from frame to frame."""
    samples = (values.shape[-1] - 1) * hop + 1
    return functional.interpolate(values[:, None], samples, mode="linear", align_corners=True)[:, 0, :-1]


def _averaged(rows: Tensor) -> Tensor:
    """Means over three neighbours along the last axis of [batch, rows, frames]."""
    return functional.avg_pool1d(functional.pad(rows, (1, 1), mode="replicate"), 3, stride=1)
