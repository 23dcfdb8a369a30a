"""The verbs `conform` and `strip`: a new cut, and the timeline without what is ours."""

from __future__ import annotations

import json
from pathlib import Path

from .verbs import add_json, add_verb


def add(verbs) -> None:
    """Put the verbs in the parser."""
    verb = add_verb(verbs, "conform", _conform, "carry cues and takes to a new cut, by their pictures")
    verb.add_argument("old", type=Path, metavar="OLD", help="the timeline with the cues")
    verb.add_argument("new", type=Path, metavar="NEW", help="the new cut, as the editing program wrote it")
    verb.add_argument("-o", "--out", type=Path, metavar="OUT.otio", help="default: the new cut itself")
    add_json(verb)
    verb = add_verb(verbs, "strip", _strip, "take away all that is ours: tracks, markers and cues")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("-o", "--out", type=Path, metavar="OUT.otio", help="default: the same file")
    verb.add_argument("--keep-cues", action="store_true", help="leave the cues in the file's metadata")


def _conform(arguments) -> int:
    from ..timeline.new_cut import conform_files

    out, result = conform_files(arguments.old, arguments.new, arguments.out)
    if arguments.json:
        print(json.dumps({"timeline": str(out), **result.as_dict()}))
        return 0
    for fate in result.report:
        where = f"{fate.before} → {fate.after}" if fate.after else fate.before
        why = f"  ({fate.why})" if fate.why else ""
        print(f"{fate.state:<16} {where:<26} {fate.kind:<9} {fate.text[:44]}{why}")
    print(", ".join(f"{number} {state}" for state, number in result.count().items()))
    print(f"timeline  {out}")
    return 0


def _strip(arguments) -> int:
    from ..timeline.backups import save_timeline
    from ..timeline.files import default_output, read_timeline
    from ..timeline.lock import locked
    from ..timeline.rebase import rebase
    from ..timeline.tracks import strip, strip_takes

    out = arguments.out or default_output(arguments.timeline)
    with locked(out):
        timeline = read_timeline(arguments.timeline)
        (strip_takes if arguments.keep_cues else strip)(timeline)
        rebase(timeline, arguments.timeline.resolve().parent, out.resolve().parent)
        save_timeline(timeline, out)
    print(f"timeline  {out}")
    return 0
