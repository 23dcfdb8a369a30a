"""The verb `media`: what is offline, and finding it again."""

from __future__ import annotations

import json
from pathlib import Path

from .verbs import SOME_FAILED, add_group, add_json, add_verb


def add(verbs) -> None:
    """Put the verbs in the parser."""
    media = add_group(verbs, "media", "media that is offline, and relinking it")
    verb = add_verb(media, "list", _list, "the clips whose media is offline")
    verb.add_argument("timeline", type=Path)
    add_json(verb)
    verb = add_verb(media, "relink", _relink, "find offline media below folders")
    verb.add_argument("timeline", type=Path)
    more = "those of earlier relinks are searched too"
    verb.add_argument("folders", type=Path, nargs="*", metavar="FOLDER", help=more)
    verb.add_argument("-o", "--out", type=Path, metavar="OUT.otio", help="default: the same file")
    change = "let the clips themselves point to what was found"
    verb.add_argument("--rewrite", action="store_true", help=change)
    add_json(verb)


def _list(arguments) -> int:
    from dataclasses import asdict

    from ..timeline.files import read_timeline
    from ..timeline.metadata import read_project
    from ..timeline.relink import offline_clips, with_folders_searched

    timeline = read_timeline(arguments.timeline)
    base = arguments.timeline.resolve().parent
    rows = offline_clips(timeline, base, with_folders_searched(timeline, base, read_project(timeline)))
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows]))
    elif not rows:
        print("All media is there.")
    else:
        _print_table(rows)
    return 0


def _print_table(rows) -> None:
    head = ("record", "track", "clip", "media TC", "reel", "wanted")
    lines = [
        (row.timecode, row.track, row.clip, row.media_timecode, row.wanted.reel or "–", row.wanted.path)
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    for line in (head, *lines):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())


def _relink(arguments) -> int:
    from ..errors import StorageError
    from ..timeline.lock import locked
    from ..timeline.relink import relink_file

    for folder in arguments.folders:
        if not folder.is_dir():
            raise StorageError("There is no such folder", file=folder, remedy="Check the name.")
    out = arguments.out or arguments.timeline
    with locked(out):
        answers, missing = relink_file(arguments.timeline, out, arguments.folders, arguments.rewrite)
    if arguments.json:
        print(json.dumps(_as_json(answers, missing)))
    else:
        for key, path in answers.found.items():
            print(f"found      {key} → {path}")
        for key, paths in answers.ambiguous.items():
            print(f"ambiguous  {key}: {', '.join(map(str, paths))}")
        for want in missing:
            print(f"missing    {want.path}")
    return SOME_FAILED if missing or answers.ambiguous else 0


def _as_json(answers, missing) -> dict:
    return {
        "found": {key: str(path) for key, path in answers.found.items()},
        "ambiguous": {key: [str(path) for path in paths] for key, paths in answers.ambiguous.items()},
        "missing": [want.path for want in missing],
    }
