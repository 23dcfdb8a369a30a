"""The timeline flattened: where each clip stands and which part of which file it shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isfinite
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .cues import ClipKey
from .media_links import media_name, references, resolve
from .timecode import at_rate, from_seconds, range_of, seconds, timecode


@dataclass(frozen=True)
class ClipView:
    """A clip as it is seen or heard on the timeline.

    `record` counts from the timeline's first frame at its rate. `media_start` is where
    in the media file its first frame stands, in seconds from the file's first;
    `media_duration` is how many seconds of media it uses. `speed` is 0 for a freeze
    frame; when it is negative, the media runs backwards from `media_start`.
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


def timeline_rate(timeline: otio.schema.Timeline) -> float:
    """The rate of the global start time, else of the first clip that has picture, else 24."""
    if timeline.global_start_time is not None:
        return timeline.global_start_time.rate
    for tracks in (timeline.video_tracks(), timeline.audio_tracks()):
        for clip in (clip for track in tracks for clip in track.find_clips()):
            known = clip.source_range or _available(clip.media_reference)
            if known is not None:
                return known.start_time.rate
    return 24.0


def start_time(timeline: otio.schema.Timeline) -> RationalTime:
    """The record timecode of the first frame."""
    return timeline.global_start_time or RationalTime(0, timeline_rate(timeline))


def timeline_duration(timeline: otio.schema.Timeline) -> RationalTime:
    """The length of the longest track at the timeline's rate."""
    rate = timeline_rate(timeline)
    lengths = [item_length(track) for track in timeline.tracks]
    return from_seconds(max(lengths, default=Fraction(0)), rate)


def record_timecode(timeline: otio.schema.Timeline, time: RationalTime) -> str:
    """`time` (from the timeline's first frame) as record timecode."""
    return timecode(time, start_time(timeline))


def clip_views(
    timeline: otio.schema.Timeline, base: Path, search_folders: Sequence[Path] = ()
) -> tuple[ClipView, ...]:
    """All clips with some length, track by track in order; nested stacks are looked into."""
    rate = timeline_rate(timeline)
    views: list[ClipView] = []
    for index, track in enumerate(timeline.tracks):
        kind = getattr(track, "kind", "Video")
        place = (index, track.name or f"{kind[:1]}{index + 1}", kind)
        for found in _walk(track, _Walk(kind)):
            record = range_of(
                from_seconds(found.start, rate), from_seconds(found.start + found.length, rate)
            )
            if record.duration.value > 0:
                views.append(_view(found, record, place, base, search_folders))
    return tuple(views)


def clips_in(views: Sequence[ClipView], range_: TimeRange) -> tuple[ClipView, ...]:
    """The clips that share time with `range_`."""
    start, end = _values(range_, range_.start_time.rate)
    placed = ((view, _values(view.record, range_.start_time.rate)) for view in views)
    return tuple(view for view, (begin, stop) in placed if begin < end and start < stop)


def visible_picture(
    views: Sequence[ClipView], range_: TimeRange
) -> tuple[tuple[ClipView, TimeRange], ...]:
    """What is seen during `range_`: pieces in order, the topmost enabled track first."""
    rate = range_.start_time.rate
    free, pieces = [_values(range_, rate)], []
    picture = [view for view in views if view.kind == "Video" and view.enabled]
    # Reversed first: in a nested stack, which is one track of ours, the last layer is on top.
    for view in sorted(reversed(picture), key=lambda view: -view.track):
        start, end = _values(view.record, rate)
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


def _values(range_: TimeRange, rate: float) -> tuple[float, float]:
    """Begin and end in frames at `rate`."""
    if range_.start_time.rate != rate:
        range_ = TimeRange(at_rate(range_.start_time, rate), at_rate(range_.duration, rate))
    return range_.start_time.value, range_.start_time.value + range_.duration.value


