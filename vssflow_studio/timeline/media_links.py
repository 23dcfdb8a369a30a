"""From what a timeline says of its media to a file that is there."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import opentimelineio as otio

_MOST_FILES = 50_000


def references(clip: otio.schema.Clip) -> list[otio.core.MediaReference]:
    """The clip's media references, the active one first."""
    active = clip.media_reference
    others = [r for r in clip.media_references().values() if r is not active]
    return [r for r in (active, *others) if r is not None]


def url_path(url: str) -> str:
    """The path that a target_url means: plain, percent-encoded, `file://`, drive letters."""
    if not url.lower().startswith("file:"):
        return unquote(url) if "%" in url and not os.path.exists(url) else url
    parts = urlsplit(url)
    path = unquote(parts.path)
    if re.match(r"^/[A-Za-z]:", path):
        return path[1:]
    if parts.netloc and parts.netloc != "localhost":
        return f"//{parts.netloc}{path}"
    return path


def media_name(reference: otio.core.MediaReference) -> str:
    """The file name in a reference; empty for missing media and image sequences' bases."""
    url = getattr(reference, "target_url", None) or getattr(reference, "name_prefix", "") or ""
    return url_path(url).replace("\\", "/").rsplit("/", 1)[-1]


def resolve(
    reference: otio.core.MediaReference, base: Path, search_folders: Sequence[Path] = ()
) -> Path | None:
    """The file of `reference`: where it says, beside the timeline, or in the search folders."""
    if not isinstance(reference, otio.schema.ExternalReference) or not reference.target_url:
        return None
    said = Path(url_path(reference.target_url))
    name = media_name(reference)
    for candidate in (said if said.is_absolute() else base / said, base / name):
        if candidate.is_file():
            return candidate
    for folder in search_folders:
        found = _files_below(str(folder)).get(name)
        if found:
            return Path(found)
    return None


@lru_cache(maxsize=16)
def _files_below(folder: str) -> dict[str, str]:
    """File name → path below `folder`, up to a bound, so that a wrong folder can't hang."""
    found: dict[str, str] = {}
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            found.setdefault(name, os.path.join(where, name))
        if len(found) > _MOST_FILES:
            break
    return found


def forget_search() -> None:
    """Look into the search folders afresh next time."""
    _files_below.cache_clear()
