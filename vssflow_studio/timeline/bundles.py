"""Timelines that bring their media along: .otioz (a zip archive) and .otiod (a folder).

The media of an archive is taken out into a folder beside it, `cut.media` for `cut.otioz`,
because picture and sound are read from files; what is there already is left alone. An
archive is anybody's: no entry is written outside that folder, none is a link, and all
together are no larger than the archive can honestly hold.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import opentimelineio as otio

from ..atomic import replacing, storage_error
from ..errors import StudioError
from .media_links import image_name, is_relative, url_path
from .metadata import KEY
from .otio_json import MOST_BYTES, first_line, parsed, read_json, refused

ARCHIVE, FOLDER = ".otioz", ".otiod"
_CONTENT = "content.otio"
_MOST_ENTRIES = 20_000
_MOST_EXPANSION = 20
"""Media is stored and not compressed; even grey bars shrink less."""
_SLACK = 64 * 2**20
_PACK_AGAIN = "Pack the bundle again in the program that wrote it, or open its .otio."


def read_bundle(path: Path) -> otio.core.SerializableObject:
    """What the bundle `path` holds, its media references counted from the bundle's folder.

    Raises TimelineError for what is no bundle or not to be trusted, StorageError when its
    media can't be written beside it.
    """
    return _read_folder(path) if path.is_dir() else _read_archive(path)


def media_folder(archive: Path) -> Path:
    """Where the media of an .otioz is taken out to."""
    return archive.with_suffix(".media")


def _read_folder(path: Path) -> otio.core.SerializableObject:
    content = path / _CONTENT
    if content.is_symlink() or not content.is_file():
        raise refused(f"The bundle has no {_CONTENT}", path, _PACK_AGAIN)
    found = read_json(content)
    inside = path.resolve()

    def place(name: str) -> str:
        """Only what really lies in the bundle: a link may lead anywhere."""
        file = path / name
        real = file.resolve()
        return f"{path.name}/{name}" if real.is_file() and real.is_relative_to(inside) else ""

    _relink(found, place)
    return found


def _read_archive(path: Path) -> otio.core.SerializableObject:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(archive, path)
            if _CONTENT not in entries:
                raise refused(f"The bundle has no {_CONTENT}", path, _PACK_AGAIN)
            if entries[_CONTENT].file_size > MOST_BYTES:
                raise refused("The file is larger than any timeline", path)
            found = parsed(archive.read(entries.pop(_CONTENT)), path)
            folder = media_folder(path)
            _take_out(archive, entries, folder, path)
    except StudioError:
        raise
    except OSError as error:
        raise refused(f"The bundle can't be read: {error.strerror or error}", path, _PACK_AGAIN) from error
    except Exception as error:  # zipfile has many words for damage, passwords and odd methods
        raise refused(f"The bundle can't be unpacked: {first_line(error)}", path, _PACK_AGAIN) from error
    _relink(found, lambda name: f"{folder.name}/{name}" if name in entries else "")
    return found


def _entries(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The files of the archive by name. Raises TimelineError for the first that is not taken."""
    entries: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        why = _suspicion(entry) or ("twice the same name" if entry.filename.casefold() in folded else "")
        if why:
            what = f"The bundle holds {entry.filename[:80]!r}: {why}"
            raise refused(what, path, "Ask for a bundle from someone you trust.")
        entries[entry.filename] = entry
        folded.add(entry.filename.casefold())
    total = sum(entry.file_size for name, entry in entries.items() if name != _CONTENT)
    if len(entries) > _MOST_ENTRIES or total > _SLACK + _MOST_EXPANSION * path.stat().st_size:
        what = f"The bundle would unpack to {len(entries):,} files of {total / 1e6:,.0f} MB"
        raise refused(what, path, "Ask for a bundle from someone you trust.")
    return entries


