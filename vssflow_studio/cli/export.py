"""The verbs `export` and `stems`: the timeline and its sound for other programs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .verbs import add_json, add_verb

_CLIENTS = ("resolve", "premiere", "avid", "protools", "kdenlive")
_LEVELS = ("r128", "-27")


def add(verbs) -> None:
    """Put the verbs in the parser."""
    verb = add_verb(verbs, "export", _export, "write the timeline for another program, by OUT's suffix")
    verb.formatter_class = argparse.RawDescriptionHelpFormatter
    verb.epilog = (
        ".otio .otioz .otiod   OpenTimelineIO; the latter two with the media collected\n"
        ".xml .edl .aaf        Final Cut Pro 7 XML, CMX3600 of the audio tracks, AAF\n"
        ".mlt .kdenlive        MLT, Kdenlive before 25.04\n"
        ".mp4 .wav             a preview, a mix (--loudness)\n\n"
        "--for: resolve .otio, premiere .xml, avid and protools .aaf, kdenlive .otio"
    )
    verb.add_argument("timeline", type=Path)
    verb.add_argument("out", type=Path, nargs="?", help="a file, or a folder with --for")
    verb.add_argument("--for", dest="client", default="", choices=_CLIENTS)
    verb.add_argument("--mix", type=Path, metavar="OUT.wav", help="write a mix, too")
    level = "of a mix: EBU R 128, or −27 LUFS dialogue"
    verb.add_argument("--loudness", default="", choices=_LEVELS, help=level)
    _add_search(verb)
    verb = add_verb(verbs, "stems", _stems, "write the takes as WAVs as long as the programme")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("folder", type=Path)
    verb.add_argument("--per", default="kind", choices=("kind", "character"))
    verb.add_argument("--channels", default="mono", choices=("mono", "stereo"))
    _add_search(verb)


def _add_search(verb) -> None:
    verb.add_argument("--search", type=Path, action="append", default=[], metavar="FOLDER")
    add_json(verb)


def _export(arguments) -> int:
    from ..engine.cut import Cut
    from ..engine.export import export
    from ..errors import TimelineError

    outs = [out for out in (arguments.out, arguments.mix) if out]
    if not outs:
        raise TimelineError("There is nothing to write to", remedy="Name a file, or a mix with --mix.")
    if arguments.mix and arguments.mix.suffix.lower() != ".wav":
        raise TimelineError("A mix is a WAV file", file=arguments.mix, remedy="Let its name end in .wav.")
    cut = Cut.read(arguments.timeline, arguments.search)
    made = [
        export(cut, out, "" if out is arguments.mix else arguments.client, loudness=arguments.loudness)
        for out in outs
    ]
    if arguments.json:
        print(json.dumps({"files": [one.as_dict() for one in made]}))
        return 0
    for one in made:
        _warn(one.warnings)
        print(f"{one.path}  {one.level}".rstrip())
    return 0


def _stems(arguments) -> int:
    from ..engine.cut import Cut
    from ..engine.stems import write_stems

    cut = Cut.read(arguments.timeline, arguments.search)
    made = write_stems(cut, arguments.folder, arguments.per, 2 if arguments.channels == "stereo" else 1)
    if arguments.json:
        files = {name: str(file) for name, file in made.files.items()}
        print(json.dumps({"files": files, "warnings": list(made.warnings)}))
        return 0
    _warn(made.warnings)
    for name, file in made.files.items():
        print(f"{name:<16} {file}")
    return 0


def _warn(warnings) -> None:
    for text in warnings:
        print(f"note: {text}", file=sys.stderr)
