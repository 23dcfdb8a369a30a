"""The verb `import`: a timeline of another kind as the .otio that is worked on."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .verbs import add_json, add_verb


def add(verbs) -> None:
    """Put the verb in the parser."""
    verb = add_verb(verbs, "import", _import, "write the .otio of an .otioz, .otiod, FCP7 .xml, .edl, .aaf or .kdenlive")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("-o", "--out", type=Path, metavar="OUT.otio", help="default: beside the file")
    verb.add_argument("--rate", type=_rate, metavar="FPS", help="frames a second of an EDL, which says none")
    verb.add_argument("--sequence", default="", metavar="NAME", help="which of several timelines")
    add_json(verb)


def _rate(text: str) -> float:
    rate = float(text)
    if not 1 <= rate <= 1000:
        raise argparse.ArgumentTypeError("from 1 to 1000")
    return rate


def _import(arguments) -> int:
    from ..timeline.importing import work_file

    out = work_file(
        arguments.timeline, rate=arguments.rate, sequence=arguments.sequence, out=arguments.out
    )
    print(json.dumps({"timeline": str(out)}) if arguments.json else out)
    return 0
