"""Text as a bag of hashed words and pieces of words, for encoders small enough to ship.

Pieces (3 to 5 letters, as fastText has them) let a word that was never trained on land
near its relatives: “footfall” shares pieces with “footsteps”.
"""

from __future__ import annotations

import re
import zlib


def pieces(text: str, buckets: int) -> list[int]:
    """Bucket of each word (counted thrice, as it says more than its pieces) and piece."""
    found = []
    for word in re.findall(r"[a-z]+", text.lower()):
        marked = f"<{word}>"
        grams = [marked[i : i + n] for n in (3, 4, 5) for i in range(len(marked) - n + 1)]
        found += [_bucket(marked, buckets)] * 3 + [_bucket(gram, buckets) for gram in grams if gram != marked]
    return found


def word_pairs(text: str, buckets: int) -> list[int]:
    """Bucket of each two words that follow each other, the text's two ends included."""
    words = ["^", *re.findall(r"[a-z]+", text.lower()), "$"]
    return [_bucket(" ".join(pair), buckets) for pair in zip(words, words[1:], strict=False)]


def _bucket(piece: str, buckets: int) -> int:
    return zlib.crc32(piece.encode()) % buckets
