"""The verb `window`: what a plugin asks of the window that is open."""

from __future__ import annotations

import json
import sys

from .verbs import FAILED, add_group, add_json, add_verb


def add(verbs) -> None:
    """Put the verbs in the parser."""
    window = add_group(verbs, "window", "ask the window that is open; for plugins and scripts")
    for name, summary in (
        ("status", "which timeline is open, and whether it is saved"),
        ("save", "save what is open"),
    ):
        add_json(add_verb(window, name, _ask(name), summary))
    verb = add_verb(window, "say", _ask("say"), "show a message")
    verb.add_argument("text")
    add_json(verb)


def _ask(name: str):
    def run(arguments) -> int:
        from ..endpoint import ask

        said = ask(name, {"text": getattr(arguments, "text", "")}, timeout=60)
        if said is None:
            print("vssflow-studio: No window is open.", file=sys.stderr)
            return FAILED
        if arguments.json:
            print(json.dumps(said))
        else:
            print("\n".join(f"{key:<9} {value}" for key, value in said.items()))
        return 0

    return run
