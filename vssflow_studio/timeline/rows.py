"""A track of ours taken apart into what lies where, and put together again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

from .metadata import KEY, plain
from .timecode import from_seconds, in_frames
from .walk import item_length


def cue_of(item: otio.core.SerializableObject) -> str:
    """The cue that a clip of ours is for, else empty; quicker than `ours`."""
    found = item.metadata.get(KEY)
    return str(found.get("cue", "")) if hasattr(found, "items") else ""


def ours(item: otio.core.SerializableObject) -> dict:
    """What of ours an item's metadata carries."""
    found = plain(item.metadata.get(KEY, {}))
    return found if isinstance(found, dict) else {}


def is_ours(track: otio.schema.Track) -> bool:
    """Whether we made `track`; its name may have been changed since."""
    return bool(stem_kind(track))


def stem_kind(track: otio.schema.Track) -> str:
    """Which kind of cue a track of ours holds (of `dialogue 2` it is dialogue); empty where it isn't ours."""
    stem = ours(track).get("stem")
    return next(iter(stem.split()), "") if isinstance(stem, str) else ""


@dataclass(frozen=True)
class Placed:
    """An item and its stretch of its track, from the timeline's first frame."""

    start: RationalTime
    end: RationalTime
    item: otio.core.Item


def placed(start: RationalTime, item: otio.core.Item) -> Placed:
    """`item` from `start` on."""
    given = item.source_range
    if given is not None:
        return Placed(start, start + in_frames(given.duration, start.rate), item)
    return Placed(start, start + from_seconds(item_length(item), start.rate), item)


def laid_out(track: otio.schema.Track, rate: float) -> list[Placed]:
    """The items of a track where they lie, gaps too, transitions left out."""
    at, found = RationalTime(0, rate), []
    for child in track:
        if not isinstance(child, otio.schema.Transition):
            found.append(placed(at, child))
            at = found[-1].end
    return found


class Row:
    """One of our tracks: its items by place, its transitions by neighbours."""

    def __init__(self, track: otio.schema.Track, kind: str, rate: float) -> None:
        self.track, self.kind, self.rate = track, kind, rate
        self.items: list[Placed] = []
        self._starts: list[float] = []
        self.keep(one for one in laid_out(track, rate) if not isinstance(one.item, otio.schema.Gap))
        self.transitions: dict[tuple[int, int], otio.schema.Transition] = {}
        before, pending = None, None
        children = list(track)
        del track[:]
        for child in children:
            if isinstance(child, otio.schema.Transition):
                pending = child
                continue
            here = None if isinstance(child, otio.schema.Gap) else child
            if pending is not None:
                self.transitions[id(before), id(here)] = pending
            before, pending = here, None
        if pending is not None:
            self.transitions[id(before), id(None)] = pending

    def keep(self, items: Iterable[Placed]) -> None:
        """Have these items, and no others."""
        self.items = sorted(items, key=lambda one: one.start.value)
        self._starts = [one.start.value for one in self.items]

    def put(self, piece: Placed) -> None:
        """Have one more."""
        at = bisect_right(self._starts, piece.start.value)
        self.items.insert(at, piece)
        self._starts.insert(at, piece.start.value)

    def has_room(self, piece: Placed) -> bool:
        """Whether nothing lies where `piece` would; nothing on a track overlaps, so its neighbours tell."""
        at = bisect_left(self._starts, piece.end.value)
        return at == 0 or self.items[at - 1].end <= piece.start

    def rebuild(self) -> None:
        """Put the track together again, gaps between the items."""
        at, before = RationalTime(0, self.rate), None
        for one in self.items:
            if one.start > at:
                self._join(before, None)
                self.track.append(otio.schema.Gap(duration=one.start - at))
                before = None
            self._join(before, one.item)
            self.track.append(one.item)
            at, before = one.end, one.item
        if before is not None:
            self._join(before, None)

    def _join(self, before, after) -> None:
        """The transition between two items that were neighbours before, too."""
        transition = self.transitions.get((id(before), id(after)))
        if transition is not None and (before is not None or after is not None):
            self.track.append(transition)
