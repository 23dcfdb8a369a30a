"""Are the voices to choose from told apart, and understood?

A classifier is trained on the teachers, moved as each voice of the cast is, and judges
what the model makes of sentences that neither of them was trained on; those that taught the
classifier count for the words alone:

    python -m vssflow_studio.training.evaluate_voices [--sentences N]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..engine.voice_effects import bent
from ..evaluation.word_errors import words
from ..models.interface import Conditions, Sampling, SoundModel, Voice
from ..models.registry import load_model
from ..script.phonemes import phonemes
from .evaluate_speech import Recogniser, word_errors
from .sentences import EVALUATION
from .speech import SAMPLE_RATE, speak
from .speech_cache import spoken_part
from .voice_classifier import VoiceClassifier

_MARGIN = 0.5
_TAUGHT = 24
"""So many of the sentences train the classifier, the others judge voices."""


@dataclass(frozen=True)
class VoiceTold:
    """Shares 0 … 1: how often a voice is taken for itself, and word errors beside the teacher's."""

    voice: str
    told: float
    word_errors: float
    teacher: float


def evaluate(model: SoundModel, sentences: Sequence[str] = EVALUATION) -> Iterator[VoiceTold]:
    """A score for each voice to choose, as soon as it is known. Raises ValueError where the classifier has heard all `sentences`."""
    judged = set(sentences) - set(EVALUATION[:_TAUGHT])
    if not judged:
        raise ValueError(f"voices are told apart on other sentences than the first {_TAUGHT}")
    cast, recogniser = model.card.choices, Recogniser()
    taught = [(v.name, _taught(v, s)) for v in cast for s in EVALUATION[:_TAUGHT]]
    judge = VoiceClassifier.trained(taught, SAMPLE_RATE)
    spoken = {(v, s): _spoken(model, v, s) for v in dict.fromkeys(v.learned for v in cast) for s in sentences}
    for voice in cast:
        told = ours = teachers = 0
        for sentence in sentences:
            sound, rate = spoken[voice.learned, sentence], model.card.sample_rate
            sound = bent(sound, rate, voice.semitones, formants=voice.formants)
            told += sentence in judged and judge.voice_of(sound, rate) == voice.name
            ours += word_errors(sentence, recogniser.hear(sound, rate))
            teachers += word_errors(sentence, recogniser.hear(_taught(voice, sentence), SAMPLE_RATE))
        count = sum(len(words(sentence)) for sentence in sentences)
        yield VoiceTold(voice.name, told / len(judged), ours / count, teachers / count)


def _taught(voice: Voice, sentence: str) -> np.ndarray:
    return bent(_teacher(sentence, voice.learned), SAMPLE_RATE, voice.semitones, formants=voice.formants)


@cache
def _teacher(sentence: str, learned: str) -> np.ndarray:
    return speak(sentence, learned).sound


def _spoken(model: SoundModel, learned: str, sentence: str) -> np.ndarray:
    """The line in as much time as the teacher takes."""
    said = spoken_part(speak(sentence, learned))
    length = said[-1][2] - said[0][1]
    conditions = Conditions(length + 2 * _MARGIN, phonemes(sentence), (_MARGIN, _MARGIN + length), learned)
    return model.generate(conditions, Sampling(seed=1))


def main() -> None:
    """Print a row for each voice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=len(EVALUATION), help="the last so many")
    arguments = parser.parse_args()
    print("voice     taken for itself   word errors   teacher's")
    for s in evaluate(load_model("draft", "cpu"), EVALUATION[-arguments.sentences :]):
        print(f"{s.voice:<9} {s.told:16.0%}   {s.word_errors:11.1%}   {s.teacher:9.1%}", flush=True)


if __name__ == "__main__":
    main()
