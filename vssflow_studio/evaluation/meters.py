"""What a meter is: it listens to the pairs one after the other, and then has its scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .item import Item


@dataclass(frozen=True)
class Score:
    """A `value` over so many pairs, or None and `why` there is none. `note` says how it was measured."""

    value: float | None
    over: int = 0
    why: str = ""
    note: str = ""


class Meter:
    """One network, or none, and the `metrics` that come of it (names as in `columns.py`)."""

    metrics: tuple[str, ...] = ()
    note = ""

    def lacking(self) -> str:
        """What keeps it from measuring, and what to do; empty when nothing does."""
        return ""

    def load(self, device: str) -> None:
        """Get ready. Raises ModelError."""

    def listen(self, item: Item) -> None:
        """Hear a pair. Raises ValueError with the reason, or MediaError, where it can't be measured."""
        raise NotImplementedError

    def scores(self) -> tuple[Score, ...]:
        """One for each of `metrics`, of the pairs that were heard."""
        raise NotImplementedError


class MeanMeter(Meter):
    """A meter whose scores are the means of what each pair has by itself."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, ...]] = []

    def values(self, item: Item) -> tuple[float, ...]:
        """One for each of `metrics`. Raises as `listen`."""
        raise NotImplementedError

    def listen(self, item: Item) -> None:
        """See Meter."""
        self._rows.append(self.values(item))

    def scores(self) -> tuple[Score, ...]:
        """See Meter."""
        if not self._rows:
            return tuple(Score(None, why="no pair could be measured") for _ in self.metrics)
        means = np.mean(self._rows, axis=0)
        return tuple(Score(float(mean), len(self._rows), note=self.note) for mean in means)
