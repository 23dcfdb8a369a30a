"""The clips below a track: when each is seen, and how its media runs while it is.

Nests, trims, time warps, freeze frames and what is switched off are followed down to the
clip; the timeline itself is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isfinite

import opentimelineio as otio

from .timecode import seconds

_ZERO, _ONE, _FASTEST = Fraction(0), Fraction(1), Fraction(10_000)

Fade = tuple[Fraction, Fraction] | None
Fades = tuple[Fade, Fade]
_NO_FADES: Fades = (None, None)


@dataclass(frozen=True)
class Found:
    """A clip and the seconds of the timeline from `start` to `end`, during which it is seen.

    `media` is where in its source range the first frame stands that is seen, in seconds of
    media from the range's beginning; from there the media runs at `speed`, backwards when
    that is negative. `fades` are the dissolves at the clip's beginning and end.
    """

    clip: otio.schema.Clip
    start: Fraction
    end: Fraction
    media: Fraction
    speed: Fraction
    enabled: bool
    fades: Fades

    @property
    def length(self) -> Fraction:
        """Seconds on the timeline."""
        return self.end - self.start

    @property
    def hidden(self) -> Fraction:
        """How many seconds of timeline nests hide of the clip's beginning."""
        if self.speed == 0:
            return Fraction(0)
        whole = item_length(self.clip) * -self.speed if self.speed < 0 else 0
        return (self.media - whole) / self.speed


def clips_of(track: otio.core.Composable) -> Iterator[Found]:
    """All clips at and below a track of the timeline that are of its kind, in order."""
    if not isinstance(track, otio.core.Composition) and not isinstance(track, otio.schema.Clip):
        return
    kind, length = getattr(track, "kind", "Video"), item_length(track)
    if length > 0:
        yield from _walk(track, kind, _Seen(_ZERO, length), _NO_FADES)


def item_length(item: otio.core.Composable) -> Fraction:
    """Seconds on the timeline of an item, 0 for one whose length can't be known."""
    if isinstance(item, otio.schema.Transition):
        return Fraction(0)
    if item.source_range is not None:
        return seconds(item.source_range.duration)
    if isinstance(item, otio.schema.Track):
        return sum((item_length(child) for child in item), Fraction(0))
    if isinstance(item, otio.schema.Stack):
        return max((item_length(child) for child in item), default=Fraction(0))
    reference = getattr(item, "media_reference", None)
    available = reference.available_range if reference is not None else None
    return seconds(available.duration) if available else Fraction(0)


@cache
def exact_speed(speed: float) -> Fraction:
    """A time warp's scalar as a fraction; one that nobody can mean is held to what can be shown."""
    return max(-_FASTEST, min(_FASTEST, Fraction(speed).limit_denominator(10_000)))


@dataclass(frozen=True)
class _Seen:
    """Seconds of the timeline during which an item is seen, and what time of its own then is.

    At `start` it is `at` seconds after the item's beginning; from there the item's own time
    runs at `speed`, which is 0 in a frozen nest and negative in a reversed one.
    """

    start: Fraction
    end: Fraction
    at: Fraction = _ZERO
    speed: Fraction = _ONE
    enabled: bool = True

    def inside(self, item: otio.core.Item) -> _Seen:
        """The same in the time of what `item` holds, by its source range and time warps."""
        range_, speed = item.source_range, _speed(item)
        begin = seconds(range_.start_time) if range_ is not None else _ZERO
        enabled = self.enabled and item.enabled
        if speed is _ONE:  # as nearly always
            return _Seen(self.start, self.end, begin + self.at, self.speed, enabled)
        # Played backwards, the end of the source range is seen first.
        at = self.at * speed if speed >= 0 else (self.at - item_length(item)) * speed
        total = max(-_FASTEST, min(_FASTEST, self.speed * speed))
        return _Seen(self.start, self.end, begin + at, total, enabled)

    def of(self, begin: Fraction, end: Fraction) -> _Seen | None:
        """When and how a child is seen that stands from `begin` to `end` in this time."""
        if self.speed is _ONE and self.start == self.at == 0 and begin < end <= self.end:
            return _Seen(begin, end, _ZERO, _ONE, self.enabled)  # an untrimmed track
        if self.speed == 0:
            held = begin <= self.at < end
            return _Seen(self.start, self.end, self.at - begin, self.speed, self.enabled) if held else None
        first, last = self.when(begin), self.when(end)
        if self.speed < 0:
            first, last = last, first
        start, stop = max(first, self.start), min(last, self.end)
        if start >= stop:
            return None
        at = self.at + (start - self.start) * self.speed - begin
        return _Seen(start, stop, at, self.speed, self.enabled)

    def when(self, time: Fraction) -> Fraction:
        """The second of the timeline at which this time is `time`."""
        if self.speed == 1:
            return time + (self.start - self.at)
        return self.start + (time - self.at) / self.speed


