"""Phonemes laid over time, as the phoneme stream wants them.

Index 0 is “no speech here”, 1 … 69 are the ARPAbet symbols, 70 is `<blank>`: the
silence within a line (VSSFlow, §3.1: 70 symbols and 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from ...script.arpabet import ARPABET, EMPHASIS, LONG_PAUSE, PAUSES, SHORT_PAUSE, WORD

BLANK = len(ARPABET) + 1
_INDEX = {symbol: i for i, symbol in enumerate(ARPABET, start=1)} | dict.fromkeys(PAUSES, BLANK)

PAUSE_SECONDS = {SHORT_PAUSE: 0.35, LONG_PAUSE: 0.7}
"""Pauses that the line asks for; one of punctuation (`,`) is as long as the model thinks."""
EMPHASISED = 1.3
"""A vowel that bears emphasis lasts so many times as long."""
FASTEST = 1.6
"""Times the natural speed; more is said aloud as a warning."""
SLOWEST = 0.6
"""Times the natural speed to which a line is stretched; slower it would sound drunk, and silence follows instead."""

# What each symbol lasts on the average when the teachers speak, in milliseconds.
_MILLISECONDS = {
    symbol: int(length)
    for symbol, length in (
        pair.split(":")
        for pair in (
            "B:65 CH:127 D:55 DH:67 F:115 G:74 HH:71 JH:126 K:97 L:107 M:73 N:69 NG:97 P:94 R:83"
            " S:121 SH:138 T:63 TH:101 V:63 W:89 Y:113 Z:98 ZH:129 AA0:61 AA1:103 AE0:114"
            " AE1:114 AH0:50 AH1:84 AO0:100 AO1:102 AW0:150 AW1:194 AY0:120 AY1:151 EH0:60"
            " EH1:75 ER0:121 ER1:121 EY0:120 EY1:150 IH0:57 IH1:66 IY0:99 IY1:101 OW0:128"
            " OW1:126 OY0:150 OY1:190 UH0:58 UH1:69 UW0:58 UW1:79 ,:104"
        ).split()
    )
}


def phoneme_ids(phonemes: Sequence[str]) -> list[int]:
    """Indices of ARPAbet symbols and pauses; word boundaries (`|`) are dropped."""
    return [_INDEX[symbol.rstrip(EMPHASIS)] for symbol in phonemes if symbol != WORD]


def average_durations(phonemes: Sequence[str]) -> np.ndarray:
    """Seconds of each phoneme and pause, as people speak on the average; no model needed."""
    plain = (symbol.rstrip(EMPHASIS).replace("2", "1") for symbol in phonemes if symbol != WORD)
    return np.array([_MILLISECONDS.get(symbol, 0) / 1000 for symbol in plain])


def natural_durations(phonemes: Sequence[str], durations: Sequence[float]) -> np.ndarray:
    """Seconds when nothing presses: predicted `durations`, but pauses and emphasis as asked.

    One for each phoneme and pause, word boundaries not counted.
    """
    symbols = [symbol for symbol in phonemes if symbol != WORD]
    return np.array(
        [
            PAUSE_SECONDS.get(symbol, length) * (EMPHASISED if _emphasised(symbol) else 1.0)
            for symbol, length in zip(symbols, durations, strict=True)
        ]
    )


def rate_asked(
    phonemes: Sequence[str], seconds: float, durations: Sequence[float] | None = None
) -> float:
    """How many times its natural speed the line needs to fit into `seconds`; below 1 is slower.

    Without a model's `durations` it is reckoned by averages, which are right within a tenth
    for most lines.
    """
    if durations is None:
        durations = average_durations(phonemes)
    return float(natural_durations(phonemes, durations).sum() / max(seconds, 1e-3))


def rate_warning(phonemes: Sequence[str], seconds: float) -> str:
    """What to tell the user when the line is too long for its range; empty when it isn't."""
    rate = rate_asked(phonemes, seconds)
    if rate <= FASTEST:
        return ""
    enough = rate * seconds / FASTEST
    return f"The line asks for {rate:.1f}× the natural speed; {enough:.1f} s would be enough for it."


def lay_line(
    phonemes: Sequence[str],
    durations: Sequence[float],
    start: float,
    end: float,
    *,
    pace: float | None = None,
    frame: float = 0.0,
) -> list[tuple[int, float, float]]:
    """(id, start, end) in seconds of every phoneme and pause, all within [start, end].

    `durations` are predicted seconds. Without a `pace` the speech is stretched to fill the
    range, to `SLOWEST` at most, and pauses that were asked for keep their lengths. With one, it is spoken at
    `pace` times the natural speed from `start` on, and ends when it ends. Either way what
    is too long is pressed together, pauses too, never cut. Each lasts a `frame` (seconds)
    or more where there is room for it.
    """
    natural = natural_durations(phonemes, durations)
    asked = np.array([symbol in PAUSE_SECONDS for symbol in phonemes if symbol != WORD])
    wanted = np.where(asked, natural, natural / (pace or 1.0))
    room, pauses = max(end - start, 0.0), wanted[asked].sum()
    if wanted.sum() >= room:
        wanted = _scaled(wanted, room, frame)
    elif pace:
        wanted = _scaled(wanted, wanted.sum(), frame)
    else:
        longest = wanted[~asked].sum() / SLOWEST
        wanted[~asked] = _scaled(wanted[~asked], min(room - pauses, longest), frame)
    edges = start + np.concatenate([[0.0], np.cumsum(wanted)])
    ids = phoneme_ids(phonemes)
    edges = np.minimum(edges, end)
    return [(i, float(a), float(b)) for i, a, b in zip(ids, edges[:-1], edges[1:], strict=True)]


def _scaled(lengths: np.ndarray, total: float, least: float) -> np.ndarray:
    """`lengths` times one factor, none under `least` where there is room, `total` in all."""
    least = min(least, total / max(len(lengths), 1))
    short = np.zeros(len(lengths), dtype=bool)
    while True:
        factor = (total - least * short.sum()) / max(lengths[~short].sum(), 1e-9)
        shorter = ~short & (lengths * factor < least)
        if not shorter.any():
            return np.where(short, least, lengths * factor)
        short |= shorter


def emphasised_spans(
    phonemes: Sequence[str], times: Sequence[tuple[int, float, float]]
) -> list[tuple[float, float]]:
    """(start, end) in seconds of the words that bear an emphasis; neighbours make one span."""
    bears: list[bool] = []
    for _, word in groupby(phonemes, lambda symbol: symbol == WORD or symbol in PAUSES):
        symbols = [symbol for symbol in word if symbol != WORD]
        bears += [any(map(_emphasised, symbols))] * len(symbols)
    runs = groupby(zip(bears, times, strict=True), lambda one: one[0])
    spans = [[time for _, time in run] for emphasised, run in runs if emphasised]
    return [(span[0][1], span[-1][2]) for span in spans]


def _emphasised(symbol: str) -> bool:
    return symbol.endswith(EMPHASIS)


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
        # Half a frame is always rounded up: `round` would drop every other phoneme there.
        first, last = (max(0, int(np.floor(edge * rate + 0.5))) for edge in (start, end))
        row[first:last] = index
    return row
