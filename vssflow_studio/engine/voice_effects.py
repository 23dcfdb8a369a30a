"""How a finished voice is bent: its pitch moved, whispered, shouted. Pure numpy.

Pitch moves by overlapping single periods nearer or farther (TD-PSOLA, Moulines &
Charpentier 1990), so that the formants, and with them who speaks, stay where they are.
A whisper is noise through the voice's own spectral envelope.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

SHOUT_SEMITONES = 3.0
STRESS_SEMITONES = 2.0
STRESS_DECIBELS = 3.0
_EDGE = 0.08  # seconds over which a stress comes and goes
HOP = 0.005
"""Seconds between two looks at the pitch."""
_LOWEST, _HIGHEST = 60.0, 400.0  # Hz a voice may have
_PERIODIC = 900.0  # Hz up to which a voice repeats itself, however hoarse
_VOICED = 0.5  # how alike two periods are, at least
_SMOOTH = 0.0017  # seconds: a cepstrum up to here is the envelope, beyond it the pitch
_NOISE_SEED = 0  # the same line is whispered the same way each time


@dataclass(frozen=True)
class PitchTrack:
    """Every 5 ms: fundamental in Hz, 0 where there is no voice, and likeness of periods 0…1."""

    hertz: np.ndarray
    likeness: np.ndarray

    def at(self, seconds: float) -> float:
        """Hz at a time, 0 where there is no voice."""
        return float(self.hertz[min(round(seconds / HOP), len(self.hertz) - 1)])


def bent(
    sound: np.ndarray,
    rate: int,
    pitch: float = 0.0,
    delivery: str = "normal",
    stresses: Sequence[tuple[float, float]] = (),
    formants: float = 1.0,
) -> np.ndarray:
    """Mono float32 `sound`, as long as before, `pitch` semitones higher, and delivered so.

    `formants` above 1 are those of a smaller head, below 1 those of a larger one.

    `delivery` is "normal", "whisper" or "shout". A whisper has no pitch to move.
    `stresses` are the (start, end) in seconds of what is said louder and higher.
    """
    if not len(sound):
        return sound
    rise = hills(stresses, len(sound), rate, _EDGE)
    if delivery == "whisper":
        out = whispered(moved(sound, rate, 0.0, formants), rate)
    elif delivery == "shout":
        raised = moved(sound, rate, pitch + SHOUT_SEMITONES + STRESS_SEMITONES * rise, formants)
        out = shouted(raised, rate)
    else:
        out = moved(sound, rate, pitch + STRESS_SEMITONES * rise, formants)
    return out * 10 ** (STRESS_DECIBELS * rise / 20)


def moved(
    sound: np.ndarray, rate: int, semitones: float | np.ndarray, formants: float = 1.0
) -> np.ndarray:
    """The voice `semitones` higher (below 0: lower) with its `formants` times as high.

    Timing stays, and unvoiced sounds keep their rhythm. `semitones` may be an array with one
    for each sample.
    """
    if not np.any(semitones) and formants == 1:
        return sound
    track = pitch_track(sound, rate)
    marks = _marks(sound, rate, track)
    if len(marks) < 2:
        return sound
    ratio = np.broadcast_to(2 ** (np.asarray(semitones) / 12), len(sound))
    out, weight = np.zeros(len(sound)), np.zeros(len(sound))
    periods = np.diff(marks, append=2 * marks[-1] - marks[-2])
    at = float(marks[0])
    while round(at) < len(sound):
        nearest = int(np.searchsorted(marks, at))
        nearest -= nearest == len(marks) or (
            nearest > 0 and at - marks[nearest - 1] < marks[nearest] - at
        )
        period = int(periods[nearest])
        _overlap(out, weight, sound, marks[nearest], round(at), period, formants)
        at += period / (ratio[round(at)] if track.at(marks[nearest] / rate) else 1.0)
    return (out / np.maximum(weight, 1.0)).astype(np.float32)


def whispered(sound: np.ndarray, rate: int) -> np.ndarray:
    """The same words without a voice; what was noise already stays itself."""
    size, hop = _sizes(rate)
    spectrum = _stft(sound, size, hop)
    noise = np.random.default_rng(_NOISE_SEED).standard_normal(len(sound) + size)
    excited = _stft(noise[: len(sound)], size, hop)
    excited /= np.sqrt(np.mean(np.abs(excited) ** 2))
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    # Breath lacks what the glottis gives: strong lows.
    tilt = np.clip(frequencies / 1500, 0.06, 1.6) ** 0.9
    voice = _voicing(sound, rate, len(spectrum), hop)[:, None]
    breath = excited * _envelope(np.abs(spectrum), rate) * tilt
    return _istft(voice * breath + (1 - voice) * spectrum, size, hop, len(sound))


def shouted(sound: np.ndarray, rate: int) -> np.ndarray:
    """A pressed voice: what lies between one and four kHz stands out, lows recede."""
    size, hop = _sizes(rate)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1 / rate), 1) / 2200)
    decibels = 9 * np.exp(-((octaves / 1.3) ** 2)) - 4
    return _istft(_stft(sound, size, hop) * 10 ** (decibels / 20), size, hop, len(sound))


def pitch_track(sound: np.ndarray, rate: int) -> PitchTrack:
    """By autocorrelation, twice: the second look keeps near the median of the first."""
    sound = filtered(sound, rate, lambda hertz: 1 / (1 + (hertz / _PERIODIC) ** 8))
    first = _tracked(sound, rate, _LOWEST, _HIGHEST)
    voiced = first.hertz[first.hertz > 0]
    if not len(voiced):
        return first
    middle = float(np.median(voiced))
    return _tracked(sound, rate, max(_LOWEST, middle / 1.8), min(_HIGHEST, middle * 1.8))


def _tracked(sound: np.ndarray, rate: int, lowest: float, highest: float) -> PitchTrack:
    shortest, longest = int(rate / highest), int(rate / lowest) + 1
    width, hop = 2 * longest, HOP * rate
    count = int(len(sound) / hop) + 1
    padded = np.pad(sound, (longest, 2 * longest))
    starts = (np.arange(count) * hop).astype(int)
    frames = padded[starts[:, None] + np.arange(width)]
    frames = frames - frames.mean(1, keepdims=True)
    half = longest
    power = np.fft.rfft(frames, 2 * width)
    head = np.fft.rfft(frames[:, :half], 2 * width)
    products = np.fft.irfft(power * head.conj(), 2 * width)[:, : longest + 1]
    energy = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    lags = np.arange(longest + 1)
    shifted = energy[:, np.minimum(lags + half, width)] - energy[:, lags]
    likeness = products / np.sqrt(np.maximum(shifted * shifted[:, :1], 1e-12))
    likeness[:, :shortest] = 0
    loud = shifted[:, 0] > 1e-4 * max(shifted[:, 0].max(initial=0), 1e-9)
    return _chosen(likeness, loud, shortest, rate)


def _chosen(likeness: np.ndarray, loud: np.ndarray, shortest: int, rate: int) -> PitchTrack:
    """The shortest lag that is nearly as good as the best: longer ones are its multiples."""
    best = likeness.max(1)
    peaks = np.zeros(likeness.shape, dtype=bool)
    middle = likeness[:, 1:-1]
    peaks[:, 1:-1] = (middle >= likeness[:, :-2]) & (middle > likeness[:, 2:])
    good = peaks & (likeness > 0.9 * best[:, None])
    good[:, :shortest] = False
    lag = np.where(good.any(1), good.argmax(1), 0)
    rows = np.flatnonzero(lag)
    a, b, c = (likeness[rows, lag[rows] + step] for step in (-1, 0, 1))
    exact = lag[rows] + (a - c) / (2 * np.minimum(a - 2 * b + c, -1e-9))
    hertz = np.zeros(len(lag))
    hertz[rows] = rate / exact
    hertz[(best < _VOICED) | ~loud] = 0
    return PitchTrack(_without_islands(hertz), np.where(loud, np.clip(best, 0, 1), 0))


def _without_islands(hertz: np.ndarray) -> np.ndarray:
    """A median over five looks; single ones are no voice."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(hertz, 2), 5)
    return np.median(around, axis=1)