def _suspicion(entry: zipfile.ZipInfo) -> str:
    """What is wrong with the name or kind of an entry; empty when nothing is."""
    name = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "a link or device, not a file"
    if not is_relative(name) or "\\" in name or any(ord(sign) < 32 for sign in name):
        return "not a place inside the bundle"
    parts = PurePosixPath(name).parts
    if ".." in name.split("/") or ":" in name or str(PurePosixPath(name)) != name:
        return "not a place inside the bundle"
    if any(len(part.encode()) > 200 for part in parts) or len(parts) > 20:
        return "a name that is too long"
    return ""


def _take_out(archive: zipfile.ZipFile, entries: dict, folder: Path, path: Path) -> None:
    """Write the media that is not there yet. Raises TimelineError, StorageError."""
    missing = [entry for entry in entries.values() if not _is_there(folder / entry.filename, entry)]
    if not missing:
        return
    try:
        _make_folder(folder, path)
        if sum(entry.file_size for entry in missing) > shutil.disk_usage(folder).free:
            raise refused("The bundle's media does not fit on this disk", path, "Free some space.")
        for entry in missing:
            target = folder / entry.filename
            for parent in _between(folder, target):
                _make_folder(parent, path)
            with replacing(target) as temporary, archive.open(entry) as source:
                with open(temporary, "wb") as out:
                    shutil.copyfileobj(source, out, 2**20)
            os.utime(target, (_modified(entry),) * 2)
    except OSError as error:
        raise storage_error(error, folder) from error


def _make_folder(folder: Path, path: Path) -> None:
    folder.mkdir(exist_ok=True)
    if folder.is_symlink():
        raise refused(f"“{folder.name}” is a link", path, "Move the link away; media is unpacked there.")


def _between(folder: Path, target: Path) -> Iterator[Path]:
    """The folders from `folder` down to the one of `target`."""
    below = target.relative_to(folder).parts[:-1]
    for count in range(1, len(below) + 1):
        yield folder.joinpath(*below[:count])


def _is_there(target: Path, entry: zipfile.ZipInfo) -> bool:
    """Taken out before: the same size and time."""
    try:
        known = os.lstat(target)
    except OSError:
        return False
    same = (known.st_size, int(known.st_mtime)) == (entry.file_size, int(_modified(entry)))
    return stat.S_ISREG(known.st_mode) and same


def _modified(entry: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*entry.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return 0.0


def _relink(found: otio.core.SerializableObject, place: Callable[[str], str]) -> None:
    """References to files inside point to where `place` says they are; all others stay."""
    _relink_takes(found, place)
    for clip in found.find_clips() if hasattr(found, "find_clips") else ():
        for reference in clip.media_references().values():
            if isinstance(reference, otio.schema.ImageSequenceReference):
                first = image_name(reference, reference.start_frame)
                new = _inside(reference.target_url_base + "/" + first, place)
                if new:
                    reference.target_url_base = new[: -len(first)]
            elif isinstance(reference, otio.schema.ExternalReference):
                reference.target_url = _inside(reference.target_url, place) or reference.target_url


def _relink_takes(found: otio.core.SerializableObject, place: Callable[[str], str]) -> None:
    """The takes of our cues, which tracks are rebuilt from, lie in the bundle too."""
    ours = found.metadata.get(KEY) if hasattr(found, "metadata") else None
    for cue in _listed(ours, "cues"):
        for take in _listed(cue, "takes"):
            if hasattr(take, "get") and isinstance(take.get("path"), str):
                take["path"] = _inside(take["path"], place) or take["path"]


def _listed(facts: object, name: str) -> Iterable:
    """What `facts` list under `name`; nothing where they are spoilt, which is told when they are read."""
    found = facts.get(name) if hasattr(facts, "get") else None
    return found if hasattr(found, "__iter__") else ()


def _inside(url: str, place: Callable[[str], str]) -> str:
    """Where the file is that `url` means in the bundle; empty when it means none in it."""
    said = url_path(url or "")
    for name in dict.fromkeys((said, unquote(said))):  # OTIO writes percent signs into relative ones, too
        if is_relative(name) and ".." not in name.split("/"):
            if there := place(str(PurePosixPath(name))):
                return there
    return ""
