"""Mel-cepstral distortion of speech: MCD along the best time warp, and MCD-SL that minds the length.

As the authors of V2C-Net measure it (their package `pymcd`): WORLD's spectral envelope of 22,050
samples a second every 5 ms (FFT of 512), order 13, warp 0.65.
"""

from __future__ import annotations

import numpy as np

SAMPLE_RATE = 22_050
_PERIOD, _FFT = 5.0, 512  # ms, samples
_ORDER, _WARP = 13, 0.65
_TINY = 1e-8
_RADIUS = 1
_DECIBELS = 10 / np.log(10) * np.sqrt(2)


def envelope(sound: np.ndarray) -> np.ndarray:
    """WORLD's power spectral envelope (Morise et al. 2016) [frames, 257] of mono sound at SAMPLE_RATE.

    Needs the package pyworld.
    """
    import pyworld

    return pyworld.wav2world(sound.astype(np.float64), SAMPLE_RATE, fft_size=_FFT, frame_period=_PERIOD)[1]


def mel_cepstra(spectra: np.ndarray, order: int = _ORDER, warp: float = _WARP) -> np.ndarray:
    """Amplitude spectra [frames, fft / 2 + 1] → mel-cepstra [frames, order + 1], the energy first.

    The cepstrum of the log spectrum on a frequency axis that an all-pass bends (Tokuda et al.
    1994, the first guess of their estimate; Oppenheim & Johnson 1972 for the bending). pymcd
    hands WORLD's power over as if it were an amplitude, which doubles its decibels; the papers'
    numbers have that, and so do ours.
    """
    cepstra = np.fft.irfft(0.5 * np.log(spectra**2 + _TINY))
    half = cepstra.shape[1] // 2
    cepstra = cepstra[:, : half + 1].copy()
    cepstra[:, 1:half] *= 2  # the other, equal half
    return cepstra @ _bend(half, order, warp)


def _bend(length: int, order: int, warp: float) -> np.ndarray:
    """What each of cepstra 0 … length adds to each of the bent cepstra 0 … order."""
    rows = np.zeros((length + 1, order + 1))
    row = np.zeros(order + 1)
    row[0] = 1
    for k in range(length + 1):  # row k is the all-pass to the power of k
        rows[k] = row
        after = np.zeros_like(row)
        after[0] = warp * row[0]
        after[1] = (1 - warp**2) * row[0] + warp * row[1]
        for m in range(2, order + 1):
            after[m] = row[m - 1] + warp * (row[m] - after[m - 1])
        row = after
    return rows


def mcd(made: np.ndarray, real: np.ndarray) -> float:
    """Mel-cepstra [n, order + 1] and [m, order + 1] → decibels, lower is better.

    10 √2 / ln 10 · the mean distance along the best path (Kubichek 1993; Battenberg et al. 2020
    for the warp). As in pymcd the path is found without the energy and the distance has it.
    """
    i, j = warp_path(made[:, 1:], real[:, 1:])
    return float(_DECIBELS * np.linalg.norm(made[i] - real[j], axis=1).mean())


def mcd_sl(made: np.ndarray, real: np.ndarray) -> float:
    """`mcd` times the longer length over the shorter (Chen et al. 2022, V2C, sec. 5: MCD-DTW-SL)."""
    return length_penalty(len(made), len(real)) * mcd(made, real)


def length_penalty(made: int, real: int) -> float:
    """What a wrong length costs: 1 … ∞."""
    return max(made, real) / min(made, real)


def warp_path(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A cheap way through both [n, d], [m, d]: indices into each, of equal length.

    FastDTW (Salvador & Chan 2007) with a radius of one, as pymcd warps: the way through both at
    half the rate, and from there the best near it.
    """
    if min(len(a), len(b)) < _RADIUS + 2:
        return _best_way(a, b, np.zeros(len(a), int), np.full(len(a), len(b)))
    coarse = warp_path(_halved(a), _halved(b))
    low, high = np.full(len(a) // 2 + 2, len(b)), np.zeros(len(a) // 2 + 2, int)
    for near in range(-_RADIUS, _RADIUS + 1):
        rows = (coarse[0] + near).clip(0)
        np.minimum.at(low, rows, coarse[1] - _RADIUS)
        np.maximum.at(high, rows, coarse[1] + _RADIUS + 1)
    fine = np.arange(len(a)) // 2
    return _best_way(a, b, (2 * low[fine]).clip(0), (2 * high[fine]).clip(0, len(b)))


def _halved(x: np.ndarray) -> np.ndarray:
    whole = len(x) // 2 * 2
    return (x[:whole:2] + x[1:whole:2]) / 2


def _best_way(a: np.ndarray, b: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dynamic time warping (Sakoe & Chiba 1978) in columns `low` … `high` of each row."""
    rows: list[list[int]] = []
    before, began = [0.0], -1  # so that the first cell has somewhere to come from
    for i in range(len(a)):
        start, end = int(low[i]), int(high[i])
        costs = np.linalg.norm(b[start:end] - a[i], axis=1).tolist()
        here, came = [], []
        for j, cost in enumerate(costs, start=start):
            up = before[j - began] if 0 <= j - began < len(before) else np.inf
            left = here[-1] if here else np.inf
            both = before[j - 1 - began] if 0 <= j - 1 - began < len(before) else np.inf
            best = min(up, left, both)
            here.append(cost + best)
            came.append(0 if up == best else 1 if left == best else 2)
        rows.append(came)
        before, began = here, start
    return _back(rows, low, len(b) - 1)


def _back(rows: list[list[int]], low: np.ndarray, j: int) -> tuple[np.ndarray, np.ndarray]:
    i = len(rows) - 1
    path = [(i, j)]
    while i or j:
        step = rows[i][j - int(low[i])]
        i, j = i - (step != 1), j - (step != 0)
        path.append((i, j))
    first, second = np.array(path[::-1]).T
    return first, second
