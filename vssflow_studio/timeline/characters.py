"""Who speaks in a project: how much, and under which name, colour and notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

from .cues import Character, Cue, Project
from .timecode import seconds


_SOUNDS = (".wav", ".flac", ".aif", ".aiff", ".mp3", ".m4a")


@dataclass(frozen=True)
class Part:
    """A character's part: how many lines, and how many seconds they fill."""

    name: str
    lines: int = 0
    seconds: float = 0.0


def names(project: Project) -> tuple[str, ...]:
    """All that speak, have a voice or are noted, in alphabetical order."""
    speaking = {cue.character for cue in project.cues if cue.kind == "dialogue"}
    known = {*speaking, *project.cast, *project.characters} - {""}
    return tuple(sorted(known, key=lambda name: (name.casefold(), name)))


def parts(project: Project) -> tuple[Part, ...]:
    """The parts of all `names`."""
    found = dict.fromkeys(names(project), (0, 0.0))
    for cue in project.cues:
        if cue.kind == "dialogue" and cue.character:
            lines, length = found[cue.character]
            found[cue.character] = lines + 1, length + float(seconds(cue.range.duration))
    return tuple(Part(name, lines, length) for name, (lines, length) in found.items())


def first_line(project: Project, name: str) -> Cue | None:
    """The character's first line that has words."""
    return next((cue for cue in project.cues if cue.character == name and cue.text.strip()), None)


def with_character(project: Project, name: str, change: Callable[[Character], Character]) -> Project:
    """The project with what is known of a character changed; what says nothing is left out."""
    changed = change(project.characters.get(name, Character()))
    known = {who: one for who, one in project.characters.items() if who != name}
    return replace(project, characters=known if changed == Character() else known | {name: changed})


def is_recording(voice: str) -> bool:
    """Whether a voice of the cast is a file, relative to the timeline's or absolute, rather than a name."""
    return PurePath(voice).suffix.lower() in _SOUNDS


def with_voice(project: Project, name: str, voice: str) -> Project:
    """The project in which a character has a voice, for all its lines; none takes it away."""
    cast = {who: chosen for who, chosen in project.cast.items() if who != name}
    return replace(project, cast=cast | {name: voice} if voice else cast)


def renamed(project: Project, old: str, new: str, voice: str = "") -> Project:
    """The project in which `old` is called `new` everywhere, or is one with the `new` of before.

    What is known of `new` already goes first. `voice` is the one that `old` was heard with
    though it was not cast: an automatic voice goes by the name and would change with it.
    """
    if not new or new == old:
        return project
    there = new in names(project)
    cues = tuple(replace(cue, character=new) if cue.character == old else cue for cue in project.cues)
    cast, people = dict(project.cast), dict(project.characters)
    chosen, known = cast.pop(old, voice), people.pop(old, None)
    if chosen and not there:
        cast[new] = chosen
    if known:
        people.setdefault(new, known)
    return replace(project, cues=cues, cast=cast, characters=people)


def removed(project: Project, name: str) -> Project:
    """The project that knows nothing of a character but its lines."""
    return with_character(with_voice(project, name, ""), name, lambda _: Character())
