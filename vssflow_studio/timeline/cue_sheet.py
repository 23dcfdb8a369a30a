"""Cue sheets as CSV or TSV: id, kind, character, voice, in, out, text, notes.

In and out are record timecode (the global start time counted in) or seconds from the
timeline's first frame. Columns may stand in any order and case; id, voice and notes
may be absent.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

from ..atomic import write_bytes
from ..errors import CueError
from .clips import record_timecode, start_time, timeline_rate
from .cues import KINDS, Cue, new_id
from .timecode import at_rate, from_seconds, range_of

_COLUMNS = ("id", "kind", "character", "voice", "in", "out", "text", "notes")
_ALIASES = {"line": "text", "prompt": "text", "start": "in", "end": "out", "tc in": "in", "tc out": "out", "cue": "id"}


def read_cue_sheet(path: Path, timeline: otio.schema.Timeline) -> tuple[Cue, ...]:
    """The cues of a sheet. Raises CueError naming the file and the row."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CueError(
            "The cue sheet can't be read", file=path, remedy="Give a UTF-8 CSV file."
        ) from error
    delimiter = "\t" if Path(path).suffix.lower() in (".tsv", ".txt") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    missing = {"in", "out", "text"} - {_column(name) for name in rows.fieldnames or ()}
    if missing:
        raise CueError(
            f"The cue sheet has no column {', '.join(sorted(missing))}",
            file=path,
            remedy=f"Its first row has to name the columns: {', '.join(_COLUMNS)}.",
        )
    return tuple(
        _cue({_column(k): (v or "").strip() for k, v in row.items() if k}, timeline, path, number)
        for number, row in enumerate(rows, start=2)
    )


def write_cue_sheet(path: Path, timeline: otio.schema.Timeline, cues: tuple[Cue, ...]) -> None:
    """Write `cues` as a sheet that `read_cue_sheet` reads back. Raises StorageError."""
    out = io.StringIO()
    delimiter = "\t" if Path(path).suffix.lower() in (".tsv", ".txt") else ","
    rows = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for cue in cues:
        start, end = cue.range.start_time, cue.range.end_time_exclusive()
        times = (record_timecode(timeline, time) for time in (start, end))
        rows.writerow((cue.id, cue.kind, cue.character, cue.voice, *times, cue.text, cue.notes))
    write_bytes(Path(path), out.getvalue().encode())


def parse_time(text: str, timeline: otio.schema.Timeline) -> RationalTime:
    """Record timecode or seconds → time from the timeline's first frame.

    Raises ValueError for what is neither.
    """
    rate = timeline_rate(timeline)
    if ":" in text:
        return otio.opentime.from_timecode(text, rate) - at_rate(start_time(timeline), rate)
    return from_seconds(float(text.removesuffix("s")), rate)


def _column(name: str) -> str:
    name = name.strip().lower()
    return _ALIASES.get(name, name)


def _cue(row: dict[str, str], timeline: otio.schema.Timeline, path: Path, number: int) -> Cue:
    kind = row.get("kind", "").lower() or ("dialogue" if row.get("character") else "foley")
    try:
        start, end = (parse_time(row[column], timeline) for column in ("in", "out"))
    except ValueError as error:
        raise CueError(
            f"Row {number} has an in or out that is no timecode: {row['in']!r}, {row['out']!r}",
            file=path,
            remedy="Write 01:00:05:12, or seconds such as 5.5.",
        ) from error
    if kind not in KINDS:
        raise CueError(
            f"Row {number} has the kind {kind!r}", file=path, remedy=f"Use {', '.join(KINDS)}."
        )
    if not end > start:
        raise CueError(
            f"Row {number} ends before it starts",
            file=path,
            timecode=row["in"],
            remedy="Put its out after its in.",
        )
    return Cue(
        id=row.get("id") or new_id(),
        kind=kind,
        range=range_of(start, end),
        text=row["text"],
        character=row.get("character", ""),
        voice=row.get("voice", ""),
        notes=row.get("notes", ""),
    )
