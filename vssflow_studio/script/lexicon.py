"""The CMU Pronouncing Dictionary, shipped with its own licence beside it."""

from __future__ import annotations

import gzip
from functools import cache

from ..paths import resources


@cache
def lexicon() -> dict[str, tuple[str, ...]]:
    """Word in lower case → its first pronunciation in ARPAbet with stress digits."""
    entries: dict[str, tuple[str, ...]] = {}
    path = resources() / "lexicon" / "cmudict.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            word, _, rest = line.partition(" ")
            if not word.endswith(")"):
                entries[word] = tuple(rest.split("#")[0].split())
    return entries
