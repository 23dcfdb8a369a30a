"""The verb `cues ask`: an instruction in plain words as cues."""

from __future__ import annotations

import json
from pathlib import Path

from .verbs import add_json, add_verb, change_cues


def add_ask(cues) -> None:
    """Put the verb among those of `cues`."""
    verb = add_verb(cues, "ask", _ask, "add the cues that an instruction in plain words asks for")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("instruction", help="make Anna say 'get down' under the thunder")
    verb.add_argument("--in", dest="start", required=True, metavar="TIMECODE")
    verb.add_argument("--out", dest="end", required=True, metavar="TIMECODE")
    verb.add_argument("--t5", type=Path, metavar="FOLDER", help="understand it by FLAN-T5 and the gate trained on it")
    verb.add_argument("--dry-run", action="store_true", help="only say what would be added")
    add_json(verb)


def _ask(arguments) -> int:
    from ..engine.import_cues import natural_seconds
    from ..engine.instruct import asked
    from ..errors import CueError
    from ..timeline.clips import record_timecode
    from ..timeline.cue_sheet import merged, parse_time
    from ..timeline.files import read_timeline
    from ..timeline.metadata import read_project
    from ..timeline.timecode import range_of

    timeline = read_timeline(arguments.timeline)
    try:
        range_ = range_of(parse_time(arguments.start, timeline), parse_time(arguments.end, timeline))
    except ValueError as error:
        raise CueError(f"A timecode can't be read: {error}", remedy="Write 01:00:10:00 or seconds.") from error
    if range_.duration.value < 1:
        raise CueError("The range has no length", timecode=arguments.start, remedy="Put --out after --in.")
    there = read_project(timeline).cues
    odds, new = asked(arguments.instruction, range_, there, natural_seconds, _gate(arguments.t5))
    if not arguments.dry_run:
        change_cues(arguments.timeline, lambda _, cues: merged(cues, new))
    rows = [
        {
            "id": cue.id,
            "kind": cue.kind,
            "character": cue.character,
            "text": cue.text,
            "in": record_timecode(timeline, cue.range.start_time),
            "out": record_timecode(timeline, cue.range.end_time_exclusive()),
        }
        for cue in new
    ]
    if arguments.json:
        print(json.dumps({"task": max(odds, key=odds.get), "probabilities": odds, "cues": rows}))
        return 0
    for row in rows:
        who = f"{row['character']}: " if row["character"] else ""
        print(f"{row['in']} – {row['out']}  {row['kind']:<8}  {who}{row['text']}")
    return 0


def _gate(folder: Path | None):
    """FLAN-T5's gate in a folder, None for the one that ships."""
    if folder is None:
        return None
    from ..models.deepaudio.mof_t5 import T5Gate

    return T5Gate(folder)
