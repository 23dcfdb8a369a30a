"""Rendered faces that speak: how far the mouth opens follows a teacher's loudness."""

from __future__ import annotations

import numpy as np

_FINE = 4  # times as many pixels each way while drawing, for soft edges


def mouth_of(sound: np.ndarray, sample_rate: int, frames: int, rate: float) -> np.ndarray:
    """How far a mouth opens, 0 … 1 for each of `frames` at `rate`, as an animator would draw it."""
    level = np.array(
        [
            np.sqrt((sound[round(i * sample_rate / rate) : round((i + 1) * sample_rate / rate)] ** 2).mean())
            for i in range(frames)
        ]
    )
    opening = np.clip(level / max(np.percentile(level, 95), 1e-6), 0, 1) ** 0.7
    return np.convolve(opening, (0.25, 0.5, 0.25), "same")


def talking_face(
    opening: np.ndarray, rate: float, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    """Grey float32 frames [time, *size] in 0…1: a swaying head before a mottled wall."""
    height, width = (_FINE * side for side in size)
    rows, columns = np.indices((height, width)).astype(float)

    def ellipse(x: float, y: float, across: float, along: float) -> np.ndarray:
        inside = 1 - ((columns - x) / across) ** 2 - ((rows - y) / along) ** 2
        return np.clip(inside * min(across, along) / 2 + 0.5, 0, 1)

    wall = 0.5 + 0.1 * rng.standard_normal(size).repeat(_FINE, 0).repeat(_FINE, 1)
    radius, x, y = rng.uniform(0.1, 0.3) * height, rng.uniform(0.35, 0.65) * width, rng.uniform(0.4, 0.55) * height
    speed, phase = rng.uniform(0.2, 0.5), rng.uniform(0, 6)
    frames = []
    for number, open_ in enumerate(opening):
        at = x + 0.04 * height * np.sin(2 * np.pi * speed * number / rate + phase)
        picture = _over(wall, ellipse(at, y, 0.8 * radius, radius), 0.8)
        for side in (-0.3, 0.3):
            picture = _over(picture, ellipse(at + side * radius, y - 0.2 * radius, 0.09 * radius, 0.09 * radius), 0.1)
        lips = ellipse(at, y + 0.45 * radius, (0.24 - 0.06 * open_) * radius, (0.04 + 0.22 * open_) * radius)
        picture = _over(picture, lips, 0.15)
        frames.append(picture.reshape(size[0], _FINE, size[1], _FINE).mean((1, 3)))
    return np.array(frames, np.float32)


def _over(picture: np.ndarray, shape: np.ndarray, grey: float) -> np.ndarray:
    return picture * (1 - shape) + grey * shape
