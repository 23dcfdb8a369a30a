"""A pair as the meters hear and see it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np

from ..media.sound import read_sound
from ..media.span import Span
from ..media.video import colour_frames, grey_frames, probe
from .pairs import Pair

SILENT = 1e-4
"""A peak below this (−80 dB) is silence."""
_AT_ONCE = 32  # frames


class Item:
    """A pair that is being measured; `check` may raise to stop."""

    def __init__(self, pair: Pair, check: Callable[[], None] = lambda: None) -> None:
        self.pair, self.check = pair, check

    def made(self, rate: int) -> np.ndarray:
        """The take, mono float32 at `rate`. Raises MediaError, ValueError when there is nothing in it."""
        return self._sound(self.pair.made, rate)

    def real(self, rate: int) -> np.ndarray:
        """The recording, as `made`. Raises ValueError where there is none too."""
        if self.pair.real is None:
            raise ValueError("no recording to compare with")
        return self._sound(self.pair.real, rate)

    def _sound(self, path: Path, rate: int) -> np.ndarray:
        self.check()
        sound = read_sound(path, sample_rate=rate)[:, 0]
        if not len(sound):
            raise ValueError(f"{path.name} has no samples")
        return sound

    @cached_property
    def film(self):
        """Facts of the film (`MediaInfo`). Raises ValueError where there is none, MediaError."""
        if self.pair.film is None:
            raise ValueError("no film of this name in either folder")
        facts = probe(self.pair.film)
        if not facts.has_video:
            raise ValueError(f"{self.pair.film.name} has no picture")
        return facts

    def grey(self, widest: int) -> Iterator[np.ndarray]:
        """The film's own frames, float32 0 … 255 [height, width], at most `widest` pixels across."""
        scale = min(1.0, widest / self.film.width)
        size = (round(self.film.height * scale), round(self.film.width * scale))
        for start, count in self._stretches(self.film.rate):
            span = Span(self.film.path, start, 0.0, count / self.film.rate)
            yield from 255 * grey_frames([span], span.duration, self.film.rate, size, self.check)

    def squares(self, rate: float, side: int, cropped: bool, seconds: float = math.inf) -> np.ndarray:
        """`rate` frames a second, RGB uint8 [time, side, side, 3]: the middle, or all of it squeezed; so many `seconds`."""
        size = (side, side)
        if cropped:
            scale = side / min(self.film.height, self.film.width)
            size = (round(self.film.height * scale), round(self.film.width * scale))
        top, left = ((length - side) // 2 for length in size)
        shown = []
        for start, count in self._stretches(rate, seconds):
            span = Span(self.film.path, start, 0.0, count / rate)
            frames = colour_frames([span], span.duration, rate, size, self.check)
            shown.append(frames[:, top : top + side, left : left + side])
        return np.concatenate(shown)

    def _stretches(self, rate: float, seconds: float = math.inf) -> Iterator[tuple[float, int]]:
        """(seconds of the first, how many) frames at a time, through the film or so many `seconds` of it."""
        frames = max(1, int(min(seconds, self.film.duration) * rate + 1e-6))
        for first in range(0, frames, _AT_ONCE):
            yield first / rate, min(_AT_ONCE, frames - first)


def is_silent(sound: np.ndarray) -> bool:
    """Whether nothing can be heard."""
    return float(np.abs(sound).max(initial=0)) < SILENT
