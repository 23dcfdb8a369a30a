"""Phonemes laid over time, as the phoneme stream wants them.

Index 0 is “no speech here”, 1 … 69 are the ARPAbet symbols, 70 is `<blank>`: the
silence within a line (VSSFlow, §3.1: 70 symbols and 0).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...script.arpabet import ARPABET

BLANK = len(ARPABET) + 1
_INDEX = {symbol: i for i, symbol in enumerate(ARPABET, start=1)} | {",": BLANK}


def phoneme_ids(phonemes: Sequence[str]) -> list[int]:
    """Indices of ARPAbet symbols and pauses; word boundaries (`|`) are dropped."""
    return [_INDEX[symbol] for symbol in phonemes if symbol != "|"]


def lay_by_durations(
    ids: Sequence[int], durations: Sequence[float], start: float, end: float
) -> list[tuple[int, float, float]]:
    """(id, start, end) in seconds: `durations` stretched together to fill [start, end]."""
    edges = np.concatenate([[0.0], np.cumsum(durations)])
    edges = start + edges / max(edges[-1], 1e-9) * (end - start)
    return [(i, float(a), float(b)) for i, a, b in zip(ids, edges, edges[1:], strict=False)]


def rasterise(timed: Sequence[tuple[int, float, float]], frames: int, rate: float) -> np.ndarray:
    """int64 [frames]: the id that sounds at the middle of each frame, 0 where none does."""
    row = np.zeros(frames, dtype=np.int64)
    for index, start, end in timed:
        first, last = (max(0, round(edge * rate)) for edge in (start, end))
        row[first:last] = index
    return row
