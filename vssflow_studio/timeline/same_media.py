"""Which medium of one timeline is which of another, when paths, names and timecode may have changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from .shots import Cut, Facts, Medium, file_name

_FRAME = 1.5


def same_media(old: Cut, new: Cut) -> dict[Medium, tuple[Medium, float]]:
    """For each medium of `new` that `old` has too: that one, and what to add to its source frames.

    Told by path, file name, its stem, reel or clip name, whichever is there first. Of two
    media of one name (cameras begin again with C0001) the folders decide, and the length; what
    stays in doubt is left out, as a wrong picture is worse than none.
    """
    claims: dict[Medium, list[tuple[int, Medium]]] = {}
    index: dict[tuple[int, str], list[Medium]] = {}
    for medium, facts in old.media.items():
        for level, names in enumerate(_levels(facts, medium)):
            for name in names:
                index.setdefault((level, name), []).append(medium)
    for medium, facts in new.media.items():
        chosen = _chosen(facts, medium, old, index)
        if chosen is not None:
            level, other = chosen
            claims.setdefault(other, []).append((level, medium))
    return {
        medium: (other, _delay(old.media[other], new.media[medium]))
        for other, claimants in claims.items()
        for medium in _entitled(claimants, new, old.media[other])
    }


def _entitled(claimants: list[tuple[int, Medium]], new: Cut, facts: Facts) -> list[Medium]:
    """Of several media that would be the same one, those that are: the surest, and its copies."""
    surest = min(level for level, _ in claimants)
    first = [medium for level, medium in claimants if level == surest]
    if surest > 0 and len(first) > 1:
        nearest = _best(first, lambda one: _shared_folders(new.media[one], facts))
        first = nearest if len(nearest) == 1 else []
    return first + [
        medium
        for _, medium in claimants
        if medium not in first and _same_length(new.media[medium], facts)
    ]


def _chosen(
    facts: Facts, medium: Medium, old: Cut, index: dict[tuple[int, str], list[Medium]]
) -> tuple[int, Medium] | None:
    """The old medium that has most in common with a new one, and on which level."""
    for level, wanted in enumerate(_levels(facts, medium)):
        known = dict.fromkeys(other for name in wanted for other in index.get((level, name), ()))
        rivals = [other for other in known if _plausible(old.media[other], facts, level)]
        for judge in _JUDGES[level]:
            if len(rivals) > 1:
                rivals = _best(rivals, lambda one, judge=judge: judge(old.media[one], facts))
        if len(rivals) == 1:
            return level, rivals[0]
    return None


def _levels(facts: Facts, medium: Medium) -> tuple[frozenset[str], ...]:
    """What it goes by, from the surest to the weakest: path, file name, stem, any name, reel."""
    names = _folded(map(file_name, facts.paths))
    stems = _stems(names)
    spoken = _folded([*facts.names, medium.label]) - {""}
    reels = _folded(facts.reels)
    return frozenset(facts.paths), names, stems, names | stems | spoken | _stems(spoken), reels


def _stems(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.rsplit(".", 1)[0] for name in names)


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(unicodedata.normalize("NFC", name).casefold() for name in names)


def _plausible(one: Facts, other: Facts, level: int) -> bool:
    """Two files of one name are hardly the same film when neither their time nor length agrees."""
    if level == _REEL:
        return _overlap(one, other) > 0
    if level == 0 or not (one.known and other.known) or _same_length(one, other):
        return True
    # Every card of many cameras begins at zero with the same names: then only the length tells.
    return _overlap(one, other) > 0 and not one.begin == other.begin == 0


def _same_length(one: Facts, other: Facts) -> bool:
    lengths = (facts.end - facts.begin for facts in (one, other))
    return one.known and other.known and abs(next(lengths) - next(lengths)) <= _FRAME


def _overlap(one: Facts, other: Facts) -> float:
    return max(0.0, min(one.end, other.end) - max(one.begin, other.begin))


def _delay(old: Facts, new: Facts) -> float:
    """Frames from the new source time to the old: none where the timecode is the same.

    Where a tool has made timecode begin anew, both count from the file's first frame.
    """
    if _overlap(old, new) and not _same_length(old, new):
        return 0.0
    return (old.begin if old.known else 0.0) - (new.begin if new.known else 0.0)


def _shared_folders(one: Facts, other: Facts) -> int:
    """How many of the innermost folders agree."""
    return max(
        (_shared(a, b) for a in one.paths for b in other.paths),
        default=0,
    )


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.split("/")[-2::-1], other.split("/")[-2::-1], strict=False):
        if a.casefold() != b.casefold():
            break
        count += 1
    return count


_REEL = 4
_JUDGES = (
    (),
    (_shared_folders, _same_length, _overlap),
    (_shared_folders, _same_length, _overlap),
    (),
    (_overlap,),
)
"""How to choose among several, level by level; clips' names alone may all be the same."""


def _best(media: Iterable[Medium], worth: Callable[[Medium], float]) -> list[Medium]:
    media = list(media)
    most = max(map(worth, media))
    return [one for one in media if worth(one) == most]
