"""Does the voice open when the mouth does?

Teachers say sentences never trained on, as actors who take their own time: here faster,
there slower. A rendered face moves with them, and the model speaks the line to that picture:

    python -m vssflow_studio.training.evaluate_lips [--sentences N]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..evaluation.word_errors import words
from ..models.interface import Conditions, Sampling, SoundModel
from ..models.registry import load_model
from ..script.phonemes import phonemes
from .evaluate_speech import Recogniser, word_errors
from .faces import mouth_of, talking_face
from .sentences import EVALUATION
from .speech import SAMPLE_RATE, speak
from .speech_cache import spoken_part

_MARGIN = 0.5
_OWN_TIME = 0.35  # spread of the logarithm of the actor's pace within a line


@dataclass(frozen=True)
class LipScore:
    """Means over sentences: correlation of mouth opening with the level of speech, word errors."""

    correlation: float
    word_errors: float


def evaluate(
    model: SoundModel, voices: Sequence[str], sentences: Sequence[str] = EVALUATION
) -> tuple[LipScore, LipScore]:
    """With the picture, and for comparison without it."""
    recogniser, rng = Recogniser(), np.random.default_rng(0)
    alike: list[tuple[float, float]] = []
    wrong, count = np.zeros(2), 0
    for number, sentence in enumerate(sentences):
        voice = voices[number % len(voices)]
        opening = _performed(sentence, voice, model.frame_rate, rng)
        length = len(opening) / model.frame_rate
        seen = Conditions(
            total=length + 2 * _MARGIN,
            phonemes=phonemes(sentence),
            speech=(_MARGIN, _MARGIN + length),
            voice=voice,
            frames=_with_margins(talking_face(opening, model.frame_rate, model.frame_size, rng), model.frame_rate),
        )
        count += len(words(sentence))
        row = []
        for place, conditions in enumerate((seen, replace(seen, frames=None))):
            sound, rate = model.generate(conditions, Sampling(seed=1)), model.card.sample_rate
            spoken = sound[round(_MARGIN * rate) : round((_MARGIN + length) * rate)]
            row.append(float(np.corrcoef(opening, _levels(spoken, len(opening)))[0, 1]))
            wrong[place] += word_errors(sentence, recogniser.hear(sound, rate))
        alike.append((row[0], row[1]))
    means = np.mean(alike, axis=0)
    with_picture, without = (LipScore(float(means[i]), float(wrong[i] / count)) for i in (0, 1))
    return with_picture, without


def _performed(sentence: str, voice: str, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Mouth openings at `rate` of a teacher whose pace comes and goes."""
    example = speak(sentence, voice)
    said = spoken_part(example)
    sound = example.sound[round(said[0][1] * SAMPLE_RATE) : round(said[-1][2] * SAMPLE_RATE)]
    fine = mouth_of(sound, SAMPLE_RATE, len(sound) * 100 // SAMPLE_RATE, 100)
    knots = rng.normal(0, _OWN_TIME, 5)
    paces = np.exp(np.interp(np.arange(len(fine)), np.linspace(0, len(fine), 5), knots))
    times = np.cumsum(paces) / 100
    return np.interp((np.arange(int(times[-1] * rate)) + 0.5) / rate, times, fine)


def _with_margins(frames: np.ndarray, rate: float) -> np.ndarray:
    """The mouth rests before and after the line."""
    rest = round(_MARGIN * rate)
    return np.concatenate([frames[:1].repeat(rest, 0), frames, frames[-1:].repeat(rest, 0)])


def _levels(sound: np.ndarray, count: int) -> np.ndarray:
    return np.array([np.sqrt((part**2).mean() + 1e-12) for part in np.array_split(sound, count)])


def main() -> None:
    """Print the scores with the picture and without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=len(EVALUATION))
    arguments = parser.parse_args()
    model = load_model("draft", "cpu")
    seen, unseen = evaluate(model, ("slt", "rms"), EVALUATION[: arguments.sentences])
    print("          mouth and voice agree   word errors")
    for name, score in (("seen", seen), ("unseen", unseen)):
        print(f"{name:<9} {score.correlation:21.2f}   {score.word_errors:11.1%}")


if __name__ == "__main__":
    main()
