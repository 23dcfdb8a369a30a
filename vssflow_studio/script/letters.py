"""Letters to sounds, for words that no dictionary has.

Contexts grow until they settle what a letter says (dynamically expanding context,
Torkkola 1993). The table is learned from the dictionary by `training/letters.py`.
"""

from __future__ import annotations

import gzip
from functools import cache

from ..paths import resources

CONTEXTS = ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (4, 4))
"""Letters looked at to the left and to the right, ever more."""


def context(word: str, index: int, level: int) -> str:
    """Letter `index` of `word` in its surroundings at `level`: left[letter]right."""
    left, right = CONTEXTS[level]
    padded = f"{'#' * left}{word}{'#' * right}"
    at = index + left
    return f"{padded[at - left : at]}[{padded[at]}]{padded[at + 1 : at + 1 + right]}"


def sounds(word: str) -> tuple[str, ...]:
    """ARPAbet for a word of a–z in lower case; letters without a rule are silent."""
    table, phones = rules(), []
    for index in range(len(word)):
        said = ""
        for level in range(len(CONTEXTS)):
            said = table.get(context(word, index, level), said)
        phones += said.split()
    return tuple(phones)


@cache
def rules() -> dict[str, str]:
    """The shipped table: context → phones."""
    path = resources() / "lexicon" / "letters.txt.gz"
    with gzip.open(path, "rt", encoding="ascii") as lines:
        return dict(line.rstrip("\n").split("\t") for line in lines)
