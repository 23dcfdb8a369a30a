"""Clips by where they stand, so that each of ten thousand cues asks only those near it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from opentimelineio.opentime import TimeRange

from .clips import ClipView, frames_of


class _Standing(NamedTuple):
    """Frames from begin to end, dissolves included, and where among all clips it comes."""

    begin: float
    end: float
    place: int
    view: ClipView


class ClipIndex:
    """The clips of one timeline, which all count in its rate."""

    def __init__(self, views: Sequence[ClipView]) -> None:
        self._rate = views[0].record.start_time.rate if views else 24.0
        tracks: dict[int, list[_Standing]] = {}
        for place, view in enumerate(views):
            tracks.setdefault(view.track, []).append(_Standing(*self._reach(view), place, view))
        # For each track its clips as they begin, when that is, and how far those up to each one reach.
        self._tracks = []
        for standing in tracks.values():
            standing.sort()
            begins, ends = [one.begin for one in standing], accumulate((one.end for one in standing), max)
            self._tracks.append((standing, begins, list(ends)))

    def near(self, range_: TimeRange) -> tuple[ClipView, ...]:
        """The clips that share time with `range_`, those of which only a dissolve does too; in their order."""
        begin, end = frames_of(range_, self._rate)
        found = []
        for standing, begins, ends in self._tracks:
            some = standing[bisect_right(ends, begin) : bisect_left(begins, end)]
            found += [(one.place, one.view) for one in some if one.end > begin]
        return tuple(view for _, view in sorted(found, key=lambda one: one[0]))

    def _reach(self, view: ClipView) -> tuple[float, float]:
        parts = [frames_of(part, self._rate) for part in (view.record, view.fade_in, view.fade_out) if part]
        return min(begin for begin, _ in parts), max(end for _, end in parts)
