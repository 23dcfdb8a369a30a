"""The verb `audit`: what is still temp, so that none of it ships by accident."""

from __future__ import annotations

import json
from pathlib import Path

from .verbs import SOME_FAILED, add_json, add_verb


def add(verbs) -> None:
    """Put the verb in the parser."""
    verb = add_verb(verbs, "audit", _audit, "list what is still temp; exit code 3 when anything is")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("--search", type=Path, action="append", default=[], metavar="FOLDER")
    add_json(verb)


def _audit(arguments) -> int:
    from ..engine.audit import temps
    from ..engine.cut import Cut

    found = temps(Cut.read(arguments.timeline, arguments.search))
    if arguments.json:
        print(json.dumps({"temp": [temp.as_dict() for temp in found]}))
    else:
        for temp in found:
            off = "" if temp.enabled else "  (disabled)"
            place = f"{temp.start or '–':<12} {temp.end or '–':<12} {temp.track:<14}"
            print(f"{place} {temp.clip}  {temp.media}{off}")
        print(f"{len(found)} clips are still temp." if found else "Nothing is temp.")
    return SOME_FAILED if found else 0
