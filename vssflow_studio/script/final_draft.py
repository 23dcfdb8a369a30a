"""Final Draft documents (.fdx): their dialogue.

An .fdx is XML: paragraphs with a type each, under `FinalDraft/Content`. Script notes, the
title page, headers and what is struck out are not heard. Documents that declare entities are
refused: Final Draft writes none, and they can be made to fill the memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from ..errors import CueError
from .script_lines import Script, ScriptLine, Skipped, spoken_parts, split_name

_REMEDY = "Save the script again in Final Draft 8 or newer, as .fdx."
_DEEPEST = 64
_MARKED = ("Bold", "Italic", "Underline")


def read_final_draft(data: bytes, file: object = "") -> Script:
    """The lines of a Final Draft document. Raises CueError naming the line that is damaged."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda tag, more: reader.start(tag, more, parser.CurrentLineNumber)
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        what = f"Line {error.lineno} of the script is no whole XML: {expat.ErrorString(error.code)}"
        raise CueError(what, file=file, remedy=_REMEDY) from error
    except (_Declaration, LookupError, ValueError) as error:
        what = f"Line {parser.CurrentLineNumber} of the script is nothing that Final Draft writes"
        raise CueError(what, file=file, remedy=_REMEDY) from error
    if not reader.is_final_draft:
        raise CueError("This is not a Final Draft document", file=file, remedy=_REMEDY)
    reader.finish()
    if not reader.lines:
        raise CueError("There is no dialogue in the script", file=file, remedy=_REMEDY)
    return Script(tuple(reader.lines), tuple(reader.skipped))


class _Declaration(Exception):
    """The document declares a type, and with it perhaps entities."""


def _refuse(*_) -> None:
    raise _Declaration


@dataclass
class _Paragraph:
    row: int
    kind: str
    number: str
    text: list[str] = field(default_factory=list)


class _Reader:
    """Takes the document's elements as they come, and puts speeches together."""

    def __init__(self) -> None:
        self.lines: list[ScriptLine] = []
        self.skipped: list[Skipped] = []
        self.is_final_draft = False
        self._path: list[str] = []
        self._paragraphs: list[_Paragraph] = []
        self._style: str | None = None
        self._heading, self._place, self._scene = 0, "", ""
        self._name: _Paragraph | None = None
        self._parts: list[tuple[str, bool]] = []
        self._spoken_in_pair = -1
        """How many speeches of a dual dialogue there were; -1 outside of one."""

    def start(self, tag: str, more: dict[str, str], row: int) -> None:
        self._path.append(tag)
        if len(self._path) > _DEEPEST:
            raise ValueError("nested too deeply")
        self.is_final_draft = self.is_final_draft or self._path == ["FinalDraft"]
        if tag == "DualDialogue":
            self.finish()
            self._spoken_in_pair = 0
        elif tag == "Paragraph":
            self._paragraphs.append(_Paragraph(row, more.get("Type", ""), more.get("Number", "")))
        elif tag == "Text" and self._paragraphs and self._is_heard():
            self._style = more.get("Style", "")

    def characters(self, text: str) -> None:
        if self._style is None or "Strikeout" in self._style:
            return
        marked = any(style in self._style for style in _MARKED) and text.strip()
        dialogue = self._paragraphs[-1].kind == "Dialogue"
        self._paragraphs[-1].text.append(_starred(text) if marked and dialogue else text)

    def end(self, tag: str) -> None:
        if tag == "Text":
            self._style = None
        elif tag == "DualDialogue":
            self.finish()
            self._spoken_in_pair = -1
        elif tag == "Paragraph":
            heard, paragraph = self._is_heard(), self._paragraphs.pop()
            if heard and paragraph.kind:
                self._paragraph(paragraph)
        self._path.pop()

    def _is_heard(self) -> bool:
        """In the script itself, and not in a note within it."""
        return self._path[:2] == ["FinalDraft", "Content"] and "ScriptNote" not in self._path

    def _paragraph(self, paragraph: _Paragraph) -> None:
        text = " ".join("".join(paragraph.text).split())
        if paragraph.kind in ("Dialogue", "Parenthetical", "Lyrics", "Singing"):
            if self._name is not None:
                self._parts.append((text, paragraph.kind == "Parenthetical"))
            elif text:
                self.skipped.append(Skipped(paragraph.row, "dialogue without a character"))
            return
        self.finish()
        if paragraph.kind == "Character" and text:
            paragraph.text = [text]
            self._name = paragraph
        elif paragraph.kind == "Scene Heading":
            self._heading += 1
            self._place, self._scene = text, paragraph.number.strip()

    def finish(self) -> None:
        """What was said since the last name is a line."""
        name, self._name = self._name, None
        parts, self._parts = self._parts, []
        if name is None:
            return
        character, extension = split_name(name.text[0])
        text, how = spoken_parts(parts)
        if not text:
            self.skipped.append(Skipped(name.row, f"{character} says nothing"))
            return
        if self._spoken_in_pair >= 0:
            self._spoken_in_pair += 1
        scene = (self._scene, self._heading, self._place)
        beside = self._spoken_in_pair > 1
        self.lines.append(ScriptLine(name.row, text, character, how, extension, *scene, beside))


def _starred(text: str) -> str:
    """The words between *stars*, the space around them outside."""
    words = text.replace("*", "").strip()
    before, _, after = text.replace("*", "").partition(words)
    return f"{before}*{words}*{after}"
