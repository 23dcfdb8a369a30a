"""Speech for training: the teacher's sentences as log-mels and frame-aligned phonemes.

`python -m vssflow_studio.training.speech_cache CACHE --sentences 2000`
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..models.codecs.mel import MelCodec
from ..models.conditions.phonemes import phoneme_ids, rasterise
from ..script.lexicon import lexicon
from .sentences import sentences
from .speech import Utterance, speak

VOICES = ("slt", "rms")
"""The voices that ship: the two whose teachers the recogniser reads well."""


@dataclass(frozen=True)
class SpeechCache:
    """All utterances end to end.

    mel float16 [frames, bins]; ids uint8 [frames], 0 in the outer pauses; `bounds`
    [utterances + 1] frame numbers; `voices` [utterances]. `phones` are flat (id,
    milliseconds) rows with `phone_bounds`, for the duration model.
    """

    mel: np.ndarray
    ids: np.ndarray
    bounds: np.ndarray
    voices: np.ndarray
    phones: np.ndarray
    phone_bounds: np.ndarray

    @classmethod
    def load(cls, path: Path) -> SpeechCache:
        """Read what `build` wrote."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})


def build(path: Path, count: int, seed: int = 0, wild: float = 0.0) -> None:
    """Speak `count` sentences with each voice and write the cache to `path`; `wild` as in sentences()."""
    rng, codec = random.Random(seed), MelCodec()
    source = sentences(rng, [word for word in lexicon() if word.isalpha()], wild)
    mels, ids, voices, phones = [], [], [], []
    for number in range(count * len(VOICES)):
        voice = number % len(VOICES)
        utterance = speak(next(source), VOICES[voice], stretch=rng.uniform(0.8, 1.3))
        if len(utterance.sound) > 9 * 24_000:
            continue
        mel = codec.mel(torch.from_numpy(utterance.sound)).numpy().T
        mels.append(mel.astype(np.float16))
        ids.append(aligned_ids(utterance, len(mel), codec.config.frame_rate))
        voices.append(voice)
        phones.append(_durations(utterance))
    np.savez(
        path,
        mel=np.concatenate(mels),
        ids=np.concatenate(ids),
        bounds=np.cumsum([0, *map(len, mels)]),
        voices=np.array(voices, dtype=np.uint8),
        phones=np.concatenate(phones),
        phone_bounds=np.cumsum([0, *map(len, phones)]),
    )


def spoken_part(utterance: Utterance) -> list[tuple[str, float, float]]:
    """The phones without the pauses before and after the sentence."""
    phones = list(utterance.phones)
    while phones and phones[0][0] == ",":
        phones.pop(0)
    while phones and phones[-1][0] == ",":
        phones.pop()
    return phones


def aligned_ids(utterance: Utterance, frames: int, rate: float) -> np.ndarray:
    """uint8 [frames]: the phoneme at each mel frame, 0 outside the speech."""
    timed = [(phoneme_ids([p])[0], start, end) for p, start, end in spoken_part(utterance)]
    return rasterise(timed, frames, rate).astype(np.uint8)


def _durations(utterance: Utterance) -> np.ndarray:
    rows = [
        (phoneme_ids([p])[0], round(1000 * (end - start)))
        for p, start, end in spoken_part(utterance)
    ]
    return np.array(rows, dtype=np.int16).reshape(-1, 2)


def main() -> None:
    """Build the cache from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--sentences", type=int, default=2000, help="for each voice")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    build(arguments.cache / "speech.npz", arguments.sentences, arguments.seed)


if __name__ == "__main__":
    main()
