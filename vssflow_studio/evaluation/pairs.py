"""What is measured: folders of takes and of the real thing, put together by name. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import MediaError
from ..text_file import read_text

SOUNDS = (".wav", ".flac", ".aif", ".aiff", ".mp3", ".m4a", ".ogg", ".opus")
MOVIES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mxf", ".mpg", ".ts")
_NAMED = 5


@dataclass(frozen=True)
class Pair:
    """A take, the recording it stands for and the film they belong to (None without), what is said in it."""

    name: str
    made: Path
    real: Path | None = None
    film: Path | None = None
    text: str = ""


def find_pairs(made: Path, real: Path | None = None) -> tuple[list[Pair], list[str]]:
    """The pairs in two folders, by name without suffix, and what is to be said about the rest.

    The sound of a name is its sound file, else its film's; the film is the take's own, else the
    recording's; `<name>.txt` beside either holds what is said. Raises MediaError where a folder
    holds nothing or no names are shared, CueError for a text that can't be read.
    """
    ours, theirs = _media(made), _media(real) if real else {}
    shared = [name for name in ours if name in theirs] if real else list(ours)
    if not shared:
        raise MediaError(
            f"No file in one folder has the name of one in the other ({next(iter(ours))}, {next(iter(theirs))} …)",
            file=made,
            remedy="Give both of a pair the same name, as in made/shot1.wav and real/shot1.mp4.",
        )
    pairs = []
    for name in shared:
        here, there = ours[name], theirs.get(name, {})
        film = here.get("film") or there.get("film")
        sound = there.get("sound") or there.get("film")
        pairs.append(Pair(name, here.get("sound") or here["film"], sound, film, _text(name, made, real)))
    lonely = [(folder, sorted(found.keys() - set(shared))) for folder, found in ((made, ours), (real, theirs))]
    return pairs, [_left_out(folder, names) for folder, names in lonely if names]


def _media(folder: Path) -> dict[str, dict[str, Path]]:
    """Name (with the folders in between) → its `sound` and its `film`. Raises MediaError."""
    if not folder.is_dir():
        raise MediaError("There is no such folder", file=folder, remedy="Check its path.")
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.rglob("*")):
        kind = "sound" if path.suffix.lower() in SOUNDS else "film" if path.suffix.lower() in MOVIES else ""
        if kind and path.is_file() and not path.name.startswith("."):
            found.setdefault(str(path.relative_to(folder).with_suffix("")), {}).setdefault(kind, path)
    if not found:
        raise MediaError("The folder holds no sound and no film", file=folder, remedy="Check its path.")
    return found


def _text(name: str, *folders: Path | None) -> str:
    for folder in folders:
        path = folder / f"{name}.txt" if folder else None
        if path and path.is_file():
            return read_text(path).strip()
    return ""


def _left_out(folder: Path, names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
    return f"{len(names)} without a counterpart in the other folder, left out: {shown} ({folder})"
