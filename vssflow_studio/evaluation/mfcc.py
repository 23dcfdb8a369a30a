"""Mel-frequency cepstral coefficients (Davis & Mermelstein 1980), as python_speech_features gives them."""

from __future__ import annotations

import numpy as np

_WINDOW, _STEP = 0.025, 0.01  # seconds
_FFT, _FILTERS, _COEFFICIENTS = 512, 26, 13
_EMPHASIS, _LIFTER = 0.97, 22


def mfcc(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mono [samples] → [frames, 13], 100 frames a second; the log energy stands first."""
    sound = np.asarray(sound, np.float64)
    sound = np.append(sound[:1], sound[1:] - _EMPHASIS * sound[:-1])
    length, step = (int(seconds * sample_rate + 0.5) for seconds in (_WINDOW, _STEP))
    count = 1 if len(sound) <= length else 1 + -(-(len(sound) - length) // step)
    sound = np.pad(sound, (0, max(0, (count - 1) * step + length - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(sound, length)[::step][:count]
    power = np.abs(np.fft.rfft(frames, _FFT)) ** 2 / _FFT
    energy = power.sum(1)
    bands = power @ _filters(sample_rate)
    cepstra = np.log(np.where(bands == 0, np.finfo(float).eps, bands)) @ _cosines()
    cepstra *= 1 + _LIFTER / 2 * np.sin(np.pi * np.arange(_COEFFICIENTS) / _LIFTER)
    cepstra[:, 0] = np.log(np.where(energy == 0, np.finfo(float).eps, energy))
    return cepstra


def _filters(sample_rate: int) -> np.ndarray:
    """Triangles [257, 26] between whole bins."""
    mel = np.linspace(0, 2595 * np.log10(1 + sample_rate / 2 / 700), _FILTERS + 2)
    edges = np.floor((_FFT + 1) * 700 * (10 ** (mel / 2595) - 1) / sample_rate)
    bins = np.arange(_FFT // 2 + 1)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    up = (bins - low) / np.maximum(middle - low, 1)
    down = (high - bins) / np.maximum(high - middle, 1)
    return np.where(bins < middle, up, down).clip(0)


def _cosines() -> np.ndarray:
    """The DCT-II of 26 bands, orthonormal, its first 13 rows: [26, 13]."""
    k, n = np.arange(_COEFFICIENTS), np.arange(_FILTERS)[:, None]
    scale = np.where(k == 0, np.sqrt(1 / _FILTERS), np.sqrt(2 / _FILTERS))
    return scale * np.cos(np.pi * k * (2 * n + 1) / (2 * _FILTERS))
