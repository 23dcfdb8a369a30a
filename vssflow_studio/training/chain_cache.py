"""People who talk, for the chain V2A → energy → V2S: teachers' sentences with rendered faces.

`mel` float16 [frames, bins], `ids` uint8 [frames] and `energy` float16 [frames], the contour of
each utterance, are at the mel's rate; `motion` float16 [pictures, channels] and `opening`
float16 [pictures], as it is found in the picture, at the picture's. Utterances lie end to end,
each a whole number of pictures, begun at `bounds` [utterances + 1] (counted in pictures).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..models.codecs.mel import MelCodec
from ..models.conditions import motion
from ..models.conditions.lips import mouth_opening
from ..models.deepaudio.chain import at_mel_frames
from ..models.deepaudio.f5.energy import contour
from ..script.lexicon import lexicon
from .faces import mouth_of, talking_face
from .sentences import sentences
from .speech import SAMPLE_RATE, speak
from .speech_cache import VOICES, aligned_ids

PICTURE = round(SAMPLE_RATE / motion.FRAME_RATE)
"""Samples that a picture lasts."""


@dataclass(frozen=True)
class ChainCache:
    """See above."""

    mel: np.ndarray
    ids: np.ndarray
    energy: np.ndarray
    motion: np.ndarray
    opening: np.ndarray
    bounds: np.ndarray
    voices: np.ndarray

    @classmethod
    def load(cls, path: Path) -> ChainCache:
        """Read what `build` wrote."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})


def build(path: Path, count: int, seed: int = 0) -> None:
    """Film `count` sentences with each voice and write the cache to `path`."""
    source = sentences(random.Random(f"faces {seed}"), [word for word in lexicon() if word.isalpha()])
    numbers, codec = np.random.default_rng(seed), MelCodec()
    rows = [_filmed(next(source), number % len(VOICES), numbers, codec) for number in range(count * len(VOICES))]
    mels, ids, energies, motions, openings = zip(*rows, strict=True)
    np.savez(
        path,
        mel=np.concatenate(mels).astype(np.float16),
        ids=np.concatenate(ids),
        energy=np.concatenate(energies).astype(np.float16),
        motion=np.concatenate(motions).astype(np.float16),
        opening=np.concatenate(openings).astype(np.float16),
        bounds=np.cumsum([0, *map(len, openings)]),
        voices=np.arange(len(rows), dtype=np.uint8) % len(VOICES),
    )


def _filmed(text: str, voice: int, numbers: np.random.Generator, codec: MelCodec) -> tuple[np.ndarray, ...]:
    """mel, ids, energy, motion and opening of one utterance."""
    utterance = speak(text, VOICES[voice], stretch=numbers.uniform(0.8, 1.3))
    pictures = -(-len(utterance.sound) // PICTURE)
    sound = np.pad(utterance.sound, (0, pictures * PICTURE - len(utterance.sound)))
    mel = codec.mel(torch.from_numpy(sound)).numpy().T
    opening = mouth_of(sound, SAMPLE_RATE, pictures, motion.FRAME_RATE)
    face = talking_face(opening, motion.FRAME_RATE, motion.FRAME_SIZE, numbers)
    seen = mouth_opening(face, motion.FRAME_RATE)
    return (
        mel,
        aligned_ids(utterance, len(mel), codec.config.frame_rate),
        at_mel_frames(contour(sound, SAMPLE_RATE), len(mel), codec.config.frame_rate),
        motion.motion_features(torch.from_numpy(face)).numpy(),
        np.zeros(pictures) if seen is None else seen,
    )
