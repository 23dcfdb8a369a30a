"""A line of dialogue as phonemes: words looked up, pauses from punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from ..errors import TextError
from .arpabet import PAUSE, WORD
from .letters import sounds
from .lexicon import lexicon as dictionary
from .normalise import spoken

_PAUSES = ",;:.!?—–…/"
# Little words as the speech teacher says them in a sentence.
_REDUCED = {"a": ("AH0",), "the": ("DH", "AH0"), "to": ("T", "AH0"), "of": ("AH1", "V"), "i": ("AY1",)}


def phonemes(
    text: str, lexicon: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[str, ...]:
    """ARPAbet with stress digits, `|` between words and `,` where the line pauses.

    `lexicon` overrides the dictionary (words in lower case). Raises TextError for an
    empty line and for characters that have no English sound.
    """
    words = _words(text)
    said: list[str] = []
    for word in words:
        if word == PAUSE:
            if said and said[-1] != PAUSE:
                said.append(PAUSE)
            continue
        if said and said[-1] != PAUSE:
            said.append(WORD)
        said += _word(word, lexicon or {})
    while said and said[-1] == PAUSE:
        said.pop()
    if not said:
        raise TextError("The line has no words", remedy="Type what the character says.")
    return tuple(said)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", spoken(text))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    foreign = sorted({c for c in plain if c.isalpha() and not c.isascii()})
    if foreign:
        raise TextError(
            f"There are no phonemes for {' '.join(foreign[:8])}",
            remedy="The draft model speaks English; write the line in Latin letters.",
        )
    tokens = re.findall(r"[A-Za-z]\.(?![A-Za-z])|[A-Za-z]+(?:'[A-Za-z]+)*|'[A-Za-z]+|[,;:.!?—–…/]|--|\s-\s", plain)
    return [PAUSE if token[0] in _PAUSES + "- " else token.lower() for token in tokens]


def _word(word: str, overrides: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    known = dictionary()
    for table in (overrides, _REDUCED, known):
        if word in table:
            return tuple(_primary(symbol) for symbol in table[word])
    if len(word) == 2 and word[1] == ".":
        return known.get(word, known.get(word[0], ()))
    for suffix, ending in (("'s", None), ("s", None), ("'", ())):
        stem = word.removesuffix(suffix)
        if stem != word and stem in known:
            return (*map(_primary, known[stem]), *(_plural(known[stem][-1]) if ending is None else ()))
    return sounds(word.replace("'", ""))


def _primary(symbol: str) -> str:
    """The teacher has no secondary stress: it says those vowels with stress 1."""
    return symbol[:-1] + "1" if symbol.endswith("2") else symbol


def _plural(last: str) -> tuple[str, ...]:
    if last in ("S", "Z", "SH", "ZH", "CH", "JH"):
        return ("AH0", "Z")
    return ("S",) if last in ("P", "T", "K", "F", "TH") else ("Z",)
