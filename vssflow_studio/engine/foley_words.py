"""Words of a foley prompt: brought to their stems, and those that tell how, of what and where.

English only. Imports nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_CONNECTING = frozenset(
    "a an the of in on to by and or is are was it its into onto with from for at as off up down out over "
    "through across against under his her their my your this that some someone something somebody one two "
    "three several few many more very then while being gets get go goes going sound sounds noise noises "
    "effect effects sfx foley fx ambience ambient ambiance atmosphere atmos background old new big small "
    "large tiny little huge single quick quickly slow slowly long short again".split()
)
"""What says nothing of the kind."""

_STEMS = {
    "leaf": "leav", "leaves": "leav", "fell": "fall", "fallen": "fall", "broke": "break", "broken": "break",
    "shut": "shut", "slid": "slid", "rang": "ring", "rung": "ring", "blew": "blow", "blown": "blow",
    "shot": "shot", "shots": "shot", "knives": "knif", "hit": "hit", "hitting": "hit", "drove": "driv",
    "ran": "run", "threw": "throw", "thrown": "throw", "metallic": "metal", "wooden": "wood", "iron": "metal",
    "steel": "metal", "brass": "metal", "copper": "metal", "tin": "metal", "aluminium": "metal", "aluminum": "metal",
    "oak": "wood", "timber": "wood", "plywood": "wood", "hardwood": "wood", "telephone": "phone",
    "automobile": "car", "tyre": "tire", "tyres": "tire",
}  # fmt: skip


def stem(word: str) -> str:
    """`word` without what inflects it: slams, slammed, slamming → slam."""
    if word in _STEMS:
        return _STEMS[word]
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "ly", "y"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and re.search("[aeiou]", rest):
            word = rest
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    return _STEMS.get(word, word)


def stems(text: str) -> frozenset[str]:
    """The stems of the words in `text` that say what is heard."""
    return frozenset(stem(word) for word in words(text) if word not in _CONNECTING and len(word) > 1)


def words(text: str) -> frozenset[str]:
    """The words in `text`, in lower case."""
    return frozenset(re.findall(r"[a-z]+", text.lower()))


def alike(one: str, other: str) -> float:
    """How much two words' spellings share, 0 … 1: Dice's coefficient of their trigrams."""
    first, second = _trigrams(one), _trigrams(other)
    return 2 * len(first & second) / (len(first) + len(second))


def nearest_spelling(word: str, known: Iterable[str]) -> tuple[str, float]:
    """The one of `known` that is spelt most like `word`, or that it is put together from."""
    best, likeness = "", 0.0
    for other in known:
        joined = len(other) >= 4 and len(word) > len(other) and (word.startswith(other) or word.endswith(other))
        near = max(alike(word, other), 0.7 * joined)
        if near > likeness:
            best, likeness = other, near
    return best, likeness


def _trigrams(word: str) -> set[str]:
    marked = f" {word} "
    return {marked[i : i + 3] for i in range(len(marked) - 2)}
