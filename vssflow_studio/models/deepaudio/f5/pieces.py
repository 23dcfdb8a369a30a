"""A long line cut where a speaker would breathe."""

from __future__ import annotations

import re

_BREATHS = (re.compile(r"(?<=[.!?…])\s+"), re.compile(r"(?<=[,;:—])\s+"), re.compile(r"\s+"))
_NEAR = 0.35  # of a part's length by which a better place to breathe may be off


def pieces(text: str, count: int) -> tuple[str, ...]:
    """`text` in at most `count` parts of about the same length, cut at sentences, else commas, else words."""
    text, cuts = text.strip(), [0]
    length = len(text) / count
    for number in range(1, count):
        near = (_near(breath, text, number * length, length * _NEAR) for breath in _BREATHS)
        cuts.append(next((cut for cut in near if cut and cut > cuts[-1]), cuts[-1]))
    ends = [*cuts[1:], len(text)]
    parts = (text[start:end].strip() for start, end in zip(cuts, ends, strict=True))
    return tuple(part for part in parts if part)


def _near(breath: re.Pattern, text: str, wanted: float, within: float) -> int:
    """Where the nearest such place to `wanted` ends; 0 where none is near."""
    places = [found.end() for found in breath.finditer(text)]
    best = min(places, key=lambda place: abs(place - wanted), default=0)
    return best if abs(best - wanted) <= within else 0
