"""The verb `cues`: what is to be heard, listed, added, imported, exported."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from .verbs import add_group, add_json, add_verb


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
    for name, function, summary in (
        ("import", _cues_import, "add the cues of a CSV or TSV sheet"),
        ("export", _cues_export, "write the cues as a CSV or TSV sheet"),
    ):
        verb = add_verb(cues, name, function, summary)
        verb.add_argument("timeline", type=Path)
        verb.add_argument("sheet", type=Path)
    verb = add_verb(cues, "lexicon", _cues_lexicon, "the pronunciations its lines go by: show or set them")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("file", type=Path, nargs="?", help="lines such as: KAL  K EY1 L")
    verb.add_argument("--none", action="store_true", help="go by the dictionary alone again")
    add_json(verb)


def _add_controls(verb) -> None:
    for name, meaning in (
        ("pace", "times the natural speed; without it the line fills its range"),
        ("pitch", "semitones higher or lower"),
        ("energy", "dB louder or softer"),
    ):
        verb.add_argument(f"--{name}", type=_control(name), help=meaning)
    verb.add_argument("--delivery", choices=("normal", "whisper", "shout"))


def _control(name: str) -> Callable[[str], float]:
    """A reader of what is given for a control; argparse says what is wrong with it."""

    def read(text: str) -> float:
        from ..timeline.cues import checked_control

        try:
            return checked_control(name, text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def _controls(arguments) -> dict:
    """Those that are given. Raises CueError for a sound that is asked how it speaks."""
    from ..errors import CueError

    names = ("pace", "pitch", "energy", "delivery")
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    spoken = sorted(given.keys() - {"energy"})
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
            "text": cue.text,
            "pace": cue.pace,
            "pitch": cue.pitch,
            "energy": cue.energy,
            "delivery": cue.delivery,
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
        print(f"{row['in']} – {row['out']}  {row['kind']:<8}  {len(row['takes'])} takes  {who}{row['text']}{mark}")
    return 0


def _change_cues(path: Path, change: Callable) -> None:
    """Read, let `change(timeline, cues)` give the new cues, write."""
    from dataclasses import replace

    from ..timeline.backups import save_timeline
    from ..timeline.files import read_timeline
    from ..timeline.importing import work_file
    from ..timeline.lock import locked
    from ..timeline.metadata import read_project, write_project

    path = work_file(path)
    with locked(path):
        timeline = read_timeline(path)
        project = read_project(timeline)
        write_project(timeline, replace(project, cues=tuple(change(timeline, project.cues))))
        save_timeline(timeline, path)


def _cues_add(arguments) -> int:
    from ..errors import CueError
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
        if not end > start:
            raise CueError(
                "The cue ends before it starts",
                file=arguments.timeline,
                timecode=arguments.start,
                remedy="Give an --out that is later than --in.",
            )
        kind, text, who = arguments.kind, arguments.text, arguments.character
        return (*cues, Cue(made, kind, range_of(start, end), text, who, arguments.voice, **controls))

    _change_cues(arguments.timeline, add)
    print(json.dumps({"id": made}) if arguments.json else made)
    return 0


def _cues_import(arguments) -> int:
    from ..timeline.cue_sheet import merged, read_cue_sheet

    def merge(timeline, cues):
        return merged(cues, read_cue_sheet(arguments.sheet, timeline))

    _change_cues(arguments.timeline, merge)
    return 0


def _cues_export(arguments) -> int:
    from ..timeline.cue_sheet import write_cue_sheet
    from ..timeline.files import read_timeline
    from ..timeline.metadata import read_project

    timeline = read_timeline(arguments.timeline)
    write_cue_sheet(arguments.sheet, timeline, read_project(timeline).cues)
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
