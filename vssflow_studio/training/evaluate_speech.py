"""Can the speech be understood, and does it stand where it was asked for?

Word error rate of an open-vocabulary recogniser (pocketsphinx) on sentences never
trained on, beside the teacher's own score on the same sentences:

    python -m vssflow_studio.training.evaluate_speech [--sentences N] [--seeds N]

One seed's rate on a hundred sentences is a point or two off that of another; several tell more.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from ..engine.post import finish
from ..engine.request import SAMPLE_RATE as TAKE_RATE
from ..engine.request import Request
from ..evaluation.recognisers import SAMPLE_RATE as HEARD_RATE
from ..evaluation.recognisers import Pocketsphinx
from ..evaluation.word_errors import edits, words
from ..models.interface import Conditions, Sampling, SoundModel
from ..models.registry import load_model
from ..script.phonemes import phonemes
from .sentences import EVALUATION
from .speech import SAMPLE_RATE, speak
from .speech_cache import spoken_part

_MARGIN = 0.5  # seconds of silence asked for before and after


@dataclass(frozen=True)
class VoiceScore:
    """Word error rates 0 … 1, and how far off speech starts and ends, in milliseconds.

    The teacher is off too: a sentence that begins with an h is heard later than it begins.
    """

    voice: str
    ours: float
    teacher: float
    boundary_median: float
    boundary_worst: float
    teacher_boundary_worst: float


def evaluate(
    model: SoundModel, voices: Sequence[str], sentences: Sequence[str] = EVALUATION, seeds: Sequence[int] = (1,)
) -> list[VoiceScore]:
    """Score every voice, a take of each of `seeds`; each line is given the teacher's own length as its range."""
    recogniser, scores = Recogniser(), []
    for voice in voices:
        ours = teachers = count = 0
        off: list[float] = []
        teachers_off: list[float] = []
        for sentence in sentences:
            example = speak(sentence, voice)
            said = spoken_part(example)
            length = said[-1][2] - said[0][1]
            for seed in seeds:
                sound = take(model, sentence, voice, length, seed)
                ours += word_errors(sentence, recogniser.hear(sound, TAKE_RATE))
                off += _off(sound, TAKE_RATE, _MARGIN, _MARGIN + length)
            teachers += word_errors(sentence, recogniser.hear(example.sound, SAMPLE_RATE))
            count += len(words(sentence))
            teachers_off += _off(example.sound, SAMPLE_RATE, said[0][1], said[-1][2])
        worst, teachers_worst = (float(np.percentile(x, 95)) for x in (off, teachers_off))
        scores.append(
            VoiceScore(
                voice,
                ours / count / len(seeds),
                teachers / count,
                1000 * median(off),
                1000 * worst,
                1000 * teachers_worst,
            )
        )
    return scores


def take(model: SoundModel, sentence: str, voice: str, length: float, seed: int) -> np.ndarray:
    """The sentence as an editor gets it, 48 kHz: `length` seconds between two margins."""
    conditions = Conditions(
        total=length + 2 * _MARGIN,
        phonemes=phonemes(sentence),
        speech=(_MARGIN, _MARGIN + length),
        voice=voice,
    )
    made = model.generate(conditions, Sampling(seed=seed))
    request = Request("dialogue", length, _MARGIN, _MARGIN, conditions.phonemes)
    return finish(made, model.card.sample_rate, request, model.phoneme_times(conditions))


def _off(sound: np.ndarray, rate: int, start: float, end: float) -> list[float]:
    """How far from `start` and `end` (seconds) sound is first and last heard."""
    first, last = audible(sound, rate)
    return [abs(first - start), abs(last - end)]


class Recogniser:
    """Pocketsphinx, for sound of any rate."""

    def __init__(self) -> None:
        self._heard = Pocketsphinx()

    def hear(self, sound: np.ndarray, sample_rate: int) -> str:
        """What it understands of mono float32 sound."""
        import torch
        import torchaudio

        resampled = torchaudio.functional.resample(torch.from_numpy(sound), sample_rate, HEARD_RATE)
        return self._heard.hear(resampled.numpy())


def word_errors(wanted: str, heard: str) -> int:
    """Substitutions, insertions and deletions from one to the other."""
    return edits(words(wanted), words(heard))


def audible(sound: np.ndarray, sample_rate: int, below_peak: float = 35.0) -> tuple[float, float]:
    """Seconds at which 10 ms energy first and last is within `below_peak` dB of its peak.

    (0, 0) for silence.
    """
    block = sample_rate // 100
    blocks = sound[: len(sound) // block * block].reshape(-1, block)
    level = np.sqrt((blocks**2).mean(1))
    loud = np.flatnonzero(level > level.max(initial=0) * 10 ** (-below_peak / 20))
    if not len(loud):
        return 0.0, 0.0
    return loud[0] / 100, (loud[-1] + 1) / 100


def main() -> None:
    """Print the model's scores beside the teacher's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="draft")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--sentences", type=int, default=len(EVALUATION))
    parser.add_argument("--seeds", type=int, default=1)
    arguments = parser.parse_args()
    model = load_model(arguments.model, arguments.device)
    print("voice     word errors   teacher   boundaries off by   95th percentile   teacher")
    seeds = range(1, 1 + arguments.seeds)
    for s in evaluate(model, model.card.voices, EVALUATION[: arguments.sentences], seeds):
        print(
            f"{s.voice:<9} {s.ours:11.1%}   {s.teacher:7.1%}"
            f"   {s.boundary_median:14.0f} ms   {s.boundary_worst:12.0f} ms   {s.teacher_boundary_worst:4.0f} ms"
        )


if __name__ == "__main__":
    main()
