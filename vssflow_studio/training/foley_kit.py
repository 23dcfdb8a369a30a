"""What the foley teacher's sounds are made of, at 24 kHz: noise bands, decays, modes."""

from __future__ import annotations

import numpy as np

RATE = 24_000
Rng = np.random.Generator


def time_of(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * RATE)) / RATE


def decay(length: int, seconds: float) -> np.ndarray:
    return np.exp(-np.arange(length) / (seconds * RATE))


def band(rng: Rng, length: int, low: float, high: float, slope: float = 0.0) -> np.ndarray:
    """Noise between `low` and `high` Hz with soft edges, falling by `slope` (power of f)."""
    spectrum = np.fft.rfft(rng.normal(size=length))
    f = np.fft.rfftfreq(length, 1 / RATE) + 1e-3
    shape = 1 / (1 + (low / f) ** 6) / (1 + (f / high) ** 6) * f**-slope
    noise = np.fft.irfft(spectrum * np.sqrt(shape), length)
    return noise / max(noise.std(), 1e-12)


def modes(rng: Rng, seconds: float, freqs, decays, gains) -> np.ndarray:
    t = time_of(seconds)[:, None]
    phases = rng.uniform(0, 0.5, len(freqs))
    partials = np.sin(2 * np.pi * np.asarray(freqs) * t + phases) * np.exp(-t / np.asarray(decays))
    return partials @ np.asarray(gains)


def contact(rng: Rng, low: float, high: float, seconds: float) -> np.ndarray:
    length = int(6 * seconds * RATE)
    return band(rng, length, low, high) * decay(length, seconds)


def mix(*layers: tuple[float, np.ndarray]) -> np.ndarray:
    """Layers as (start in seconds, sound), summed."""
    ends = [int(start * RATE) + len(sound) for start, sound in layers]
    out = np.zeros(max(ends))
    for (start, sound), end in zip(layers, ends, strict=True):
        out[int(start * RATE) : end] += sound
    return out


def glide(hertz: np.ndarray) -> np.ndarray:
    """A sine whose frequency is `hertz` [samples]."""
    return np.sin(2 * np.pi * np.cumsum(hertz) / RATE)


def swell(length: int, rise: float) -> np.ndarray:
    """From nothing to full in about `rise` seconds."""
    return 1 - np.exp(-np.arange(length) / (0.4 * rise * RATE))


def knots(rng: Rng, length: int, count: int, low: float, high: float) -> np.ndarray:
    """A line that wanders between `low` and `high` through `count` random knots."""
    return np.interp(np.arange(length), np.linspace(0, length, count), rng.uniform(low, high, count))


def grains(rng: Rng, length: int, share: float, grain: np.ndarray) -> np.ndarray:
    """Copies of `grain` of random strength, one begun at `share` of the samples; unit RMS."""
    strikes = (rng.random(length) < share) * rng.exponential(1, length)
    strewn = np.convolve(strikes, grain)[:length]
    return strewn / max(strewn.std(), 1e-9)


def blip(hertz: float, bend: float, seconds: float) -> np.ndarray:
    """A bubble: a decaying sine that rises by `bend` times its frequency a second."""
    t = time_of(5 * seconds)
    return glide(hertz * (1 + bend * t)) * np.exp(-t / seconds)


def strewn(length: int, sounds: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """`sounds` at their starts (seconds) in `length` samples; what reaches beyond is cut."""
    out = np.zeros(length)
    for start, sound in sounds:
        at = max(0, int(start * RATE))
        piece = sound[: max(0, length - at)]
        out[at : at + len(piece)] += piece
    return out
