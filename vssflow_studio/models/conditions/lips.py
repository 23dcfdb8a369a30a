"""When the mouth in the picture opens, and a line laid so that the voice opens with it.

No face model: in small grey frames the mouth is what moves quickest once the head is held
still (Lucas & Kanade 1981). That is enough for drawn and rendered faces and for close shots;
where nothing moves as a mouth does, the picture tells nothing and the line is laid without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...script.arpabet import EMPHASIS, PAUSES, WORD

_SWAY = 0.7  # seconds; what is slower than that is the head, not the mouth
_HEAD = 7  # pixels around the mouth that are held still together
_MOUTH = 2
_TURNS = 3  # of holding still and looking again
_SHARE = 0.35  # of all quick change in the picture is there, at least
_ONE_THING = 0.7  # of the change about it is a single thing that opens and shuts
_QUIET = 8e-4  # of the grey scale, mean square: less than that is noise of the codec
_SYLLABLES = (1.5, 7.5)  # openings a second, of people who speak
_STEADY = 2.0
"""How dear it is to leave the natural rhythm: dear enough that a line is understood as well as without."""
_AGREES = 0.6
"""Correlation of the line, so laid, with the mouth: one that says something else, or only flaps,
stays below it, and the line's own mouth is well above."""
_STEP = 0.02  # seconds of the grid on which a line is laid
_LONGEST = 0.5

_OPENNESS = {
    symbol: int(percent) / 100
    for symbol, percent in (
        pair.split(":")
        for pair in (
            "AA:77 AE:76 AH:72 AO:70 AW:73 AY:75 EH:78 ER:75 EY:85 IH:75 IY:82 OW:78 OY:75 UH:78 UW:80"
            " B:42 CH:26 D:46 DH:36 F:16 G:33 HH:40 JH:33 K:13 L:73 M:78 N:84 NG:85 P:12 R:73"
            " S:35 SH:30 T:20 TH:15 V:52 W:66 Y:73 Z:50 ZH:40"
        ).split()
    )
}
"""How loud the teachers are in each phoneme, 0 … 1: the mouth of an animatic follows that."""


@dataclass(frozen=True)
class Mouth:
    """A mouth that speaks: how far it is open, 0 … 1, and where it is, for each frame.

    `rows` and `columns` are pixels of the frames it was found in; `spread` [2] is how far
    (root mean square) what moves reaches from there, down and across.
    """

    opening: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    spread: np.ndarray


def mouth_opening(frames: np.ndarray, rate: float) -> np.ndarray | None:
    """0 … 1 for each of the grey `frames` [time, height, width], or None without a mouth.

    `rate` is frames a second. None too for less than half a second.
    """
    mouth = find_mouth(frames, rate)
    return mouth.opening if mouth else None


def find_mouth(frames: np.ndarray, rate: float) -> Mouth | None:
    """As `mouth_opening`, and where it is."""
    picture = np.asarray(frames, np.float64)
    if len(picture) < rate / 2:
        return None
    energy = (_without_sway(picture, rate) ** 2).mean(0)
    near = _around(energy, _HEAD)
    if energy[near].sum() < _SHARE * energy.sum():
        return None  # all of the picture moves
    still, off = _held_still(picture[:, *near])
    lively = (_without_sway(still, rate) ** 2).mean(0)
    here = _around(lively, _MOUTH)
    mouth = still[:, *here].reshape(len(still), -1)
    quick = _without_sway(mouth, rate)
    _, sizes, ways = np.linalg.svd(quick - quick.mean(0), full_matrices=False)
    if (quick**2).mean() < _QUIET or sizes[0] ** 2 < _ONE_THING * (sizes**2).sum():
        return None
    main = ways[0]
    # An open mouth is dark, drawn or real.
    dark = (mouth - mouth.mean(0)) @ (main if main.sum() < 0 else -main)
    low, high = np.percentile(dark, (3, 95))
    opening = np.clip((dark - low) / max(high - low, 1e-9), 0, 1)
    if not _speaks(opening, rate):
        return None
    middle, spread = _centre(lively, here)
    return Mouth(opening, near[0].start + middle[0] + off[:, 0], near[1].start + middle[1] + off[:, 1], spread)


def _centre(energy: np.ndarray, here: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray]:
    """Where `energy` lies about `here` and how far it spreads, both as (row, column)."""
    wide = tuple(slice(max(0, part.start - _MOUTH), part.stop + _MOUTH) for part in here)
    part = energy[wide]
    weights = np.maximum(part - np.median(energy), 0)
    places = np.indices(part.shape) + np.array([wide[0].start, wide[1].start])[:, None, None]
    middle = (weights * places).sum((1, 2)) / max(weights.sum(), 1e-12)
    apart = (weights * (places - middle[:, None, None]) ** 2).sum((1, 2)) / max(weights.sum(), 1e-12)
    return middle, np.sqrt(apart)


