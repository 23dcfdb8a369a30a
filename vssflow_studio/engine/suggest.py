"""Foley that the picture asks for: from a stretch of the timeline to ranges with likely sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import opentimelineio as otio
from opentimelineio.opentime import TimeRange

from ..errors import MediaError
from ..media.span import Span
from ..timeline.clips import ClipView, record_timecode
from ..timeline.cues import Cue, new_id
from ..timeline.dissolves import shown_picture
from ..timeline.timecode import from_seconds, range_of, seconds
from .foley_kinds import KINDS
from .picture_events import Event, Seen, events, gathered, range_around
from .picture_kinds import features_of, motion_kinds
from .spans import to_span

_NEAR_CUT = 0.1
"""Seconds from a cut within which a change of picture is the cut itself."""


@dataclass(frozen=True)
class Suggestion:
    """A range for a cue, in seconds of the stretch that was looked at, and the events in it.

    `kinds` are names of `KINDS`, the likeliest first. `confidence` (0 … 1) is how sure it is
    that something is to be heard there.
    """

    start: float
    end: float
    events: tuple[Event, ...]
    kinds: tuple[str, ...]
    confidence: float

    def cue(self, kind: str, begin, clip: ClipView | None = None) -> Cue:
        """The cue for a kind of sound; the stretch begins at `begin` (RationalTime)."""
        start, end = (from_seconds(edge, begin.rate) for edge in (self.start, self.end))
        range_ = range_of(begin + start, begin + end)
        return Cue(new_id(), "foley", range_, KINDS[kind].phrases[0], clip=clip.key if clip else None)


def picture_of(timeline: otio.schema.Timeline, views: Sequence[ClipView], range_: TimeRange) -> tuple[Span, ...]:
    """What is seen during `range_`. Raises MediaError where none of it is there."""
    pieces = shown_picture(views, range_)
    spans = tuple(to_span(timeline, v, piece, range_.start_time, levels) for v, piece, levels in pieces if v.media)
    if not spans:
        raise MediaError(
            "There is no picture to look at",
            timecode=record_timecode(timeline, range_.start_time),
            remedy="Select a clip whose media is there, or mark another range.",
        )
    return spans


def suggested(seen: Seen, spans: Sequence[Span], total: float) -> tuple[Suggestion, ...]:
    """What to add, in order of time. A cue never goes over a cut."""
    cuts = sorted({edge for span in spans for edge in (span.offset, span.offset + span.duration)})
    found = [event for event in events(seen.contacts) if not _is_at(event.time, cuts)]
    made = []
    for group in _within_shots(gathered(found), cuts):
        start, end = range_around(group, total)
        before = max((cut for cut in cuts if cut <= group[0].time), default=0.0)
        after = min((cut for cut in cuts if cut > group[-1].time), default=total)
        kinds = tuple(kind for kind in motion_kinds().rank(features_of(seen.moves, group)) if kind in KINDS)
        sure = float(np.mean([event.likely for event in group]))
        made.append(Suggestion(max(start, before), min(end, after), group, kinds, sure))
    return tuple(made)


def without_cue(range_: TimeRange, cues: Sequence[Cue]) -> bool:
    """Whether no foley cue covers most of a range yet."""
    start, end = seconds(range_.start_time), seconds(range_.end_time_exclusive())
    for cue in cues:
        if cue.kind == "foley":
            begin, stop = seconds(cue.range.start_time), seconds(cue.range.end_time_exclusive())
            if min(end, stop) - max(start, begin) > (end - start) / 2:
                return False
    return True


def _is_at(time: float, cuts: Sequence[float]) -> bool:
    return any(abs(time - cut) < _NEAR_CUT for cut in cuts)


def _within_shots(groups: Sequence[tuple[Event, ...]], cuts: Sequence[float]) -> list[tuple[Event, ...]]:
    """Groups parted at cuts."""
    parted: list[list[Event]] = []
    for group in groups:
        parted.append([group[0]])
        for before, event in zip(group, group[1:], strict=False):
            if any(before.time < cut <= event.time for cut in cuts):
                parted.append([])
            parted[-1].append(event)
    return [tuple(group) for group in parted]