def _walk(item: otio.core.Composable, kind: str, seen: _Seen, fades: Fades) -> Iterator[Found]:
    if isinstance(item, otio.schema.Clip):
        media, range_ = seen.inside(item), item.source_range
        begin = seconds(range_.start_time) if range_ is not None else 0
        yield Found(item, seen.start, seen.end, media.at - begin, media.speed, media.enabled, fades)
        return
    if not isinstance(item, (otio.schema.Track, otio.schema.Stack)):
        return
    # A nest has its picture and its sound; a video track shows only the former.
    if isinstance(item, otio.schema.Track) and item.kind != kind:
        return
    inside = seen.inside(item)
    children = _in_a_row(item) if isinstance(item, otio.schema.Track) else _in_a_pile(item)
    for child, begin, end, dissolves in children:
        part = inside.of(begin, end)
        if part is not None:
            yield from _walk(child, kind, part, _placed(inside, dissolves))


_Child = tuple[otio.core.Composable, Fraction, Fraction, Fades]


def _in_a_pile(stack: otio.schema.Stack) -> Iterator[_Child]:
    for child in stack:
        yield child, Fraction(0), item_length(child), _NO_FADES


def _in_a_row(track: otio.schema.Track) -> Iterator[_Child]:
    """Clips and nests of a track: begin, end and dissolves in its time."""
    at, children = Fraction(0), [None, None, *track, None, None]
    for index in range(2, len(children) - 2):
        child = children[index]
        if isinstance(child, otio.schema.Transition):
            continue
        end = at + item_length(child)
        if not isinstance(child, otio.schema.Gap):
            yield child, at, end, _dissolves(children, index, at, end)
        at = end


def _dissolves(children: list, index: int, begin: Fraction, end: Fraction) -> Fades:
    if not isinstance(children[index], otio.schema.Clip):
        return _NO_FADES
    return (
        _around(children[index - 1], children[index - 2], begin),
        _around(children[index + 1], children[index + 2], end),
    )


def _around(transition, beyond, cut: Fraction) -> Fade:
    """When a dissolve to what is `beyond` it runs; to and from a nest it is shown as a cut."""
    plain = beyond is None or isinstance(beyond, (otio.schema.Clip, otio.schema.Gap))
    if not plain or not isinstance(transition, otio.schema.Transition):
        return None
    return cut - seconds(transition.in_offset), cut + seconds(transition.out_offset)


def _placed(inside: _Seen, fades: Fades) -> Fades:
    """Dissolves in seconds of the timeline; backwards they change places, frozen there are none."""
    if fades == _NO_FADES or inside.speed == 0:
        return _NO_FADES
    first, last = (
        fade and tuple(sorted((inside.when(fade[0]), inside.when(fade[1])))) for fade in fades
    )
    return (first, last) if inside.speed > 0 else (last, first)


def _speed(item: otio.core.Item) -> Fraction:
    speed = _ONE
    for effect in item.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return _ZERO
        if isinstance(effect, otio.schema.LinearTimeWarp) and isfinite(effect.time_scalar):
            speed *= exact_speed(effect.time_scalar)
    return speed
