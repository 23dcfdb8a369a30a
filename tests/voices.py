"""A voice whose pitch and formants are known, and what an ear would say of a sound."""

from __future__ import annotations

import numpy as np

RATE = 24_000
FORMANTS = (700.0, 1900.0)
LOW, HIGH = 80.0, 150.0


def vowel(seconds: float = 1.2, low: float = LOW, high: float = HIGH, rate: int = RATE) -> np.ndarray:
    """float32: pulses that glide from `low` to `high` Hz through two resonances."""
    cycles = np.cumsum(np.linspace(low, high, round(seconds * rate))) / rate
    pulses = np.diff(np.floor(cycles), prepend=0)
    time = np.arange(rate // 10) / rate
    rings = sum(np.exp(-300 * time) * np.sin(2 * np.pi * hertz * time) for hertz in FORMANTS)
    return (0.2 * np.convolve(pulses, rings)[: len(pulses)]).astype(np.float32)


def noise(seconds: float, level: float, rate: int = RATE) -> np.ndarray:
    """float32: hiss of so much RMS."""
    hiss = np.random.default_rng(0).standard_normal(round(seconds * rate))
    return (level * hiss).astype(np.float32)


def periodicity(sound: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """(Hz, likeness 0…1) every 20 ms, of the lag at which 40 ms below 1 kHz are most like themselves."""
    size, shortest, longest = rate // 25, rate // 400, rate // 70
    low = np.fft.rfft(sound)
    low[np.fft.rfftfreq(len(sound), 1 / rate) > 1000] = 0
    sound = np.fft.irfft(low, len(sound))
    hertz, likeness = [], []
    for start in range(0, len(sound) - size - longest, size // 2):
        here = sound[start : start + size]
        later = np.lib.stride_tricks.sliding_window_view(sound[start : start + size + longest], size)
        products = later @ here / np.maximum(np.linalg.norm(later, axis=1) * np.linalg.norm(here), 1e-9)
        lag = shortest + int(products[shortest:].argmax())
        hertz.append(rate / lag)
        likeness.append(products[lag])
    return np.array(hertz), np.array(likeness)


def spectrum(sound: np.ndarray, rate: int, smooth: float = 60.0) -> tuple[np.ndarray, np.ndarray]:
    """(Hz, power) of the whole sound, averaged over `smooth` Hz."""
    power, hertz = np.abs(np.fft.rfft(sound)) ** 2, np.fft.rfftfreq(len(sound), 1 / rate)
    window = np.hanning(max(3, round(smooth / hertz[1])))
    return hertz, np.convolve(power, window / window.sum(), "same")


def formant_near(sound: np.ndarray, rate: int, formant: float) -> float:
    """Hz: the centre of the energy within 30 % of `formant`; its peak would be some harmonic's."""
    hertz, power = spectrum(sound, rate)
    near = (hertz > formant * 0.7) & (hertz < formant * 1.3)
    return float((hertz[near] * power[near]).sum() / power[near].sum())


def decibels(sound: np.ndarray) -> float:
    """RMS in dBFS."""
    return float(20 * np.log10(max(np.sqrt(np.mean(np.square(sound))), 1e-9)))
