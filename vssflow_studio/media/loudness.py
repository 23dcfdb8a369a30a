"""Loudness and true peak after ITU-R BS.1770-5, and a programme brought to a target.

Everything takes and gives blocks of 48 kHz sound, so a film is as cheap in memory as a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .mixdown import BLOCK, Spool

RATE = 48_000
_HOP = RATE // 10  # the standard's 400 ms blocks overlap by three quarters
_SETTLED = RATE // 2  # samples after which the filters have forgotten what was before
_SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285), (1, -1.69065929318241, 0.73248077421585)
_HIGH_PASS = (1, -2, 1), (1, -1.99004745483398, 0.99007225036621)
_TAPS, _OVER = 24, 4  # of the interpolator that finds peaks between samples
_CELL = 24  # samples for which the limiter holds one gain
_REACH = 40  # cells, 20 ms, over which it moves from one gain to the next


@dataclass(frozen=True)
class Target:
    """What a delivery asks for: LUFS, dBTP, and whether only dialogue is measured."""

    lufs: float
    true_peak: float
    dialogue: bool = False


TARGETS = {"r128": Target(-23.0, -1.0), "-27": Target(-27.0, -2.0, dialogue=True)}
"""EBU R 128, and the dialogue level that streaming deliveries ask for."""


@dataclass(frozen=True)
class Loudness:
    """`lufs` is the gated, integrated loudness (−inf for silence), `true_peak` is in dBTP."""

    lufs: float
    true_peak: float


def measure(
    blocks: Iterable[np.ndarray], within: Sequence[tuple[float, float]] | None = None
) -> Loudness:
    """Loudness of a programme, float32 [samples, channels] a block at a time.

    `within` are stretches in seconds; only what lies wholly in one of them is measured
    then (dialogue, for a dialogue level). The true peak is always the whole programme's.
    """
    powers, weighted, peak = [], _Weighted(), _TruePeak()
    for block in _rehopped(blocks):
        squares = weighted(block) ** 2
        powers += squares.sum(1).reshape(-1, _HOP).mean(1).tolist()
        peak.add(block)
    return Loudness(_gated(np.array(powers), within), _decibels(peak.level))


def levelled(
    spool: Spool, target: Target, within: Sequence[tuple[float, float]] | None = None
) -> tuple[Iterator[np.ndarray], Loudness]:
    """The programme at the target's loudness and below its true peak, and what it now measures.

    Silence comes out as it is. Where the peak would be too high, a limiter that looks
    ahead takes it down, and the loudness that this costs is given back.
    """
    found = measure(spool.blocks(), within)
    if not np.isfinite(found.lufs):
        return spool.blocks(), found
    gain = target.lufs - found.lufs
    if found.true_peak + gain <= target.true_peak:
        loudness = Loudness(target.lufs, found.true_peak + gain)
        return (block * _factor(gain) for block in spool.blocks()), loudness
    for _ in range(4):
        now = measure(limited(spool, gain, target.true_peak), within)
        if abs(now.lufs - target.lufs) < 0.05:
            break
        gain += target.lufs - now.lufs
    return limited(spool, gain, target.true_peak), now


def limited(spool: Spool, gain: float, true_peak: float) -> Iterator[np.ndarray]:
    """The programme `gain` dB louder, its true peak kept at or below `true_peak` dBTP."""
    ceiling = np.float32(_factor(true_peak - 0.1))  # a moving gain makes peaks of its own
    margin = (_REACH + 2) * 2 * _CELL
    for start in range(0, spool.samples, BLOCK):
        stop = min(start + BLOCK, spool.samples)
        padded = spool.read(start - margin - _TAPS, start + BLOCK + margin + _TAPS)
        padded = padded * np.float32(_factor(gain))
        peaks = _interpolated_peaks(padded, ceiling)[_TAPS // 2 + 1 : -_TAPS // 2]
        needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
        levels = _smoothed_gain(needed[: len(needed) // _CELL * _CELL])
        places = margin + np.arange(stop - start)
        # Where the level stands for a cell's middle.
        level = np.interp(places, (np.arange(len(levels)) + _REACH * 2 + 1.5) * _CELL, levels)
        sound = padded[margin + _TAPS : margin + _TAPS + stop - start]
        yield (sound * level[:, None]).astype(np.float32)


def _smoothed_gain(needed: np.ndarray) -> np.ndarray:
    """One gain for each cell, nowhere more than is needed there, nowhere with a corner."""
    cells = needed.reshape(-1, _CELL).min(1)
    lowest = sliding_window_view(cells, 2 * (_REACH + 1) + 1).min(1)
    window = np.hanning(2 * _REACH + 3)[1:-1]
    return np.convolve(lowest, window / window.sum(), "valid")


def _rehopped(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The same sound in blocks of whole hops; what is left at the end is filled with silence."""
    rest = None
    for block in blocks:
        rest = block if rest is None else np.concatenate([rest, block])
        whole = len(rest) // _HOP * _HOP
        if whole >= 4 * BLOCK:
            yield rest[:whole]
            rest = rest[whole:]
    if rest is not None and len(rest):
        yield np.pad(rest, ((0, -len(rest) % _HOP), (0, 0)))


