"""The log-mel frames in which F5 hears and speaks."""

from __future__ import annotations

from functools import lru_cache

import torch
import torchaudio
from torch import Tensor

from ...codecs.mel import MelConfig
from ...codecs.vocoder import Vocoder
from .config import F5Config

_FLOOR = 1e-5


def log_mel(sound: Tensor, config: F5Config) -> Tensor:
    """[batch, samples] → natural log-mel [batch, samples // hop + 1, bins]; frame i is centred on i·hop."""
    window = torch.hann_window(config.fft, device=sound.device)
    spectrum = torch.stft(sound, config.fft, config.hop, window=window, return_complex=True)
    bank = _bank(config.fft, config.mel_bins, config.sample_rate).to(sound.device)
    return (spectrum.abs().transpose(1, 2) @ bank).clamp(min=_FLOOR).log()


def griffin_lim(config: F5Config) -> Vocoder:
    """What makes these frames heard without weights; it sounds thinner than Vocos."""
    bank = _bank(config.fft, config.mel_bins, config.sample_rate)
    mel = MelConfig(config.sample_rate, config.fft, config.hop, config.mel_bins, _FLOOR)
    return Vocoder(mel, bank=bank)


@lru_cache(maxsize=4)
def _bank(fft: int, bins: int, rate: int) -> Tensor:
    """[fft / 2 + 1, bins]: triangles of equal height on the mel scale of O'Shaughnessy (1987)."""
    return torchaudio.functional.melscale_fbanks(fft // 2 + 1, 0.0, rate / 2, bins, rate)
