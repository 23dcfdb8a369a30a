"""When sounds begin: onsets by spectral flux, as librosa finds them and AV-align asks for them."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
import torchaudio

SAMPLE_RATE = 22_050
_FFT, _HOP, _BANDS = 2048, 512, 128
_FLOOR, _RANGE = 1e-10, 80.0  # power, decibels
_THRESHOLD = 0.07
_EARLIER, _LATER, _APART = 1, 1, 1  # frames: of the highest before and from itself on, between onsets
_MEAN_EARLIER, _MEAN_LATER = 4, 5


def onset_times(sound: np.ndarray) -> np.ndarray:
    """Seconds at which sounds begin in mono float32 at SAMPLE_RATE."""
    return pick_onsets(onset_strength(sound)) * (_HOP / SAMPLE_RATE)


def onset_strength(sound: np.ndarray) -> np.ndarray:
    """How much louder the bands of a mel spectrogram get, in decibels, a value each 23 ms (Böck & Widmer 2013)."""
    tensor = torch.from_numpy(np.ascontiguousarray(sound, np.float32))
    if len(tensor) < 1:
        return np.zeros(0, np.float32)
    spectrum = torch.stft(
        tensor, _FFT, _HOP, window=torch.hann_window(_FFT), pad_mode="constant", return_complex=True
    )
    power = (spectrum.abs() ** 2).T @ _bank()
    level = 10 * power.clamp(min=_FLOOR).log10()
    level = level.clamp(min=float(level.max()) - _RANGE)
    rise = (level[1:] - level[:-1]).clamp(min=0).mean(1)
    # The window of a frame reaches ahead of its centre: half of it is added to each time.
    late = 1 + _FFT // (2 * _HOP)
    return np.pad(rise.numpy(), (late, 0))[: len(level)]


def pick_onsets(strength: np.ndarray) -> np.ndarray:
    """Frames that are highest among their neighbours and above their mean (Böck, Krebs & Schedl 2012)."""
    strength = strength - strength.min(initial=np.inf)
    if not strength.any():
        return np.zeros(0, int)
    strength = strength / strength.max()
    picked: list[int] = []
    for n, value in enumerate(strength):
        if picked and n - picked[-1] <= _APART:
            continue
        highest = strength[max(0, n - _EARLIER) : n + _LATER].max()
        mean = strength[max(0, n - _MEAN_EARLIER) : n + _MEAN_LATER].mean()
        if value >= highest and value >= mean + _THRESHOLD:
            picked.append(n)
    return np.array(picked, int)


@cache
def _bank() -> torch.Tensor:
    return torchaudio.functional.melscale_fbanks(
        _FFT // 2 + 1, 0.0, SAMPLE_RATE / 2, _BANDS, SAMPLE_RATE, norm="slaney", mel_scale="slaney"
    )
