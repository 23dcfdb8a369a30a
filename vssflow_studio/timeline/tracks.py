"""Takes on the timeline: our own audio tracks, rebuilt from the cues' circled takes.

A take's clip is cut to its cue and keeps the rest of the WAV as handles, so that an
editor can slip and trim it. The media's own time is record timecode, the same as the
BWF's time reference, as OTIO defines `available_range`, so that an NLE that conforms by
timecode finds the range in the file. (A client that ignores where the available range
starts, as the MLT adapter does, is no better off with a camera's files.)
Where a cue has moved since its take was made, the provenance's `time_reference`
(samples since midnight) still says where the WAV begins; without it the WAV is taken
to begin at the cue's record position less the head.

What an editor did on our tracks stays: other clips, effects, markers, transitions,
the tracks' names and order, and our clips where the editor moved or trimmed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .clips import item_length, start_time, timeline_rate
from .cues import Cue, Take
from .metadata import KEY, plain
from .timecode import from_seconds, range_of, seconds

STEMS = {"dialogue": "DX TEMP", "foley": "FOLEY TEMP", "ambience": "AMB TEMP"}
_SAMPLE_RATE = 48_000


def is_ours(track: otio.schema.Track) -> bool:
    """Whether we made `track`; its name may have been changed since."""
    return "stem" in _ours(track)


def strip_takes(timeline: otio.schema.Timeline) -> None:
    """Take our tracks away again; one on which others put clips stays with those."""
    place_takes(timeline, ())


def place_takes(timeline: otio.schema.Timeline, cues: Sequence[Cue]) -> None:
    """Rebuild our tracks from the circled takes of `cues`.

    Cues that overlap go to a second track of their stem. A clip of ours that the
    editor has moved or trimmed since it was written stays as the editor left it, as
    long as its cue stands where it stood; a newer take then slips into its place.
    """
    rows = _rows(timeline)
    old = _take_out_ours(rows)
    wanted = [
        (cue, fresh)
        for cue in cues
        if (take := cue.circled_take) and (fresh := _fresh(timeline, cue, take))
    ]
    for kind in STEMS:
        mine = [(cue, fresh) for cue, fresh in wanted if cue.kind == kind]
        # What stood already comes first, so that it keeps its track.
        for cue, fresh in sorted(mine, key=lambda one: (one[0].id not in old, one[1].start)):
            for row, piece in _pieces(old.get(cue.id, ()), fresh):
                fits = row is not None and row.kind == kind and row.has_room(piece)
                (row if fits else _row_with_room(rows, kind, piece)).items.append(piece)
    _write_rows(timeline, rows)


@dataclass(frozen=True)
class _Placed:
    """An item and its stretch of its track, from the timeline's first frame."""

    start: RationalTime
    end: RationalTime
    item: otio.core.Item


def _placed(start: RationalTime, item: otio.core.Item) -> _Placed:
    return _Placed(start, start + from_seconds(item_length(item), start.rate), item)


class _Row:
    """One of our tracks, taken apart: its items by place, its transitions by neighbours."""

    def __init__(self, track: otio.schema.Track, kind: str, rate: float) -> None:
        self.track, self.kind, self.rate = track, kind, rate
        self.items: list[_Placed] = []
        self.transitions: dict[tuple[int, int], otio.schema.Transition] = {}
        at, before, pending = RationalTime(0, rate), None, None
        children = list(track)
        del track[:]
        for child in children:
            if isinstance(child, otio.schema.Transition):
                pending = child
                continue
            placed = _placed(at, child)
            at = placed.end
            gap = isinstance(child, otio.schema.Gap)
            if not gap:
                self.items.append(placed)
            here = None if gap else child
            if pending is not None:
                self.transitions[id(before), id(here)] = pending
            before, pending = here, None
        if pending is not None:
            self.transitions[id(before), id(None)] = pending

    def has_room(self, piece: _Placed) -> bool:
        return all(one.end <= piece.start or piece.end <= one.start for one in self.items)

    def rebuild(self) -> None:
        """Put the track together again, gaps between the items."""
        at, before = RationalTime(0, self.rate), None
        for placed in sorted(self.items, key=lambda one: one.start):
            if placed.start > at:
                self._join(before, None)
                self.track.append(otio.schema.Gap(duration=placed.start - at))
                before = None
            self._join(before, placed.item)
            self.track.append(placed.item)
            at, before = placed.end, placed.item
        if before is not None:
            self._join(before, None)

    def _join(self, before, after) -> None:
        """The transition between two items that were neighbours before, too."""
        transition = self.transitions.get((id(before), id(after)))
        if transition is not None and (before is not None or after is not None):
            self.track.append(transition)


def _rows(timeline: otio.schema.Timeline) -> list[_Row]:
    rate = timeline_rate(timeline)
    ours = [track for track in timeline.tracks if is_ours(track)]
    return [_Row(track, _ours(track)["stem"].split()[0], rate) for track in ours]


def _take_out_ours(rows: Sequence[_Row]) -> dict[str, list[tuple[_Row, _Placed]]]:
    """Our clips by cue; a razor may have made several of one. What else there is stays."""
    out: dict[str, list[tuple[_Row, _Placed]]] = {}
    for row in rows:
        mine = [one for one in row.items if "cue" in _ours(one.item)]
        row.items = [one for one in row.items if "cue" not in _ours(one.item)]
        for one in mine:
            out.setdefault(_ours(one.item)["cue"], []).append((row, one))
    return out


