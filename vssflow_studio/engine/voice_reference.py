"""A recording of a voice, and how near a learned voice comes to it. Pure numpy.

Measured are pitch (the median), formants (how often each frequency is one, while there is
voice) and pace. The learned voice that has to be moved least is moved to the recording by
`voice_effects`; how breathy or hoarse it is stays as it was learned.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np

from ..errors import CueError, MediaError
from ..models.interface import Conditions, Sampling, SoundModel, Voice
from ..script.phonemes import phonemes
from .request import Request
from .voice_effects import HOP, PitchTrack, pitch_track

RATE = 16_000
"""Samples a second in which a recording is read and measured."""

WITH_TEXT = 15.0
"""Seconds of a recording at most, for a model that hears its text with it."""

_NONE = Voice("", "")
_LEARNED: WeakKeyDictionary[SoundModel, dict[str, Heard]] = WeakKeyDictionary()
_SENTENCE = "I told you that the river was too cold, so please come back to the house before dinner."
_SECONDS = 5.6  # in which the sentence is said at about its natural pace
_LONGEST = 60.0  # seconds that are listened to
_SHORTEST, _VOICED = 1.0, 0.5  # seconds of sound, and of voice in it, at least
_SILENT = 2e-3  # of full scale: less is no recording
_REMEDY = "Choose a recording of one person who speaks, three seconds or more, without music or noise."
_LOW, _HIGH, _BINS = 250.0, 4800.0, 240  # Hz between which formants are counted, and steps between
_OCTAVES = math.log2(_HIGH / _LOW)
_BLUR = 4  # steps by which a formant may be off
_RATIOS, _WIDEST = 17, 0.48  # sizes of head that are tried, within so many octaves
_ORDER, _LPC_RATE = 12, 10_000
_NARROW = 0.87  # poles nearer to the middle are no formants
_LOOKS = 250
_SEMITONES, _FORMANTS = 12.0, (0.78, 1.3)  # farther no voice sounds like a person
_STEADY = 0.06  # semitones in 10 ms; who speaks never holds a tone so still for long
_WORTH = (8.0, 0.2)  # semitones and parts of formants that a voice suffers from alike


@dataclass(frozen=True)
class Heard:
    """What tells a voice: median pitch in Hz, formants as `_formants` gives them, syllables a second."""

    hertz: float
    formants: np.ndarray
    pace: float


@dataclass(frozen=True)
class Likeness:
    """A learned voice moved to a recording, and how much quicker than it the recording speaks.

    `short` says how far, in semitones and as a ratio of formants, the recording lies beyond
    what a voice can be moved by.
    """

    voice: Voice
    pace: float
    short: tuple[float, float] = (0.0, 1.0)


def recording_digest(path: Path) -> str:
    """SHA-256 of the file, first half. Raises MediaError when it is not there."""
    facts = _facts(path)
    return _digest(path, facts.st_size, facts.st_mtime_ns)


def _facts(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise MediaError(
            "The recording of the voice is not there",
            file=path,
            remedy="Put it back, or give the character another voice.",
        ) from error


@lru_cache(maxsize=64)
def _digest(path: Path, *_) -> str:
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()[:32]


def read_recording(path: Path, rate: int = RATE, excerpt: tuple[float, float] = (0.0, _LONGEST)) -> np.ndarray:
    """The first minute, or what is between two seconds of it, mono float32.

    Raises MediaError, also for what is too short or silent.
    """
    from ..media.sound import read_sound

    _facts(path)
    start, end = excerpt
    sound = read_sound(path, start, end - start, rate)[:, 0]
    if len(sound) < _SHORTEST * rate:
        what = f"The recording is too short for a voice: {len(sound) / rate:.1f} s"
        raise MediaError(what, file=path, remedy=_REMEDY)
    if not np.isfinite(sound).all() or np.abs(sound).max() < _SILENT:
        raise MediaError("The recording is silent", file=path, remedy=_REMEDY)
    return sound


def measured(sound: np.ndarray, rate: int, path: Path | str = "") -> Heard:
    """What the sound tells of who speaks. Raises MediaError where nobody does; `path` is for the message."""
    track = pitch_track(sound, rate)
    voiced = track.hertz[track.hertz > 0]
    if len(voiced) * 0.005 < _VOICED:
        raise MediaError("There is too little voice in the recording", file=path, remedy=_REMEDY)
    if _sings(track):
        raise MediaError("This is music, or no single voice", file=path, remedy=_REMEDY)
    return Heard(float(np.median(voiced)), _formants(sound, rate, track), _pace(sound, rate))


def likeness(recording: Heard, learned: Mapping[str, Heard]) -> Likeness:
    """The learned voice that has to be moved least, moved."""
    return min((_moved(recording, name, heard) for name, heard in learned.items()), key=_cost)


def spoken_by(request: Request, model: SoundModel) -> tuple[Voice, float, np.ndarray | None]:
    """The voice that speaks, times the pace that is asked for, and the recording for a model that hears it itself.

    Raises MediaError for a recording that is no voice, and CueError where the model has no
    voice to move.
    """
    if not request.reference:
        return model.card.voice(request.voice) or _NONE, 1.0, None
    path = Path(request.reference)
    if model.reference_rate:
        sound = read_recording(path, model.reference_rate, *filter(None, [request.excerpt]))
        length = len(sound) / model.reference_rate
        if request.transcript and round(length, 1) > WITH_TEXT:
            what = f"The recording is {length:.0f} s long, and {model.card.title} takes {WITH_TEXT:.0f} s"
            raise MediaError(what, file=path, remedy="Cut it to a sentence or two, and its text with it.")
        return _NONE, 1.0, sound
    if not model.card.voices:
        what = f"{model.card.title} has no voices, so none can follow a recording"
        raise CueError(what, file=path, remedy="Choose another model for this line.")
    like = likeness(measured(read_recording(path), RATE, path), learned_voices(model))
    return like.voice, like.pace, None


def learned_voices(model: SoundModel) -> dict[str, Heard]:
    """What tells each voice that the model learned, from a sentence that it speaks; once for a model."""
    if model not in _LEARNED:
        said, rate = phonemes(_SENTENCE), model.card.sample_rate
        _LEARNED[model] = {}
        for name in model.card.voices:
            asked = Conditions(_SECONDS, said, (0.3, _SECONDS - 0.3), name)
            _LEARNED[model][name] = measured(model.generate(asked, Sampling(seed=0)), rate)
    return _LEARNED[model]


def formant_ratio(one: Heard, other: Heard) -> float:
    """How many times as high as the other's formants the one's are."""
    plain = _RATIOS // 2
    sizes = np.linspace(-_WIDEST, _WIDEST, _RATIOS)
    alike = (one.formants @ other.formants[plain] + (other.formants @ one.formants[plain])[::-1]) / 2
    # The one's first formant may lie on the other's second: of two fits the nearer is likelier.
    alike -= 0.5 * sizes**2
    best = int(np.clip(alike.argmax(), 1, _RATIOS - 2))
    a, b, c = alike[best - 1 : best + 2]
    exact = best + (a - c) / (2 * min(a - 2 * b + c, -1e-12))
    return 2 ** ((exact - plain) * 2 * _WIDEST / (_RATIOS - 1))


def _moved(recording: Heard, name: str, heard: Heard) -> Likeness:
    semitones = 12 * math.log2(recording.hertz / heard.hertz)
    formants = formant_ratio(recording, heard)
    within = float(np.clip(semitones, -_SEMITONES, _SEMITONES)), float(np.clip(formants, *_FORMANTS))
    voice = Voice("", name, round(within[0], 2), round(within[1], 3))
    pace = float(np.clip(recording.pace / max(heard.pace, 0.1), 0.75, 1.35))
    return Likeness(voice, round(pace, 3), (semitones - within[0], formants / within[1]))


def _cost(like: Likeness) -> float:
    semitones = abs(like.voice.semitones + like.short[0])
    return semitones / _WORTH[0] + abs(math.log(like.voice.formants * like.short[1])) / _WORTH[1]


def _sings(track: PitchTrack) -> bool:
    """Whether tones are held, or the sound never stops having one."""
    pairs = (track.hertz[2:] > 0) & (track.hertz[:-2] > 0)
    steps = np.abs(12 * np.log2(track.hertz[2:][pairs] / track.hertz[:-2][pairs]))
    return len(steps) > 0 and float((steps < _STEADY).mean()) > 0.6


def _formants(sound: np.ndarray, rate: int, track: PitchTrack) -> np.ndarray:
    """[_RATIOS, _BINS], each of length 1: how often, beside the mean, a log frequency is a formant.

    Row by row as if the head were another size, because prediction sees a band with so many
    resonances in it and no others.
    """
    rows = []
    for scale in 2 ** np.linspace(-_WIDEST, _WIDEST, _RATIOS):
        wanted = scale * _LPC_RATE
        found = _resonances(_frames(_resampled(sound, rate, wanted), wanted, track))
        places = np.log2(found[(found > _LOW) & (found < _HIGH)] / _LOW) / _OCTAVES * (_BINS - 1)
        rows.append(np.bincount(np.round(places).astype(int), minlength=_BINS).astype(float))
    reach = np.arange(-3 * _BLUR, 3 * _BLUR + 1)
    hill = np.exp(-0.5 * (reach / _BLUR) ** 2)
    blurred = np.array([np.convolve(row, hill, "same") for row in rows])
    blurred -= blurred.mean(1, keepdims=True)
    return blurred / np.maximum(np.linalg.norm(blurred, axis=1, keepdims=True), 1e-9)


def _resampled(sound: np.ndarray, rate: int, wanted: float) -> np.ndarray:
    """At any rate below `rate`, by the spectrum."""
    length = round(len(sound) * wanted / rate)
    spectrum = np.fft.rfft(sound)[: length // 2 + 1]
    return np.fft.irfft(spectrum, length)


def _frames(sound: np.ndarray, rate: float, track: PitchTrack) -> np.ndarray:
    """Windowed stretches [count, 30 ms] with voice, evenly chosen where there are many."""
    size = round(0.03 * rate)
    risen = np.append(sound[:1], sound[1:] - 0.97 * sound[:-1])
    middles = np.flatnonzero(track.hertz > 0) * HOP * rate
    starts = np.round(middles - size / 2).astype(int)
    starts = starts[(starts >= 0) & (starts + size <= len(risen))]
    starts = starts[np.linspace(0, len(starts) - 1, min(len(starts), _LOOKS)).astype(int)]
    return risen[starts[:, None] + np.arange(size)] * np.hamming(size)


def _resonances(frames: np.ndarray) -> np.ndarray:
    """Narrow poles of linear predictions (Markel & Gray 1976), all together, in Hz as if at _LPC_RATE."""
    powers = np.abs(np.fft.rfft(frames, 2 * frames.shape[1])) ** 2
    products = np.fft.irfft(powers)[:, : _ORDER + 1]
    products = products[products[:, 0] > 0]
    lags = np.abs(np.subtract.outer(np.arange(_ORDER), np.arange(_ORDER)))
    matrices = products[:, lags] + 1e-9 * products[:, :1, None] * np.eye(_ORDER)
    predictors = np.linalg.solve(matrices, products[:, 1:, None])[..., 0]
    companions = np.zeros((len(predictors), _ORDER, _ORDER))
    companions[:, 1:, :-1] = np.eye(_ORDER - 1)
    companions[:, 0] = predictors
    poles = np.linalg.eigvals(companions).ravel()
    poles = poles[(poles.imag > 0) & (np.abs(poles) > _NARROW)]
    return np.angle(poles) / (2 * np.pi) * _LPC_RATE


def _pace(sound: np.ndarray, rate: int) -> float:
    """Syllables a second while there is speech: crests of loudness 2 dB above the dips beside them."""
    hop = rate // 100
    power = (sound[: len(sound) // hop * hop].reshape(-1, hop).astype(np.float64) ** 2).mean(1)
    window = np.hanning(11)
    level = 10 * np.log10(np.convolve(power, window / window.sum(), "same") + 1e-10)
    loud = level[level > level.max() - 25]
    crests, rising, low, high = 0, False, np.inf, -np.inf
    for now in loud:
        low, high = min(low, now), max(high, now)
        if not rising and now > low + 2:
            rising, high = True, now
        elif rising and now < high - 2:
            crests, rising, low = crests + 1, False, now
    return crests / max(len(loud) / 100, 0.1)
