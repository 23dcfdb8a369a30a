"""Lines as they are typed into a mail: `ANNA: Get down!`, one below the other.

A name before a colon begins a line of that character's; what follows in the same paragraph
without a name goes on with it. Where nobody is named, each row is a line.
"""

from __future__ import annotations

import re

from ..errors import CueError
from .script_lines import Script, ScriptLine, Skipped, spoken_parts, split_name

_NAMED = re.compile(r"\s*((?!\d+:)[^\W_][^:\n]{0,39}?)\s*:\s*(.*)$")
_DIRECTION = re.compile(r"^\s*\(([^()]*)\)\s*")
_WORDS_OF_NAME = 4
_NO_NAMES = {"http", "https", "note", "notes", "scene", "int", "ext", "title", "re", "subject"}


def read_plain(text: str, file: object = "") -> Script:
    """The lines of plain text. Raises CueError when there are none."""
    lines: list[ScriptLine] = []
    goes_on = False
    for number, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            goes_on = False
        elif found := _name_of(row):
            lines.append(_line(number, *found))
            goes_on = True
        elif goes_on:
            before = lines.pop()
            lines.append(_line(before.row, before.character, f"{before.text} {row.strip()}".strip(), before))
        else:
            lines.append(_line(number, "", row.strip()))
    skipped = [Skipped(line.row, f"{line.character} says nothing") for line in lines if not line.text]
    lines = [line for line in lines if line.text]
    if not lines:
        raise CueError("There are no lines in the text", file=file, remedy="Write ANNA: Get down!")
    return Script(tuple(lines), tuple(skipped))


def _name_of(row: str) -> tuple[str, str] | None:
    """(name, what is said) of a row that begins with a name and a colon."""
    found = _NAMED.match(row)
    if not found or len(found[1].split()) > _WORDS_OF_NAME or found[1].casefold() in _NO_NAMES:
        return None
    if found[2].startswith("//") or re.fullmatch(r"\d+", found[1]):
        return None
    return found[1], found[2]


def _line(row: int, name: str, said: str, before: ScriptLine | None = None) -> ScriptLine:
    how = _DIRECTION.match(said)
    parts = [(how[1], True), (said[how.end() :], False)] if how else [(said, False)]
    text, parenthetical = spoken_parts(parts)
    character, extension = split_name(name)
    if before is not None:
        character, extension = before.character, before.extension
        parenthetical = "; ".join(filter(None, (before.parenthetical, parenthetical)))
    return ScriptLine(row, text, character.upper(), parenthetical, extension)
