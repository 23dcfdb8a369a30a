"""A line of dialogue as phonemes: mark-up understood, words looked up, pauses laid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import TextError
from .arpabet import EMPHASIS, PAUSE, PAUSES, WORD
from .letters import sounds
from .lexicon import folded
from .lexicon import lexicon as dictionary
from .markup import parse
from .normalise import spoken

_TOKEN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|'[A-Za-z]+|[,;:.!?—–]|--|\s-\s")
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
_EMPHASISED = {"a": ("EY1",), "the": ("DH", "IY1"), "to": ("T", "UW1"), "we're": ("W", "IY1", "R")}
_THE_BEFORE_VOWEL = ("DH", "IY0")

_Tables = Sequence[Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True)
class _Token:
    """A word in lower case, or a pause; `sounds` are those that the line itself gives."""

    word: str
    emphasised: bool = False
    sounds: tuple[str, ...] = ()


def phonemes(
    text: str, lexicon: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[str, ...]:
    """ARPAbet with stress digits, `|` between words, and where the line pauses `,`, `/` or `…`.

    The vowels that bear an emphasis end in `*`. `text` may have mark-up (see `markup.py`);
    `lexicon` overrides the dictionary (words in lower case). Raises TextError for an empty
    line, for mistakes in the mark-up and for characters that have no English sound.
    """
    overrides = lexicon or {}
    tokens = list(_tokens(text, overrides))
    said: list[str] = []
    for token, following in zip(tokens, (*tokens, _Token(PAUSE))[1:], strict=True):
        if token.word in PAUSES:
            if said and said[-1] in PAUSES:
                said[-1] = max(said[-1], token.word, key=PAUSES.index)
            elif said:
                said.append(token.word)
            continue
        if said and said[-1] not in PAUSES:
            said.append(WORD)
        said += _said(token, following, overrides)
    while said and said[-1] in PAUSES:
        said.pop()
    if not said:
        raise TextError("The line has no words", remedy="Type what the character says.")
    return tuple(said)


def _tokens(text: str, overrides: Mapping[str, tuple[str, ...]]) -> Iterator[_Token]:
    line = parse(text)
    shouted = line.text.isupper()
    for piece in line.pieces:
        if piece.pause:
            yield _Token(piece.pause)
        elif piece.sounds:
            yield _Token("", piece.emphasised, piece.sounds)
        else:
            plain = _latin(spoken(piece.text, shouted=shouted, known=overrides))
            for token in _TOKEN.findall(plain):
                pause = token[0] in PAUSE + ";:.!?—–- "
                yield _Token(PAUSE if pause else token.lower(), piece.emphasised)


def _latin(text: str) -> str:
    plain = folded(text)
    foreign = sorted({c for c in plain if c.isalpha() and not c.isascii()})
    if foreign:
        raise TextError(
            f"There are no phonemes for {' '.join(foreign[:8])}",
            remedy="The draft model speaks English; write the line in Latin letters.",
        )
    return plain


def _said(
    token: _Token, following: _Token, overrides: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    if token.sounds:
        sound = tuple(_primary(symbol) for symbol in token.sounds)
    elif token.emphasised:
        sound = _word(token.word, (overrides, _EMPHASISED, _REDUCED, dictionary()))
    else:
        tables = (overrides, _REDUCED, dictionary())
        sound = _word(token.word, tables)
        if token.word == "the" and "the" not in overrides and _begins_with_vowel(following, tables):
            sound = _THE_BEFORE_VOWEL
    return _with_emphasis(sound) if token.emphasised else sound


def _with_emphasis(sound: tuple[str, ...]) -> tuple[str, ...]:
    """The stressed vowels bear it; in a word without stress, every vowel."""
    bearers = [s for s in sound if s.endswith("1")] or [s for s in sound if s[-1].isdigit()]
    return tuple(symbol + EMPHASIS if symbol in bearers else symbol for symbol in sound)


def _word(word: str, tables: _Tables) -> tuple[str, ...]:
    if known := _found(word, tables):
        return known
    for suffix in ("'s", "s", "'"):
        stem = _found(word.removesuffix(suffix), tables) if word.endswith(suffix) else ()
        if stem:
            return stem if suffix == "'" else (*stem, *_plural(stem[-1]))
    return sounds(word.replace("'", ""))


def _begins_with_vowel(token: _Token, tables: _Tables) -> bool:
    if token.word in PAUSES:
        return False
    sound = token.sounds or _word(token.word, tables)
    return bool(sound) and sound[0][-1].isdigit()


def _found(word: str, tables: _Tables) -> tuple[str, ...]:
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
