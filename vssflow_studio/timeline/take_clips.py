"""A take as a clip: what we would write, and what stands there brought up to date.

The media's own time is record timecode, the same as the BWF's time reference, as OTIO
defines `available_range`, so that an NLE that conforms by timecode finds the range in the
file. (A client that ignores where the available range starts, as the MLT adapter does, is
no better off with a camera's files.) Where a cue has moved since its take was made, the
provenance's `time_reference` (samples since midnight) still says where the WAV begins;
without it the WAV is taken to begin at the cue's record position less the head.

What we placed is remembered in the clip's metadata as `written`: start on the track, how
far into the WAV, and length, in frames. A clip that differs from it was touched by the editor.
"""

from __future__ import annotations

from fractions import Fraction
from math import isfinite

import opentimelineio as otio
from opentimelineio.core import Color
from opentimelineio.opentime import RationalTime, TimeRange

from .adjustments import heard_path, trims
from .clips import start_time, timeline_rate
from .cues import Cue, Take
from .metadata import KEY
from .rows import Placed, ours, placed
from .timecode import from_seconds, in_frames, range_of, seconds
from .walk import item_length

COLOURS = {"dialogue": "CYAN", "foley": "GREEN", "ambience": "PURPLE"}
"""OTIO's names: of the tracks, of their clips, and of the cues' markers."""

_SAMPLE_RATE = 48_000


def label(cue: Cue) -> str:
    """What a cue is called on the timeline."""
    return (f"{cue.character}: {cue.text}" if cue.character else cue.text)[:60]


def colour(kind: str) -> Color:
    """The colour of a kind of cue."""
    return getattr(Color, COLOURS[kind])


def fresh(timeline: otio.schema.Timeline, cue: Cue, take: Take) -> Placed | None:
    """The take's clip as we would write it, None when nothing of it is on the timeline."""
    rate = timeline_rate(timeline)
    begin = in_frames(cue.range.start_time, rate)
    end = in_frames(cue.range.end_time_exclusive(), rate)
    head, length, tail = (
        in_frames(time, rate) for time in (take.head, take.duration, take.tail)
    )
    media = _media_start(timeline, take, begin - head)
    whole = TimeRange(media, head + length + tail)
    first, last = trims(take, rate)
    first = max(first, RationalTime(0, rate) - head)
    hidden = max(RationalTime(0, rate) - begin - first, RationalTime(0, rate))
    begin, end = begin + first + hidden, end - last
    source = _within(TimeRange(media + head + first + hidden, end - begin), whole)
    if source is None:
        return None
    clip = otio.schema.Clip(
        name=label(cue),
        media_reference=otio.schema.ExternalReference(heard_path(take), whole),
        source_range=source,
    )
    clip.color = colour(cue.kind)
    one = placed(begin, clip)
    clip.metadata[KEY] = {
        "cue": cue.id,
        "take": take.id,
        "written": place(one, whole),
        "provenance": {"synthetic": True, **take.provenance},
    }
    return one


def place(one: Placed, whole: TimeRange) -> dict[str, float]:
    """Where a clip of ours lies and what of its WAV it plays, in frames; `whole` is the WAV's time."""
    length = from_seconds(item_length(one.item), one.start.rate)
    return {"start": one.start.value, "into": _into(one.item, whole).value, "length": length.value}


def updated(was: Placed, now: Placed) -> Placed:
    """Our clip of before with what is fresh: the take, and the place unless the editor chose it."""
    before, after = _written(was.item), ours(now.item)["written"]
    whole, start, source = now.item.available_range(), now.start, now.item.source_range
    here = place(was, whole)
    if here != before and before.get("start") == after["start"]:
        begin = _begin(before, after, here, whole)
        kept = _within(TimeRange(begin, RationalTime(here["length"], begin.rate)), whole)
        if kept is not None:
            start, source = was.start + (kept.start_time - begin), kept
    _renew(was.item, now.item, source)
    return placed(start, was.item)


def renewed_elsewhere(was: Placed, now: Placed) -> None:
    """Our clip on a track of the editor's: it gets the take, and moves nothing there."""
    before, after = _written(was.item), ours(now.item)["written"]
    whole = now.item.available_range()
    here = place(was, whole)
    begin = _begin(before or here, after, here, whole)
    _renew(was.item, now.item, TimeRange(begin, RationalTime(here["length"], begin.rate)))


def _written(clip: otio.schema.Clip) -> dict[str, float]:
    """Where we put a clip before, as far as that is still told in numbers."""
    found = ours(clip).get("written")
    cells = found.items() if isinstance(found, dict) else ()
    return {name: at for name, at in cells if isinstance(at, (int, float)) and isfinite(at)}


def _begin(before: dict, after: dict, here: dict, whole: TimeRange) -> RationalTime:
    """Where in the new WAV the clip begins, slipped as the editor slipped the old one."""
    slip = here["into"] - before.get("into", here["into"])
    return whole.start_time + RationalTime(after["into"] + slip, whole.start_time.rate)


def _renew(clip: otio.schema.Clip, now: otio.schema.Clip, source: TimeRange) -> None:
    clip.name, clip.media_reference, clip.source_range = now.name, now.media_reference.clone(), source
    clip.metadata[KEY] = ours(now)


def _into(clip: otio.schema.Clip, whole: TimeRange) -> RationalTime:
    """How far into its WAV a clip begins, whatever time an NLE has given the WAV."""
    rate = whole.start_time.rate
    if clip.source_range is None:
        return RationalTime(0, rate)
    start = in_frames(clip.source_range.start_time, rate)
    said = getattr(clip.media_reference, "available_range", None)
    if said is not None:
        begin = in_frames(said.start_time, rate)
        if begin <= start < begin + in_frames(said.duration, rate):
            return start - begin
    return start - whole.start_time if start >= whole.start_time else start


def _media_start(timeline: otio.schema.Timeline, take: Take, begin: RationalTime) -> RationalTime:
    """Where the WAV begins in its own time: its time reference, else its place on the timeline."""
    reference = take.provenance.get("time_reference")
    if isinstance(reference, (int, float)) and abs(reference) < 1e12:
        return from_seconds(Fraction(reference) / _SAMPLE_RATE, begin.rate)
    return from_seconds(seconds(begin) + seconds(start_time(timeline)), begin.rate)


def _within(range_: TimeRange, whole: TimeRange) -> TimeRange | None:
    """What of `range_` the WAV really has."""
    begin = max(range_.start_time, whole.start_time)
    end = min(range_.end_time_exclusive(), whole.end_time_exclusive())
    return range_of(begin, end) if end > begin else None
