"""Cues carried to a new cut: to where their pictures now are, never by record time alone.

Both cuts are told as shots (medium, source frames), so it matters not what an NLE made of
names, folders and metadata. A cue goes by the shift under which most of its picture stands
in the new cut as it stood in the old; where it stands several times (a duplicated shot),
the neighbours decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .clips import record_timecode, timeline_rate
from .cues import ClipKey, Cue, Project, Take
from .metadata import read_project
from .picture_search import PictureSearch, Place, Retimed
from .same_media import same_media
from .shots import Cut, Shot, file_name
from .timecode import at_rate, exact_rate, from_seconds, seconds

KEPT, MOVED, NEW_SOUND, ORPHANED = "kept", "moved", "needs-new-sound", "orphaned"
_LEAST = 0.25
"""The part of a cue's picture that has to be left for the cue to go there."""


@dataclass(frozen=True)
class Fate:
    """What became of a cue: kept, moved, needs-new-sound or orphaned, and why.

    `before` and `after` are record timecodes in the old and the new cut (`after` is empty
    for an orphan), `also` where else its picture stands.
    """

    cue: str
    kind: str
    text: str
    state: str
    before: str
    after: str
    reason: str = ""
    also: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The reason, and where else."""
        return "; ".join(filter(None, (self.reason, self.also and f"also at {', '.join(self.also)}")))


@dataclass(frozen=True)
class Conformed:
    """The project as it belongs to the new cut, and what became of each cue."""

    project: Project
    report: tuple[Fate, ...]

    def count(self) -> dict[str, int]:
        """How many cues were kept, moved, …"""
        states = Counter(fate.state for fate in self.report)
        return {state: states[state] for state in (KEPT, MOVED, NEW_SOUND, ORPHANED)}

    def as_dict(self) -> dict:
        """For `--json`."""
        return {"count": self.count(), "cues": [asdict(fate) for fate in self.report]}


def conform(
    old_timeline: otio.schema.Timeline, old_project: Project, new_timeline: otio.schema.Timeline
) -> Conformed:
    """The cues of the old cut, placed in the new one; nothing of the timelines is changed.

    Where the new cut has cues of ours it is the same file cut anew, and they are taken from
    there; one that stands elsewhere than in the old cut was placed there by hand and stays.
    Takes stay with their cues. Orphans stay in the project, their `picture` is "gone".
    """
    own = read_project(new_timeline)
    project = own if own.cues else _merged(own, old_project)
    known = {cue.id: cue for cue in old_project.cues}
    carrier = _Carrier(old_timeline, new_timeline)
    done: dict[str, _Carried] = {}
    for cue in project.cues:
        was = known.get(cue.id)
        if own.cues and known and (was is None or was.range != cue.range):
            done[cue.id] = _Carried(cue, KEPT, "it was placed in the new cut")
        else:
            done[cue.id] = carrier.carry(cue)
    _part_doubles(carrier, project.cues, done)
    cues = sorted((one.cue for one in done.values()), key=lambda cue: seconds(cue.range.start_time))
    report = tuple(carrier.fate(cue, done[cue.id]) for cue in project.cues)
    return Conformed(replace(project, cues=tuple(cues)), report)


def _merged(own: Project, old: Project) -> Project:
    folders = dict.fromkeys((*own.search_folders, *old.search_folders))
    return replace(old, search_folders=tuple(folders), relinked=old.relinked | own.relinked)


@dataclass(frozen=True)
class _Carried:
    """A cue in the new cut. `places` are the others it could go to, `shift` is by how much it went."""

    cue: Cue
    state: str
    reason: str = ""
    picture: tuple[Shot, ...] = ()
    shift: int | None = None
    places: tuple[Place, ...] = ()


class _Carrier:
    """The two cuts in one language, and a cue's way from the one to the other."""

    def __init__(self, old: otio.schema.Timeline, new: otio.schema.Timeline) -> None:
        self.timelines, self.rate = (old, new), timeline_rate(new)
        self.old, self.found = Cut(old, self.rate), Cut(new, self.rate)
        self.same = same_media(self.old, self.found)
        self.search = PictureSearch(self.old, self.found.translated(self.same))

    def carry(self, cue: Cue, taken: Sequence[int] = ()) -> _Carried:
        """The cue where its picture is, but not under a shift that is `taken`."""
        start, end = self.frames(cue.range)
        picture = self._lost(cue, start, end) if cue.picture == "gone" else self.old.under(start, end)
        if not picture:
            if cue.picture == "gone":
                return _Carried(cue, ORPHANED, "its picture is not in this cut either")
            return self._on_black(cue, start, end)
        places = [one for one in self.search.places(picture) if one.shift not in taken]
        places.sort(key=lambda one: start + one.shift < 0)
        if places and places[0].is_whole:
            return self._whole(cue, picture, places)
        if cue.kind == "dialogue":
            covered = self.search.places(picture, self.search.laid)
            if covered and covered[0].is_whole and covered[0].shift not in taken:
                return self._whole(cue, picture, covered, "its picture is covered by another track")
        main = max(picture, key=lambda shot: shot.length)
        retimed = self.search.retimed(main)
        part = places[0].part if places else 0.0
        if retimed and retimed.part * main.length / _length(picture) > max(part, _LEAST):
            return self._at_other_speed(cue, picture, main, retimed)
        if part >= _LEAST:
            return self._in_part(cue, picture, places[0])
        return self._orphan(cue, picture, places)

    def frames(self, range_: TimeRange) -> tuple[int, int]:
        """First frame and end at the new cut's rate."""
        times = range_.start_time, range_.end_time_exclusive()
        start, end = (round(from_seconds(seconds(time), self.rate).value) for time in times)
        return start, end

    def fate(self, before: Cue, carried: _Carried) -> Fate:
        """For the report, in timecode."""
        old, new = self.timelines
        here = carried.state != ORPHANED
        start = self.frames(before.range)[0]
        also = (start + one.shift for one in carried.places if not here or one.shift != carried.shift)
        return Fate(
            before.id,
            before.kind,
            f"{before.character}: {before.text}" if before.character else before.text,
            carried.state,
            record_timecode(old, before.range.start_time),
            record_timecode(new, carried.cue.range.start_time) if here else "",
            carried.reason,
            tuple(self.timecode(frame) for frame in also),
        )

    def timecode(self, frame: int) -> str:
        """Record timecode in the new cut."""
        return record_timecode(self.timelines[1], RationalTime(frame, self.rate))

    # --- what can become of a cue ---

    def _whole(self, cue: Cue, picture, places: Sequence[Place], reason: str = "") -> _Carried:
        shift = places[0].shift
        start, end = (frame + shift for frame in self.frames(cue.range))
        moved = self._placed(cue, start, end)
        if start < 0:
            reason = "its beginning is before the first frame now"
            return _Carried(_stale(moved), NEW_SOUND, reason, picture, shift, tuple(places))
        return _Carried(moved, _state(cue, moved), reason, picture, shift, tuple(places))

    def _in_part(self, cue: Cue, picture, place: Place) -> _Carried:
        """Some of its picture is gone. A line whose own shot is there runs on; all else is cut."""
        start, end = self.frames(cue.range)
        spans = [self.search.nearest((shot,), place.shift) for shot in picture]
        own = max(range(len(picture)), key=lambda i: (_frames_under(spans[i], place), -i))
        main = max(range(len(picture)), key=lambda i: picture[i].length)
        if cue.kind == "dialogue" and spans[main] and spans[main].is_whole:
            return self._whole(cue, picture, [spans[main]], "the shot beside its own is another now")
        first, last = _side_by_side(spans, own, _length(picture) if cue.kind == "ambience" else 0)
        begin, stop = first.runs[0][0], last.runs[-1][1]
        begin = start if begin == picture[0].start else begin
        stop = end if stop == picture[-1].end else stop
        moved = self._placed(cue, begin + first.shift, stop + last.shift, begin - start)
        gone = _length(picture) - place.frames
        reason = f"{gone} of its {_length(picture)} frames of picture are gone or elsewhere"
        return _Carried(_stale(moved), NEW_SOUND, reason, picture, place.shift, (place,))

    def _at_other_speed(self, cue: Cue, picture, main: Shot, there: Retimed) -> _Carried:
        start, end = self.frames(cue.range)
        reason = f"its picture runs at {there.shot.speed:.0%} now"
        shift = there.start - there.first
        if cue.kind == "dialogue":
            moved = self._placed(cue, start + shift, end + shift)
            return _Carried(moved, _state(cue, moved), reason, picture, shift)
        moved = _stale(self._placed(cue, there.start, there.end, there.first - start))
        return _Carried(moved, NEW_SOUND, reason, picture, shift)

    def _on_black(self, cue: Cue, start: int, end: int) -> _Carried:
        """No picture under it: between the shots where it was, if there is black still."""
        if not self.old.seen and not self.found.seen:
            return _Carried(cue, KEPT, "there is no picture in these cuts")
        for shot in self._beside(start, end):
            for place in self.search.places((shot,)):
                begin, stop = start + place.shift, end + place.shift
                if place.is_whole and begin >= 0 and not self.found.under(begin, stop):
                    moved = self._placed(cue, begin, stop)
                    reason = f"on black, beside {shot.name}"
                    return _Carried(moved, _state(cue, moved), reason, (shot,), place.shift)
        reason = "it stood on black, and there is none beside the same shots now"
        return _Carried(replace(cue, picture="gone"), ORPHANED, reason)

    def _orphan(self, cue: Cue, picture, places: Sequence[Place]) -> _Carried:
        if not places:
            reason = f"its picture ({picture[0].medium.title}) is gone"
        else:
            reason = f"only {places[0].frames} of its {_length(picture)} frames of picture are left"
        main = max(picture, key=lambda shot: shot.length)
        key = cue.clip if cue.picture == "gone" else self._key(main, self.frames(cue.range)[0])
        return _Carried(_orphaned(cue, key), ORPHANED, reason, picture, None, tuple(places))

    # --- what they need ---

    def _placed(self, cue: Cue, start: int, end: int, slip: int = 0) -> Cue:
        """The cue from `start` to `end`; its old picture began `slip` frames into it."""
        slip, start = slip + max(0, -start), max(0, start)
        if (start, end) == self.frames(cue.range):
            return replace(cue, picture="") if cue.picture == "gone" else cue
        rate = cue.range.start_time.rate
        rate = rate if exact_rate(rate) == exact_rate(self.rate) else self.rate
        range_ = TimeRange(RationalTime(start, rate), RationalTime(end - start, rate))
        takes = tuple(_slipped(take, RationalTime(slip, self.rate)) for take in cue.takes)
        here = self.found.under(start, end)
        main = max(here, key=lambda shot: shot.length, default=None)
        key = self._key(main, start, self.found) if main else cue.clip
        picture = "" if cue.picture == "gone" else cue.picture
        return replace(cue, range=range_, takes=takes, clip=key, picture=picture)

    def _key(self, shot: Shot, start: int, cut: Cut | None = None) -> ClipKey:
        """What finds `shot` of the old cut, or of another, and the cue that begins at `start`."""
        facts = (cut or self.old).media[shot.medium]
        begin = facts.begin if facts.known else 0.0
        first = (shot.source - begin) / self.rate
        at = (shot.at(start) - begin) / self.rate if shot.speed == 1 else None
        return ClipKey(shot.name, file_name(shot.medium.path), first, at)

    def _lost(self, cue: Cue, start: int, end: int) -> tuple[Shot, ...]:
        """What an orphan of an earlier cut stood over, if this cut has that film at all."""
        key = cue.clip
        if key is None or key.at is None or not key.media:
            return ()
        for medium, facts in self.found.media.items():
            if file_name(medium.path).casefold() == key.media.casefold():
                other, delay = self.same.get(medium, (medium, 0.0))
                source = key.at * self.rate + (facts.begin if facts.known else 0.0) + delay
                return (Shot(start, end, other, source, 1.0, key.name, 0),)
        return ()

    def _beside(self, start: int, end: int) -> list[Shot]:
        """A second at most of the shots before and after a stretch of black."""
        reach = round(self.rate)
        before = [shot for shot in self.old.seen if shot.end <= start][-1:]
        after = [shot for shot in self.old.seen if shot.start >= end][:1]
        return [shot.cut(shot.end - reach, shot.end) for shot in before] + [
            shot.cut(shot.start, shot.start + reach) for shot in after
        ]


