"""Where a stretch of an old cut's picture stands in a new one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .shots import Cut, Medium, Shot

_AROUND = 30
"""Seconds of neighbours that decide between several places."""

@dataclass(frozen=True)
class Place:
    """A shift (new frame less old frame) and what of the old picture stands under it again.

    `runs` are stretches of old record frames, `part` is how much of the picture they are.
    """

    shift: int
    runs: tuple[tuple[int, int], ...]
    part: float

    @property
    def is_whole(self) -> bool:
        """Whether every frame is there."""
        return self.part == 1

    @property
    def frames(self) -> int:
        """How many frames are there."""
        return sum(end - start for start, end in self.runs)


@dataclass(frozen=True)
class Retimed:
    """Where a stretch of picture stands at another speed: new frames, and how much of it.

    `first` is the old frame of what stands at `start`, or at `end` where it runs the other way.
    """

    start: int
    end: int
    first: int
    part: float
    shot: Shot


class PictureSearch:
    """Looks for shots of `old` in `new`, which is told in the old one's media.

    `seen` is what is visible, `laid` all that stands on any track, covered or not.
    """

    def __init__(self, old: Cut, new: Cut) -> None:
        self.old, self.new = old, new
        self.seen, self.laid = _by_medium(new.seen), _by_medium(new.shots)

    def places(self, picture: Sequence[Shot], layer: Layer | None = None) -> list[Place]:
        """The places where most of `picture` stands again, the likeliest first: by its neighbours."""
        layer = self.seen if layer is None else layer
        found = self._places(picture, layer)
        most = max((place.part for place in found), default=0)
        best = [place for place in found if place.part == most]
        if len(best) > 1:
            best.sort(key=lambda one: (-self.neighbours(picture, one.shift), abs(one.shift), one.shift))
        return best

    def nearest(self, picture: Sequence[Shot], shift: int) -> Place | None:
        """Of the places with some of `picture`, the one whose shift is nearest to `shift`."""
        places = self._places(picture, self.seen)
        return min(places, key=lambda one: (abs(one.shift - shift), -one.part), default=None)

    def neighbours(self, picture: Sequence[Shot], shift: int) -> int:
        """How many frames round `picture` stand under the same shift."""
        reach = round(_AROUND * self.old.rate)
        around = self.old.under(max(0, picture[0].start - reach), picture[-1].end + reach)
        return _place(around, self.seen, shift).frames

    def _of(self, shot: Shot) -> Sequence[Shot]:
        return self.seen[shot.medium].shots if shot.medium in self.seen else ()

    def _places(self, picture: Sequence[Shot], layer: Layer) -> list[Place]:
        found = (_place(picture, layer, shift) for shift in _shifts(picture, layer))
        return [place for place in found if place.runs]

    def retimed(self, shot: Shot) -> Retimed | None:
        """Where most of a shot stands at another speed, nearest to where it stood."""
        first, last = sorted((shot.source, shot.at(shot.end)))
        found = []
        for there in self._of(shot) if shot.speed else ():
            if there.speed in (0, shot.speed):
                continue
            begin, end = sorted((there.source, there.at(there.end)))
            begin, end = max(first, begin), min(last, end)
            if end > begin:
                frames = (there.start + (at - there.source) / there.speed for at in (begin, end))
                start, stop = sorted(map(round, frames))
                start = min(start, there.end - 1)
                into = ((begin if shot.speed > 0 else end) - shot.source) / shot.speed
                part = (end - begin) / (last - first)
                found.append(Retimed(start, max(stop, start + 1), round(shot.start + into), part, there))
        return max(found, key=lambda one: (round(one.part, 6), -abs(one.start - shot.start)), default=None)


class _Film:
    """The shots of one medium, by time."""

    def __init__(self, shots: list[Shot]) -> None:
        self.shots = shots
        self._starts = [one.start for one in shots]
        self._longest = max(one.length for one in shots)

    def between(self, start: int, end: int) -> list[Shot]:
        """Those that may have a frame there."""
        first = bisect_right(self._starts, start - self._longest)
        return self.shots[first : bisect_left(self._starts, end)]


Layer = dict[Medium, _Film]


def _by_medium(shots: Iterable[Shot]) -> Layer:
    found: dict[Medium, list[Shot]] = {}
    for shot in sorted(shots, key=lambda shot: shot.start):
        found.setdefault(shot.medium, []).append(shot)
    return {medium: _Film(shots) for medium, shots in found.items()}


def _shifts(picture: Sequence[Shot], layer: Layer) -> set[int]:
    """All shifts under which some of the picture may stand."""
    pairs = ((shot, there) for shot in picture if shot.medium in layer for there in layer[shot.medium].shots)
    return {_shift(shot, there) for shot, there in pairs if _meet(shot, there)}


def _meet(one: Shot, other: Shot) -> bool:
    if one.speed != other.speed:
        return False
    if not one.speed:
        return abs(one.source - other.source) < 1
    first, last = sorted((one.source, one.at(one.end)))
    begin, end = sorted((other.source, other.at(other.end)))
    return begin < last and first < end


def _shift(shot: Shot, there: Shot) -> int:
    """New frame less old frame for the same source frame; a freeze frame counts from its start."""
    into = (shot.source - there.source) / shot.speed if shot.speed else 0
    return round(there.start + into - shot.start)


def _place(picture: Sequence[Shot], layer: Layer, shift: int) -> Place:
    """What stands again under `shift`."""
    runs = []
    for shot in picture:
        film = layer.get(shot.medium)
        theirs = film.between(shot.start + shift, shot.end + shift) if film else ()
        runs += [run for there in theirs if (run := _run(shot, there, shift))]
    runs = _united(runs)
    frames, total = sum(end - start for start, end in runs), sum(shot.length for shot in picture)
    return Place(shift, tuple(runs), 1 if frames == total else frames / total)


def _run(shot: Shot, there: Shot, shift: int) -> tuple[int, int] | None:
    """The old frames of `shot` that `there` shows under `shift`, to less than a frame."""
    start, end = max(shot.start, there.start - shift), min(shot.end, there.end - shift)
    if end <= start or shot.speed != there.speed:
        return None
    apart = abs(shot.at(start) - there.at(start + shift))
    return (start, end) if apart < 0.999 * max(1.0, abs(shot.speed)) else None


def _united(runs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(runs):
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], end)
        else:
            out.append((start, end))
    return out
