"""The verb `backups`: the last three generations of a timeline file."""

from __future__ import annotations

import json
from pathlib import Path

from .verbs import add_group, add_json, add_verb


def add(verbs) -> None:
    """Put the verbs in the parser."""
    backups = add_group(verbs, "backups", "earlier generations of a timeline file")
    verb = add_verb(backups, "list", _list, "number, when it was saved, size; the newest first")
    verb.add_argument("timeline", type=Path)
    add_json(verb)
    verb = add_verb(backups, "restore", _restore, "go back to one; the file as it is becomes a backup")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("number", type=int, nargs="?", default=0, help="default: the newest")
    add_json(verb)


def _list(arguments) -> int:
    from ..timeline.backups import backups

    rows = backups(arguments.timeline)
    if arguments.json:
        print(json.dumps([_row(backup) for backup in rows]))
        return 0
    for backup in rows:
        print(f"{backup.number:>4}  {backup.saved:%Y-%m-%d %H:%M:%S}  {backup.size:>9} bytes")
    if not rows:
        print("No backups yet.")
    return 0


def _restore(arguments) -> int:
    from ..timeline.backups import restore
    from ..timeline.lock import locked

    with locked(arguments.timeline):
        chosen = restore(arguments.timeline, arguments.number)
    said = f"Restored number {chosen.number}, saved {chosen.saved:%Y-%m-%d %H:%M:%S}."
    print(json.dumps(_row(chosen)) if arguments.json else said)
    return 0


def _row(backup) -> dict:
    return {
        "number": backup.number,
        "saved": backup.saved.isoformat(timespec="seconds"),
        "size": backup.size,
        "path": str(backup.path),
    }
