"""Word error rate: what a recogniser heard beside what was to be said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..script.normalise import spoken


def word_error_rate(wanted: str, heard: str) -> float:
    """Words wrong, missing or too many, for each word wanted: 0 … ∞, lower is better.

    Case, punctuation and how numbers are written don't count. The papers' tables hold the mean
    over lines, as F5-TTS's evaluation prints it, not the errors of all lines over all their
    words. Raises ValueError where no word is wanted.
    """
    truth = words(wanted)
    if not truth:
        raise ValueError("the transcript holds no words")
    return edits(truth, words(heard)) / len(truth)


def words(text: str) -> list[str]:
    """Lower-case words, numbers and initials as they are spoken."""
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", spoken(text.replace("’", "'")).lower())


def edits(a: Sequence[str], b: Sequence[str]) -> int:
    """Fewest substitutions, insertions and deletions from one to the other (Levenshtein 1966)."""
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