def _part_doubles(carrier: _Carrier, cues: Sequence[Cue], done: dict[str, _Carried]) -> None:
    """No two cues that wish for the same come to lie on one picture where they stood apart before.

    The one whose neighbours are there stays; the other takes the next place, else it is an orphan.
    """
    groups: dict[tuple, list[Cue]] = {}
    for cue in cues:
        if done[cue.id].shift is not None:
            groups.setdefault((cue.kind, cue.character, cue.text.strip().casefold()), []).append(cue)
    for group in groups.values():
        if not any(_double(cue, group[:index], done) for index, cue in enumerate(group)):
            continue
        group.sort(key=lambda cue: -carrier.search.neighbours(done[cue.id].picture, done[cue.id].shift))
        for index, cue in enumerate(group):
            taken: list[int] = []
            while rival := _double(cue, group[:index], done):
                taken.append(done[cue.id].shift)
                again = carrier.carry(cue, taken)
                if again.state in (KEPT, MOVED) and again.shift not in taken:
                    done[cue.id] = again
                    continue
                where = carrier.timecode(carrier.frames(done[rival.id].cue.range)[0])
                reason = f"its picture stands only at {where}, under another cue of the same text"
                key = again.cue.clip if again.cue.picture == "gone" else None
                done[cue.id] = _Carried(_orphaned(cue, key or cue.clip), ORPHANED, reason)


