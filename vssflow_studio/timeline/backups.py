"""Three earlier generations of a timeline file, kept in the hidden folder `.vssflow` beside it.

They are kept beside the file and not among the user's data, so that whoever opens the
folder finds them, on any machine. Each is a whole timeline file that any tool can open,
called `cut.0007.otio`; what was saved later has the higher number.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import opentimelineio as otio

from ..atomic import replacing, storage_error
from ..errors import StorageError
from .files import read_timeline, write_timeline

GENERATIONS = 3
_FOLDER = ".vssflow"


@dataclass(frozen=True)
class Backup:
    """One earlier generation: where it lies, its number, when it was saved (local time), bytes."""

    path: Path
    number: int
    saved: datetime
    size: int


def hidden_folder(timeline_file: Path) -> Path:
    """Where backups and the lock of `timeline_file` are kept."""
    return Path(os.path.realpath(timeline_file)).parent / _FOLDER


def make_hidden_folder(timeline_file: Path) -> Path:
    """The hidden folder, made if need be, open to whom the folder it is in is. Raises OSError."""
    folder = hidden_folder(timeline_file)
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        shutil.copymode(folder.parent, folder)
    return folder


def backups(timeline_file: Path) -> tuple[Backup, ...]:
    """The generations of `timeline_file`, the newest first."""
    name = Path(os.path.realpath(timeline_file))
    pattern = re.compile(rf"{re.escape(name.stem)}\.(\d{{4,}}){re.escape(name.suffix)}", re.DOTALL)
    found = []
    try:
        with os.scandir(hidden_folder(name)) as entries:
            for entry in entries:
                if match := pattern.fullmatch(entry.name):
                    facts = entry.stat()
                    saved = datetime.fromtimestamp(facts.st_mtime)
                    found.append(Backup(Path(entry.path), int(match[1]), saved, facts.st_size))
    except OSError:
        return ()
    return tuple(sorted(found, key=lambda backup: -backup.number))


def keep(timeline_file: Path) -> None:
    """Put the file as it is now among its generations and drop the oldest.

    One that is the newest generation already is not kept twice. Raises StorageError.
    """
    file = Path(os.path.realpath(timeline_file))
    if not file.is_file():
        return
    try:
        known = backups(file)
        if not (known and _same(known[0].path, file)):
            with _next_generation(file) as temporary:
                shutil.copyfile(file, temporary)
                shutil.copystat(file, temporary)  # so that it says when it was saved
    except OSError as error:
        raise storage_error(error, hidden_folder(file)) from error


def keep_unsaved(timeline: otio.schema.Timeline, timeline_file: Path) -> None:
    """Put a timeline that was never saved among the generations of its file. Raises StorageError."""
    with _next_generation(Path(os.path.realpath(timeline_file))) as temporary:
        write_timeline(timeline, temporary)


def save_timeline(timeline: otio.schema.Timeline, path: Path, backup: bool = True) -> None:
    """Write `timeline` atomically; what stood in `path` becomes its newest generation if `backup`.

    Raises StorageError or TimelineError; the file is then as it was. A folder that takes
    the file but no backup does not keep anyone from saving.
    """
    if backup:
        with suppress(StorageError):
            keep(path)
    write_timeline(timeline, path)


def restore(timeline_file: Path, number: int = 0) -> Backup:
    """Make the file what it was in the generation `number` (0: the newest) and say which.

    The file as it is now becomes the newest generation, so that this can be taken back.
    Raises StorageError when there is none such, TimelineError when that one is damaged.
    """
    known = backups(timeline_file)
    chosen = next((backup for backup in known if number in (0, backup.number)), None)
    if chosen is None:
        there = ", ".join(str(backup.number) for backup in known) or "none"
        raise StorageError(
            f"There is no backup {number or ''}".rstrip(), file=timeline_file, remedy=f"There are: {there}."
        )
    read_timeline(chosen.path)  # a damaged one is not put in a whole one's place
    with replacing(Path(timeline_file)) as temporary:
        shutil.copyfile(chosen.path, temporary)
        keep(timeline_file)  # which may drop the chosen one
    return chosen


@contextmanager
def _next_generation(file: Path) -> Iterator[Path]:
    """A temporary path that becomes the newest generation; then the oldest is dropped."""
    known, folder = backups(file), hidden_folder(file)
    try:
        make_hidden_folder(file)
        number = known[0].number + 1 if known else 1
        with replacing(folder / f"{file.stem}.{number:04}{file.suffix}") as temporary:
            yield temporary
        for old in known[GENERATIONS - 1 :]:
            old.path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, folder) from error


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    return one.read_bytes() == other.read_bytes()
