"""A prompt as CLIP reads it: byte pairs (Sennrich et al. 2016) merged by the public list of merges."""

from __future__ import annotations

import gzip
import html
import re
import unicodedata
from functools import cache
from pathlib import Path

from ...errors import ModelError

_MERGES = 49_152 - 256 - 2
"""CLIP uses so many of the list's merges."""

_SPLIT = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\w\s]|_)+", re.IGNORECASE)
_QUOTES = str.maketrans("‘’‚‛“”„‟", "'" * 4 + '"' * 4)  # straight, as the public code makes them
_END = "</w>"
_GZIP = b"\x1f\x8b"


class BytePairs:
    """The tokens of CLIP: single bytes, bytes that end a word, merges, start and end."""

    def __init__(self, merges: list[tuple[str, str]]) -> None:
        letters = list(_letters().values())
        words = [*letters, *(letter + _END for letter in letters), *("".join(pair) for pair in merges)]
        self.ids = {word: index for index, word in enumerate(words)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.start, self.end = len(words), len(words) + 1

    @classmethod
    def load(cls, path: Path) -> BytePairs:
        """Read a list of merges, see `read_merges`. Raises ModelError."""
        return cls(read_merges(path))

    def __len__(self) -> int:
        return self.end + 1

    def encode(self, prompt: str, length: int = 77) -> list[int]:
        """Start, the prompt, end, and zeros up to `length`; what is too long loses its end."""
        text = unicodedata.normalize("NFC", html.unescape(html.unescape(prompt)).translate(_QUOTES)).lower()
        ids = [index for word in _SPLIT.findall(text) for index in self._word(word)]
        ids = [self.start, *ids[: length - 2], self.end]
        return ids + [0] * (length - len(ids))

    def _word(self, word: str) -> list[int]:
        letters = _letters()
        pieces = [letters[byte] for byte in word.encode()]
        pieces[-1] += _END
        while len(pieces) > 1:
            pairs = list(zip(pieces, pieces[1:], strict=False))
            best = min(pairs, key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            pieces = _merged(pieces, best)
        return [self.ids[piece] for piece in pieces]


def read_merges(path: Path) -> list[tuple[str, str]]:
    """Pairs of a `merges.txt`, or of OpenAI's gzipped list; the first line is a title.

    Raises ModelError.
    """
    try:
        data = Path(path).read_bytes()
        text = (gzip.decompress(data) if data.startswith(_GZIP) else data).decode()
    except (OSError, EOFError, ValueError) as error:
        raise ModelError(f"The list of merges can't be read: {error}", file=path) from error
    lines = [line for line in text.split("\n")[1:] if line][:_MERGES]
    merges = [tuple(line.split()) for line in lines]
    if not merges or any(len(pair) != 2 for pair in merges):
        raise ModelError("This is no list of CLIP's merges", file=path, remedy="It is called merges.txt.")
    return merges


def _merged(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    """`pieces` with each `pair` of neighbours, from the left, made one."""
    made: list[str] = []
    for piece in pieces:
        if made and (made[-1], piece) == pair:
            made[-1] += piece
        else:
            made.append(piece)
    return made


@cache
def _letters() -> dict[int, str]:
    """A letter that can be printed for each byte: its own where it has one, else from 256 on."""
    own = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = [byte for byte in range(256) if byte not in own]
    return {byte: chr(byte) for byte in own} | {byte: chr(256 + i) for i, byte in enumerate(rest)}
