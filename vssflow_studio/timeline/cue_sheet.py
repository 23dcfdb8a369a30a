"""Cue sheets as CSV or TSV: id, kind, character, voice, in, out, text, notes and controls.

In and out are record timecode (the global start time counted in) or seconds from the
timeline's first frame. Columns may stand in any order and case, and under the names that ADR
and foley departments give them (“Cue #”, “TC In”, “Dialogue” …); rows above the one that names
them are passed over. Id, voice and notes may be absent, and so may the controls: a line's pace
(times the natural speed; empty fills the range), pitch (semitones) and delivery (normal, whisper,
shout), any cue's energy (dB), and a sound's distance, room and negative prompt (as in `cues.py`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..atomic import write_bytes
from ..errors import CueError
from ..script.script_lines import Skipped
from ..text_file import read_text
from .clips import record_timecode, start_time, timeline_rate
from .cues import DELIVERIES, DISTANCES, KINDS, ROOMS, Cue, checked_control, new_id
from .timecode import at_rate, from_seconds, parse_timecode, range_of

_COLUMNS = ("id", "kind", "character", "voice", "in", "out", "text", "notes")
_CONTROLS = ("pace", "pitch", "energy", "delivery", "distance", "room", "negative")
_CALLED = {
    "id": "id|cue|cue number|cue no|cue nr|cue id|adr cue|adr number|line number|loop|number|no|nr",
    "kind": "kind|department",
    "character": "character|character name|char|role|speaker|name|actor",
    "in": "in|start|tc in|timecode in|time in|in tc|in time|start tc|tc start|start time|start timecode|tc|timecode",
    "out": "out|end|tc out|timecode out|time out|out tc|out time|end tc|tc end|end time|end timecode|stop",
    "text": "text|dialogue|dialog|line|adr line|prompt|sound|effect|description",
    "notes": "notes|note|comments|comment|remarks|reason",
    "distance": "distance|perspective",
    "room": "room|space|acoustics",
    "negative": "negative|negative prompt|without|not to be heard",
}
"""What a column may be called, the likelier name first; `#` reads as “number”."""
_NEEDED = ("in", "out", "text")
_SPOKEN = {"dialogue", "dialog", "line", "adr line"}
"""Names of the text's column that make its rows lines, where there is no kind."""
_KINDS = {"dx": "dialogue", "adr": "dialogue", "fx": "foley", "sfx": "foley", "amb": "ambience", "bg": "ambience"}
_DELIMITERS = (",", ";", "\t", "|")
_PREAMBLE = 30
"""Rows with the production's name and the like, at most, before the columns' names."""

_Row = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Sheet:
    """What a sheet asks for. `rows` tells by a cue's id in which line of the file it stands;
    `unnamed` are the ids of those to which the sheet itself gives none.
    """

    cues: tuple[Cue, ...]
    rows: dict[str, int]
    unnamed: frozenset[str]
    skipped: tuple[Skipped, ...] = ()


def read_cue_sheet(path: Path, timeline: otio.schema.Timeline) -> tuple[Cue, ...]:
    """The cues of a sheet; see `read_sheet`."""
    return read_sheet(path, timeline).cues


def read_sheet(path: Path, timeline: otio.schema.Timeline, text: str | None = None) -> Sheet:
    """The cues of a sheet; empty rows and those that only divide it are skipped.

    `text` is what the sheet says where it isn't a file, `path` then only names it. Delimiter
    and encoding are guessed. Raises CueError naming the file and the row.
    """
    path = Path(path)
    cues, rows, unnamed, skipped = [], {}, set(), []
    for number, row in _rows(path, read_text(path) if text is None else text):
        if not any(row[column] for column in _NEEDED):
            skipped.append(Skipped(number, "the row has neither a time nor a line"))
            continue
        cue = _cue(row, timeline, path, number)
        if not row.get("id"):
            unnamed.add(cue.id)
        elif cue.id in rows:
            raise CueError(
                f"The id {cue.id!r} stands twice in the cue sheet, in rows {rows[cue.id]} and {number}",
                file=path,
                remedy="Give each row an id of its own, or none.",
            )
        rows[cue.id] = number
        cues.append(cue)
    return Sheet(tuple(cues), rows, frozenset(unnamed), tuple(skipped))