def durations_by_mouth(
    phonemes: Sequence[str], natural: Sequence[float], opening: np.ndarray, seconds: float
) -> np.ndarray | None:
    """Seconds of each phoneme and pause, `seconds` in all, that let the voice open with the mouth.

    `natural` are lengths that the line would have; `opening` spans just the line. The best
    compromise of both, by dynamic programming over a grid of 20 ms. None when this mouth
    doesn't say this line, however it is laid.
    """
    symbols = [symbol for symbol in phonemes if symbol != WORD]
    cells = max(len(symbols), round(seconds / _STEP))
    usual = np.maximum(np.asarray(natural, float) * cells / max(sum(natural), 1e-9), 0.2)
    at = (np.arange(cells) + 0.5) / cells * len(opening) - 0.5
    seen = np.interp(at, np.arange(len(opening)), opening)
    said = np.array([_openness(symbol) for symbol in symbols])
    off = (seen[None] - said[:, None]) ** 2
    sums = np.concatenate([np.zeros((len(symbols), 1)), off.cumsum(1)], axis=1)
    lengths = np.arange(1, max(round(_LONGEST / _STEP), int(2 * usual.max())) + 1)
    chosen = _cheapest(sums, usual, lengths)
    laid = np.repeat(said, chosen.astype(int))
    agrees = laid.std() > 0 and seen.std() > 0 and np.corrcoef(laid, seen)[0, 1] >= _AGREES
    return chosen * (seconds / cells) if agrees else None


def _cheapest(sums: np.ndarray, usual: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Cells of each phoneme; `sums` [phonemes, cells + 1] are running costs of each cell."""
    count, cells = sums.shape[0], sums.shape[1] - 1
    ends = np.arange(1, cells + 1)
    starts = ends[:, None] - lengths
    possible, starts = starts >= 0, np.maximum(starts, 0)
    best = np.where(np.arange(cells + 1) == 0, 0.0, np.inf)
    taken = np.zeros((count, cells + 1), int)
    for row in range(count):
        price = _STEADY * np.log(lengths / usual[row]) ** 2
        total = best[starts] + sums[row][ends][:, None] - sums[row][starts] + price
        total[~possible] = np.inf
        choice = total.argmin(1)
        taken[row, 1:] = lengths[choice]
        best = np.concatenate([[np.inf], total[ends - 1, choice]])
    chosen, end = np.zeros(count), cells
    for row in reversed(range(count)):
        chosen[row] = taken[row, end]
        end -= taken[row, end]
    return chosen


def _openness(symbol: str) -> float:
    return 0.0 if symbol in PAUSES else _OPENNESS[symbol.rstrip(EMPHASIS).rstrip("012")]


def _around(energy: np.ndarray, reach: int) -> tuple[slice, slice]:
    """Rows and columns about the place where most changes."""
    padded = np.pad(energy, 1, mode="edge")
    smooth = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).mean((2, 3))
    top, left = np.unravel_index(smooth.argmax(), smooth.shape)
    return slice(max(0, top - reach), top + reach + 1), slice(max(0, left - reach), left + reach + 1)


def _without_sway(values: np.ndarray, rate: float) -> np.ndarray:
    """What is left of [time, …] when its running mean is taken away."""
    width = int(_SWAY * rate) | 1
    ends = [(width // 2, width // 2)] + [(0, 0)] * (values.ndim - 1)
    sums = np.cumsum(np.pad(values, ends, mode="edge"), axis=0)
    sums = np.concatenate([np.zeros_like(sums[:1]), sums])
    return values - (sums[width:] - sums[:-width]) / width


def _held_still(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each frame moved onto the mean of all, so that the head stands still; and by how much [time, 2]."""
    still, off = picture, np.zeros((len(picture), 2))
    for _ in range(_TURNS):
        mean = still.mean(0)
        slopes = np.stack([slope.ravel() for slope in np.gradient(mean)], axis=1)
        steps = np.linalg.lstsq(slopes, (still - mean).reshape(len(picture), -1).T, rcond=None)[0].T
        off -= np.clip(steps, -1, 1)
        still = np.stack([_moved(frame, *by) for frame, by in zip(picture, off, strict=True)])
    return still, off


def _moved(frame: np.ndarray, down: float, right: float) -> np.ndarray:
    """`frame` looked at so many pixels further down and right, bilinearly."""
    rows, columns = np.indices(frame.shape)
    y = np.clip(rows + down, 0, frame.shape[0] - 1.001)
    x = np.clip(columns + right, 0, frame.shape[1] - 1.001)
    top, left = y.astype(int), x.astype(int)
    y, x = y - top, x - left
    above = frame[top, left] * (1 - x) + frame[top, left + 1] * x
    below = frame[top + 1, left] * (1 - x) + frame[top + 1, left + 1] * x
    return above * (1 - y) + below * y


def _speaks(opening: np.ndarray, rate: float) -> bool:
    """Whether it opens about as often as people who speak do, and seldom does so slowly."""
    quick = _without_sway(opening, rate)
    if quick.var() < 0.45 * opening.var():
        return False
    high = quick > 0.3 * quick.std()
    times = np.count_nonzero(high[1:] & ~high[:-1]) * rate / len(opening)
    return _SYLLABLES[0] <= times <= _SYLLABLES[1]
