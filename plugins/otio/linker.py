"""Finds media that moved: takes of VSSFlow Studio and anything else that has a file name.

Arguments (`-M` of otioconvert): `base`, the timeline's folder, and `folders`, more to look in, with
the system's path separator between them; else the environment's VSSFLOW_STUDIO_MEDIA. A media
reference whose file is there is left as it is.
"""

import os

import opentimelineio as otio

_MOST_FILES = 50_000
_found = {}


def link_media_reference(in_clip, media_linker_argument_map=None):
    """The clip's media reference, pointing at a file that is there where one is found."""
    given = media_linker_argument_map or {}
    base = given.get("base", "")
    folders = given.get("folders", os.environ.get("VSSFLOW_STUDIO_MEDIA", ""))
    reference = in_clip.media_reference
    url = getattr(reference, "target_url", "")
    if not url:
        return reference
    path = _path(url)
    there = path if os.path.isabs(path) else os.path.join(base, path)
    if os.path.isfile(there):
        found = there
    else:
        found = _search([base, *folders.split(os.pathsep)], os.path.basename(path.replace("\\", "/")))
    if not found or found == path:
        return reference
    linked = reference.clone()
    linked.target_url = found
    return linked


def _path(url):
    # A plain path may hold a `%`; only a URL is decoded.
    return otio.url_utils.filepath_from_url(url) if url.lower().startswith("file:") else url


def _search(folders, name):
    """The first file called `name` below the folders; each folder is walked once."""
    for folder in filter(None, folders):
        if folder not in _found:
            _found[folder] = _names(folder)
        if name in _found[folder]:
            return _found[folder][name]
    return ""


def _names(folder):
    names = {}
    for root, below, files in os.walk(folder):
        below.sort()
        for file in sorted(files):
            names.setdefault(file, os.path.join(root, file))
        if len(names) > _MOST_FILES:
            break
    return names
