"""Cue sheets as CSV or TSV: id, kind, character, voice, in, out, text, notes and controls.

In and out are record timecode (the global start time counted in) or seconds from the
timeline's first frame. Columns may stand in any order and case; id, voice and notes
may be absent, and so may a line's controls: pace (times the natural speed; empty fills the
range), pitch (semitones), energy (dB) and delivery (normal, whisper, shout).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from math import isfinite
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..atomic import write_bytes
from ..errors import CueError
from .clips import record_timecode, start_time, timeline_rate
from .cues import DELIVERIES, KINDS, Cue, checked_control, new_id
from .timecode import at_rate, from_seconds, parse_timecode, range_of

_COLUMNS = ("id", "kind", "character", "voice", "in", "out", "text", "notes")
_CONTROLS = ("pace", "pitch", "energy", "delivery")
_ALIASES = {
    "line": "text",
    "prompt": "text",
    "start": "in",
    "end": "out",
    "tc in": "in",
    "tc out": "out",
    "cue": "id",
}
_KINDS = {"dx": "dialogue", "fx": "foley", "sfx": "foley", "amb": "ambience"}


def read_cue_sheet(path: Path, timeline: otio.schema.Timeline) -> tuple[Cue, ...]:
    """The cues of a sheet; empty rows are skipped. Raises CueError naming the file and the row."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        rows = csv.reader(io.StringIO(text), delimiter=_delimiter(Path(path), text))
        columns = [_column(name) for name in next(rows, [])]
        blank = dict.fromkeys(columns, "")
        cells = [
            (rows.line_num, blank | dict(zip(columns, map(str.strip, row), strict=False)))
            for row in rows
        ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CueError(
            "The cue sheet can't be read", file=path, remedy="Give a UTF-8 CSV file."
        ) from error
    missing = {"in", "out", "text"} - set(columns)
    if missing:
        raise CueError(
            f"The cue sheet has no column {', '.join(sorted(missing))}",
            file=path,
            remedy=f"Its first row has to name the columns: {', '.join(_COLUMNS)}.",
        )
    cues = tuple(_cue(row, timeline, path, line) for line, row in cells if any(row.values()))
    _check_ids(cues, path)
    return cues


def _delimiter(path: Path, text: str) -> str:
    """A tab by suffix; a semicolon where a spreadsheet's country has decimal commas."""
    if path.suffix.lower() in (".tsv", ".txt"):
        return "\t"
    heading = text.partition("\n")[0]
    return ";" if heading.count(";") > heading.count(",") else ","


def _check_ids(cues: tuple[Cue, ...], path: Path) -> None:
    seen: set[str] = set()
    for cue in cues:
        if cue.id in seen:
            raise CueError(
                f"The id {cue.id!r} stands twice in the cue sheet",
                file=path,
                remedy="Give each row an id of its own, or none.",
            )
        seen.add(cue.id)


def write_cue_sheet(path: Path, timeline: otio.schema.Timeline, cues: tuple[Cue, ...]) -> None:
    """Write `cues` as a sheet that `read_cue_sheet` reads back. Raises StorageError."""
    out = io.StringIO()
    delimiter = _delimiter(Path(path), "")
    rows = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    rows.writerow((*_COLUMNS, *_CONTROLS))
    for cue in cues:
        start, end = cue.range.start_time, cue.range.end_time_exclusive()
        times = (record_timecode(timeline, time) for time in (start, end))
        said = (cue.id, cue.kind, cue.character, cue.voice, *times, cue.text, cue.notes)
        rows.writerow((*said, *_written_controls(cue)))
    write_bytes(Path(path), out.getvalue().encode())


def merged(cues: Iterable[Cue], sheet: Iterable[Cue]) -> tuple[Cue, ...]:
    """The cues with a sheet's: a known id takes over what is asked for and keeps its takes."""
    known = {cue.id: cue for cue in cues}
    for cue in sheet:
        old = known.get(cue.id, cue)
        picture = old.with_range(cue.range).picture
        known[cue.id] = replace(cue, takes=old.takes, circled=old.circled, clip=old.clip, picture=picture)
    return tuple(known.values())


def parse_time(text: str, timeline: otio.schema.Timeline) -> RationalTime:
    """Record timecode or seconds → time from the timeline's first frame.

    Raises ValueError for what is neither.
    """
    rate = timeline_rate(timeline)
    if ":" in text:
        return parse_timecode(text, rate) - at_rate(start_time(timeline), rate)
    value = float(text.removesuffix("s").replace(",", "."))
    if not isfinite(value):
        raise ValueError(f"{text!r} is no time")
    return from_seconds(value, rate)


def _column(name: str) -> str:
    name = name.strip().lower()
    return _ALIASES.get(name, name)


def _cue(row: dict[str, str], timeline: otio.schema.Timeline, path: Path, number: int) -> Cue:
    kind = row.get("kind", "").lower() or ("dialogue" if row.get("character") else "foley")
    kind = _KINDS.get(kind, kind)
    if kind not in KINDS:
        raise _wrong(row, path, f"Row {number} has the kind {kind!r}", f"Use {', '.join(KINDS)}.")
    if not row["text"]:
        raise _wrong(row, path, f"Row {number} has no text", "Write the line or the prompt in it.")
    return Cue(
        id=row.get("id") or new_id(),
        kind=kind,
        range=_range(row, timeline, path, number),
        text=row["text"],
        character=row.get("character", ""),
        voice=row.get("voice", ""),
        notes=row.get("notes", ""),
        **_controls(row, path, number),
    )


def _controls(row: dict[str, str], path: Path, number: int) -> dict:
    """The controls that are filled in; Cue has the others' defaults."""
    given: dict = {}
    for name in ("pace", "pitch", "energy"):
        written = row.get(name, "").replace(",", ".").replace("−", "-")
        try:
            given |= {name: checked_control(name, written)} if written else {}
        except ValueError as error:
            what = f"Row {number} has a {name} that can't be used: {written!r}"
            raise _wrong(row, path, what, f"Write a number within its limits, or nothing ({error}).") from error
    if written := row.get("delivery", "").lower():
        given["delivery"] = next((known for known in DELIVERIES if written.startswith(known)), "")
        if not given["delivery"]:
            what = f"Row {number} has the delivery {written!r}"
            raise _wrong(row, path, what, f"Use {', '.join(DELIVERIES)}.")
    return given


def _written_controls(cue: Cue) -> tuple[str, ...]:
    """Defaults are left empty."""
    pace = "" if cue.pace is None else f"{cue.pace:g}"
    numbers = (f"{value:g}" if value else "" for value in (cue.pitch, cue.energy))
    return (pace, *numbers, "" if cue.delivery == "normal" else cue.delivery)


def _range(row: dict[str, str], timeline: otio.schema.Timeline, path: Path, number: int) -> TimeRange:
    try:
        start, end = (parse_time(row[column], timeline) for column in ("in", "out"))
    except ValueError as error:
        raise _wrong(
            row,
            path,
            f"Row {number} has an in or out that is no timecode: {row['in']!r}, {row['out']!r}",
            "Write 01:00:05:12, or seconds such as 5.5.",
        ) from error
    if start.value < 0:
        first = record_timecode(timeline, RationalTime(0, start.rate))
        raise _wrong(
            row, path, f"Row {number} starts before the timeline", f"The timeline begins at {first}."
        )
    if not end > start:
        raise _wrong(row, path, f"Row {number} ends before it starts", "Put its out after its in.")
    return range_of(start, end)


def _wrong(row: dict[str, str], path: Path, what: str, remedy: str) -> CueError:
    return CueError(what, file=path, timecode=row["in"], remedy=remedy)
