"""What a script or a subtitle file says: lines of dialogue, and what was not one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_IN_BRACKETS = re.compile(r"\(([^()]*)\)$")
_GOES_ON = re.compile(r"cont(inued|inuing|['’]?d|\.)?\.?", re.IGNORECASE)
_ALL_MARKED = re.compile(r"\*[^*]+\*")
_DELIVERIES = (
    ("whisper", re.compile(r"\b(whisper|sotto voce|hushed|under (his|her|their) breath)", re.I)),
    ("shout", re.compile(r"\b(shout|yell|scream|bellow)", re.I)),
)
_BEATS = (
    ("…", re.compile(r"(a )?long (beat|pause|silence)\.?", re.I)),
    ("/", re.compile(r"((a|another) )?((short|brief) )?(beat|pause)\.?", re.I)),
)


@dataclass(frozen=True)
class ScriptLine:
    """What one character says in one go.

    `row` is where it begins in the file, counted from 1. `parenthetical` is how it is said,
    `extension` what stood behind the name (V.O., O.S.). `scene` is the number written at the
    scene's heading, `heading` how many headings there were so far, `place` what it says. A
    line that is `beside` is spoken together with the one before. `start` and `end` are
    seconds, where the file has times.
    """

    row: int
    text: str
    character: str = ""
    parenthetical: str = ""
    extension: str = ""
    scene: str = ""
    heading: int = 0
    place: str = ""
    beside: bool = False
    start: float | None = None
    end: float | None = None

    @property
    def delivery(self) -> str:
        """whisper or shout where the parenthetical asks for it, else normal."""
        for delivery, words in _DELIVERIES:
            if words.search(self.parenthetical):
                return delivery
        return "normal"

    @property
    def notes(self) -> str:
        """The extension and the parenthetical."""
        return "; ".join(part for part in (self.extension, self.parenthetical) if part)


@dataclass(frozen=True)
class Skipped:
    """What became no cue: its row in the file (0: it has none), and why."""

    row: int
    why: str

    def __str__(self) -> str:
        return f"line {self.row}: {self.why}" if self.row else self.why


@dataclass(frozen=True)
class Script:
    """A file's lines in order, and what in it was skipped."""

    lines: tuple[ScriptLine, ...]
    skipped: tuple[Skipped, ...] = ()


def split_name(written: str) -> tuple[str, str]:
    """`ANNA (V.O.) (CONT'D)` → `ANNA` and `V.O.`; that she goes on is no news."""
    name, extensions = written.strip(), []
    while len(name) < 200 and (found := _IN_BRACKETS.search(name)):
        extensions.insert(0, found[1].strip())
        name = name[: found.start()].rstrip()
    told = (one for one in extensions if one and not _GOES_ON.fullmatch(one))
    return " ".join(name.split()), ", ".join(told)


def spoken_parts(parts: Iterable[tuple[str, bool]]) -> tuple[str, str]:
    """Dialogue and parentheticals (`(text, is a parenthetical)`) → the line, and how it is said.

    A `(beat)` between words becomes a pause of the line.
    """
    said, how = [], []
    for text, is_direction in parts:
        text = " ".join(text.split())
        if not is_direction:
            said.append(text)
            continue
        text = text.strip("() ")
        pause = next((mark for mark, words in _BEATS if words.fullmatch(text)), "")
        if pause and said:
            said.append(pause)
        elif text:
            how.append(text)
    while said and said[-1] in ("/", "…"):
        said.pop()  # a beat at the end
    line = " ".join(filter(None, said))
    if _ALL_MARKED.fullmatch(line) and line.count(" ") > 2:
        line = line.strip("*")  # a voice on the radio stands in italics, and stresses no word
    return line, "; ".join(how)


def shortened(text: str, limit: int = 40) -> str:
    """One line of `limit` characters or fewer, for messages."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