def _marks(sound: np.ndarray, rate: int, track: PitchTrack) -> np.ndarray:
    """Samples, one for each period, at its peak; every 5 ms where there is no voice."""
    marks, at, step = [], 0, round(HOP * rate)
    positive = float(np.max(sound, initial=0)) >= -float(np.min(sound, initial=0))
    signed = sound if positive else -sound
    voiced = False
    while at < len(sound):
        hertz = track.at(at / rate)
        period = round(rate / hertz) if hertz else step
        if hertz:
            reach = period // 5 if voiced else period // 2
            low = max(at - reach, (marks[-1] + step // 4) if marks else 0)
            near = signed[low : at + reach + 1]
            at = low + int(near.argmax()) if len(near) else at
        voiced = bool(hertz)
        marks.append(at)
        at += period
    return np.array(marks)


def _overlap(out, weight, sound, source: int, target: int, period: int, formants: float) -> None:
    """Add two periods of `sound` around `source`, played `formants` times as fast, to `out`."""
    first = max(-period, int(-source / formants), -target)
    last = min(period, int((len(sound) - 1 - source) / formants), len(out) - target)
    if last <= first:
        return
    steps = np.arange(first, last)
    window = 0.5 + 0.5 * np.cos(np.pi * steps / period)
    at = source + steps * formants
    left = at.astype(int)
    part = at - left
    grain = (1 - part) * sound[left] + part * sound[np.minimum(left + 1, len(sound) - 1)]
    out[target + first : target + last] += window * grain
    weight[target + first : target + last] += window


def filtered(sound: np.ndarray, rate: int, gain: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """`sound` with `gain(hertz)` on its spectrum, phases kept; what lies before its ends is silence."""
    size = len(sound) + rate // 4
    spectrum = np.fft.rfft(sound, size) * gain(np.fft.rfftfreq(size, 1 / rate))
    return np.fft.irfft(spectrum, size)[: len(sound)]


def hills(
    spans: Sequence[tuple[float, float]], samples: int, rate: int, edge: float
) -> np.ndarray:
    """float32 [samples]: 1 within the spans, 0 elsewhere, half at their edges of `edge` seconds."""
    seconds, height = np.arange(samples) / rate, np.zeros(samples)
    for start, end in spans:
        inside = np.minimum(seconds - start, end - seconds)
        height = np.maximum(height, np.clip(inside / edge + 0.5, 0, 1))
    return (0.5 - 0.5 * np.cos(np.pi * height)).astype(np.float32)


def _sizes(rate: int) -> tuple[int, int]:
    size = 2 ** int(np.ceil(np.log2(0.025 * rate)))
    return size, size // 4


def _stft(sound: np.ndarray, size: int, hop: int) -> np.ndarray:
    """Complex [frames, bins]."""
    padded = np.pad(np.asarray(sound, np.float64), (size, size + hop))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    return np.fft.rfft(frames * np.hanning(size + 1)[:-1], axis=1)


def _istft(spectrum: np.ndarray, size: int, hop: int, samples: int) -> np.ndarray:
    """The inverse of `_stft`; windows of a quarter's hop add up to 1.5 when squared."""
    frames = np.fft.irfft(spectrum, size, axis=1) * np.hanning(size + 1)[:-1] / 1.5
    out = np.zeros((len(frames) - 1) * hop + size)
    for number, frame in enumerate(frames):
        out[number * hop : number * hop + size] += frame
    return out[size : size + samples].astype(np.float32)


def _envelope(magnitude: np.ndarray, rate: int) -> np.ndarray:
    """The spectrum without its harmonics: the low end of its cepstrum."""
    floor = 1e-5 * max(float(magnitude.max(initial=0)), 1e-9)
    cepstrum = np.fft.irfft(np.log(np.maximum(magnitude, floor)), axis=1)
    keep = round(_SMOOTH * rate)
    cepstrum[:, keep : cepstrum.shape[1] - keep + 1] = 0
    return np.exp(np.fft.rfft(cepstrum, axis=1).real)


def _voicing(sound: np.ndarray, rate: int, frames: int, hop: int) -> np.ndarray:
    """0…1 for each STFT frame: 1 wherever a period might be heard."""
    likeness = pitch_track(sound, rate).likeness
    seconds = (np.arange(frames) * hop - hop * 2) / rate  # the first frame is before the start
    near = np.clip(np.round(seconds / HOP).astype(int), 0, len(likeness) - 1)
    voice = np.clip((likeness[near] - 0.25) / 0.2, 0, 1)
    return np.lib.stride_tricks.sliding_window_view(np.pad(voice, 2, mode="edge"), 5).max(1)
