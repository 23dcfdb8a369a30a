"""Examples for the chain's stages: sound of people who are seen to talk, and lines told how loud to be.

DeepAudio-V1 (§3.4, §4): each condition of V2S is dropped by itself with p = 0.25.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..models.codecs.mel import MelCodec
from ..models.conditions import motion
from ..models.deepaudio.chain import SPEECH
from ..models.vssflow.draft import DraftBatch
from .chain_cache import ChainCache
from .examples import Examples, Mixture
from .source import joined

DROPPED = 0.25

_GAPS = (0, 0, 2, 10, 22)  # pictures between two utterances
_SWELL = 0.8  # spread of the logarithm of the gain that a performance has
_KNOT = 0.45  # seconds between which it may change


@dataclass(frozen=True)
class _Window:
    """A stretch of talk: mel [frames, bins], ids and energy [frames], motion [pictures, channels], opening."""

    mel: np.ndarray
    ids: np.ndarray
    energy: np.ndarray
    motion: np.ndarray
    opening: np.ndarray


class ChainExamples(Examples):
    """Examples of the teachers; a share of `seen` of them are V2A, `guided` V2S."""

    def __init__(
        self, cache: Path, talk: ChainCache, seen: float, guided: float, codec: MelCodec, frames: int
    ) -> None:
        super().__init__(cache, codec, frames)
        self.talk, self.seen, self.guided = talk, seen, guided
        self.per = round(codec.config.frame_rate / motion.FRAME_RATE)
        self._of = [np.flatnonzero(talk.voices == voice) for voice in range(int(talk.voices.max()) + 1)]

    def batch(self, size: int, mixture: Mixture) -> tuple[Tensor, DraftBatch]:
        """As Examples.batch, with openings and energies."""
        latents, batches = zip(*(self._one(mixture) for _ in range(size)), strict=True)
        return torch.cat(latents), joined(batches)

    def _one(self, mixture: Mixture) -> tuple[Tensor, DraftBatch]:
        draw = self.rng.random()
        if draw >= self.seen + self.guided:
            latent, batch = super().batch(1, mixture)
            nothing = {"opening": torch.zeros(batch.motion.shape[:2]), "energy": torch.zeros(batch.phonemes.shape)}
            return latent, replace(batch, **nothing)
        voice = self.rng.randrange(len(self._of))
        window = self._talk(voice)
        return self._seen(window) if draw < self.seen else self._guided(window, voice)

    def _seen(self, window: _Window) -> tuple[Tensor, DraftBatch]:
        """V2A: a picture in, whoever speaks and whatever is said."""
        opening = np.zeros_like(window.opening) if self._drops() else window.opening
        batch = self._conditions(window, phonemes=np.zeros_like(window.ids), voice=-1, prompt=SPEECH, opening=opening)
        return self._latent(window.mel), batch

    def _guided(self, window: _Window, voice: int) -> tuple[Tensor, DraftBatch]:
        """V2S: phonemes, voice and energy in. Without a swell the phonemes would tell the energy already."""
        deaf = self._drops()
        mel, energy = (window.mel, np.zeros_like(window.energy)) if deaf else self._performed(window)
        ids = np.zeros_like(window.ids) if self._drops() else window.ids
        batch = self._conditions(
            replace(window, motion=np.zeros_like(window.motion)),
            phonemes=ids,
            voice=-1 if self._drops() else voice,
            prompt="",
            opening=np.zeros_like(window.opening),
            energy=energy,
        )
        return self._latent(mel), batch

    def _drops(self) -> bool:
        return self.rng.random() < DROPPED

    def _performed(self, window: _Window) -> tuple[np.ndarray, np.ndarray]:
        """Mel and energy of the same line, louder here and softer there; the loudest stays as it was."""
        gain = swell(len(window.energy), self.codec.config.frame_rate, self.numbers)
        gain /= max((window.energy * gain).max(), 1e-6)
        mel = np.maximum(window.mel + np.log(gain)[:, None], self.floor)
        return mel.astype(np.float32), (window.energy * gain).astype(np.float32)

    def _conditions(self, window: _Window, *, phonemes, voice, prompt, opening, energy=None) -> DraftBatch:
        energy = np.zeros(len(phonemes), np.float32) if energy is None else energy
        return DraftBatch(
            phonemes=torch.from_numpy(phonemes.astype(np.int64))[None],
            voices=torch.tensor([voice]),
            prompts=[prompt],
            motion=torch.from_numpy(window.motion)[None],
            contacts=torch.zeros(1, 2 * len(window.motion)),
            opening=torch.from_numpy(opening)[None],
            energy=torch.from_numpy(energy)[None],
        )

    def _latent(self, mel: np.ndarray) -> Tensor:
        return self.codec.tokens(torch.from_numpy(mel).T[None])

    def _talk(self, voice: int) -> _Window:
        """Utterances of one voice with gaps between, begun anywhere."""
        pictures, per, talk = self.frames // self.per, self.per, self.talk
        window = _Window(
            mel=np.full((self.frames, self.codec.config.bins), self.floor, np.float32),
            ids=np.zeros(self.frames, np.uint8),
            energy=np.zeros(self.frames, np.float32),
            motion=np.zeros((pictures, motion.CHANNELS), np.float32),
            opening=np.zeros(pictures, np.float32),
        )
        at = self.rng.randint(-40, 15)
        while at < pictures:
            start, end = map(int, talk.bounds[(number := int(self.rng.choice(self._of[voice]))) : number + 2])
            first, last = max(0, at), min(pictures, at + end - start)
            if last > first:
                for name, each in (("mel", per), ("ids", per), ("energy", per), ("motion", 1), ("opening", 1)):
                    cut = getattr(talk, name)[each * (start + first - at) : each * (start + last - at)]
                    getattr(window, name)[each * first : each * last] = cut
            at += end - start + self.rng.choice(_GAPS)
        return window


def swell(count: int, rate: float, numbers: np.random.Generator) -> np.ndarray:
    """How many times as loud a performance is at each of `count` moments, `rate` a second."""
    knots = numbers.normal(0, _SWELL, 2 + int(count / rate / _KNOT))
    return np.exp(np.interp(np.arange(count), np.linspace(0, count, len(knots)), knots))
