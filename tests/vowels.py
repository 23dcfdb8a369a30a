"""A voice made of a pulse train and four resonators: pitch and formants are known exactly."""

from __future__ import annotations

import numpy as np

VOWELS = {
    "a": (730, 1090, 2440, 3400),
    "i": (270, 2290, 3010, 3600),
    "u": (300, 870, 2240, 3300),
    "e": (530, 1840, 2480, 3500),
    "o": (570, 840, 2410, 3300),
}
"""Hz of four formants of men's vowels (Peterson & Barney 1952; the fourth about so)."""


def speech(hertz: float, head: float = 1.0, rate: int = 16_000, syllables: int = 24, seed: int = 0) -> np.ndarray:
    """Mono float32: vowels of 0.18 s and breaths of 0.07 s, formants `head` times as high."""
    rng, pieces = np.random.default_rng(seed), []
    for _ in range(syllables):
        formants = VOWELS[str(rng.choice(list(VOWELS)))]
        glide = hertz * 2 ** (np.linspace(2, -2, round(0.18 * rate)) * rng.uniform(0.5, 1) / 12)
        vowel = _resonated(_pulses(glide, rate), [head * f for f in formants], rate)
        vowel *= np.hanning(len(vowel)) / max(np.abs(vowel).max(), 1e-9)
        pieces += [0.5 * vowel, 0.01 * rng.standard_normal(round(0.07 * rate))]
    return np.concatenate(pieces).astype(np.float32)


def _pulses(hertz: np.ndarray, rate: int) -> np.ndarray:
    """One pulse a period, its place between samples kept, tilted as a glottis tilts it."""
    phase = np.cumsum(hertz / rate)
    at = np.flatnonzero(np.diff(np.floor(phase)) > 0) + 1
    late = (phase[at] - np.floor(phase[at])) / (hertz[at] / rate)
    source = np.zeros(len(hertz) + 1)
    np.add.at(source, at, 1 - late)
    np.add.at(source, at - 1, late)
    return _filtered(source[: len(hertz)], [1.0, -0.95])


def _resonated(sound: np.ndarray, formants: list[float], rate: int) -> np.ndarray:
    for hertz in formants:
        radius = np.exp(-np.pi * (50 + 0.03 * hertz) / rate)
        sound = _filtered(sound, [1.0, -2 * radius * np.cos(2 * np.pi * hertz / rate), radius**2])
    return sound


def _filtered(sound: np.ndarray, feedback: list[float]) -> np.ndarray:
    out = np.zeros(len(sound) + 2)
    for index, value in enumerate(sound):
        out[index + 2] = value - sum(a * out[index + 2 - k] for k, a in enumerate(feedback[1:], start=1))
    return out[2:]
