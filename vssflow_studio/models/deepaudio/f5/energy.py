"""The energy contour that keeps speech in time with the picture (DeepAudio-V1, §3.4)."""

from __future__ import annotations

import numpy as np

HOP_SECONDS = 256 / 24_000
"""A mel frame of the published F5-TTS."""


def contour(sound: np.ndarray, sample_rate: int, hop: float = HOP_SECONDS) -> np.ndarray:
    """Mean |x| of every `hop` seconds of a mono sound, the loudest being 1: float32 [frames]; silence is zeros.

    Edges are cut to whole samples, as in training.
    """
    frames = int(len(sound) / sample_rate / hop)
    if not frames:
        return np.zeros(0, np.float32)
    edges = (np.arange(frames + 1) * sample_rate * hop).astype(int)
    sums = np.add.reduceat(np.abs(sound[: edges[-1]], dtype=np.float64), edges[:-1])
    means = sums / np.diff(edges)
    return (means / (means.max() or 1.0)).astype(np.float32)


def fitted(energy: np.ndarray | None, frames: int) -> np.ndarray:
    """`frames` values: cut, or zeros behind; None is zeros."""
    held = np.zeros(0, np.float32) if energy is None else energy[:frames]
    return np.pad(held, (0, frames - len(held)))


def loudest(energy: np.ndarray, count: int) -> int:
    """Where the `count` neighbours of most energy begin; 0 where there are no more than these."""
    return int(np.convolve(energy, np.ones(count), "valid").argmax()) if 0 < count < len(energy) else 0
