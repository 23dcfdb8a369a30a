"""The verb `cues`: what is to be heard, listed, added, imported, exported."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from . import cast
from .asking import add_ask
from .kinds import add_kinds
from .verbs import add_group, add_json, add_verb, change_cues


def add(verbs) -> None:
    """Put the verbs in the parser."""
    cues = add_group(verbs, "cues", "the cues in a timeline")
    verb = add_verb(cues, "list", _cues_list, "what is to be heard, and what is there")
    verb.add_argument("timeline", type=Path)
    add_json(verb)
    verb = add_verb(cues, "add", _cues_add, "add one cue")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("--kind", default="dialogue", choices=("dialogue", "foley", "ambience"))
    verb.add_argument("--in", dest="start", required=True, metavar="TIMECODE")
    verb.add_argument("--out", dest="end", required=True, metavar="TIMECODE")
    verb.add_argument("--text", required=True, help="the line, or the prompt")
    verb.add_argument("--character", default="")
    verb.add_argument("--voice", default="")
    _add_controls(verb)
    add_json(verb)
    _add_files(cues)
    cast.add(cues)
    add_kinds(cues)
    verb = add_verb(cues, "lexicon", _cues_lexicon, "the pronunciations its lines go by: show or set them")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("file", type=Path, nargs="?", help="lines such as: KAL  K EY1 L")
    verb.add_argument("--none", action="store_true", help="go by the dictionary alone again")
    add_json(verb)
    add_ask(cues)


def _add_files(cues) -> None:
    verb = add_verb(cues, "import", _cues_import, "add the cues of a sheet, subtitles or a script, by FILE's suffix")
    verb.formatter_class = argparse.RawDescriptionHelpFormatter
    verb.epilog = (
        ".csv .tsv .txt        an ADR or foley cue sheet; a known id is brought up to date\n"
        ".srt .vtt             subtitles\n"
        ".fountain .spmd .fdx  a script: its lines are laid over the picture's clips, in order"
    )
    verb.add_argument("timeline", type=Path)
    verb.add_argument("file", type=Path, nargs="?")
    verb.add_argument("--markers", action="store_true", help="the timeline's markers (ANNA: line, FX: prompt), no FILE")
    verb.add_argument("--foley-colour", default="", metavar="RED", help="take all markers of that colour as foley")
    add_json(verb)
    verb = add_verb(cues, "export", _cues_export, "write the cues as a sheet: .csv, .tsv, or .pdf to print")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("file", type=Path)
    add_json(verb)


def _add_controls(verb) -> None:
    for name, meaning in (
        ("pace", "times the natural speed; without it the line fills its range, slowed to 0.6 at most"),
        ("pitch", "semitones higher or lower"),
        ("energy", "dB louder or softer"),
    ):
        verb.add_argument(f"--{name}", type=_control(name), help=meaning)
    verb.add_argument("--delivery", choices=("normal", "whisper", "shout"))
    for name, meaning in (("distance", "close, medium or far"), ("room", "dry, small room, hall, outdoors …")):
        verb.add_argument(f"--{name}", type=_place(name), help=f"{meaning}; else as the prompt says")
    verb.add_argument("--without", dest="negative", metavar="PROMPT", help="what must not be heard in a sound")


def _control(name: str) -> Callable[[str], float]:
    """A reader of what is given for a control; argparse says what is wrong with it."""

    def read(text: str) -> float:
        from ..timeline.cues import checked_control

        try:
            return checked_control(name, text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def _place(name: str) -> Callable[[str], str]:
    """A reader of a distance or a room, which `choices` would import too early."""

    def read(text: str) -> str:
        from ..timeline.cues import DISTANCES, ROOMS

        choices = {"distance": DISTANCES, "room": ROOMS}[name][1:]
        if text not in choices:
            raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(choices)}")
        return text

    return read


def _controls(arguments) -> dict:
    """Those that are given. Raises CueError for a sound that is asked how it speaks."""
    from ..errors import CueError

    names = ("pace", "pitch", "energy", "delivery", "distance", "room", "negative")
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    spoken = sorted(given.keys() - {"energy", "distance", "room", "negative"})
    if spoken and arguments.kind != "dialogue":
        raise CueError(
            f"Only a line has {', '.join(spoken)}",
            file=arguments.timeline,
            timecode=arguments.start,
            remedy=f"Leave it out, or say how loud the {arguments.kind} is with --energy.",
        )
    return given


def _cues_list(arguments) -> int:
    from ..timeline.clips import record_timecode
    from ..timeline.files import read_timeline
    from ..timeline.metadata import read_project

    timeline = read_timeline(arguments.timeline)
    rows = [
        {
            "id": cue.id,
            "kind": cue.kind,
            "character": cue.character,
            "in": record_timecode(timeline, cue.range.start_time),
            "out": record_timecode(timeline, cue.range.end_time_exclusive()),
            "frame": cue.range.start_time.value,
            "frames": cue.range.duration.value,
            "text": cue.text,
            "pace": cue.pace,
            "pitch": cue.pitch,
            "energy": cue.energy,
            "delivery": cue.delivery,
            "distance": cue.distance,
            "room": cue.room,
            "negative": cue.negative,
            "takes": [take.path for take in cue.takes],
            "picture": cue.picture,
        }
        for cue in read_project(timeline).cues
    ]
    if arguments.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        who = f"{row['character']}: " if row["character"] else ""
        mark = {"gone": "  (orphaned)", "changed": "  (needs new sound)"}.get(row["picture"], "")
        takes = f"{len(row['takes'])} take{'' if len(row['takes']) == 1 else 's'}"
        print(f"{row['in']} – {row['out']}  {row['kind']:<8}  {takes:<7}  {who}{row['text']}{mark}")
    return 0


def _cues_add(arguments) -> int:
    from opentimelineio.opentime import RationalTime

    from ..errors import CueError
    from ..timeline.clips import record_timecode
    from ..timeline.cue_sheet import parse_time
    from ..timeline.cues import Cue, new_id
    from ..timeline.timecode import range_of

    made, controls = new_id(), _controls(arguments)

    def add(timeline, cues):
        try:
            start, end = (parse_time(t, timeline) for t in (arguments.start, arguments.end))
        except ValueError as error:
            raise CueError(
                "In or out is no timecode",
                file=arguments.timeline,
                timecode=f"{arguments.start} – {arguments.end}",
                remedy="Write 01:00:05:12 or 5.5.",
            ) from error
        if start.value < 0:
            raise CueError(
                "The cue starts before the timeline",
                file=arguments.timeline,
                timecode=arguments.start,
                remedy=f"The timeline begins at {record_timecode(timeline, RationalTime(0, start.rate))}.",
            )
        if not end > start:
            raise CueError(
                "The cue ends before it starts",
                file=arguments.timeline,
                timecode=arguments.start,
                remedy="Give an --out that is later than --in.",
            )
        kind, text, who = arguments.kind, arguments.text, arguments.character
        return (*cues, Cue(made, kind, range_of(start, end), text, who, arguments.voice, **controls))

    change_cues(arguments.timeline, add)
    print(json.dumps({"id": made}) if arguments.json else made)
    return 0


def _cues_import(arguments) -> int:
    from ..engine.import_cues import import_into
    from ..errors import CueError

    if (arguments.file is None) != (arguments.markers or bool(arguments.foley_colour)):
        raise CueError(
            "Cues come from a file or from the timeline's markers",
            file=arguments.timeline,
            remedy="Name a file, or give --markers.",
        )
    told: dict = {}

    def change(timeline, cues):
        base = arguments.timeline.resolve().parent
        made = import_into(timeline, base, arguments.file, arguments.foley_colour)
        rows = {cue.id: _told(timeline, cue) for cue in made.cues}
        told["imported"] = [rows[i] for i in made.new]
        told["changed"] = [rows[i] for i in made.changed]
        told["skipped"] = [{"line": one.row or None, "why": one.why} for one in made.skipped]
        told["summary"] = made.summary
        return made.cues

    change_cues(arguments.timeline, change)
    if arguments.json:
        print(json.dumps(told))
        return 0
    for what in ("imported", "changed"):
        for row in told[what]:
            who = f"{row['character']}: " if row["character"] else ""
            print(f"{what:<9} {row['in']} – {row['out']}  {row['kind']:<8}  {who}{row['text']}")
    for one in told["skipped"]:
        row = f"line {one['line']}: " if one["line"] else ""
        print(f"skipped   {row}{one['why']}")
    print(told["summary"])
    return 0


def _told(timeline, cue) -> dict:
    from ..timeline.clips import record_timecode

    start, end = cue.range.start_time, cue.range.end_time_exclusive()
    return {
        "id": cue.id,
        "kind": cue.kind,
        "character": cue.character,
        "in": record_timecode(timeline, start),
        "out": record_timecode(timeline, end),
        "text": cue.text,
        "clip": cue.clip.name if cue.clip else "",
    }


def _cues_export(arguments) -> int:
    from ..engine.export_cues import export_cues
    from ..timeline.files import read_timeline
    from ..timeline.metadata import read_project

    timeline = read_timeline(arguments.timeline)
    cues = read_project(timeline).cues
    warning = export_cues(arguments.file, timeline, cues)
    if arguments.json:
        warnings = [warning] if warning else []
        print(json.dumps({"file": str(arguments.file), "cues": len(cues), "warnings": warnings}))
        return 0
    if warning:
        print(f"note: {warning}", file=sys.stderr)
    print(arguments.file)
    return 0


def _cues_lexicon(arguments) -> int:
    from dataclasses import replace

    from ..script.lexicon import own_lexicon, read_lexicon
    from ..timeline.backups import save_timeline
    from ..timeline.files import read_timeline
    from ..timeline.lock import locked
    from ..timeline.metadata import read_project, write_project

    timeline, folder = read_timeline(arguments.timeline), arguments.timeline.resolve().parent
    project = read_project(timeline)
    if arguments.file or arguments.none:
        if arguments.file:
            read_lexicon(arguments.file)  # a mistake in it is told now, not with each line
        project = replace(project, lexicon="" if arguments.none else _from(folder, arguments.file))
        write_project(timeline, project)
        with locked(arguments.timeline):
            save_timeline(timeline, arguments.timeline)
    words = own_lexicon(folder / project.lexicon if project.lexicon else "")
    if arguments.json:
        print(json.dumps({"lexicon": project.lexicon, "words": words}))
        return 0
    print(f"lexicon   {project.lexicon or 'none of its own'}")
    for word, said in sorted(words.items()):
        print(f"{word:<20} {' '.join(said)}")
    return 0


def _from(folder: Path, file: Path) -> str:
    """The file as the project names it: relative where it lies in the timeline's folder."""
    file = file.resolve()
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file)
