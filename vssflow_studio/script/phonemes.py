"""A line of dialogue as phonemes: words looked up, pauses from punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from ..errors import TextError
from .arpabet import PAUSE, WORD
from .letters import sounds
from .lexicon import lexicon as dictionary
from .normalise import spoken

_PAUSES = ",;:.!?—–…/"
_FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)
# Little words as the speech teacher says them in a sentence, where the dictionary differs.
_REDUCED = {
    word: tuple(said.split())
    for word, said in {
        "a": "AH0",
        "and": "AE1 N D",
        "here": "HH IH1 R",
        "i": "AY1",
        "of": "AH1 V",
        "the": "DH AH0",
        "to": "T AH0",
        "we're": "W ER0",
        "you're": "Y AO1 R",
    }.items()
}
_THE_BEFORE_VOWEL = ("DH", "IY0")


def phonemes(
    text: str, lexicon: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[str, ...]:
    """ARPAbet with stress digits, `|` between words and `,` where the line pauses.

    `lexicon` overrides the dictionary (words in lower case). Raises TextError for an
    empty line and for characters that have no English sound.
    """
    words, overrides = _words(text), lexicon or {}
    said: list[str] = []
    for word, following in zip(words, (*words, PAUSE)[1:], strict=True):
        if word == PAUSE:
            if said and said[-1] != PAUSE:
                said.append(PAUSE)
            continue
        if said and said[-1] != PAUSE:
            said.append(WORD)
        sound = _word(word, overrides)
        if word == "the" and word not in overrides and _begins_with_vowel(following, overrides):
            sound = _THE_BEFORE_VOWEL
        said += sound
    while said and said[-1] == PAUSE:
        said.pop()
    if not said:
        raise TextError("The line has no words", remedy="Type what the character says.")
    return tuple(said)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", spoken(text).translate(_FOLDED))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    foreign = sorted({c for c in plain if c.isalpha() and not c.isascii()})
    if foreign:
        raise TextError(
            f"There are no phonemes for {' '.join(foreign[:8])}",
            remedy="The draft model speaks English; write the line in Latin letters.",
        )
    tokens = re.findall(r"[A-Za-z]+(?:'[A-Za-z]+)*|'[A-Za-z]+|[,;:.!?—–…/]|--|\s-\s", plain)
    return [PAUSE if token[0] in _PAUSES + "- " else token.lower() for token in tokens]


def _word(word: str, overrides: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    tables = (overrides, _REDUCED, dictionary())
    if known := _found(word, tables):
        return known
    for suffix in ("'s", "s", "'"):
        stem = _found(word.removesuffix(suffix), tables) if word.endswith(suffix) else ()
        if stem:
            return stem if suffix == "'" else (*stem, *_plural(stem[-1]))
    return sounds(word.replace("'", ""))


def _begins_with_vowel(word: str, overrides: Mapping[str, tuple[str, ...]]) -> bool:
    sound = _word(word, overrides) if word != PAUSE else ()
    return bool(sound) and sound[0][-1].isdigit()


def _found(word: str, tables: Sequence[Mapping[str, tuple[str, ...]]]) -> tuple[str, ...]:
    for table in tables:
        if word in table:
            return tuple(_primary(symbol) for symbol in table[word])
    return ()


def _primary(symbol: str) -> str:
    """The teacher has no secondary stress: it says those vowels with stress 1."""
    return symbol[:-1] + "1" if symbol.endswith("2") else symbol


def _plural(last: str) -> tuple[str, ...]:
    if last in ("S", "Z", "SH", "ZH", "CH", "JH"):
        return ("AH0", "Z")
    return ("S",) if last in ("P", "T", "K", "F", "TH") else ("Z",)
