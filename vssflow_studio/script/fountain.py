"""Fountain screenplays (.fountain, .spmd; the syntax of fountain.io): their dialogue.

Forced elements (`@Name`, `.heading`, `!action`), dual dialogue (`^`), parentheticals, lyrics,
scene numbers (`#12A#`) and emphasis are understood. Notes, boneyard, title page, sections,
synopses and action are not heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import CueError
from .script_lines import Script, ScriptLine, Skipped, spoken_parts, split_name

_CUT = "\0"
"""Stands where a note or boneyard was: a line of nothing else is no empty line."""
_TITLE = re.compile(
    r"(title|credit|authors?|source|notes|draft date|date|contact|copyright|revision|format|font)\s*:",
    re.IGNORECASE,
)
_HEADING = re.compile(r"(INT|EXT|EST|I/E)[. /]", re.IGNORECASE)
_NUMBER = re.compile(r"#([^#\s]+)#$")
_UNDERLINED = re.compile(r"(?<![\w\\])_(?=\S)([^_]+)_(?!\w)")
_STARRED = re.compile(r"\*++([^*]++)\*++")


def read_fountain(text: str, file: object = "") -> Script:
    """The lines of a Fountain screenplay. Raises CueError when it has no dialogue."""
    text = _without(_without(text, "/*", "*/"), "[[", "]]", within_paragraph=True)
    reader = _Reader()
    for row, line in _numbered(text):
        reader.read(row, line)
    reader.end()
    if not reader.lines:
        raise CueError(
            "There is no dialogue in the script",
            file=file,
            remedy="A name in capitals on a line of its own begins it, or @Name.",
        )
    return Script(tuple(reader.lines), tuple(reader.skipped))


def _without(text: str, begin: str, end: str, within_paragraph: bool = False) -> str:
    """`text` with `_CUT` for what is marked; all other lines keep their numbers."""
    kept, at = [], 0
    while (close := text.find(end, at)) >= 0:
        # Notes can't nest; the boneyard ends at its first end, wherever it began.
        find = text.rfind if within_paragraph else text.find
        start, after = find(begin, at, close), close + len(end)
        inside = text[start:after] if start >= 0 else ""
        if not inside or (within_paragraph and "\n\n" in inside):
            kept.append(text[at:after])
        else:
            kept += [text[at:start], _CUT, f"\n{_CUT}" * inside.count("\n")]
        at = after
    return "".join((*kept, text[at:]))


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """The rows of the script itself, without title page and without what was cut out."""
    rows = [
        (number, line.replace(_CUT, "").rstrip("\t"))
        for number, line in enumerate(text.split("\n"), 1)
        if line.replace(_CUT, "").strip() or _CUT not in line
    ]
    first = next((i for i, (_, line) in enumerate(rows) if line.strip()), 0)
    if rows and _TITLE.match(rows[first][1]):
        while first < len(rows) and rows[first][1].strip():
            first += 1
    yield from rows[first:]


@dataclass
class _Speech:
    """A character's words as they come in."""

    row: int
    character: str
    extension: str
    beside: bool
    parts: list[tuple[str, bool]] = field(default_factory=list)


class _Reader:
    """Takes one row after the other; what a row is depends on those around it."""

    def __init__(self) -> None:
        self.lines: list[ScriptLine] = []
        self.skipped: list[Skipped] = []
        self._heading, self._place, self._scene = 0, "", ""
        self._speech: _Speech | None = None
        self._name: tuple[int, str] | None = None
        self._after_blank = True

    def read(self, row: int, line: str) -> None:
        plain = line.strip()
        if self._name is not None:  # one row had to be waited for: a name alone is action
            self._begin(*self._name, spoken=bool(plain))
            self._name = None
        if self._speech is not None:
            # Two spaces keep an empty line within the dialogue.
            if plain or line.startswith("  "):
                self._hear(plain)
            else:
                self.end()
        elif self._after_blank and _may_be_name(plain):
            self._name = (row, plain)
        elif self._after_blank and (heading := _heading(plain)):
            self._heading += 1
            self._place, self._scene = heading
        self._after_blank = not plain

    def end(self) -> None:
        """The speech is over."""
        speech, self._speech = self._speech, None
        if speech is None:
            return
        text, how = spoken_parts(speech.parts)
        if not text:
            self.skipped.append(Skipped(speech.row, f"{speech.character} says nothing"))
            return
        self.lines.append(
            ScriptLine(
                speech.row,
                text,
                speech.character,
                how,
                speech.extension,
                self._scene,
                self._heading,
                self._place,
                speech.beside,
            )
        )

    def _begin(self, row: int, written: str, spoken: bool) -> None:
        if spoken:
            beside = written.endswith("^")
            name, extension = split_name(written.removeprefix("@").rstrip("^ "))
            self._speech = _Speech(row, name, extension, beside)
        elif written.startswith("@"):
            self.skipped.append(Skipped(row, f"{written[1:]} says nothing"))

    def _hear(self, plain: str) -> None:
        is_direction = plain.startswith("(") and plain.endswith(")")
        self._speech.parts.append((_emphasised(plain.removeprefix("~")), is_direction))


def _may_be_name(plain: str) -> bool:
    """Capitals with a letter, or forced; what is in brackets behind may be small."""
    if plain.startswith("@"):
        return len(plain) > 1
    if len(plain) > 100:
        return False
    if plain[:1] in ("!", "~", "=", "#", ">", ".", "") or plain.endswith(":") or _heading(plain):
        return False
    name = split_name(plain.rstrip("^ "))[0]
    return any(character.isalpha() for character in name) and name == name.upper()


def _heading(plain: str) -> tuple[str, str] | None:
    """A scene heading and its number (mostly empty), None for what is no heading."""
    forced = plain.startswith(".") and plain[1:2] not in (".", "", " ")
    if not forced and not _HEADING.match(plain):
        return None
    number = _NUMBER.search(plain)
    place = plain[: number.start()] if number else plain
    return place.removeprefix(".").strip(), number[1].rstrip(".") if number else ""


def _emphasised(text: str) -> str:
    """Every emphasis as *ours*; an escaped mark stays a mark of nothing."""
    text = text.replace(r"\*", "").replace(r"\_", "\1")
    return _STARRED.sub(r"*\1*", _UNDERLINED.sub(r"*\1*", text)).replace("\1", "_")
