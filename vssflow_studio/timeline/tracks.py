"""Takes on the timeline: our own audio tracks, rebuilt from the cues' circled takes, and markers.

A take's clip is cut to its cue and keeps the rest of the WAV as handles, so that an
editor can slip and trim it (`take_clips`).

What an editor did on our tracks stays: other clips, effects, markers, transitions,
the tracks' names, colours and order, and our clips where the editor moved or trimmed them.
Clips of ours that were put on other tracks stay there.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import opentimelineio as otio

from .clips import timeline_rate
from .cue_markers import place_markers
from .cues import Cue
from .metadata import KEY, read_project
from .own_clips import adopt, elsewhere, replace_by_gap
from .rows import Placed, Row, cue_of, is_ours, placed, stem_kind
from .take_clips import colour, fresh, renewed_elsewhere, updated

__all__ = ["STEMS", "is_ours", "place_takes", "strip", "strip_takes"]

STEMS = {"dialogue": "DX TEMP", "foley": "FOLEY TEMP", "ambience": "AMB TEMP"}


def strip(timeline: otio.schema.Timeline) -> None:
    """Take away all that is ours, cues too: what is left is the timeline that we were handed."""
    strip_takes(timeline)
    for owner in (timeline, *timeline.tracks):
        if KEY in owner.metadata:
            del owner.metadata[KEY]


def strip_takes(timeline: otio.schema.Timeline) -> None:
    """Take our clips, tracks and markers away; a track on which others put clips stays with those.

    The cues stay in the metadata.
    """
    adopt(timeline, read_project(timeline).cues)
    place_takes(timeline, ())


def place_takes(
    timeline: otio.schema.Timeline, cues: Sequence[Cue], before: Sequence[Cue] = ()
) -> None:
    """Rebuild our tracks from the circled takes of `cues`, and the cues' markers.

    Cues that overlap go to a second track of their stem. A clip of ours that the
    editor has moved or trimmed since it was written stays as the editor left it, as
    long as its cue stands where it stood; a newer take then slips into its place.
    Orphans are not placed.

    `before` are the cues that were placed last where nobody else has touched the timeline
    since: what of them is the same object still lies as it should and is not looked at.
    """
    known = {cue.id: cue for cue in before}
    same = {cue.id for cue in cues if known.get(cue.id) is cue}
    if not before:
        adopt(timeline, cues)
    place_markers(timeline, cues, same)
    wanted = [
        (cue, one)
        for cue in cues
        if cue.id not in same
        and (take := cue.circled_take)
        and cue.picture != "gone"
        and (one := fresh(timeline, cue, take))
    ]
    away = _renew_elsewhere(timeline, {cue.id: one for cue, one in wanted}, same)
    rows = _rows(timeline)
    old = _take_out_ours(rows, same)
    for kind in STEMS:
        mine = [(cue, one) for cue, one in wanted if cue.kind == kind]
        # What stood already comes first, so that it keeps its track.
        for cue, one in sorted(mine, key=lambda pair: (pair[0].id not in old, pair[1].start)):
            if cue.id in away and cue.id not in old:
                continue
            for row, piece in _pieces(old.get(cue.id, ()), one):
                fits = row is not None and row.kind == kind and row.has_room(piece)
                (row if fits else _row_with_room(rows, kind, piece)).put(piece)
    _write_rows(timeline, rows)


def _renew_elsewhere(
    timeline: otio.schema.Timeline, wanted: dict[str, Placed], same: Set[str]
) -> set[str]:
    """Bring our clips on the editor's tracks up to date; gives the cues that are heard there."""
    rate, found = timeline_rate(timeline), set()
    for clip in list(elsewhere(timeline)):
        cue_id = cue_of(clip)
        if cue_id in same:
            continue
        if cue_id in wanted:
            renewed_elsewhere(placed(otio.opentime.RationalTime(0, rate), clip), wanted[cue_id])
            found.add(cue_id)
        else:
            replace_by_gap(clip)
    return found


def _rows(timeline: otio.schema.Timeline) -> list[Row]:
    rate = timeline_rate(timeline)
    kinds = [(track, stem_kind(track)) for track in timeline.tracks]
    return [Row(track, kind, rate) for track, kind in kinds if kind]


def _take_out_ours(rows: Sequence[Row], same: Set[str]) -> dict[str, list[tuple[Row, Placed]]]:
    """Our clips by cue; a razor may have made several of one. What else there is, and `same`, stays."""
    out: dict[str, list[tuple[Row, Placed]]] = {}
    for row in rows:
        known = [(cue_of(one.item), one) for one in row.items]
        row.keep(one for cue_id, one in known if not cue_id or cue_id in same)
        for cue_id, one in known:
            if cue_id and cue_id not in same:
                out.setdefault(cue_id, []).append((row, one))
    return out


def _row_with_room(rows: list[Row], kind: str, piece: Placed) -> Row:
    of_kind = [row for row in rows if row.kind == kind]
    for row in of_kind:
        if row.has_room(piece):
            return row
    number = len(of_kind) + 1
    name = STEMS[kind] if number == 1 else f"{STEMS[kind]} {number}"
    track = otio.schema.Track(
        name, kind=otio.schema.TrackKind.Audio, metadata={KEY: {"stem": f"{kind} {number}"}}
    )
    track.color = colour(kind)
    row = Row(track, kind, piece.start.rate)
    rows.append(row)
    return row


def _write_rows(timeline: otio.schema.Timeline, rows: Sequence[Row]) -> None:
    for row in rows:
        row.rebuild()
    for index in reversed(range(len(timeline.tracks))):
        track = timeline.tracks[index]
        if is_ours(track) and not len(track):
            del timeline.tracks[index]
    for row in rows:
        if len(row.track) and row.track.parent() is None:
            timeline.tracks.append(row.track)


def _pieces(old, now: Placed) -> list[tuple[Row | None, Placed]]:
    """What is to stand for a cue: its clips of before brought up to date, or a fresh one."""
    pieces: dict[tuple, tuple[Row | None, Placed]] = {}
    for row, was in old:
        piece = updated(was, now)
        # Halves of a razored clip whose cue has moved would both be the whole again.
        pieces.setdefault((piece.start.value, piece.end.value), (row, piece))
    return list(pieces.values()) or [(None, now)]
