"""The timeline flattened: where each clip stands and which part of which file it shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .cues import ClipKey, Relinked
from .media_links import media_key, media_name, references, resolve
from .timecode import at_rate, from_seconds, range_of, seconds, timecode
from .walk import Found, clips_of, item_length


@dataclass(frozen=True)
class ClipView:
    """A clip as it is seen or heard on the timeline.

    `record` counts from the timeline's first frame at its rate. `media_start` is where
    in the media file its first frame stands, in seconds from the file's first;
    `media_duration` is how many seconds of media it uses. `speed` is 0 for a freeze
    frame; when it is negative, the media runs backwards from `media_start`.

    During `fade_in` and `fade_out` the clip comes and goes; such a dissolve reaches beyond
    `record` into the clip's handles (see `dissolves.py`).
    """

    name: str
    kind: str
    track: int
    track_name: str
    record: TimeRange
    media: Path | None
    media_name: str
    media_start: Fraction
    media_duration: Fraction
    speed: float
    enabled: bool
    key: ClipKey
    fade_in: TimeRange | None = None
    fade_out: TimeRange | None = None


def timeline_rate(timeline: otio.schema.Timeline) -> float:
    """The rate of the global start time, else of the first clip that has picture, else 24.

    A rate at which no picture runs (OTIO's own default of 1, a sample rate) is taken only
    where there is no other.
    """
    start = timeline.global_start_time
    if start is not None and _is_frame_rate(start.rate):
        return start.rate
    tracks = sorted(timeline.tracks, key=lambda track: getattr(track, "kind", "") != "Video")
    known = [rate for rate in map(_first_rate, tracks) if rate]
    return next(filter(_is_frame_rate, known), None) or next(iter(known), 24.0)


def _first_rate(item) -> float:
    """The rate of the first clip at or below `item`; 0 where there is none."""
    if isinstance(item, otio.schema.Clip):
        known = item.source_range or _available(item.media_reference)
        return known.start_time.rate if known is not None else 0.0
    children = item if isinstance(item, otio.core.Composition) else ()
    return next((rate for rate in map(_first_rate, children) if rate), 0.0)


def _is_frame_rate(rate: float) -> bool:
    return 4 <= rate <= 1000


def start_time(timeline: otio.schema.Timeline) -> RationalTime:
    """The record timecode of the first frame, at the timeline's rate."""
    start, rate = timeline.global_start_time, timeline_rate(timeline)
    if start is None:
        return RationalTime(0, rate)
    return start if start.rate == rate else from_seconds(seconds(start), rate)


def timeline_duration(timeline: otio.schema.Timeline) -> RationalTime:
    """The length of the longest track at the timeline's rate."""
    rate = timeline_rate(timeline)
    lengths = [item_length(track) for track in timeline.tracks]
    return from_seconds(max(lengths, default=Fraction(0)), rate)


def record_timecode(timeline: otio.schema.Timeline, time: RationalTime) -> str:
    """`time` (from the timeline's first frame) as record timecode."""
    return timecode(time, start_time(timeline))


def clip_views(
    timeline: otio.schema.Timeline,
    base: Path,
    search_folders: Sequence[Path] = (),
    relinked: Mapping[str, Relinked] = {},
    tracks: Set[int] | None = None,
) -> tuple[ClipView, ...]:
    """All clips with some length, track by track in order; nested stacks are looked into.

    Numbered pictures that moved are looked for in `search_folders`; films that did are
    `relinked`, by a search that never guesses. `tracks` are the indices of those that are
    looked at, None for all.
    """
    return tuple(view for _, view in placed_clips(timeline, base, search_folders, relinked, tracks))


def track_names(timeline: otio.schema.Timeline) -> tuple[str, ...]:
    """The tracks' names; one that has none is counted among its kind, as editors do: V1, A1, A2."""
    counts: Counter[str] = Counter()
    names = []
    for track in timeline.tracks:
        letter = getattr(track, "kind", "Video")[:1]
        counts[letter] += 1
        names.append(track.name or f"{letter}{counts[letter]}")
    return tuple(names)


def placed_clips(
    timeline: otio.schema.Timeline,
    base: Path,
    search_folders: Sequence[Path] = (),
    relinked: Mapping[str, Relinked] = {},
    tracks: Set[int] | None = None,
) -> Iterator[tuple[otio.schema.Clip, ClipView]]:
    """The clips of `clip_views`, each with the clip in the timeline that it shows."""
    rate, names = timeline_rate(timeline), track_names(timeline)
    for index, track in enumerate(timeline.tracks):
        if tracks is not None and index not in tracks:
            continue
        place = (index, names[index], getattr(track, "kind", "Video"))
        for found in clips_of(track):
            record = range_of(
                from_seconds(found.start, rate), from_seconds(found.end, rate)
            )
            if record.duration.value > 0:
                yield found.clip, _view(found, record, place, (base, search_folders, relinked))


def clips_in(views: Sequence[ClipView], range_: TimeRange) -> tuple[ClipView, ...]:
    """The clips that share time with `range_`."""
    start, end = frames_of(range_, range_.start_time.rate)
    placed = ((view, frames_of(view.record, range_.start_time.rate)) for view in views)
    return tuple(view for view, (begin, stop) in placed if begin < end and start < stop)


def visible_picture(
    views: Sequence[ClipView], range_: TimeRange
) -> tuple[tuple[ClipView, TimeRange], ...]:
    """What is seen during `range_`: pieces in order, the topmost enabled track first."""
    rate = range_.start_time.rate
    free, pieces = [frames_of(range_, rate)], []
    picture = [view for view in views if view.kind == "Video" and view.enabled]
    # Reversed first: in a nested stack, which is one track of ours, the last layer is on top.
    for view in sorted(reversed(picture), key=lambda view: -view.track):
        start, end = frames_of(view.record, rate)
        first = bisect_right(free, start, key=lambda gap: gap[1])
        last = bisect_left(free, end, key=lambda gap: gap[0])
        left = []
        for begin, stop in free[first:last]:
            seen = max(begin, start), min(stop, end)
            pieces.append((view, seen))
            left += [part for part in ((begin, seen[0]), (seen[1], stop)) if part[1] > part[0]]
        free[first:last] = left
    pieces.sort(key=lambda piece: piece[1][0])
    return tuple(
        (view, range_of(RationalTime(start, rate), RationalTime(end, rate)))
        for view, (start, end) in pieces
    )


def frames_of(range_: TimeRange, rate: float) -> tuple[float, float]:
    """Begin and end in frames at `rate`."""
    if range_.start_time.rate != rate:
        range_ = TimeRange(at_rate(range_.start_time, rate), at_rate(range_.duration, rate))
    return range_.start_time.value, range_.start_time.value + range_.duration.value


def _available(reference) -> TimeRange | None:
    return reference.available_range if reference is not None else None


def _view(found: Found, record, place, where) -> ClipView:
    clip, (index, track_name, kind) = found.clip, place
    media, chosen = _media(clip, *where)
    name = media_name(chosen) if chosen is not None else ""
    first, rate = _first_frame(clip, chosen), record.start_time.rate
    fade_in, fade_out = (fade and _frames(fade, rate) for fade in found.fades)
    return ClipView(
        name=clip.name or name or "clip",
        kind=kind,
        track=index,
        track_name=track_name,
        record=record,
        media=media,
        media_name=name,
        media_start=first + found.media,
        media_duration=found.length * abs(found.speed),
        speed=float(found.speed),
        enabled=found.enabled,
        key=ClipKey(clip.name or "", name, float(first)),
        fade_in=fade_in,
        fade_out=fade_out,
    )


def _frames(fade: tuple[Fraction, Fraction], rate: float) -> TimeRange:
    """Whole frames of a dissolve, none before the timeline's first."""
    start, end = (from_seconds(max(Fraction(0), time), rate) for time in fade)
    return range_of(start, end)


def _media(
    clip, base: Path, search_folders, relinked: Mapping[str, Relinked]
) -> tuple[Path | None, otio.core.MediaReference | None]:
    """What it was relinked to; else the first reference whose file is there, the active one first."""
    again = relinked.get(media_key(clip)) if relinked else None
    if again and Path(again.path).is_file():
        return Path(again.path), clip.media_reference
    for reference in references(clip):
        is_sequence = isinstance(reference, otio.schema.ImageSequenceReference)
        media = resolve(reference, base, search_folders if is_sequence else ())
        if media:
            return media, reference
    return None, clip.media_reference


def _first_frame(clip: otio.schema.Clip, chosen) -> Fraction:
    """Where the clip's source range begins, in seconds from the first frame of the file.

    The range is in the media's own timecode. Where a proxy stands in for the original
    and has another timecode, the one that the range lies in is taken; where none fits,
    the range counts from the file's first frame.
    """
    if clip.source_range is None:
        return Fraction(0)
    start = seconds(clip.source_range.start_time)
    ranges = [r for r in map(_available, (chosen, clip.media_reference)) if r is not None]
    for range_ in ranges:
        begin = seconds(range_.start_time)
        if begin <= start < begin + seconds(range_.duration):
            return start - begin
    begin = seconds(ranges[0].start_time) if ranges else Fraction(0)
    return start - begin if start >= begin else start