def _double(cue: Cue, others: Iterable[Cue], done: dict[str, _Carried]) -> Cue | None:
    """The cue that `cue` would lie on now and didn't before."""
    for other in others:
        if done[other.id].state == ORPHANED or done[cue.id].state == ORPHANED:
            continue
        if _on_another(done[cue.id].cue, done[other.id].cue) and not _on_another(cue, other):
            return other
    return None


def _on_another(one: Cue, other: Cue) -> bool:
    """Whether half of the shorter one lies on the other."""
    begin = max(seconds(cue.range.start_time) for cue in (one, other))
    end = min(seconds(cue.range.end_time_exclusive()) for cue in (one, other))
    return 2 * (end - begin) >= min(seconds(cue.range.duration) for cue in (one, other))


def _side_by_side(spans: Sequence[Place | None], own: int, reach: int) -> tuple[Place, Place]:
    """The first and the last of the places round `own` that stand one after the other.

    An ambience also goes on over what was put between them, for `reach` frames.
    """
    first = last = own
    while first > 0 and _follows(spans[first - 1], spans[first], reach):
        first -= 1
    while last + 1 < len(spans) and _follows(spans[last], spans[last + 1], reach):
        last += 1
    return spans[first], spans[last]


def _follows(one: Place | None, other: Place | None, reach: int) -> bool:
    if one is None or other is None:
        return False
    return 0 <= other.runs[0][0] + other.shift - one.runs[-1][1] - one.shift <= reach


def _frames_under(span: Place | None, place: Place) -> int:
    return span.frames if span and span.shift == place.shift else 0


def _length(picture: Sequence[Shot]) -> int:
    return sum(shot.length for shot in picture)


def _state(before: Cue, after: Cue) -> str:
    return KEPT if before.range == after.range else MOVED


def _stale(cue: Cue) -> Cue:
    return replace(cue, picture="changed")


def _orphaned(cue: Cue, key: ClipKey | None) -> Cue:
    return replace(cue, picture="gone", clip=key)


def _slipped(take: Take, slip: RationalTime) -> Take:
    """The take of a cue that begins `slip` later: its WAV stays where it was on the picture."""
    if not slip.value:
        return take
    slip = at_rate(slip, take.head.rate)
    return replace(take, head=take.head + slip, tail=take.tail - slip)
