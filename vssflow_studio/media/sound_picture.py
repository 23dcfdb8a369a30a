"""A sound as an editor compares it: waveform, spectrogram, loudness and peak, by numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from .loudness import measure
from .sound import read_sound

RATE = 48_000
BANDS = 72
_WINDOW = 1024  # samples, 21 ms: short enough to see a consonant
_AT_ONCE = 40  # columns: no step of numpy's then halts the other threads, the window's among them, for long
_LOWEST, _HIGHEST = 60.0, 16_000.0  # Hz
_FLOOR, _TOP = -95.0, -20.0  # dB of a band's power that are black and full


@dataclass(frozen=True)
class SoundPicture:
    """`peaks` float32 [columns, 2] lowest and highest sample; `spectrum` uint8 [BANDS, columns],
    low bands first, mel-spaced; `seconds` long; `lufs` integrated (−inf for silence), `peak` in dBFS.
    """

    peaks: np.ndarray
    spectrum: np.ndarray
    seconds: float
    lufs: float
    peak: float


def sound_picture(path: Path, columns: int = 600) -> SoundPicture:
    """The picture of a file's sound, its channels taken together. Raises MediaError."""
    sound = read_sound(path, sample_rate=RATE, channels=1)
    mono = sound[:, 0] if len(sound) else np.zeros(1, np.float32)
    loudness = measure([mono[:, None]])
    highest = float(np.abs(mono).max())
    return SoundPicture(
        _peaks(mono, columns),
        spectrogram(mono, columns),
        len(mono) / RATE,
        loudness.lufs,
        20 * float(np.log10(highest)) if highest > 0 else float("-inf"),
    )


def _peaks(mono: np.ndarray, columns: int) -> np.ndarray:
    starts = np.minimum(np.arange(columns) * len(mono) // columns, len(mono) - 1)
    low, high = np.minimum.reduceat(mono, starts), np.maximum.reduceat(mono, starts)
    return np.stack([low, high], 1).astype(np.float32)


def spectrogram(mono: np.ndarray, columns: int) -> np.ndarray:
    """uint8 [BANDS, columns] of float32 [samples] at 48 kHz: dB in mel-spaced bands, low ones first."""
    padded = np.pad(mono, _WINDOW // 2)
    starts = np.linspace(0, len(mono) - 1, columns).astype(int)
    starts = np.minimum(starts, len(padded) - _WINDOW)
    groups = np.array_split(starts, -(-columns // _AT_ONCE))
    return np.concatenate([_levels(padded, group) for group in groups], 1)


def _levels(padded: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """uint8 [BANDS, starts]."""
    frames = padded[starts[:, None] + np.arange(_WINDOW)] * np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2 / (_WINDOW / 4) ** 2
    decibels = 10 * np.log10(power @ _bands().T + 1e-12)
    level = np.clip((decibels - _FLOOR) / (_TOP - _FLOOR), 0, 1)
    return (255 * level.T).astype(np.uint8)


@cache
def _bands() -> np.ndarray:
    """float32 [BANDS, bins]: triangles, each one's weights sum to one."""
    mel = np.linspace(*(2595 * np.log10(1 + hertz / 700) for hertz in (_LOWEST, _HIGHEST)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    width = RATE / _WINDOW  # low bands are narrower than a bin, and still want a weight
    rows = []
    for low, middle, high in zip(edges, edges[1:], edges[2:], strict=False):
        low, high = min(low, middle - width), max(high, middle + width)
        row = np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)).clip(0)
        rows.append(row / row.sum())
    return np.array(rows, np.float32)
