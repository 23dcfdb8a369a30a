"""Working on a timeline that came in another form: it becomes an .otio beside the file it came in.

The file itself is never written. The .otio remembers which file it was read from, so that
the same one given again goes on with what was made of it.
"""

from __future__ import annotations

import os
from glob import escape
from pathlib import Path

from ..errors import TimelineError
from .files import read_timeline, take_alone, write_timeline
from .formats import free_output
from .metadata import KEY, plain

_FROM = "imported"


def work_file(
    path: Path, *, rate: float | None = None, sequence: str = "", out: Path | None = None
) -> Path:
    """The .otio to work on for the timeline `path`, which is `path` itself when it is one.

    Other kinds are read (see `read_timeline` for `rate` and `sequence`) and written to `out`,
    else beside `path`. Raises ChoiceNeeded, TimelineError, StorageError.
    """
    path = Path(path)
    if path.suffix.lower() == ".otio" and not sequence:
        return path
    origin = _origin(path)
    if out is None and rate is None and not sequence and (known := _made_before(path, origin)):
        return known
    timeline = read_timeline(path, rate=rate, sequence=sequence)
    take_alone(timeline)
    timeline.metadata[KEY] = plain(timeline.metadata.get(KEY, {})) | {_FROM: origin}
    target = Path(out) if out else free_output(path)
    write_timeline(timeline, target)
    return target


def _origin(path: Path) -> dict:
    file = path / "content.otio" if path.is_dir() else path
    try:
        known = os.stat(file)
    except OSError:
        return {"file": path.name}
    return {"file": path.name, "size": known.st_size, "modified": known.st_mtime_ns}


def _made_before(path: Path, origin: dict) -> Path | None:
    """The .otio beside `path` that was made of it, under a name that `free_output` gives; the last written of several."""
    names = (path.with_suffix(".otio"), *path.parent.glob(f"{escape(path.stem)} [0-9]*.otio"))
    there = sorted((one for one in names if one.is_file()), key=lambda one: one.stat().st_mtime_ns, reverse=True)
    return next((one for one in there if _came_from(one, origin)), None)


def _came_from(known: Path, origin: dict) -> bool:
    """Whether the .otio `known` was made of the file that `origin` tells of."""
    try:
        timeline = read_timeline(known)
    except TimelineError:
        return False
    ours = plain(timeline.metadata.get(KEY, {}))
    return isinstance(ours, dict) and ours.get(_FROM) == origin
