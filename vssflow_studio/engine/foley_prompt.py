"""What a free prompt asks for: its nearest kinds, how loud, of what, how far away and where.

One vocabulary for the model's prompt, the note to the user, file names and the command line.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache

from .foley_kinds import KINDS, Kind
from .foley_manner import without_manner
from .foley_words import nearest_spelling, stem, stems, words

SURE = 0.36
"""From this likeness on a prompt is taken for its nearest kind without a word."""

_SYNONYM, _NEAR = 0.97, 0.34  # what a match of such words is worth beside one of the phrases
_TYPO = 0.6  # spellings less alike than this are different words
_AROUND = frozenset("a an the of sound".split())  # words that the model heard round every phrase
_LEAST = 0.05  # of a likeness that is one
_UNHEARD = 0.6  # weight of a word that no kind has, beside that of one which tells kinds apart


@dataclass(frozen=True)
class Likeness:
    """How near a prompt is to a kind, 0 … 1, and the kind's `phrase` that comes closest."""

    kind: Kind
    likeness: float
    phrase: str


@dataclass(frozen=True)
class Asked:
    """A foley or ambience prompt understood.

    `sent` is what the model is given; `kind` what that is, None where the model takes
    any prompt or nothing is near. `note` tells the user of a prompt that isn't known.
    """

    sent: str
    kind: Kind | None = None
    note: str = ""


def nearest_kinds(prompt: str, among: Collection[str] = KINDS, count: int = 5) -> tuple[Likeness, ...]:
    """The kinds of `among` nearest to `prompt`, nearest first; only those that share a word with it."""
    known = _likenesses(without_manner(prompt))
    found = [known[name] for name in among if name in known]
    as_taught = " ".join(prompt.lower().split())
    return tuple(sorted(found, key=lambda one: (as_taught not in one.kind.phrases, -one.likeness))[:count])


def understood(prompt: str, kinds: Collection[str]) -> Asked:
    """`prompt` as a model that knows `kinds` is asked it; one that knows none in particular takes any."""
    prompt = prompt.strip()
    if not kinds:
        return Asked(prompt)
    nearest = next(iter(nearest_kinds(prompt, kinds, 1)), None)
    if nearest is None:
        return Asked(prompt, note=f"“{prompt}” is not known, and nothing near it is; what you hear may be anything")
    kind, plain = nearest.kind, without_manner(prompt)
    as_typed = prompt if plain == " ".join(prompt.lower().split()) else plain
    sent = as_typed if words(plain) <= _AROUND | words(" ".join(kind.phrases)) else nearest.phrase
    note = "" if nearest.likeness >= SURE else f"“{prompt}” is not known; nearest: {kind.name} ({kind.category})"
    return Asked(sent, kind, note)


def is_said_of(kind: Kind, word: str) -> bool:
    """Whether `word` belongs to the kind itself, by what the model was taught of it."""
    return stem(word) in _taught(kind)


@lru_cache(maxsize=1024)  # planning asks for a cue's prompt four times
def _likenesses(plain: str) -> dict[str, Likeness]:
    """Each kind that is at all like a prompt that says nothing of its manner."""
    asked = _asked_words(plain)
    found = {name: _likeness(asked, kind) for name, kind in KINDS.items()} if asked else {}
    return {name: one for name, one in found.items() if one.likeness > _LEAST}


def _likeness(asked: dict[str, float], kind: Kind) -> Likeness:
    """By the phrase, synonym or near word that shares most with what is asked, word by word."""
    best, phrase, taught = 0.0, kind.phrases[0], (0.0, kind.phrases[0])
    for said, own in _vocabulary(kind.name).items():
        worth = 1.0 if said in kind.phrases else _NEAR if said in kind.near else _SYNONYM
        likeness = worth * _shared(asked, own)
        if worth == 1.0 and likeness > taught[0]:
            taught = (likeness, said)
        best = max(best, likeness)
    return Likeness(kind, best, taught[1] if taught[0] > 0 else phrase)


def _shared(asked: dict[str, float], own: frozenset[str]) -> float:
    """Of the asked words' weight the part that is in `own`, and the other way round (F-measure).

    What is asked counts more: a phrase may well say more than the prompt does.
    """
    both = sum(sure * _weight(word) for word, sure in asked.items() if word in own)
    if not both:
        return 0.0
    precision = both / sum(_weight(word) for word in asked)
    recall = both / sum(_weight(word) for word in own)
    return 1.25 * precision * recall / (0.25 * precision + recall)


def _asked_words(prompt: str) -> dict[str, float]:
    """The prompt's stems and how sure each is; a word that nobody taught becomes one spelt like it."""
    found: dict[str, float] = {}
    for word in stems(prompt):
        if word not in _counts():
            other, likeness = nearest_spelling(word, _counts())
            if likeness >= _TYPO:
                found[other] = max(found.get(other, 0), likeness)
                continue
        found[word] = 1.0
    return found


@lru_cache(maxsize=4096)
def _weight(word: str) -> float:
    """What tells kinds apart weighs most (inverse document frequency)."""
    count = _counts()[word]
    return math.log(1 + len(KINDS) / count) / math.log(1 + len(KINDS)) if count else _UNHEARD


def _taught(kind: Kind) -> frozenset[str]:
    """The stems of all its phrases."""
    return frozenset().union(*(_vocabulary(kind.name)[phrase] for phrase in kind.phrases))


@cache
def _counts() -> Counter[str]:
    """In how many kinds each stem occurs; one that is only near to kinds counts as one's."""
    counts: Counter[str] = Counter()
    for kind in KINDS.values():
        said = (kind.name, *kind.synonyms, *kind.phrases)
        counts.update(frozenset().union(*(_vocabulary(kind.name)[one] for one in said)))
    for name in KINDS:
        for word in frozenset().union(*_vocabulary(name).values()):
            counts.setdefault(word, 1)
    return counts


@cache
def _vocabulary(name: str) -> dict[str, frozenset[str]]:
    """All that is said of a kind, as stems."""
    kind = KINDS[name]
    return {said: stems(without_manner(said)) for said in (kind.name, *kind.near, *kind.synonyms, *kind.phrases)}
