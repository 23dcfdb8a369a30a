"""How each word of a line is said, and how the line says otherwise: `Kal [K EY1 L]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import TextError
from .arpabet import PAUSES, WORD
from .markup import sounds_of
from .phonemes import phonemes

_PART = re.compile(r"(\([^()]*\)|\{[^{}]*\})|(\w+(?:['’-]\w+)*)(\s*\[([^\[\]]*)\])?|\[[^\[\]]*\]")


@dataclass(frozen=True)
class Word:
    """A word of a line: where it stands, its ARPAbet, and whether the line itself gives that.

    `end` is behind the brackets, where there are some.
    """

    text: str
    start: int
    end: int
    sounds: str
    own: bool = False


def words(text: str, lexicon: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Word, ...]:
    """The words of a line in order; what has no sounds is left out."""
    found = []
    for part in _PART.finditer(text):
        if not part[2]:
            continue
        own = part[4] is not None and _is_arpabet(part[4])
        end = part.end() if own else part.end(2)
        try:
            said = part[4].split() if own else phonemes(part[2], lexicon)
        except TextError:
            continue
        sounds = " ".join(s for s in said if s != WORD and s not in PAUSES)
        found.append(Word(part[2], part.start(2), end, sounds, own))
    return tuple(found)


def with_sounds(text: str, word: Word, sounds: str) -> str:
    """The line in which `word` is said so; without sounds, as the dictionary has it. Raises ValueError."""
    written = f" [{' '.join(sounds_of(sounds))}]" if sounds.strip() else ""
    return f"{text[: word.start]}{word.text}{written}{text[word.end :]}"


def _is_arpabet(written: str) -> bool:
    try:
        return bool(sounds_of(written))
    except ValueError:
        return False
