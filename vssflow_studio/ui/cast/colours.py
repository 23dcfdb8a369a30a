"""A colour for each character: chosen, or found so that few share one."""

from __future__ import annotations

import zlib

from PySide6.QtGui import QColor

from ...timeline.characters import names
from ...timeline.cues import Project
from ..look.theme import PEOPLE, Theme

_last: tuple[Project, dict[str, str]] | None = None


def character_colour(project: Project, name: str, theme: Theme) -> QColor:
    """The colour of a character in this theme; the dim one for nobody."""
    return theme.person(colour_name(project, name)) if name else QColor(theme.dim)


def colour_name(project: Project, name: str) -> str:
    """What the character's colour is called in `PEOPLE`."""
    global _last
    if _last is None or _last[0] is not project:  # asked for every row that is painted
        _last = project, _colours(project)
    return _last[1].get(name) or _preferred(name, list(PEOPLE))


def _colours(project: Project) -> dict[str, str]:
    """By name. Automatic ones depend little on who else is there: a new character recolours few."""
    chosen = {who: one.colour for who, one in project.characters.items() if one.colour in PEOPLE}
    free = [colour for colour in PEOPLE if colour not in chosen.values()]
    for name in sorted((name for name in names(project) if name not in chosen), key=_number):
        free = free or list(PEOPLE)
        chosen[name] = _preferred(name, free)
        free.remove(chosen[name])
    return chosen


def _preferred(name: str, free: list[str]) -> str:
    """The character's own colour if it is free, else the next one that is."""
    every = list(PEOPLE)
    first = _number(name) % len(every)
    return next(colour for colour in (*every[first:], *every[:first]) if colour in free)


def _number(name: str) -> int:
    return zlib.crc32(name.upper().encode())