def _row_with_room(rows: list[_Row], kind: str, piece: _Placed) -> _Row:
    of_kind = [row for row in rows if row.kind == kind]
    for row in of_kind:
        if row.has_room(piece):
            return row
    number = len(of_kind) + 1
    name = STEMS[kind] if number == 1 else f"{STEMS[kind]} {number}"
    track = otio.schema.Track(
        name, kind=otio.schema.TrackKind.Audio, metadata={KEY: {"stem": f"{kind} {number}"}}
    )
    row = _Row(track, kind, piece.start.rate)
    rows.append(row)
    return row


def _write_rows(timeline: otio.schema.Timeline, rows: Sequence[_Row]) -> None:
    for row in rows:
        row.rebuild()
    for index in reversed(range(len(timeline.tracks))):
        track = timeline.tracks[index]
        if is_ours(track) and not len(track):
            del timeline.tracks[index]
    for row in rows:
        if len(row.track) and row.track.parent() is None:
            timeline.tracks.append(row.track)


def _fresh(timeline: otio.schema.Timeline, cue: Cue, take: Take) -> _Placed | None:
    """The take's clip as we would write it, None when nothing of it is on the timeline."""
    rate = timeline_rate(timeline)
    begin = from_seconds(seconds(cue.range.start_time), rate)
    end = from_seconds(seconds(cue.range.end_time_exclusive()), rate)
    head, length, tail = (
        from_seconds(seconds(time), rate) for time in (take.head, take.duration, take.tail)
    )
    media = _media_start(timeline, take, begin - head)
    whole = TimeRange(media, head + length + tail)
    hidden = max(RationalTime(0, rate) - begin, RationalTime(0, rate))
    source = _within(TimeRange(media + head + hidden, end - begin - hidden), whole)
    if source is None:
        return None
    written = {"start": (begin + hidden).value, "source": _facts(source, rate)}
    ours = {
        "cue": cue.id,
        "take": take.id,
        "written": written,
        "provenance": {"synthetic": True, **take.provenance},
    }
    label = f"{cue.character}: {cue.text}" if cue.character else cue.text
    clip = otio.schema.Clip(
        name=label[:60],
        media_reference=otio.schema.ExternalReference(take.path, whole),
        source_range=source,
        metadata={KEY: ours},
    )
    return _placed(begin + hidden, clip)


def _media_start(timeline: otio.schema.Timeline, take: Take, begin: RationalTime) -> RationalTime:
    """Where the WAV begins in its own time: its time reference, else its place on the timeline."""
    reference = take.provenance.get("time_reference")
    if isinstance(reference, (int, float)):
        return from_seconds(Fraction(reference) / _SAMPLE_RATE, begin.rate)
    return from_seconds(seconds(begin) + seconds(start_time(timeline)), begin.rate)


def _pieces(old, fresh: _Placed) -> list[tuple[_Row | None, _Placed]]:
    """What is to stand for a cue: its clips of before brought up to date, or a fresh one."""
    pieces: dict[tuple, tuple[_Row | None, _Placed]] = {}
    for row, was in old:
        piece = _updated(was, fresh)
        # Halves of a razored clip whose cue has moved would both be the whole again.
        pieces.setdefault((piece.start.value, piece.end.value), (row, piece))
    return list(pieces.values()) or [(None, fresh)]


def _updated(was: _Placed, fresh: _Placed) -> _Placed:
    """Our clip of before with what is fresh: the take, and the place unless the editor chose it."""
    clip = was.item
    before, now = _ours(clip), _ours(fresh.item)
    rate, start, source = fresh.start.rate, fresh.start, fresh.item.source_range
    written = before.get("written", {})
    moved = {"start": was.start.value, "source": _facts(clip.source_range, rate)} != written
    if moved and written.get("start") == now["written"]["start"]:
        slip = _facts(clip.source_range, rate)[0] - written["source"][0]
        begin = RationalTime(now["written"]["source"][0] + slip, rate)
        length = from_seconds(item_length(clip), rate)
        kept = _within(TimeRange(begin, length), fresh.item.available_range())
        if kept is not None:
            start, source = was.start + (kept.start_time - begin), kept
    clip.name, clip.media_reference, clip.source_range = (
        fresh.item.name,
        fresh.item.media_reference.clone(),
        source,
    )
    clip.metadata[KEY] = now
    return _placed(start, clip)


def _within(range_: TimeRange, whole: TimeRange) -> TimeRange | None:
    """What of `range_` the WAV really has."""
    begin = max(range_.start_time, whole.start_time)
    end = min(range_.end_time_exclusive(), whole.end_time_exclusive())
    return range_of(begin, end) if end > begin else None


def _facts(range_: TimeRange, rate: float) -> list[float]:
    """Frames at `rate`: an NLE may give the same range at another."""
    times = (range_.start_time, range_.duration)
    return [from_seconds(seconds(time), rate).value for time in times]


def _ours(item: otio.core.SerializableObject) -> dict:
    return plain(item.metadata.get(KEY, {}))
