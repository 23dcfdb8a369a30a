"""Snapping: what is dragged jumps to an edge that is near."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

REACH = 8
"""Pixels from which on an edge draws."""


@dataclass(frozen=True)
class Snap:
    """What is dragged goes on by `by` frames, and then meets the target `at`."""

    by: float
    at: float


def snap(edges: Iterable[float], targets: Sequence[float], reach: float) -> Snap | None:
    """The shortest way within `reach` frames from one of `edges` to one of the ascending `targets`."""
    found: Snap | None = None
    for edge in edges:
        place = bisect_left(targets, edge)
        for at in targets[max(0, place - 1) : place + 1]:
            if abs(at - edge) <= reach and (found is None or abs(at - edge) < abs(found.by)):
                found = Snap(at - edge, at)
    return found
