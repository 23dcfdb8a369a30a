"""The picture under a cue, told so that it is the same in another cut and another folder."""

from __future__ import annotations

import os
from collections.abc import Sequence

from opentimelineio.opentime import TimeRange

from ..timeline.clips import ClipView, visible_picture
from ..timeline.timecode import seconds

Seen = tuple[str, int, float, float, float, float]
"""File name, bytes, where in the media, where in the cue, for how long (seconds), speed."""


def picture_under(views: Sequence[ClipView], range_: TimeRange) -> tuple[Seen, ...]:
    """What is seen during `range_`, razor's cuts left out; a dissolve counts as the cut it is on.

    Names and folders of clips say nothing here, nor does what is seen before and after.
    """
    found: list[Seen] = []
    for view, piece in visible_picture(views, range_):
        into = seconds(piece.start_time - view.record.start_time)
        media_start = float(view.media_start) + float(into) * view.speed
        at, length = (float(seconds(t)) for t in (piece.start_time - range_.start_time, piece.duration))
        one = (*_file(view), media_start, at, length, view.speed)
        if found and _runs_on(found[-1], one):
            first = found.pop()
            one = (*first[:4], at + length - first[3], view.speed)
        found.append(one)
    return tuple((*one[:2], *(round(value, 3) for value in one[2:])) for one in found)


def _file(view: ClipView) -> tuple[str, int]:
    try:
        return view.media_name, os.path.getsize(view.media) if view.media else 0
    except OSError:
        return view.media_name, 0


def _runs_on(one: Seen, other: Seen) -> bool:
    (name, size, media, at, length, speed), (*file, media2, at2, _, speed2) = one, other
    same = (name, size, speed) == (*file, speed2) and abs(at + length - at2) < 1e-6
    return same and abs(media + length * speed - media2) < 1e-3