def _rows(path: Path, text: str) -> list[_Row]:
    """The line of the file where each row begins, and its cells by column. Raises CueError."""
    first = _delimiter(path, text)
    there: dict[str, int] = {}
    for delimiter in (first, *(one for one in _DELIMITERS if one != first)):
        try:
            rows = _parsed(text, delimiter)
        except csv.Error as error:
            what = f"The cue sheet can't be read: {error}"
            raise CueError(what, file=path, remedy="Save it as CSV again.") from error
        found = _below_heading(rows)
        if found is not None:
            return found
        there = max((there, *(_columns(cells) for _, cells in rows[:_PREAMBLE])), key=len)
    missing = ", ".join(name for name in _NEEDED if name not in there)
    remedy = f"A row has to name the columns: {', '.join(_COLUMNS)}."
    if path.suffix.lower() == ".txt":
        remedy += " A script is named .fountain, or pasted with Edit ▸ Paste Script."
    raise CueError(f"The cue sheet has no column {missing}", file=path, remedy=remedy)


def _delimiter(path: Path, text: str) -> str:
    """The likeliest: a tab by suffix; a semicolon where a spreadsheet's country has decimal commas."""
    if path.suffix.lower() in (".tsv", ".txt"):
        return "\t"
    heading = text.partition("\n")[0]
    return ";" if heading.count(";") > heading.count(",") else ","


def _parsed(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """(line in the file, cells) of each row that isn't empty."""
    rows, reader, begin = [], csv.reader(io.StringIO(text), delimiter=delimiter), 1
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            rows.append((begin, cells))
        begin = reader.line_num + 1
    return rows


def _below_heading(rows: list[tuple[int, list[str]]]) -> list[_Row] | None:
    """The rows below the one that names the columns, by their names; None: there is no such row."""
    for place, (_, heading) in enumerate(rows[:_PREAMBLE]):
        columns = _columns(heading)
        if all(name in columns for name in _NEEDED):
            break
    else:
        return None
    spoken = _name(heading[columns["text"]]) in _SPOKEN and "kind" not in columns
    found = []
    for number, cells in rows[place + 1 :]:
        if cells != heading:  # printed again on the next page
            cells = cells + [""] * (len(heading) - len(cells))
            row = {"kind": "dialogue"} if spoken else {}
            found.append((number, row | {name: cells[index] for name, index in columns.items()}))
    return found


def _columns(heading: list[str]) -> dict[str, int]:
    """Where each column of ours stands."""
    names, columns = [_name(cell) for cell in heading], {}
    for column in (*_COLUMNS, *_CONTROLS):
        called = _CALLED.get(column, column).split("|")
        found = next((name for name in called if name in names), None)
        if found is not None:
            columns[column] = names.index(found)
    return columns


def _name(cell: str) -> str:
    """A column's name as `_CALLED` has it."""
    return " ".join(re.sub(r"[_.:/()-]+", " ", cell.replace("#", " number ")).lower().split())


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
    if ":" in text or ";" in text:
        return parse_timecode(text, rate) - at_rate(start_time(timeline), rate)
    value = float(text.removesuffix("s").replace(",", "."))
    if not isfinite(value):
        raise ValueError(f"{text!r} is no time")
    return from_seconds(value, rate)


def _cue(row: dict[str, str], timeline: otio.schema.Timeline, path: Path, number: int) -> Cue:
    kind = row.get("kind", "").lower() or ("dialogue" if row.get("character") else "foley")
    kind = _KINDS.get(kind, kind)
    if kind not in KINDS:
        raise _wrong(row, path, f"Row {number} has the kind {kind!r}", f"Use {', '.join(KINDS)}.")
    if not row["text"]:
        raise _wrong(row, path, f"Row {number} has no text", "Write the line or the prompt in it.")
    return Cue(
        id="_".join(row.get("id", "").split()) or new_id(),  # a marker's comment ends it at a space
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
    given: dict = {"negative": row["negative"]} if row.get("negative") else {}
    for name in ("pace", "pitch", "energy"):
        written = row.get(name, "").replace(",", ".").replace("−", "-")
        try:
            given |= {name: checked_control(name, written)} if written else {}
        except ValueError as error:
            what = f"Row {number} has a {name} that can't be used: {written!r}"
            raise _wrong(row, path, what, f"Write a number within its limits, or nothing ({error}).") from error
    for name, choices in (("delivery", DELIVERIES), ("distance", DISTANCES[1:]), ("room", ROOMS[1:])):
        if written := row.get(name, "").lower():
            given[name] = next((known for known in choices if written.startswith(known)), "")
            if not given[name]:
                what = f"Row {number} has the {name} {written!r}"
                raise _wrong(row, path, what, f"Use {', '.join(choices)}.")
    return given


def _written_controls(cue: Cue) -> tuple[str, ...]:
    """Defaults are left empty."""
    pace = "" if cue.pace is None else f"{cue.pace:g}"
    numbers = (f"{value:g}" if value else "" for value in (cue.pitch, cue.energy))
    return (pace, *numbers, "" if cue.delivery == "normal" else cue.delivery, cue.distance, cue.room, cue.negative)


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
