"""A pasted script: what kind of text it is, and where its lines go on the timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import CueError
from ..script.fountain import read_fountain
from ..script.plain_lines import read_plain
from ..script.script_lines import Script, ScriptLine, Skipped, shortened
from ..script.subtitles import read_subtitles
from ..timeline.clips import ClipView, timeline_duration, timeline_rate
from ..timeline.cue_sheet import read_sheet
from ..timeline.cues import Cue
from ..timeline.lay_lines import PAUSE, Placed, lay_lines, place_timed, storyboard_panels
from ..timeline.timecode import from_seconds, range_of, seconds
from .import_cues import cue_of, natural_seconds, with_clips

FORMATS = {"plain": "Lines", "fountain": "Fountain", "subtitles": "Subtitles", "sheet": "Cue sheet"}
WAYS = {
    "times": "At their own times",
    "clips": "One for each selected clip",
    "range": "Evenly in the marked range",
    "playhead": "From the playhead, at natural speed",
    "panels": "Over the picture, scene by scene",
}
"""How lines can be laid, as the user reads it."""

_CLOCK = re.compile(r"^\s*(\d+:)?\d{1,2}:\d{1,2}[,.]\d+\s*-->", re.MULTILINE)
_HEADING = re.compile(r"^\s*(INT|EXT|EST|I/E|INT/EXT)[. /]", re.MULTILINE | re.IGNORECASE)
_SPEAKER = re.compile(r"(?:^|\n)[ \t]*\n[ \t]*@?[A-Z][A-Z0-9 .'’-]*(?: ?\([^)\n]*\))* ?\^?[ \t]*\n[ \t]*\S")


@dataclass(frozen=True)
class Place:
    """What the lines can be laid on: selected clips, the marked range, the playhead."""

    playhead: RationalTime
    clips: tuple[ClipView, ...] = ()
    marked: TimeRange | None = None


@dataclass(frozen=True)
class Pasted:
    """The cues that a text becomes, and which of its lines become none."""

    format: str
    cues: tuple[Cue, ...]
    skipped: tuple[Skipped, ...] = ()


def recognised(text: str) -> str:
    """Which of `FORMATS` a text is in."""
    if _CLOCK.search(text):
        return "subtitles"
    first = next((row for row in text.split("\n") if row.strip()), "")
    if _is_heading_of_sheet(first):
        return "sheet"
    if _HEADING.search(text) or _SPEAKER.search(f"\n\n{text}"):
        return "fountain"
    return "plain"


def ways(format_: str, place: Place, views: Sequence[ClipView]) -> tuple[str, ...]:
    """Which of `WAYS` can be taken, the likeliest first."""
    possible = {
        "times": format_ in ("subtitles", "sheet"),
        "clips": bool(place.clips),
        "range": place.marked is not None,
        "playhead": True,
        "panels": bool(storyboard_panels(views)),
    }
    if format_ == "sheet":
        return ("times",)
    found = [way for way in WAYS if possible[way]]
    if format_ == "fountain" and not place.clips and place.marked is None and "panels" in found:
        found.remove("panels")
        found.insert(0, "panels")
    return tuple(found)


def pasted(
    text: str, way: str, timeline: otio.schema.Timeline, views: Sequence[ClipView], cues: Sequence[Cue], place: Place
) -> Pasted:
    """The cues of `text`, laid in one of the `ways`. Raises CueError for a text that has no lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    kind = recognised(text)
    if kind == "sheet":
        sheet = read_sheet(Path("pasted.tsv" if "\t" in text else "pasted.csv"), timeline, text)
        return Pasted(kind, tuple(with_clips(sheet.cues, views)), sheet.skipped)
    script = _READ[kind](text)
    placed, skipped = laid(script, way, timeline, views, cues, place)
    made = with_clips([cue_of(line, range_) for line, range_ in placed], views)
    ordered = tuple(sorted(made, key=lambda cue: seconds(cue.range.start_time)))
    return Pasted(kind, ordered, (*script.skipped, *skipped))


def laid(
    script: Script, way: str, timeline: otio.schema.Timeline, views: Sequence[ClipView], cues: Sequence[Cue], place: Place
) -> tuple[tuple[Placed, ...], tuple[Skipped, ...]]:
    """Where each line lies, and which found no room."""
    lines, rate = script.lines, timeline_rate(timeline)
    if way == "times":
        return place_timed(lines, timeline)
    if way == "panels":
        return lay_lines(lines, storyboard_panels(views), cues, natural_seconds)
    if way == "clips":
        clips = sorted(place.clips, key=lambda clip: clip.record.start_time.value)
        return one_each(lines, [clip.record for clip in clips], "no clip is left for")
    if way == "range" and place.marked:
        return evenly(lines, place.marked, rate)
    return in_a_row(lines, place.playhead, timeline_duration(timeline), rate)


def one_each(
    lines: Sequence[ScriptLine], ranges: Sequence[TimeRange], missing: str
) -> tuple[tuple[Placed, ...], tuple[Skipped, ...]]:
    """A line for each range, in order."""
    left = tuple(Skipped(line.row, f"{missing} “{shortened(line.text)}”") for line in lines[len(ranges) :])
    return tuple(zip(lines, ranges, strict=False)), left


def evenly(lines: Sequence[ScriptLine], range_: TimeRange, rate: float) -> tuple[tuple[Placed, ...], tuple[Skipped, ...]]:
    """The range shared out among the lines as they take time, with short pauses where there is room."""
    room, start = float(seconds(range_.duration)), range_.start_time
    if range_.duration.value < len(lines):
        raise CueError("The marked range is too short for so many lines", remedy="Mark a longer range.")
    lengths = [natural_seconds(line.text) for line in lines]
    pause = min(PAUSE, 0.2 * room / len(lines))
    scale = (room - pause * (len(lines) - 1)) / sum(lengths)
    placed, at = [], 0.0
    for line, length in zip(lines, lengths, strict=True):
        begin, end = (from_seconds(edge, rate) for edge in (at, at + length * scale))
        end = max(end, begin + RationalTime(1, rate))
        placed.append((line, range_of(start + begin, start + end)))
        at += length * scale + pause
    return tuple(placed), ()


def in_a_row(
    lines: Sequence[ScriptLine], start: RationalTime, end: RationalTime, rate: float
) -> tuple[tuple[Placed, ...], tuple[Skipped, ...]]:
    """One line after the other at natural speed; those that begin after `end` are left out."""
    placed, left, at = [], [], start
    for line in lines:
        length = max(from_seconds(natural_seconds(line.text), rate), RationalTime(1, rate))
        if end.value and at >= end:
            left.append(Skipped(line.row, f"the timeline ends before “{shortened(line.text)}”"))
            continue
        placed.append((line, range_of(at, at + length)))
        at = at + length + from_seconds(PAUSE, rate)
    return tuple(placed), tuple(left)


def _is_heading_of_sheet(row: str) -> bool:
    """Whether a first row names a sheet's columns: two or more delimiters, an in and an out."""
    cells = [cell.strip().casefold().strip('"') for cell in re.split(r"[\t;,|]", row)]
    return len(cells) > 2 and any(cell in ("in", "start", "tc in") or cell.endswith(" in") for cell in cells)


_READ = {"plain": read_plain, "fountain": read_fountain, "subtitles": read_subtitles}
