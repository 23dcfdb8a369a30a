"""The picture of a cut, told by media and source time: what is left when an NLE lost the rest.

Times are frames at one rate, counted from the timeline's first frame; source times are
counted in the same frames, in the media's own timecode.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, replace
from fractions import Fraction

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .clips import visible_picture
from .media_links import references, url_path
from .timecode import exact_rate, from_seconds, seconds
from .walk import clips_of, exact_speed, item_length

_NO_REEL = ("", "AX", "BL", "UNKNOWN")
_STILLS = (".png", ".tif", ".tiff", ".psd", ".tga", ".svg", ".gif")


@dataclass(frozen=True)
class Medium:
    """A film as a timeline names it: by the path of its reference, else by a clip's name or reel."""

    path: str = ""
    label: str = ""

    @property
    def title(self) -> str:
        """For people."""
        return file_name(self.path) or self.label


@dataclass
class Facts:
    """What a timeline tells of a medium: the paths of all its references, reels, clips' names.

    It goes from `begin` to `end`, in frames of its own time; `known` says whether these are
    the file's own, else they are what is used of it.
    """

    paths: set[str] = field(default_factory=set)
    reels: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    begin: float = 0.0
    end: float = 0.0
    known: bool = False


@dataclass(frozen=True)
class Shot:
    """A stretch of the timeline with unbroken picture of one medium, `start` … `end`.

    `source` is the frame of the medium that stands at `start`; `speed` 0 is a freeze frame.
    """

    start: int
    end: int
    medium: Medium
    source: float
    speed: float
    name: str
    track: int
    enabled: bool = True
    kind: str = "Video"
    record: TimeRange | None = None

    @property
    def length(self) -> int:
        """Frames on the timeline."""
        return self.end - self.start

    def at(self, frame: float) -> float:
        """The source frame at a record frame."""
        return self.source + self.speed * (frame - self.start)

    def cut(self, start: int, end: int) -> Shot:
        """What of it lies between two record frames."""
        start, end = max(start, self.start), min(end, self.end)
        return replace(self, start=start, end=end, source=self.at(start))


class Cut:
    """The picture of a timeline: `shots` on all tracks that are switched on, `seen` from above."""

    def __init__(self, timeline: otio.schema.Timeline, rate: float) -> None:
        self.rate = rate
        self.media: dict[Medium, Facts] = {}
        self._by_path: dict[str, Medium] = {}
        self.shots = _without_overlays(tuple(self._shots(timeline)))
        end = max((shot.end for shot in self.shots), default=0)
        whole = TimeRange(RationalTime(0, rate), RationalTime(end, rate))
        pieces = visible_picture(self.shots, whole) if end else ()
        self.seen = joined(
            shot.cut(round(part.start_time.value), round(part.end_time_exclusive().value))
            for shot, part in pieces
        )
        self._starts = [shot.start for shot in self.seen]

    def under(self, start: int, end: int) -> tuple[Shot, ...]:
        """What is seen between two record frames."""
        first = max(0, bisect_right(self._starts, start) - 1)
        found = []
        for shot in self.seen[first:]:
            if shot.start >= end:
                break
            if shot.end > start:
                found.append(shot.cut(start, end))
        return tuple(found)

    def translated(self, same: dict[Medium, tuple[Medium, float]]) -> Cut:
        """This cut told in another's media: `same` has for each medium the other's, and its delay."""
        new = copy(self)
        new.shots = tuple(_told(shot, same) for shot in self.shots)
        new.seen = joined(_told(shot, same) for shot in self.seen)
        new._starts = [shot.start for shot in new.seen]
        return new

    def _shots(self, timeline: otio.schema.Timeline) -> Iterable[Shot]:
        for index, track in enumerate(timeline.tracks):
            if getattr(track, "kind", "Video") != "Video":
                continue
            for found in clips_of(track):
                start, end = (
                    round(from_seconds(time, self.rate).value)
                    for time in (found.start, found.start + found.length)
                )
                if found.enabled and end > start and not _is_generated(found.clip):
                    yield self._shot(found, start, end, index)

    def _shot(self, found, start: int, end: int, track: int) -> Shot:
        clip, rate, speed = found.clip, float(exact_rate(self.rate)), exact_speed(found.speed)
        medium, used = self._medium(clip), _used(clip)
        self._note(medium, clip, used)
        # Played backwards, the end of the source range is seen first.
        source = used[0] if speed >= 0 else used[0] + item_length(clip) * -speed
        hidden = float(found.hidden - found.start) * rate + start
        return Shot(
            start,
            end,
            medium,
            float(source) * rate + float(speed) * hidden,
            float(speed),
            clip.name or medium.title,
            track,
            record=TimeRange(RationalTime(start, self.rate), RationalTime(end - start, self.rate)),
        )

    def _medium(self, clip: otio.schema.Clip) -> Medium:
        """One for all clips that share a path, be it the proxy's or the original's."""
        paths = [path for path in map(_path, references(clip)) if path]
        known = next((self._by_path[path] for path in paths if path in self._by_path), None)
        if not paths:
            known = Medium(label=getattr(clip.media_reference, "name", "") or clip.name or _reel(clip))
        medium = known or Medium(paths[0])
        self.media.setdefault(medium, Facts()).paths.update(paths)
        self._by_path |= dict.fromkeys(paths, medium)
        return medium

    def _note(self, medium: Medium, clip: otio.schema.Clip, used) -> None:
        facts = self.media[medium]
        facts.names |= {clip.name} if clip.name else set()
        facts.reels |= {reel} if (reel := _reel(clip)) else set()
        available = getattr(clip.media_reference, "available_range", None)
        span = _span(available) if available else used
        begin, end = (float(time) * float(exact_rate(self.rate)) for time in span)
        known = available is not None
        if facts.end <= facts.begin or known > facts.known:
            facts.begin, facts.end, facts.known = begin, end, known
        elif known == facts.known:
            facts.begin, facts.end = min(begin, facts.begin), max(end, facts.end)


