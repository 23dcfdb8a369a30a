"""What was never saved: cues and cast of an open timeline, written aside every minute.

Our edits change the project and nothing else of a timeline, so the project is all that
is kept: a small timeline without tracks, in the user's own data folder. There it is quick
to write and safe when the timeline's disk is read-only, full or unplugged. It is removed
when the timeline is saved or closed; one that is found was left by a crash.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import opentimelineio as otio

from .. import paths
from ..atomic import storage_error, write_bytes
from ..errors import TimelineError
from .cues import Project
from .metadata import read_project, write_project

_KEY = "vssflow_studio.recovery"


@dataclass(frozen=True)
class Recovery:
    """An unsaved project and when (local time) it was written aside."""

    project: Project
    saved: datetime


def recovery_file(timeline_file: Path) -> Path:
    """Where the unsaved project of `timeline_file` is kept."""
    path = os.path.realpath(timeline_file)
    name = hashlib.blake2b(os.fsencode(path), digest_size=8).hexdigest()
    return paths.recovery() / f"{Path(path).stem[:40]}-{name}.otio"


def write_recovery(timeline_file: Path, project: Project) -> None:
    """Keep `project` aside, in place of the one before. Raises StorageError."""
    file = recovery_file(timeline_file)
    aside = otio.schema.Timeline(Path(timeline_file).name)
    aside.metadata[_KEY] = {"file": str(timeline_file)}
    write_project(aside, project)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, file.parent) from error
    write_bytes(file, otio.adapters.write_to_string(aside, "otio_json").encode())


def read_recovery(timeline_file: Path) -> Recovery | None:
    """What a crash left of `timeline_file`, None when there is nothing that can be read."""
    file = recovery_file(timeline_file)
    try:
        saved = datetime.fromtimestamp(file.stat().st_mtime)
        aside = otio.adapters.read_from_string(file.read_text(encoding="utf-8"), "otio_json")
        return Recovery(read_project(aside), saved)
    except (OSError, ValueError, otio.exceptions.OTIOError, TimelineError):
        return None


def forget_recovery(timeline_file: Path) -> None:
    """Nothing is unsaved any more."""
    try:
        recovery_file(timeline_file).unlink(missing_ok=True)
    except OSError:
        pass  # asked about once more than needed, which loses nothing
