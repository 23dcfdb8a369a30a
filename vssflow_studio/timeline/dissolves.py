"""What is seen and heard while one clip dissolves into the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from opentimelineio.opentime import RationalTime, TimeRange

from .clips import ClipView, frames_of, visible_picture
from .timecode import range_of

_NOTHING = 1e-6
_WHOLE = (1.0, 1.0)


class Piece(NamedTuple):
    """A stretch of a clip and how much of it is seen or heard at its beginning and its end."""

    view: ClipView
    range: TimeRange
    levels: tuple[float, float] = _WHOLE


def shown_picture(views: Sequence[ClipView], range_: TimeRange) -> tuple[Piece, ...]:
    """What is seen during `range_`, in order, dissolves followed.

    Pieces overlap where one clip shows through another; their levels then add up to one,
    less where what fades has nothing below it.
    """
    if not any(view.fade_in or view.fade_out for view in views):
        return tuple(Piece(*piece) for piece in visible_picture(views, range_))
    rate = range_.start_time.rate
    free, pieces = [_Part(*frames_of(range_, rate))], []
    picture = [view for view in views if view.kind == "Video" and view.enabled]
    # Reversed first: the later of two clips covers the earlier one as it fades in.
    for view in sorted(reversed(picture), key=lambda view: -view.track):
        for part in _parts(view, rate):
            first = bisect_right(free, part.start, key=lambda gap: gap.end)
            last = bisect_left(free, part.end, key=lambda gap: gap.start)
            left: list[_Part] = []
            for gap in free[first:last]:
                seen, rest = gap.shared(part)
                pieces.append((view, seen))
                left += rest
            free[first:last] = left
    pieces.sort(key=lambda piece: piece[1].start)
    return tuple(_piece(view, part, rate) for view, part in pieces if max(part.levels) > _NOTHING)


def heard_pieces(view: ClipView) -> tuple[Piece, ...]:
    """The stretches during which a clip is heard: it comes, is there, and goes."""
    rate = view.record.start_time.rate
    return tuple(_piece(view, part, rate) for part in _parts(view, rate))


@dataclass(frozen=True)
class _Part:
    """Frames and how much of something is seen at their beginning and end."""

    start: float
    end: float
    levels: tuple[float, float] = _WHOLE

    def cut(self, start: float, end: float) -> _Part:
        """What of it lies between two frames."""
        low, high = self.levels
        rise = (high - low) / (self.end - self.start)
        return _Part(start, end, (low + (start - self.start) * rise, low + (end - self.start) * rise))

    def shared(self, over: _Part) -> tuple[_Part, list[_Part]]:
        """What `over` takes of this free stretch, and what then is still free."""
        start, end = max(self.start, over.start), min(self.end, over.end)
        free, wanted = self.cut(start, end), over.cut(start, end)
        # The least of both, not their product: under a clip that fades in stands the one
        # that fades out, and together they are whole.
        seen = _Part(start, end, tuple(map(min, free.levels, wanted.levels)))
        below = _Part(start, end, tuple(f - s for f, s in zip(free.levels, seen.levels, strict=True)))
        rest = [
            *([self.cut(self.start, start)] if start > self.start else []),
            below,
            *([self.cut(end, self.end)] if end < self.end else []),
        ]
        return seen, [part for part in rest if max(part.levels) > _NOTHING]


def _parts(view: ClipView, rate: float) -> list[_Part]:
    """The clip's stretch with its fades; where these would overlap, it has none."""
    begin, end = frames_of(view.record, rate)
    first = frames_of(view.fade_in, rate) if view.fade_in else (begin, begin)
    last = frames_of(view.fade_out, rate) if view.fade_out else (end, end)
    if first[1] > last[0]:
        return [_Part(begin, end)]
    parts = [_Part(*first, (0.0, 1.0)), _Part(first[1], last[0]), _Part(*last, (1.0, 0.0))]
    return [part for part in parts if part.end > part.start]


def _piece(view: ClipView, part: _Part, rate: float) -> Piece:
    return Piece(view, range_of(RationalTime(part.start, rate), RationalTime(part.end, rate)), part.levels)
