"""Pronunciations: the CMU Pronouncing Dictionary, shipped with its licence, and the user's own.

A lexicon file is plain text in the dictionary's form, one word a line:

    ;;; our names
    KAL  K EY1 L
    ZOË  Z OW1 IY0    # and a comment behind
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from ..errors import TextError
from ..paths import resources, settings
from .markup import sounds_of

Lexicon = dict[str, tuple[str, ...]]
"""Word in lower case → ARPAbet with stress digits."""

_FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)


class _Dictionary(Mapping[str, tuple[str, ...]]):
    """The file as it is, its lines sorted by word: reading all of it takes too long."""

    def __init__(self, text: str) -> None:
        self._text, self._known = text, {}

    def __getitem__(self, word: str) -> tuple[str, ...]:
        if word not in self._known:
            self._known[word] = self._looked_up(word)
        if self._known[word] is None:
            raise KeyError(word)
        return self._known[word]

    def __iter__(self) -> Iterator[str]:
        words = (line.partition(" ")[0] for line in self._text.splitlines())
        return (word for word in words if not word.endswith(")"))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _looked_up(self, word: str) -> tuple[str, ...] | None:
        at = bisect_left(range(len(self._text)), word, key=self._word_at)
        found, *sounds = self._text[at : self._text.find("\n", at)].split("#")[0].split() or ("",)
        return tuple(sounds) if found == word else None

    def _word_at(self, place: int) -> str:
        """Of the line that holds the character at `place`; a further pronunciation is of the same word."""
        begin = self._text.rfind("\n", 0, place) + 1
        return self._text[begin : self._text.find(" ", begin)].partition("(")[0]


@cache
def lexicon() -> Mapping[str, tuple[str, ...]]:
    """The built-in words, each with its first pronunciation."""
    path = resources() / "lexicon" / "cmudict.txt.gz"
    return _Dictionary(gzip.decompress(path.read_bytes()).decode("utf-8"))


def own_lexicon(project: Path | str = "") -> Lexicon:
    """The user's words: those of the settings folder, if there are any, then the project's.

    What `phonemes` takes; the built-in words stand behind them. Raises TextError that
    names the file and the line, and for a project's file that is not there.
    """
    shared = default_lexicon()
    words = read_lexicon(shared) if shared.exists() else {}
    return words | (read_lexicon(Path(project)) if project else {})


def default_lexicon() -> Path:
    """Where the words stand that hold for all of a user's projects."""
    return settings() / "lexicon.txt"


def read_lexicon(path: Path) -> Lexicon:
    """The words of one file. Raises TextError that names the file and the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TextError(
            "The lexicon can't be read",
            file=path,
            remedy="Give a plain text file in UTF-8, with lines such as: KAL  K EY1 L",
        ) from error
    words: Lexicon = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = re.split(r";;;|#", line)[0].strip()
        if line:
            word, *symbols = line.split()
            if not re.search(r"\(\d+\)$", word):
                words[folded(word).lower()] = _sounds(" ".join(symbols), word, path, number)
    return words


def folded(text: str) -> str:
    """Letters without their accents: `Zoë` is looked up as `Zoe`."""
    plain = unicodedata.normalize("NFKD", text.translate(_FOLDED)).replace("’", "'")
    return "".join(c for c in plain if not unicodedata.combining(c))


def _sounds(symbols: str, word: str, path: Path, number: int) -> tuple[str, ...]:
    try:
        if not re.fullmatch(r"'?[A-Za-z]+(?:'[A-Za-z]+)*'?", folded(word)):
            raise ValueError("a word has letters and apostrophes only")
        return sounds_of(symbols)
    except ValueError as error:
        raise TextError(
            f"Line {number} of the lexicon, “{word}”: {error}",
            file=path,
            remedy="Write lines such as: KAL  K EY1 L",
        ) from None
