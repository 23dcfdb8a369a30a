"""The verbs `plugins install`, `remove` and `list`."""

from __future__ import annotations

import json
from pathlib import Path

from .verbs import add_group, add_json, add_verb

_NEXT = {
    "blender": "in Blender: Edit ▸ Preferences ▸ Add-ons, tick VSSFlow Studio. Then press N in the Video Sequencer.",
    "otio": "set OTIO_PLUGIN_MANIFEST_PATH={} where the other program starts",
    "premiere": "open that file: Creative Cloud installs it. Then restart Premiere.",
}


def add(verbs) -> None:
    """Put the verbs in the parser."""
    plugins = add_group(verbs, "plugins", "VSSFlow Studio inside other programs")
    for name, function, summary in (
        ("install", _install, "put a plugin where its program looks"),
        ("remove", _remove, "take a plugin away again"),
    ):
        verb = add_verb(plugins, name, function, summary)
        verb.add_argument("name", help="see `plugins list`")
        verb.add_argument("--folder", type=Path, help="instead of the program's own folder of scripts or extensions")
        add_json(verb)
    add_json(add_verb(plugins, "list", _list, "which plugins there are"))


def _install(arguments) -> int:
    from ..plugins import install

    made = install(arguments.name, arguments.folder)
    _tell(made, arguments.json)
    if not arguments.json and arguments.name in _NEXT:
        print(_NEXT[arguments.name].format(made[0]))
    return 0


def _remove(arguments) -> int:
    from ..plugins import remove

    _tell(remove(arguments.name, arguments.folder), arguments.json)
    return 0


def _list(arguments) -> int:
    from ..plugins import NAMES

    if arguments.json:
        print(json.dumps(NAMES))
    else:
        for name, what in NAMES.items():
            print(f"{name:<10} {what}")
    return 0


def _tell(paths: list[Path], as_json: bool) -> None:
    print(json.dumps({"files": list(map(str, paths))}) if as_json else "\n".join(map(str, paths)))
