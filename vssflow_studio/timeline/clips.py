"""The timeline flattened: where each clip stands and which part of which file it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .cues import ClipKey
from .media_links import media_name, references, resolve
from .timecode import from_seconds, range_of, seconds, timecode


@dataclass(frozen=True)
class ClipView:
    """A clip as it is seen or heard on the timeline.

    `record` counts from the timeline's first frame at its rate. `media_start` and
    `media_duration` are seconds from the first frame of the media file; `speed` is 0
    for a freeze frame and negative for reverse.
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
            if clip.source_range is not None:
                return clip.source_range.start_time.rate
            available = _available(clip.media_reference)
            if available is not None:
                return available.start_time.rate
    return 24.0


def start_time(timeline: otio.schema.Timeline) -> RationalTime:
    """The record timecode of the first frame."""
    return timeline.global_start_time or RationalTime(0, timeline_rate(timeline))


def timeline_duration(timeline: otio.schema.Timeline) -> RationalTime:
    """The length of the longest track at the timeline's rate."""
    rate = timeline_rate(timeline)
    lengths = [_length(track) for track in timeline.tracks]
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
        for clip, start, length, speed, enabled in _walk_item(track, Fraction(0), None, 1.0, True):
            record = range_of(from_seconds(start, rate), from_seconds(start + length, rate))
            if record.duration.value > 0:
                kind = getattr(track, "kind", "Video")
                place = (index, track.name or f"{kind[0]}{index + 1}", kind)
                views.append(_view(clip, record, place, (start, length, speed), enabled, base, search_folders))
    return tuple(views)


def clips_in(views: Sequence[ClipView], range_: TimeRange) -> tuple[ClipView, ...]:
    """The clips that share time with `range_`."""
    return tuple(view for view in views if _overlap(view.record, range_) is not None)


def visible_picture(
    views: Sequence[ClipView], range_: TimeRange
) -> tuple[tuple[ClipView, TimeRange], ...]:
    """What is seen during `range_`: pieces in order, the topmost enabled track first."""
    free, pieces = [range_], []
    picture = [view for view in views if view.kind == "Video" and view.enabled]
    for view in sorted(picture, key=lambda view: -view.track):
        left: list[TimeRange] = []
        for gap in free:
            shared = _overlap(view.record, gap)
            if shared is None:
                left.append(gap)
                continue
            pieces.append((view, shared))
            before = range_of(gap.start_time, shared.start_time)
            after = range_of(shared.end_time_exclusive(), gap.end_time_exclusive())
            left += [part for part in (before, after) if part.duration.value > 0]
        free = left
    return tuple(sorted(pieces, key=lambda piece: piece[1].start_time.value))


def _overlap(one: TimeRange, other: TimeRange) -> TimeRange | None:
    start = max(one.start_time, other.start_time)
    end = min(one.end_time_exclusive(), other.end_time_exclusive())
    return range_of(start, end) if end > start else None


_Found = tuple[otio.schema.Clip, Fraction, Fraction, float, bool]


def _walk_item(
    item, start: Fraction, window: tuple[Fraction, Fraction] | None, speed: float, enabled: bool
) -> Iterator[_Found]:
    """Clips below `item`, as (clip, start, length, speed, enabled) in timeline seconds.

    `window` cuts what a parent's source range leaves visible.
    """
    enabled = enabled and getattr(item, "enabled", True)
    if isinstance(item, otio.schema.Clip):
        begin, end = start, start + _length(item)
        if window:
            begin, end = max(begin, window[0]), min(end, window[1])
        if end > begin:
            # The clip's own start goes along in the speed-scaled offset of `_view`.
            yield _Trimmed(item, begin - start), begin, end - begin, speed * _speed(item), enabled
        return
    if not isinstance(item, (otio.schema.Track, otio.schema.Stack)):
        return
    trimmed = item.source_range
    inner_start = start - (seconds(trimmed.start_time) if trimmed else 0)
    if trimmed:
        mine = (start, start + seconds(trimmed.duration))
        window = mine if window is None else (max(mine[0], window[0]), min(mine[1], window[1]))
    speed *= _speed(item)
    at = inner_start
    for child in item:
        if isinstance(child, otio.schema.Transition):
            continue
        yield from _walk_item(child, at, window, speed, enabled)
        if isinstance(item, otio.schema.Track):
            at += _length(child)


@dataclass(frozen=True)
class _Trimmed:
    """A clip, and how many timeline seconds of its beginning a parent hides."""

    clip: otio.schema.Clip
    hidden: Fraction


def _length(item) -> Fraction:
    """Seconds on the timeline of an item, 0 for one whose length can't be known."""
    if isinstance(item, otio.schema.Transition):
        return Fraction(0)
    if item.source_range is not None:
        return seconds(item.source_range.duration)
    if isinstance(item, otio.schema.Track):
        return sum((_length(child) for child in item), Fraction(0))
    if isinstance(item, otio.schema.Stack):
        return max((_length(child) for child in item), default=Fraction(0))
    available = _available(getattr(item, "media_reference", None))
    return seconds(available.duration) if available else Fraction(0)


def _speed(item) -> float:
    speed = 1.0
    for effect in item.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return 0.0
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= effect.time_scalar
    return speed


def _available(reference) -> TimeRange | None:
    return reference.available_range if reference is not None else None


def _view(found, record, place, timing, enabled, base, search_folders) -> ClipView:
    clip, (index, track_name, kind), (_, length, speed) = found.clip, place, timing
    media, chosen = None, clip.media_reference
    for reference in references(clip):
        media = resolve(reference, base, search_folders)
        if media:
            chosen = reference
            break
    name = media_name(chosen) if chosen is not None else ""
    source = clip.source_range.start_time if clip.source_range else None
    available = _available(chosen)
    origin = seconds(available.start_time) if available else Fraction(0)
    first = seconds(source) - origin if source is not None else Fraction(0)
    if first < 0:  # the reference's range and the clip's don't agree: trust the clip
        first = seconds(source)
    return ClipView(
        name=clip.name or name or "clip",
        kind=kind,
        track=index,
        track_name=track_name,
        record=record,
        media=media,
        media_name=name,
        media_start=first + found.hidden * Fraction(speed).limit_denominator(1000),
        media_duration=length * abs(Fraction(speed).limit_denominator(1000)),
        speed=speed,
        enabled=enabled,
        key=ClipKey(clip.name or "", name, float(first)),
    )


