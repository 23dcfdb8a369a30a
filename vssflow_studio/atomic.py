"""Writing files so that a reader sees the old one or the new one, never half."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import StorageError

_FULL = ("The disk is full", "Free some space and try again; nothing was changed.")
_READ_ONLY = ("The folder is read-only", "Choose another folder; nothing was changed.")
_GONE = ("The folder is not there", "Choose another folder; nothing was changed.")
_REMEDIES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("Your quota on this disk is used up", _FULL[1]),
    errno.EFBIG: ("The file grew larger than this disk allows", _FULL[1]),
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EROFS: _READ_ONLY,
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
}
_MARK = ".vssflow-half"
_OURS = re.compile(rf"\..{{0,40}}-[a-z0-9_]{{8}}{re.escape(_MARK)}(\.[^.]*)?", re.DOTALL)
_OLD = 3600.0
"""Seconds after which nobody is still writing a temporary file."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on a clean exit it takes its place.

    The temporary file keeps the suffix, so writers that choose a format by name
    work. Raises StorageError when the disk or the folder refuses; `path` is then
    as it was.
    """
    # A link stays a link: what it points to is replaced.
    path = Path(os.path.realpath(path))
    temporary: Path | None = None
    try:
        prefix = f".{path.stem[:40]}-"
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=_MARK + path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        _keep_mode(temporary, path)
        _sync(temporary)
        os.replace(temporary, path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically. Raises StorageError."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that takes its place on a clean exit. Raises StorageError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StorageError(
            "There is something already", file=folder, remedy="Choose another folder, or delete it."
        )
    made = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        made.chmod(0o755)
        yield made
        made.replace(folder)
        made = None
    except OSError as error:
        raise storage_error(error, folder) from error
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


def write_json(path: Path, value: object) -> None:
    """Write `value` to `path` atomically, its folder made where it is missing. Raises StorageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, path) from error
    write_bytes(path, f"{json.dumps(value, indent=2)}\n".encode())


def sweep(folder: Path) -> int:
    """Remove the temporary files in `folder` that a killed writer of ours left an hour ago or earlier.

    Gives how many; what can't be looked at or removed is left.
    """
    removed = 0
    try:
        with os.scandir(folder) as entries:
            ours = [entry for entry in entries if _OURS.fullmatch(entry.name)]
        for entry in ours:
            if entry.is_file(follow_symlinks=False) and time.time() - entry.stat().st_mtime > _OLD:
                os.unlink(entry.path)
                removed += 1
    except OSError:
        pass
    return removed


def storage_error(error: OSError, path: Path) -> StorageError:
    """The error of the disk, in a user's words."""
    what, remedy = _REMEDIES.get(
        error.errno, (f"Can't write here: {error.strerror or error}", "Choose another folder and try again.")
    )
    return StorageError(what, file=path, remedy=remedy)


def _keep_mode(temporary: Path, path: Path) -> None:
    """mkstemp makes private files; give the mode of the old file, or the usual one."""
    if path.exists():
        mode = path.stat().st_mode & 0o777
    else:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    os.chmod(temporary, mode)


def _sync(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable. Windows has no handle for a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
