"""How hard, of what and where: what is done to a sound of the model for its prompt and cue.

Filters and one synthesised impulse response for each room, the same every time. A sound stays
in sync however far away it is: nobody who lays foley wants the delay of the air.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from .request import SAMPLE_RATE, Treatment
from .voice_effects import filtered


@dataclass(frozen=True)
class _Room:
    """`seconds` to −60 dB (lows a quarter longer, highs half as long); early reflections after
    `early` (first, last) ms; `wet` dB of it all beside the direct sound; no highs above `dull` Hz."""

    seconds: float
    early: tuple[float, float]
    wet: float
    dull: float
    dense: bool = True


_ROOMS = {
    "small room": _Room(0.35, (2, 18), -9, 6500),
    "bathroom": _Room(0.9, (1.5, 12), -5, 11000),
    "hall": _Room(1.8, (12, 60), -6, 5500),
    "church": _Room(4.0, (20, 95), -4, 4200),
    "outdoors": _Room(0.4, (60, 320), -20, 3000, dense=False),
}
_DISTANCES = {"close": (0.0, 0.0, 0.0, 0.0), "medium": (-6.0, -2.0, 6500.0, 60.0), "far": (-15.0, -6.0, 2600.0, 130.0)}
"""dB of the direct sound, dB of the room's; Hz above which the air, and below which distance takes away."""

_INTENSITIES = {"soft": (-6.0, -1.8), "normal": (0.0, 0.0), "hard": (4.0, 1.2)}
"""dB, and dB an octave above 400 Hz: what is struck harder is brighter."""
_TILTED = (400.0, 8.0)  # Hz from which, dB at most

_MATERIALS = {
    "carpet": (0.0, -13.0, 900.0),
    "wood": (2.0, -3.0, 2500.0),
    "metal": (-3.0, 5.0, 2000.0),
    "stone": (-1.0, 3.0, 2500.0),
    "glass": (-6.0, 5.0, 2800.0),
    "plastic": (-4.0, -3.0, 1800.0),
    "cardboard": (2.0, -7.0, 1500.0),
    "rubber": (3.0, -9.0, 1000.0),
    "leather": (1.0, -5.0, 2200.0),
}
"""Shelves: dB below 300 Hz, dB above the third, which is in Hz."""
_LOW_SHELF = 300.0

_TAPS = 1 << 13  # of a filter
_BLOCK = 1 << 17  # samples that are convolved at a time


def treated(sound: np.ndarray, treatment: Treatment) -> np.ndarray:
    """Mono float32 at 48 kHz, as long as `sound`: of another strength and body, in its place.

    Tails end with the sound: what rings on needs a handle.
    """
    if treatment == Treatment() or not len(sound):
        return sound
    direct, wet, air, near = _DISTANCES[treatment.distance]
    level, tilt = _INTENSITIES[treatment.intensity]
    low, high, corner = _MATERIALS.get(treatment.material, (0.0, 0.0, 1000.0))

    def gain(hertz: np.ndarray) -> np.ndarray:
        octaves = np.log2(np.maximum(hertz, _TILTED[0]) / _TILTED[0])
        decibels = level + np.clip(tilt * octaves, -_TILTED[1], _TILTED[1])
        decibels = decibels + low / (1 + (hertz / _LOW_SHELF) ** 2) + high / (1 + (corner / np.maximum(hertz, 1)) ** 2)
        passed = 1 / np.sqrt(1 + (hertz / air) ** 4) if air else 1.0
        kept = 1 - 1 / (1 + (hertz / near) ** 2) if near else 1.0
        return 10 ** (decibels / 20) * passed * kept

    source = _convolved(sound, _minimum_phase(gain))
    out = source * 10 ** (direct / 20)
    room = _ROOMS.get(treatment.room)
    if room:
        out = out + _convolved(source, response(treatment.room)) * 10 ** ((room.wet + wet) / 20)
    return out.astype(np.float32)


@cache
def response(room: str) -> np.ndarray:
    """What `room` answers to a click, at 48 kHz, of energy 1, without the click itself.

    Discrete reflections, then noise whose bands decay at their own pace (Moorer 1979).
    """
    shape, rng = _ROOMS[room], np.random.default_rng(zlib.crc32(room.encode()))
    samples = round((shape.seconds + 0.1) * SAMPLE_RATE)
    out = np.zeros(samples)
    first, last = (round(ms * SAMPLE_RATE / 1000) for ms in shape.early)
    at = np.sort(rng.integers(first, last, 9 if shape.dense else 4))
    out[at] += rng.choice([-1, 1], len(at)) * (first / at) ** 0.7
    out = filtered(out, SAMPLE_RATE, lambda hertz: 1 / np.sqrt(1 + (hertz / shape.dull) ** 2))
    out *= 1 / max(float(np.sqrt((out**2).sum())), 1e-9)
    if shape.dense:
        out = out + 1.2 * _tail(shape, rng, samples, first)
    return out / np.sqrt((out**2).sum())


def _tail(room: _Room, rng: np.random.Generator, samples: int, first: int) -> np.ndarray:
    """Decaying noise of energy 1 that sets in behind the first reflection."""
    times = np.arange(samples) / SAMPLE_RATE
    tail = np.zeros(samples)
    for low, high, longer in ((60.0, 500.0, 1.25), (500.0, 3000.0, 1.0), (3000.0, room.dull, 0.5)):
        if high <= low:
            continue
        noise = filtered(
            rng.standard_normal(samples),
            SAMPLE_RATE,
            lambda hertz, low=low, high=high: 1 / np.sqrt(1 + (low / np.maximum(hertz, 1)) ** 4 + (hertz / high) ** 4),
        )
        tail += noise * 10 ** (-3 * times / (room.seconds * longer))
    tail *= np.clip((np.arange(samples) - first) / (2.0 * first), 0, 1)
    return tail / np.sqrt((tail**2).sum())


def _minimum_phase(gain: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The filter of that `gain(hertz)` which answers soonest: nothing is heard before its onset.

    By folding the cepstrum (Oppenheim & Schafer).
    """
    magnitude = np.maximum(gain(np.fft.rfftfreq(_TAPS, 1 / SAMPLE_RATE)), 1e-4)
    cepstrum = np.fft.irfft(np.log(magnitude), _TAPS)
    cepstrum[1 : _TAPS // 2] *= 2
    cepstrum[_TAPS // 2 + 1 :] = 0
    return np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), _TAPS)


def _convolved(sound: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """`sound` through an impulse response, as long as before; in blocks, so that an hour fits."""
    size = 1 << int(np.ceil(np.log2(_BLOCK + len(answer))))
    spectrum, out = np.fft.rfft(answer, size), np.zeros(len(sound) + size)
    for start in range(0, len(sound), _BLOCK):
        block = sound[start : start + _BLOCK]
        out[start : start + size] += np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)
    return out[: len(sound)]
