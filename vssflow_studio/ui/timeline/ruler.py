"""Ticks of the ruler: at round timecode, also where the timecode drops frames or starts oddly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import opentimelineio as otio

from ...timeline.clips import start_time
from ...timeline.timecode import exact_rate, timecode

_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18_000, 36_000)
_FRAMES = (1, 2, 5, 10)


@dataclass(frozen=True)
class Clock:
    """How frames of a timeline are numbered. `start` is the first frame's, `base` the frames that
    a second of timecode counts, `drop` those that most minutes leave out."""

    start: int
    base: int
    drop: int

    @classmethod
    def of(cls, timeline: otio.schema.Timeline) -> Clock:
        """The clock of a timeline's record timecode."""
        start = start_time(timeline)
        base = max(1, round(exact_rate(start.rate)))
        drop = base // 15 if ";" in timecode(start) else 0
        return cls(round(start.value), base, drop)

    def number(self, frame: int) -> int:
        """The number that a frame would have if none were dropped."""
        total = frame + self.start
        if not self.drop:
            return total
        minute, ten = 60 * self.base - self.drop, 600 * self.base - 9 * self.drop
        tens, rest = divmod(total, ten)
        skipped = self.drop * max(0, (rest - self.drop) // minute)
        return total + 9 * self.drop * tens + skipped

    def frame(self, number: int) -> int:
        """The frame with a number; where that is dropped, the next one."""
        minutes = number // (60 * self.base)
        if self.drop and minutes % 10 and number % (60 * self.base) < self.drop:
            number = minutes * 60 * self.base + self.drop
        return number - self.drop * (minutes - minutes // 10) - self.start

    def step(self, width: float) -> int:
        """Numbers between two labels that are to stand at least `width` seconds apart."""
        frames = (n for n in _FRAMES if n < self.base / 2 and n >= width * self.base)
        seconds = (s * self.base for s in _SECONDS if s >= width)
        return next(frames, None) or next(seconds, _SECONDS[-1] * self.base)

    def parts(self, step: int) -> int:
        """Into how many parts the small ticks divide a step."""
        seconds, odd = divmod(step, self.base)
        if odd:
            return step
        if seconds == 1:
            return next(n for n in (5, 4, 3, 2, 1) if self.base % n == 0)
        return {2: 4, 15: 3, 30: 6, 60: 6, 120: 4, 1800: 6, 3600: 6, 7200: 4}.get(seconds, 5)

    def ticks(self, first: float, last: float, step: int) -> Iterator[tuple[int, bool]]:
        """(frame, whether it gets a label) of the ticks from frame `first` to `last`."""
        parts = self.parts(step)
        number = self.number(int(first)) // step * step
        while True:
            for part in range(parts):
                frame = self.frame(number + round(step * part / parts))
                if frame > last:
                    return
                if frame >= 0:
                    yield frame, part == 0
            number += step