def joined(shots: Iterable[Shot]) -> tuple[Shot, ...]:
    """Neighbours through which the picture runs on are one: a razor's cut is no cut."""
    out: list[Shot] = []
    for shot in shots:
        last = out[-1] if out else None
        runs_on = (
            last is not None
            and last.end == shot.start
            and (last.medium, last.speed) == (shot.medium, shot.speed)
            and abs(last.at(shot.start) - shot.source) < 0.01
        )
        if runs_on:
            out[-1] = replace(last, end=shot.end)
        else:
            out.append(shot)
    return tuple(out)


def _without_overlays(shots: tuple[Shot, ...]) -> tuple[Shot, ...]:
    """A watermark or a burnt-in frame lies over the picture and is none: a still over many cuts."""

    def is_overlay(still: Shot) -> bool:
        if not still.medium.path.casefold().endswith(_STILLS):
            return False
        below = (one for one in shots if one.track < still.track)
        return sum(still.start <= one.start and one.end <= still.end for one in below) > 2

    return tuple(shot for shot in shots if not is_overlay(shot))


def _told(shot: Shot, same: dict[Medium, tuple[Medium, float]]) -> Shot:
    if shot.medium not in same:
        return shot
    medium, delay = same[shot.medium]
    return replace(shot, medium=medium, source=shot.source + delay)


def _is_generated(clip: otio.schema.Clip) -> bool:
    """Titles, adjustment layers and bars lie over the picture and are none."""
    return isinstance(clip.media_reference, otio.schema.GeneratorReference)


def file_name(path: str) -> str:
    """The last part of a path with forward slashes."""
    return path.rsplit("/", 1)[-1]


def _path(reference: otio.core.MediaReference) -> str:
    url = getattr(reference, "target_url", None) or ""
    if not url and isinstance(reference, otio.schema.ImageSequenceReference):
        url = f"{(reference.target_url_base or '').rstrip('/')}/{reference.name_prefix or ''}"
    return url_path(url).replace("\\", "/") if url.strip("/") else ""


def _reel(clip: otio.schema.Clip) -> str:
    """The reel or tape that an adapter put into the metadata."""
    for owner in (clip, *references(clip)):
        found = _find_reel(owner.metadata, 4)
        if found.upper() not in _NO_REEL:
            return found
    return ""


def _find_reel(value, depth: int) -> str:
    if depth == 0 or not hasattr(value, "items"):
        return ""
    for key, inner in value.items():
        if key.casefold() in ("reel", "reel_name", "reel name", "tape", "tape name", "tapename"):
            name = inner.get("name", "") if hasattr(inner, "items") else inner
            if isinstance(name, str) and name.strip():
                return name.strip()
    found = (_find_reel(inner, depth - 1) for inner in value.values())
    return next((reel for reel in found if reel), "")


def _used(clip: otio.schema.Clip) -> tuple[Fraction, Fraction]:
    """The source range in seconds of the medium's own time."""
    if clip.source_range is not None:
        return _span(clip.source_range)
    return _span(clip.media_reference.available_range)


def _span(range_: TimeRange) -> tuple[Fraction, Fraction]:
    start = seconds(range_.start_time)
    return start, start + seconds(range_.duration)
