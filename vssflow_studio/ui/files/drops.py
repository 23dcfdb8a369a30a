"""What was dropped on the window: what to do with it, or what to say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from ...engine.import_cues import KINDS
from ...errors import StudioError
from ...timeline.bundles import FOLDER
from ...timeline.files import READABLE

MOVIES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mxf", ".mpg", ".mpeg", ".ts", ".wmv")
SOUNDS = (".wav", ".bwf", ".aif", ".aiff", ".flac", ".mp3", ".m4a", ".ogg", ".opus")
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".dpx", ".psd", ".webp", ".bmp", ".gif")
_PROJECTS = {
    ".prproj": "Premiere: File ▸ Export ▸ Final Cut Pro XML",
    ".drp": "Resolve: File ▸ Export ▸ Timeline, as OTIO",
    ".avb": "Avid: Output ▸ Export to File, as AAF",
    ".avp": "Avid: Output ▸ Export to File, as AAF",
    ".fcpxml": "Final Cut: export FCP7 XML with a converter, or OTIO",
    ".fcpxmld": "Final Cut: export FCP7 XML with a converter, or OTIO",
    ".aep": "After Effects has no timeline of clips: drop the rendered movie instead",
    ".ptx": "Pro Tools: File ▸ Export ▸ Selected Tracks as AAF",
}


@dataclass(frozen=True)
class Drop:
    """`kind`: timeline, cues or movies, with their `files`; or error, with what to say."""

    kind: str
    files: tuple[Path, ...] = ()
    error: StudioError | None = None


def _said(what: str, remedy: str, file: object = "") -> Drop:
    return Drop("error", error=StudioError(what, file=file, remedy=remedy))


def read_drop(mime: QMimeData) -> Drop:
    """What `mime` stands for. Looks at names and at whether files are there, never into them."""
    urls = mime.urls() if mime.hasUrls() else []
    far = [url for url in urls if not url.isLocalFile()]
    if far:
        return _said("This is an address, not a file", "Download it first, then drop the file.", far[0].toString())
    files = tuple(Path(url.toLocalFile()) for url in urls)
    if not files:
        return _said("There is no file in what was dropped", "Drop a timeline, a script or a movie.")
    gone = next((file for file in files if not file.exists()), None)
    if gone:
        return _said("The file is not there any more", "Drop it again from where it is now.", gone)
    return _of_files(files)


def _of_files(files: tuple[Path, ...]) -> Drop:
    suffixes = {file.suffix.lower() for file in files}
    if all(file.suffix.lower() in MOVIES and file.is_file() for file in files):
        return Drop("movies", tuple(sorted(files)))
    if len(files) > 1:
        timelines = [file for file in files if file.suffix.lower() in READABLE]
        if len(timelines) == 1:
            return _of_files((timelines[0],))
        return _said(f"{len(files)} files at once", "Drop one timeline, or one script, or the movies of one cut.")
    (file,), (suffix,) = files, suffixes
    if suffix in READABLE and (file.is_file() or suffix == FOLDER):
        return Drop("timeline", files)
    if file.is_dir():
        return _of_folder(file)
    if suffix in KINDS:
        return Drop("cues", files)
    return _unknown(file, suffix)


def _of_folder(folder: Path) -> Drop:
    try:
        inside = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
    except OSError:
        return _said("The folder can't be read", "Look at its permissions.", folder)
    timelines = [one for one in inside if one.suffix.lower() in READABLE]
    movies = tuple(one for one in inside if one.suffix.lower() in MOVIES)
    if len(timelines) == 1:
        return Drop("timeline", (timelines[0],))
    if timelines:
        return _said("There are several timelines in this folder", "Drop the one that you mean.", folder)
    if movies:
        return Drop("movies", movies)
    if any(one.suffix.lower() in _PICTURES for one in inside):
        remedy = "Lay the pictures out in your editor and drop its timeline, or drop a movie of them."
        return _said("There are only pictures in this folder, and no time for them", remedy, folder)
    return _said("There is no timeline or movie in this folder", "Drop a timeline, a script or a movie.", folder)


def _unknown(file: Path, suffix: str) -> Drop:
    if suffix in _PROJECTS:
        return _said("This is another program's own project", f"Export a timeline there – {_PROJECTS[suffix]}.", file)
    if suffix in SOUNDS:
        remedy = "Drop a timeline that holds it. A character's voice is chosen in the Cast panel."
        return _said("A sound by itself has no picture to go with", remedy, file)
    if suffix in _PICTURES:
        return _said("A single picture has no time", "Drop a timeline or a movie.", file)
    known = f"Timelines: {' '.join(READABLE)}. Cues: {' '.join(KINDS)}. Or a movie."
    return _said(f"Files of the kind “{suffix or file.name}” can't be opened here", known, file)
