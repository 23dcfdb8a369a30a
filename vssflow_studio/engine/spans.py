"""From a stretch of a clip on the timeline to a span of media in seconds: the one seam."""

from __future__ import annotations

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..media.span import Span
from ..timeline.clips import ClipView, record_timecode
from ..timeline.timecode import seconds


def to_span(
    timeline: otio.schema.Timeline,
    view: ClipView,
    piece: TimeRange,
    begin: RationalTime | None = None,
    levels: tuple[float, float] = (1.0, 1.0),
) -> Span:
    """`piece` of a clip whose media is there, its offset counted from `begin` (else from 0).

    `levels` is how much of it is seen or heard at its beginning and its end.
    """
    into = float(seconds(piece.start_time - view.record.start_time)) * view.speed
    offset = piece.start_time if begin is None else piece.start_time - begin
    return Span(
        media=str(view.media),
        media_start=float(view.media_start) + into,
        offset=float(seconds(offset)),
        duration=float(seconds(piece.duration)),
        clip=view.name,
        timecode=record_timecode(timeline, piece.start_time),
        speed=view.speed,
        levels=levels,
    )