class _Weighted:
    """K-weighting, block after block: the filters' response over a block and what was before it."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None

    def __call__(self, block: np.ndarray) -> np.ndarray:
        before = np.zeros((_SETTLED, block.shape[1]), np.float32) if self._before is None else self._before
        whole = np.concatenate([before, block])
        self._before = whole[-_SETTLED:]
        size = 1 << (len(whole) + _SETTLED - 1).bit_length()
        spectrum = np.fft.rfft(whole, size, axis=0) * _response(size)[:, None]
        return np.fft.irfft(spectrum, size, axis=0)[_SETTLED : len(whole)]


@cache
def _response(size: int) -> np.ndarray:
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(len(z), complex)
    for over, under in (_SHELF, _HIGH_PASS):
        response *= np.polyval(over[::-1], z) / np.polyval(under[::-1], z)
    return response.astype(np.complex64)


class _TruePeak:
    """The largest peak so far, between samples and between blocks too."""

    def __init__(self) -> None:
        self.level = 0.0
        self._before: np.ndarray | None = None

    def add(self, block: np.ndarray) -> None:
        before = np.zeros((_TAPS, block.shape[1]), np.float32) if self._before is None else self._before
        whole = np.concatenate([before, block.astype(np.float32)])
        self._before = whole[-_TAPS:]
        between = _interpolated_peaks(whole, above=self.level).max(initial=0.0)
        self.level = max(self.level, float(between), float(np.abs(block).max(initial=0.0)))


def _interpolated_peaks(sound: np.ndarray, above: float) -> np.ndarray:
    """float32 [samples − _TAPS + 1]: the peak over the channels from one sample to the next.

    What can't reach `above` whatever lies between its samples is given as the sample.
    """
    count = len(sound) - _TAPS + 1
    levels = np.abs(sound).max(1)
    peaks = levels[_TAPS // 2 - 1 :][:count].copy()
    loud = np.cumsum(np.pad(levels > above / np.abs(_interpolator()).sum(0).max(), (1, 0)))
    rows = np.flatnonzero(loud[_TAPS:] > loud[:-_TAPS])
    for one in sound.T:
        between = np.abs(sliding_window_view(one, _TAPS)[rows] @ _interpolator()).max(1, initial=0.0)
        peaks[rows] = np.maximum(peaks[rows], between)
    return peaks


@cache
def _interpolator() -> np.ndarray:
    """float32 [taps, 4]: what the sound is a quarter, a half … after the middle tap."""
    taps = np.arange(_TAPS)[:, None] - (_TAPS // 2 - 1)
    shifts = np.arange(_OVER)[None] / _OVER
    window = np.kaiser(2 * 512 + 1, 6.0)
    at = np.clip((taps - shifts) / (_TAPS / 2), -1, 1)
    window = np.interp(at, np.linspace(-1, 1, len(window)), window)
    return (np.sinc(taps - shifts) * window).astype(np.float32)


def _gated(powers: np.ndarray, within: Sequence[tuple[float, float]] | None) -> float:
    """Integrated loudness of the mean square of each hop, by both gates."""
    if len(powers) < 4:
        powers = np.pad(powers, (0, 4 - len(powers)))
    blocks = sliding_window_view(powers, 4).mean(1)
    if within is not None:
        begins = np.arange(len(blocks)) / 10
        inside = [(begins >= start - 1e-6) & (begins + 0.4 <= end + 1e-6) for start, end in within]
        blocks = blocks[np.any(inside, axis=0)] if inside else blocks[:0]
    loud = blocks[_lufs(blocks) > -70]
    if not len(loud):
        return -np.inf
    loud = loud[_lufs(loud) > _lufs(loud.mean()) - 10]
    return float(_lufs(loud.mean()))


def _lufs(power: np.ndarray | float) -> np.ndarray:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-30))


def _decibels(level: float) -> float:
    return float(20 * np.log10(level)) if level > 0 else -np.inf


def _factor(decibels: float) -> float:
    return 10 ** (decibels / 20)
