"""A line as the paper's model reads it: the authors' symbols, spread evenly over the speech."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...script.arpabet import EMPHASIS, PAUSES, WORD

# Their order is that of the phoneme table in the authors' checkpoints; the first is 1.
_SYMBOLS = (
    "AA0 DH AY0 V F AH2 D P EH1 AW1 ER0 OW0 TH UH1 OW2 IY2 HH UW0 CH AH1 JH OY2 Z AO2 IH0 NG UH0"
    " AE1 AO0 IH2 IY0 EH0 AY2 T OY1 ER2 AA2 Y AW0 UH2 M UW2 IH1 R SH G S AE0 EH2 W UW1 AW2 EY1 ZH"
    " OY0 OW1 EY0 L <blank> ER1 N AA1 AY1 AO1 B EY2 K AH0 IY1 AE2"
).split()
_IDS = {symbol: index for index, symbol in enumerate(_SYMBOLS, start=1)}
BLANK = _IDS["<blank>"]
_IDS |= dict.fromkeys(PAUSES, BLANK)


def paper_ids(phonemes: Sequence[str]) -> list[int]:
    """The authors' ids, a blank at both ends; pauses are blanks too, `|` is dropped."""
    inner = [_IDS[symbol.rstrip(EMPHASIS)] for symbol in phonemes if symbol != WORD]
    return [BLANK, *inner, BLANK]


def spread(ids: Sequence[int], start: float, end: float, frames: int, rate: float) -> np.ndarray:
    """int64 [frames]: each id for as long as any other between `start` and `end` seconds, else 0."""
    row = np.zeros(frames, dtype=np.int64)
    length = int((end - start) * rate)
    held = np.asarray(ids, dtype=np.int64)[np.arange(length) * len(ids) // max(length, 1)]
    first = int(start * rate)
    held = held[: max(0, frames - first)]
    row[first : first + len(held)] = held
    return row
