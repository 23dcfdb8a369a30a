"""Cues from what others wrote: cue sheets, subtitles, screenplays and the timeline's markers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import CueError, TextError
from ..script.final_draft import read_final_draft
from ..script.fountain import read_fountain
from ..script.script_lines import Script, ScriptLine, Skipped, shortened
from ..script.subtitles import read_subtitles
from ..text_file import read_data, read_text
from ..timeline.clips import ClipView, clip_views, visible_picture
from ..timeline.cue_sheet import merged, read_sheet
from ..timeline.cues import Cue, new_id
from ..timeline.lay_lines import lay_lines, place_timed, storyboard_panels
from ..timeline.marker_cues import marker_cues
from ..timeline.metadata import read_project
from ..timeline.timecode import range_of, seconds

SHEETS = (".csv", ".tsv", ".txt")
SUBTITLES = (".srt", ".vtt")
SCRIPTS = (".fountain", ".spmd", ".fdx")
KINDS = (*SHEETS, *SUBTITLES, *SCRIPTS)

_LETTER = 0.065
"""Seconds that a letter takes, in a line for which there are no phonemes."""
_BREATH = 0.15


@dataclass(frozen=True)
class Imported:
    """All cues of the timeline now; which of them are new or changed; what was skipped."""

    cues: tuple[Cue, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def summary(self) -> str:
        """`12 cues imported, 2 changed, 3 skipped`."""
        more = ((self.changed, "changed"), (self.skipped, "skipped"))
        count = f"{len(self.new)} {'cue' if len(self.new) == 1 else 'cues'} imported"
        return ", ".join((count, *(f"{len(which)} {what}" for which, what in more if which)))


def import_into(
    timeline: otio.schema.Timeline, base: Path, file: Path | None, foley_colour: str = ""
) -> Imported:
    """The timeline's own cues with those of `file`, without one with those of its markers.

    `base` is the timeline's folder. The timeline stays as it is. Raises CueError.
    """
    project = read_project(timeline)
    views = clip_views(timeline, base, relinked=project.relinked)
    if file is None:
        return import_markers(timeline, project.cues, views, foley_colour)
    return import_cues(timeline, project.cues, views, file)


def import_cues(
    timeline: otio.schema.Timeline, cues: Sequence[Cue], views: Sequence[ClipView], file: Path
) -> Imported:
    """`cues` with those of a file, which its suffix tells apart: see `KINDS`.

    Sheets and subtitles have times; the lines of a script are laid over the picture. What
    is there already is not added again. Raises CueError naming the file and the line.
    """
    file = Path(file)
    suffix = file.suffix.lower()
    if suffix in SHEETS:
        sheet = read_sheet(file, timeline)
        unnamed = [(cue, sheet.rows[cue.id]) for cue in sheet.cues if cue.id in sheet.unnamed]
        new, there = _unknown(cues, unnamed)
        left = sheet.unnamed - {cue.id for cue in new}
        wanted = [cue for cue in sheet.cues if cue.id not in left]
        return _with(cues, wanted, (*sheet.skipped, *there), views)
    script = _read(file, suffix)
    if suffix in SUBTITLES:
        placed, skipped = place_timed(script.lines, timeline)
        new, there = _unknown(cues, [(cue_of(line, range_), line.row) for line, range_ in placed])
        return _with(cues, new, (*script.skipped, *skipped, *there), views)
    panels = storyboard_panels(views)
    if not panels:
        raise CueError(
            "There is no picture to lay the script's lines over",
            file=file,
            remedy="Cut the storyboard's panels onto a picture track first.",
        )
    placed, skipped = lay_lines(script.lines, panels, cues, natural_seconds)
    new = [cue_of(line, range_) for line, range_ in placed]
    return _with(cues, new, (*script.skipped, *skipped), views)


def import_markers(
    timeline: otio.schema.Timeline,
    cues: Sequence[Cue],
    views: Sequence[ClipView],
    foley_colour: str = "",
) -> Imported:
    """`cues` with those that the timeline's markers ask for; see `timeline.marker_cues`."""
    found, skipped = marker_cues(timeline, natural_seconds, foley_colour)
    new, there = _unknown(cues, [(cue, 0) for cue in found])
    return _with(cues, new, (*skipped, *there), views)


def natural_seconds(text: str) -> float:
    """How long a line is when nothing presses, with a breath; no model needed."""
    from ..models.conditions.phonemes import average_durations, natural_durations
    from ..script.phonemes import phonemes

    try:
        said = phonemes(text)
    except TextError:
        return _BREATH + _LETTER * sum(character.isalnum() for character in text)
    return _BREATH + float(natural_durations(said, average_durations(said)).sum())


def _read(file: Path, suffix: str) -> Script:
    if suffix == ".fdx":
        return read_final_draft(read_data(file), file)
    if suffix in SUBTITLES:
        return read_subtitles(read_text(file), file)
    if suffix in SCRIPTS:
        return read_fountain(read_text(file), file)
    raise CueError(
        f"Cues can't be read from files of the kind “{suffix or file.name}”",
        file=file,
        remedy=f"Use {', '.join(KINDS)}.",
    )


def cue_of(line: ScriptLine, range_: TimeRange) -> Cue:
    """The cue that a line of a script becomes."""
    return Cue(
        new_id(),
        "dialogue",
        range_,
        line.text,
        line.character,
        notes=line.notes,
        delivery=line.delivery,
    )


def _unknown(
    cues: Sequence[Cue], found: Iterable[tuple[Cue, int]]
) -> tuple[tuple[Cue, ...], tuple[Skipped, ...]]:
    """Of cues and their rows, what isn't there yet at its time in its words, and what is."""

    def wish(cue: Cue) -> tuple:
        return cue.kind, cue.character, cue.text, seconds(cue.range.start_time)

    known, new, there = {wish(cue) for cue in cues}, [], []
    for cue, row in found:
        if wish(cue) in known:
            there.append(Skipped(row, f"“{shortened(cue.text)}” is there already"))
        else:
            known.add(wish(cue))
            new.append(cue)
    return tuple(new), tuple(there)


def _with(
    cues: Sequence[Cue], found: Sequence[Cue], skipped: Sequence[Skipped], views: Sequence[ClipView]
) -> Imported:
    """The cues and those found, by time; new ones know the clip that is seen at their start."""
    before = {cue.id: cue for cue in cues}
    after = {cue.id: cue for cue in merged(cues, found)}
    new = [cue for cue in after.values() if cue.id not in before]
    after |= {cue.id: cue for cue in with_clips(new, views)}
    ordered = sorted(after.values(), key=lambda cue: seconds(cue.range.start_time))
    changed = tuple(i for i, cue in before.items() if after[i] != cue)
    told = tuple(sorted(skipped, key=lambda one: one.row))
    return Imported(tuple(ordered), tuple(cue.id for cue in new), changed, told)


def with_clips(cues: Sequence[Cue], views: Sequence[ClipView]) -> list[Cue]:
    """Cues that know no clip yet know the one that is seen when they begin."""
    if not cues or not views:
        return list(cues)
    rate = views[0].record.start_time.rate
    end = max(view.record.end_time_exclusive() for view in views)
    pieces = visible_picture(views, range_of(RationalTime(0, rate), end))
    starts = [piece.start_time for _, piece in pieces]
    known = []
    for cue in cues:
        start = cue.range.start_time
        view, piece = pieces[bisect_right(starts, start) - 1] if pieces else (None, None)
        seen = view and cue.clip is None and piece.contains(start)
        known.append(replace(cue, clip=view.key) if seen else cue)
    return known
