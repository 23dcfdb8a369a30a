"""From what a timeline says of its media to a file that is there."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import opentimelineio as otio

from ..image_sequence import ImageSequence, numbered
from .timecode import seconds

_MOST_FILES = 50_000


def references(clip: otio.schema.Clip) -> list[otio.core.MediaReference]:
    """The clip's media references, the active one first."""
    active = clip.media_reference
    others = [r for r in clip.media_references().values() if r is not active]
    return [r for r in (active, *others) if r is not None]


def url_path(url: str) -> str:
    """The path that a target_url means; of a `file://` URL, percent-decoded.

    Drive letters and servers come out as Windows writes them (`C:/…`, `//server/…`).
    What is no `file:` URL is given back as it is, because a plain path may hold a `%`.
    """
    if not url.lower().startswith("file:"):
        return url
    # Not urlsplit: tools leave `#` and `?` of file names unencoded.
    rest = unquote(url[len("file:") :])
    if not rest.startswith("//"):
        return rest
    host, _, path = rest[2:].partition("/")
    if re.match(r"^[A-Za-z]:", path):
        return path
    return f"/{path}" if host.lower() in ("", "localhost") else f"//{host}/{path}"


def is_relative(url: str) -> bool:
    """Whether `url` counts from the timeline's folder: no scheme, drive, server or root."""
    return bool(url) and not re.match(r"^([A-Za-z][A-Za-z0-9+.-]*:|[/\\])", url)


def media_name(reference: otio.core.MediaReference) -> str:
    """The file name in a reference, of a sequence its prefix; empty for missing media."""
    url = getattr(reference, "target_url", None) or getattr(reference, "name_prefix", "") or ""
    return _last(_decoded(url_path(url)))


def media_key(clip: otio.schema.Clip) -> str:
    """What `clip` asks for: the URL of its media, else their name, else the clip's own."""
    reference = clip.media_reference
    return getattr(reference, "target_url", None) or media_name(reference) or clip.name


def resolve(
    reference: otio.core.MediaReference, base: Path, search_folders: Sequence[Path] = ()
) -> Path | None:
    """The file of `reference`: where it says, beside the timeline, or in the search folders.

    For numbered pictures it is the path form of an `ImageSequence`.
    """
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return _resolve_sequence(reference, base, search_folders)
    if not isinstance(reference, otio.schema.ExternalReference) or not reference.target_url:
        return None
    return _find(url_path(reference.target_url), base, search_folders)


def image_name(reference: otio.schema.ImageSequenceReference, number: int) -> str:
    """The file name of one picture of a sequence."""
    middle = numbered(number, reference.frame_zero_padding)
    return f"{reference.name_prefix}{middle}{reference.name_suffix}"


def _resolve_sequence(reference, base: Path, search_folders: Sequence[Path]) -> Path | None:
    """By its first picture, or by its last or middle one where that is missing."""
    first, step = reference.start_frame, max(1, reference.frame_step)
    rate = Fraction(reference.rate).limit_denominator(1001) if reference.rate > 0 else Fraction(24)
    available = reference.available_range
    count = round(seconds(available.duration) * rate) if available else 1
    last = first + max(1, count) - 1
    folder = url_path(reference.target_url_base or "")
    for number in (first, first + (last - first) // step * step, first + (last - first) // 2 // step * step):
        name = image_name(reference, number)
        found = _find(f"{folder.rstrip('/')}/{name}" if folder else name, base, search_folders)
        if found is not None:
            prefix = str(found)[: -len(name)] + reference.name_prefix
            missing = reference.missing_frame_policy.name
            sequence = ImageSequence(
                prefix, reference.frame_zero_padding, reference.name_suffix, first, last, step, rate,
                "" if missing == "error" else missing,
            )
            return Path(str(sequence))
    return None


def _find(said: str, base: Path, search_folders: Sequence[Path]) -> Path | None:
    """The file that is meant by the path `said`."""
    # Not pathlib: five thousand clips are looked up in a fraction of a second.
    for path in dict.fromkeys((said, unquote(said))):
        for candidate in (os.path.join(base, path), os.path.join(base, _last(path))):
            if os.path.isfile(candidate):
                return Path(candidate)
    for folder in search_folders:
        found = _files_below(str(folder)).get(_key(_last(_decoded(said))))
        if found:
            return Path(max(found, key=lambda path: shared_folders(path, said)))
    return None


def forget_search() -> None:
    """Look into the search folders afresh next time."""
    _files_below.cache_clear()


@lru_cache(maxsize=16)
def _files_below(folder: str) -> dict[str, list[str]]:
    """File name → paths below `folder`, up to a bound, so that a wrong folder can't hang."""
    found: dict[str, list[str]] = {}
    count = 0
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            found.setdefault(_key(name), []).append(os.path.join(where, name))
        count += len(names)
        if count > _MOST_FILES:
            break
    return found


def _key(name: str) -> str:
    """File names compare composed: macOS hands them out decomposed."""
    return unicodedata.normalize("NFC", name)


def _decoded(path: str) -> str:
    return unquote(path) if re.search(r"%[0-9A-Fa-f]{2}", path) else path


def _last(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def shared_folders(one: str, other: str) -> int:
    """How many of the innermost folders agree: two cards may hold clips of one name."""
    count = 0
    for a, b in zip(_inner_folders(one), _inner_folders(other), strict=False):
        if a != b:
            break
        count += 1
    return count


def _inner_folders(path: str) -> Iterator[str]:
    return reversed(PurePosixPath(_decoded(path).replace("\\", "/")).parts[:-1])
