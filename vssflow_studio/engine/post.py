"""From what a model made to what an editor gets: 48 kHz, level, clean ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..models.conditions.phonemes import BLANK, emphasised_spans
from ..models.interface import Voice
from .request import SAMPLE_RATE, Request
from .space import treated
from .voice_effects import bent, filtered, hills

AS_LEARNED = Voice("", "")

Times = Sequence[tuple[int, float, float]]
"""(id, start, end) in seconds of a line's phonemes and pauses: `SoundModel.phoneme_times`."""

_SPEECH_LEVEL = 10 ** (-25 / 20)
_CEILING = 10 ** (-3 / 20)
_DELIVERED = {"whisper": -6.0, "shout": 4.0}
"""dB beside a normal line: takes of a scene keep their relation."""
_LOWEST = 15.0  # Hz; what is slower is no sound, but an offset that pauses would show
_CROSSINGS = 32  # of the resampler's filter: with fewer, what is at 11 kHz is heard at 13 kHz too
_FADE = round(0.005 * SAMPLE_RATE)
_HUSH = 20.0  # dB by which pauses are softened
_BEFORE, _AFTER, _GATE_EDGE = 0.04, 0.05, 0.08  # seconds; speech rings on a little
_SHORT_PAUSE = 0.15  # seconds up to which a pause is part of the speech
_HEARD = -25.0  # dB beside the speech: how loud its first and last sounds are at least,
_LIFTED = 12.0  # dB if that does it
_LIFT_REACH, _LIFT_EDGE = 0.08, 0.03  # seconds


def finish(
    sound: np.ndarray, sample_rate: int, request: Request, times: Times = (), voice: Voice = AS_LEARNED
) -> np.ndarray:
    """Mono float32 at 48 kHz, exactly as many samples as the request is long.

    With a line's `times`, words that bear an emphasis get it, what lies outside of the
    speech is hushed, and its first and last sounds are heard.
    """
    import torch
    import torchaudio

    line = request.kind == "dialogue"
    if line:
        stresses = emphasised_spans(request.phonemes, times) if times else ()
        pitch = request.pitch + voice.semitones
        sound = bent(sound, sample_rate, pitch, request.delivery, stresses, voice.formants)
    resampled = torchaudio.functional.resample(
        torch.from_numpy(sound), sample_rate, SAMPLE_RATE, lowpass_filter_width=_CROSSINGS
    )
    out = _fitted(resampled.numpy(), round(request.total * SAMPLE_RATE))
    out = filtered(out, SAMPLE_RATE, lambda hertz: 1 - 1 / (1 + (hertz / _LOWEST) ** 4))
    decibels = request.energy
    if line:
        out = clean_pauses(out, times)
        out = out * (_SPEECH_LEVEL / max(active_level(out), 1e-4))
        decibels += _DELIVERED.get(request.delivery, 0.0)
    else:
        out = out * min(1.0, _CEILING / max(float(np.abs(out).max(initial=0.0)), 1e-9))
    out = treated(out, request.treatment)
    out = limited(out * 10 ** (decibels / 20), _CEILING)
    ramp = np.linspace(0, 1, min(_FADE, len(out) // 2), dtype=np.float32)
    out[: len(ramp)] *= ramp
    out[len(out) - len(ramp) :] *= ramp[::-1]
    return out.astype(np.float32)


def clean_pauses(sound: np.ndarray, times: Times) -> np.ndarray:
    """`sound` at 48 kHz, softer where nothing is spoken, and speech heard right to its ends.

    Models say a line's last consonant too softly at times, and then it ends early to the ear.
    """
    phrases = _phrases(times)
    if not phrases:
        return sound
    gain, level = np.zeros(len(sound), dtype=np.float32), active_level(sound)
    for phrase in phrases:
        (first, first_end), (last, last_end) = phrase[0], phrase[-1]
        for span, near in (
            ((first, first_end), (first, min(first_end, first + _LIFT_REACH))),
            ((last, last_end), (max(last, last_end - _LIFT_REACH), last_end)),
        ):
            lift = _lift(sound, *near, level)
            gain = np.maximum(gain, lift * hills([span], len(sound), SAMPLE_RATE, _LIFT_EDGE))
    spoken = [(phrase[0][0] - _BEFORE, phrase[-1][1] + _AFTER) for phrase in phrases]
    gain -= _HUSH * (1 - hills(spoken, len(sound), SAMPLE_RATE, _GATE_EDGE))
    return sound * 10 ** (gain / 20)


def _phrases(times: Times) -> list[list[tuple[float, float]]]:
    """(start, end) of the phonemes between pauses that are long enough to be heard as such."""
    phrases: list[list[tuple[float, float]]] = []
    apart = True
    for index, start, end in times:
        if index == BLANK and end - start > _SHORT_PAUSE:
            apart = True
            continue
        if apart:
            phrases.append([])
        phrases[-1].append((start, end))
        apart = False
    return phrases


def _lift(sound: np.ndarray, start: float, end: float, level: float) -> float:
    """dB that make the loudest 10 ms between `start` and `end` seconds heard beside `level`."""
    powers = _powers(sound[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)], 0.01)
    loudest = 10 * np.log10(max(powers.max(), 1e-12) / max(level, 1e-4) ** 2)
    return float(np.clip(_HEARD - loudest, 0, _LIFTED))


def limited(sound: np.ndarray, ceiling: float) -> np.ndarray:
    """No sample above `ceiling`: the level gives way 5 ms before a peak and comes back after it."""
    reach = 2 * _FADE + 1
    needed = np.minimum(1.0, ceiling / np.maximum(np.abs(sound), 1e-9))
    if needed.min(initial=1.0) == 1.0:
        return sound
    # Lowest within the reach, then averaged over it: never above what any sample needs.
    lowest, width = np.pad(needed, reach - 1, mode="edge"), 1
    while width < reach:
        step = min(width, reach - width)
        lowest = np.minimum(lowest[:-step], lowest[step:])
        width += step
    window = np.hanning(reach + 2)[1:-1]
    gain = np.convolve(lowest, window / window.sum(), "valid")
    return np.clip(sound * gain, -ceiling, ceiling).astype(np.float32)


def active_level(sound: np.ndarray) -> float:
    """RMS of the 20 ms stretches that are within 25 dB of the loudest."""
    powers = _powers(sound, 0.02)
    return float(np.sqrt(powers[powers >= powers.max() * 10**-2.5].mean()))


def _powers(sound: np.ndarray, seconds: float) -> np.ndarray:
    """Mean squares of stretches so long; one zero where the sound is shorter."""
    block = round(seconds * SAMPLE_RATE)
    blocks = sound[: len(sound) // block * block].reshape(-1, block)
    return (blocks**2).mean(1) if len(blocks) else np.zeros(1)


def _fitted(sound: np.ndarray, samples: int) -> np.ndarray:
    return np.pad(sound[:samples], (0, max(0, samples - len(sound))))
