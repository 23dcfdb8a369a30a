"""The editor's own markers, as the timeline shows them: they are read, and never written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...timeline.marker_cues import PlacedMarker
from ...timeline.timecode import from_seconds, seconds
from .index import Spans

COLOURS = {
    "RED": "#e5534b", "PINK": "#e275ad", "ORANGE": "#e8833a", "YELLOW": "#dcb92f", "GREEN": "#4caf6d",
    "CYAN": "#35a7b8", "BLUE": "#4f86e8", "PURPLE": "#9a76e0", "MAGENTA": "#c95bc9", "BLACK": "#5b616b",
    "WHITE": "#c9ced6",
}  # fmt: skip
"""OTIO's names, in tones that show on light and on dark."""


@dataclass(frozen=True)
class Mark:
    """A marker of `length` frames; `track` is None where it is the timeline's own."""

    frame: int
    length: int
    name: str
    comment: str
    colour: str
    track: int | None


def marks_of(markers: Iterable[PlacedMarker], rate: float) -> Spans:
    """The markers of a timeline at `rate` that stand on it, by time."""
    found = []
    for one in markers:
        if one.start is not None:
            marker = one.marker
            frame = round(from_seconds(one.start, rate).value)
            length = round(from_seconds(seconds(marker.marked_range.duration), rate).value)
            colour = COLOURS.get((marker.color or "").upper(), COLOURS["GREEN"])
            mark = Mark(frame, length, marker.name or "", marker.comment or "", colour, one.track)
            found.append((frame, frame + max(0, length), mark))
    return Spans(found)
