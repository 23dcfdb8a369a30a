"""Does the line become as loud, moment by moment, as it is told to, and is it understood still?

Teachers say sentences never trained on, louder here and softer there. The model that hears the
contour of that is compared with itself without it; then the whole chain speaks to rendered faces:

    python -m vssflow_studio.training.evaluate_chain [--model draft-deepaudio] [--sentences N]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..evaluation.word_errors import words
from ..models.deepaudio.chain import ChainModel, Heard
from ..models.deepaudio.f5.energy import contour
from ..models.interface import Sampling
from ..models.registry import load_model
from ..script.phonemes import phonemes
from . import evaluate_lips, evaluate_speech
from .chain_examples import swell
from .evaluate_speech import Recogniser, word_errors
from .sentences import EVALUATION
from .speech import SAMPLE_RATE, speak
from .speech_cache import spoken_part

_MARGIN = 0.5


@dataclass(frozen=True)
class EnergyScore:
    """Means over sentences: correlation of the line's contour with the one it was told, word errors."""

    correlation: float
    word_errors: float


def evaluate(
    model: ChainModel, voices: Sequence[str], sentences: Sequence[str] = EVALUATION
) -> tuple[EnergyScore, EnergyScore]:
    """Told the contour, and for comparison not told."""
    recogniser, numbers = Recogniser(), np.random.default_rng(7)
    alike: list[list[float]] = []
    wrong, count = np.zeros(2), 0
    for number, sentence in enumerate(sentences):
        voice = voices[number % len(voices)]
        wanted = _performed(sentence, voice, numbers)
        rest = np.zeros(round(_MARGIN * SAMPLE_RATE), np.float32)
        length = len(wanted) / SAMPLE_RATE
        energy = contour(np.concatenate([rest, wanted, rest]), SAMPLE_RATE)
        asked = (length + 2 * _MARGIN, phonemes(sentence), (_MARGIN, _MARGIN + length), voice)
        count += len(words(sentence))
        alike.append([])
        for place, conditions in enumerate((Heard(*asked, energy=energy), Heard(*asked))):
            sound = model.generate(conditions, Sampling(seed=1))
            made = contour(sound, model.card.sample_rate)[: len(energy)]
            alike[-1].append(float(np.corrcoef(made, energy[: len(made)])[0, 1]))
            wrong[place] += word_errors(sentence, recogniser.hear(sound, model.card.sample_rate))
    means = np.mean(alike, axis=0)
    told, untold = (EnergyScore(float(means[i]), float(wrong[i] / count)) for i in (0, 1))
    return told, untold


def _performed(sentence: str, voice: str, numbers: np.random.Generator) -> np.ndarray:
    """What the teacher says, without pauses at its ends, louder here and softer there."""
    example = speak(sentence, voice)
    said = spoken_part(example)
    sound = example.sound[round(said[0][1] * SAMPLE_RATE) : round(said[-1][2] * SAMPLE_RATE)]
    gain = swell(len(sound), SAMPLE_RATE, numbers)
    return (sound * gain / gain.max()).astype(np.float32)


def main() -> None:
    """Print all scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="draft-deepaudio")
    parser.add_argument("--sentences", type=int, default=len(EVALUATION))
    arguments = parser.parse_args()
    model, sentences = load_model(arguments.model, "cpu"), EVALUATION[: arguments.sentences]
    voices = model.card.voices
    print("           energies agree   word errors")
    for name, score in zip(("told", "not told"), evaluate(model, voices, sentences), strict=True):
        print(f"{name:<10} {score.correlation:14.2f}   {score.word_errors:11.1%}", flush=True)
    print("           mouth and voice agree   word errors")
    for name, score in zip(("seen", "unseen"), evaluate_lips.evaluate(model, voices, sentences), strict=True):
        print(f"{name:<10} {score.correlation:21.2f}   {score.word_errors:11.1%}", flush=True)
    print("voice      word errors   teacher")
    for voice in evaluate_speech.evaluate(model, voices, sentences):
        print(f"{voice.voice:<10} {voice.ours:11.1%}   {voice.teacher:7.1%}", flush=True)


if __name__ == "__main__":
    main()