@dataclass(frozen=True)
class _Found:
    """A clip and its stretch of the timeline in seconds; a parent hides `hidden` of its beginning."""

    clip: otio.schema.Clip
    start: Fraction
    length: Fraction
    hidden: Fraction
    speed: float
    enabled: bool


@dataclass(frozen=True)
class _Walk:
    """What the items above an item say about it; `window` is what their source ranges leave."""

    kind: str
    window: tuple[Fraction, Fraction] | None = None
    speed: float = 1.0
    enabled: bool = True

    def into(self, item, start: Fraction) -> _Walk:
        """The same for the children of `item`, which begins at `start`."""
        window = self.window
        if item.source_range:
            end = start + seconds(item.source_range.duration)
            window = (max(start, window[0]), min(end, window[1])) if window else (start, end)
        return _Walk(self.kind, window, self.speed * _speed(item), self.enabled and item.enabled)


def _walk(item, walk: _Walk, start: Fraction = Fraction(0)) -> Iterator[_Found]:
    """Clips below `item`, which begins at `start` seconds of the timeline."""
    if isinstance(item, otio.schema.Clip):
        begin, end = start, start + item_length(item)
        if walk.window:
            begin, end = max(begin, walk.window[0]), min(end, walk.window[1])
        if end > begin:
            speed, enabled = walk.speed * _speed(item), walk.enabled and item.enabled
            yield _Found(item, begin, end - begin, begin - start, speed, enabled)
        return
    if not isinstance(item, (otio.schema.Track, otio.schema.Stack)):
        return
    # A nest has its picture and its sound; a video track shows only the former.
    if isinstance(item, otio.schema.Track) and item.kind != walk.kind:
        return
    inside = walk.into(item, start)
    at = start - (seconds(item.source_range.start_time) if item.source_range else 0)
    in_a_row = isinstance(item, otio.schema.Track)
    for child in item:
        yield from _walk(child, inside, at)
        if in_a_row:
            at += item_length(child)


def item_length(item) -> Fraction:
    """Seconds on the timeline of an item, 0 for one whose length can't be known."""
    if isinstance(item, otio.schema.Transition):
        return Fraction(0)
    if item.source_range is not None:
        return seconds(item.source_range.duration)
    if isinstance(item, otio.schema.Track):
        return sum((item_length(child) for child in item), Fraction(0))
    if isinstance(item, otio.schema.Stack):
        return max((item_length(child) for child in item), default=Fraction(0))
    available = _available(getattr(item, "media_reference", None))
    return seconds(available.duration) if available else Fraction(0)


def _speed(item) -> float:
    speed = 1.0
    for effect in item.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return 0.0
        if isinstance(effect, otio.schema.LinearTimeWarp) and isfinite(effect.time_scalar):
            speed *= effect.time_scalar
    return speed


@cache
def _exact(speed: float) -> Fraction:
    return Fraction(speed).limit_denominator(10_000)


def _available(reference) -> TimeRange | None:
    return reference.available_range if reference is not None else None


def _view(found: _Found, record, place, base: Path, search_folders) -> ClipView:
    clip, (index, track_name, kind) = found.clip, place
    media, chosen = _media(clip, base, search_folders)
    name = media_name(chosen) if chosen is not None else ""
    speed = _exact(found.speed)
    first = _first_frame(clip, chosen)
    # Played backwards, the end of the source range is seen first.
    start = first if speed >= 0 else first + item_length(clip) * -speed
    return ClipView(
        name=clip.name or name or "clip",
        kind=kind,
        track=index,
        track_name=track_name,
        record=record,
        media=media,
        media_name=name,
        media_start=start + found.hidden * speed,
        media_duration=found.length * abs(speed),
        speed=found.speed,
        enabled=found.enabled,
        key=ClipKey(clip.name or "", name, float(first)),
    )


def _media(clip, base: Path, search_folders) -> tuple[Path | None, otio.core.MediaReference | None]:
    """The first reference whose file is there, the active one first; else the active one."""
    for reference in references(clip):
        media = resolve(reference, base, search_folders)
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
