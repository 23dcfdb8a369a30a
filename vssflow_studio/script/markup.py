"""What a line of dialogue says about how it is said, beside its words.

    Wait… or / no            a long pause, a short pause (a slash with a space beside it)
    *never* call me          emphasis
    Ask Kal [K EY1 L] now    ARPAbet instead of the word before it
    [SH], he hears us        ARPAbet alone, after punctuation or at the start
    (whisper) Come here.     delivery, at the start: whisper, shout or normal
    Hi (softly) there        any other direction is not said

All else is text: `3/4`, `and/or`, `2 * 3`, `f**k`, `w/o` stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..errors import TextError
from .arpabet import ARPABET, LONG_PAUSE, SHORT_PAUSE, VOWELS

_MARK = re.compile(
    r"""
    (?P<direction>\((?!\d+\))(?:[^()]|\([^()]*\))*\)|\{[^{}]*\}|\[\[.*?\]\]|</?[a-zA-Z][^<>]*>)
    |(?P<sounds>\[[^\[\]]*\])
    |(?P<long>…|\.(?:\s?\.){2,})
    |(?P<short>(?<!\S)/+|(?<!\bw)(?<!\bW)/+(?!\S))
    |(?P<star>\*+)
    |(?P<open>\((?!\d+\))|[\[\]{])
    """,
    re.VERBOSE,
)
_DELIVERY = re.compile(r"\(\s*(normal|whisper|shout)(?:s|ed|ing)?\b", re.IGNORECASE)
_LAST_WORD = re.compile(r"[\w'’]+(?:-[\w'’]+)*\s*$")
_REST_OF_WORD = re.compile(r"['’]\w+")


@dataclass(frozen=True)
class Piece:
    """A part of a line: text to be read, or `sounds` (ARPAbet) or a `pause` (`/`, `…`)."""

    text: str = ""
    emphasised: bool = False
    sounds: tuple[str, ...] = ()
    pause: str = ""


@dataclass(frozen=True)
class Line:
    """A line without its mark-up; `delivery` is empty where the line doesn't say."""

    pieces: tuple[Piece, ...]
    delivery: str = ""

    @property
    def text(self) -> str:
        """The words alone."""
        return " ".join(piece.text.strip() for piece in self.pieces if piece.text)


def parse(text: str) -> Line:
    """The line's parts in order. Raises TextError that names the place of a mistake."""
    reader, at = _Reader(text), 0
    while mark := _MARK.search(text, at):
        reader.read(text[at : mark.start()])
        at = reader.mark(mark)
    reader.read(text[at:])
    reader.end()
    return Line(tuple(reader.pieces), reader.delivery)


def words_of(text: str) -> str:
    """The line for who reads letters: its mark-up is gone, a word keeps its spelling, pauses are signs."""
    signs = {"long": "...", "short": ","}
    return " ".join(_MARK.sub(lambda mark: signs.get(mark.lastgroup, ""), text).replace(" ,", ",").split())


def sounds_of(written: str) -> tuple[str, ...]:
    """`K EY1 L` as symbols. Raises ValueError that says which symbol is none, and why."""
    symbols = tuple(written.upper().split())
    for symbol in symbols:
        if symbol in VOWELS:
            raise ValueError(f"{symbol} needs its stress: {symbol}0, {symbol}1 or {symbol}2")
        if symbol not in ARPABET:
            raise ValueError(f"{symbol} is no ARPAbet symbol")
    if not symbols:
        raise ValueError("there are no symbols")
    return symbols


class _Reader:
    """Takes text and marks from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.pieces, self.delivery = text, [], ""
        self._star: re.Match | None = None

    def read(self, text: str) -> None:
        """Text goes on where it was the same; space belongs to what stands before it."""
        last, emphasised = self.pieces[-1] if self.pieces else Piece(), self._star is not None
        if last.text and (last.emphasised == emphasised or not text.strip()):
            self.pieces[-1] = replace(last, text=last.text + text)
        elif text.strip():
            self.pieces.append(Piece(text, emphasised))

    def mark(self, mark: re.Match) -> int:
        """Understand `mark`; where to read on."""
        kind = mark.lastgroup
        if kind in ("long", "short"):
            self.pieces.append(Piece(pause=LONG_PAUSE if kind == "long" else SHORT_PAUSE))
        elif kind == "star":
            return self._emphasis(mark)
        elif kind == "open":
            raise self._wrong(mark, *_UNBALANCED[mark[0]])
        elif kind == "sounds" and _means_sounds(mark[0][1:-1]):
            self._override(mark)
        elif not self.pieces and (said := _DELIVERY.match(mark[0])):
            self.delivery = said[1].lower()
        return mark.end()

    def end(self) -> None:
        if self._star:
            raise self._wrong(
                self._star, "The emphasis that begins here has no end", "Write *word*, or leave the star out"
            )

    def _emphasis(self, mark: re.Match) -> int:
        before, after = self.text[: mark.start()][-1:], self.text[mark.end() :][:1]
        if self._star is None and after.strip() and not before.isalnum():
            self._star = mark
        elif self._star and before.strip() and not after.isalnum():
            rest = _REST_OF_WORD.match(self.text, mark.end())  # *Tom*'s
            if rest:
                self.read(rest[0])
            self._star = None
            return rest.end() if rest else mark.end()
        else:
            self.read(mark[0])
        return mark.end()

    def _override(self, mark: re.Match) -> None:
        try:
            sounds = sounds_of(mark[0][1:-1])
        except ValueError as error:
            remedy = "Write ARPAbet such as [K EY1 L]; directions go into (round brackets)"
            raise self._wrong(mark, f"In the pronunciation, {error}", remedy) from None
        emphasised = self._star is not None
        last = self.pieces[-1] if self.pieces else Piece()
        if word := _LAST_WORD.search(last.text):
            self.pieces[-1:] = [replace(last, text=last.text[: word.start()])] if word.start() else []
            emphasised = last.emphasised
        self.pieces.append(Piece(sounds=sounds, emphasised=emphasised))

    def _wrong(self, mark: re.Match, what: str, remedy: str) -> TextError:
        near = self.text[mark.start() :][:16].split("\n")[0]
        place = f"at character {mark.start() + 1}, “{near}”"
        return TextError(f"{what}, {place}", remedy=f"{remedy}.")


_UNBALANCED = {
    "(": ("The bracket ( is never closed", "Put a ) after the direction"),
    "{": ("The bracket { is never closed", "Put a } after the direction"),
    "[": ("The bracket [ is never closed", "Put a ] after the pronunciation, as in Kal [K EY1 L]"),
    "]": ("The bracket ] was never opened", "Put a [ before the pronunciation, as in Kal [K EY1 L]"),
}


def _means_sounds(inside: str) -> bool:
    """ARPAbet has stress digits, or else is short capitals; `[laughs]` is a direction."""
    symbols = inside.split()
    if any(re.fullmatch(r"[A-Za-z]+\d", symbol) for symbol in symbols):
        return True
    if len(symbols) == 1:
        return symbols[0] in ARPABET
    return bool(symbols) and all(re.fullmatch(r"[A-Z]{1,2}", symbol) for symbol in symbols)

