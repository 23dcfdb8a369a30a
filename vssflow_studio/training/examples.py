"""Training windows cut from the caches: speech, foley, and both at once."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from ..models.codecs.mel import MelCodec
from ..models.conditions.sync import RATE, SyncEncoder, bumps
from ..models.vssflow.draft import DraftBatch
from .foley_cache import FoleyCache
from .speech_cache import SpeechCache


@dataclass(frozen=True)
class Mixture:
    """Shares of the examples: foley alone, and speech over foley (VSSFlow §3.4's
    synthetic joint data); the rest is speech alone. `hard` kinds of foley come more often."""

    foley: float = 0.5
    joint: float = 0.08
    hard: tuple[str, ...] = ()


_UNSEEN = 0.2
"""How often foley has no picture and only its contacts, as over a still panel."""
_HARD = 3
"""So many times as often as others come kinds that are hard."""
_STRAY = 0.3
"""How often an ambience has contacts, which it has to ignore."""


class Examples:
    """Random windows of `frames` mel frames."""

    def __init__(self, cache: Path, codec: MelCodec, frames: int, seed: int = 0) -> None:
        self.speech = SpeechCache.load(cache / "speech.npz")
        self.foley = FoleyCache.load(cache / "foley.npz")
        encoder = SyncEncoder()
        encoder.load_state_dict(load_file(cache / "sync.safetensors"))
        motion = torch.from_numpy(self.foley.motion).float()
        self.contacts = torch.cat([encoder.contacts(part) for part in motion.split(256)])
        self.codec, self.frames = codec, frames
        self.floor = float(np.log(codec.config.floor))
        self.rng, self.numbers = random.Random(seed), np.random.default_rng(seed)
        self._by_voice = [
            np.flatnonzero(self.speech.voices == voice)
            for voice in range(int(self.speech.voices.max()) + 1)
        ]

    def measure(self) -> None:
        """Set the codec's mean and spread from what is in the caches."""
        speech = self.speech.mel[::7].astype(np.float32)
        foley = self.foley.mel[::9].reshape(-1, speech.shape[1]).astype(np.float32)
        together = np.concatenate([speech, foley])
        mean = together.mean(0)
        self.codec.mean.copy_(torch.from_numpy(mean))
        self.codec.spread.fill_(float((together - mean).std()))

    def batch(self, size: int, mixture: Mixture) -> tuple[Tensor, DraftBatch]:
        """Latents [size, channels, frames / per_token] and their conditions."""
        rows = [self._example(mixture) for _ in range(size)]
        mels, ids, voices, prompts, motions, contacts = zip(*rows, strict=True)
        mel = torch.from_numpy(np.stack(mels)).transpose(1, 2)
        return self.codec.tokens(mel), DraftBatch(
            phonemes=torch.from_numpy(np.stack(ids).astype(np.int64)),
            voices=torch.tensor(voices),
            prompts=list(prompts),
            motion=torch.from_numpy(np.stack(motions)),
            contacts=torch.stack(contacts),
        )

    def _example(self, mixture: Mixture):
        draw = self.rng.random()
        if draw < mixture.foley:
            mel, prompt, moves, contacts = self._foley(mixture.hard)
            return mel, np.zeros(self.frames, np.uint8), -1, prompt, moves, contacts
        mel, ids, voice = self._speech()
        if draw < mixture.foley + mixture.joint:
            other, prompt, moves, contacts = self._foley(mixture.hard)
            mel = 0.5 * np.logaddexp(2 * mel, 2 * other)  # powers add
            return mel, ids, voice, prompt, moves, contacts
        nothing = np.zeros_like(self.foley.motion[0], np.float32)
        return mel, ids, voice, "", nothing, torch.zeros(2 * len(nothing))

    def _foley(self, hard: tuple[str, ...]):
        index = self._scene(hard)
        moves, contacts = self.foley.motion[index].astype(np.float32), self.contacts[index]
        if self.foley.is_bed(index) and self.rng.random() < _STRAY:
            stray = [self.rng.uniform(0, len(contacts) / RATE) for _ in range(self.rng.randint(1, 4))]
            contacts = bumps(stray, len(contacts))
        if self.rng.random() < _UNSEEN:
            moves = np.zeros_like(moves)
        mel = self.foley.mel[index, : self.frames].astype(np.float32)
        return mel, self.foley.prompt(index, self.rng), moves, contacts

    def _scene(self, hard: tuple[str, ...]) -> int:
        while True:
            index = self.rng.randrange(len(self.foley.mel))
            if not hard or self.foley.kind(index) in hard or self.rng.random() * _HARD < 1:
                return index

    def _speech(self):
        """Utterances of one voice with gaps between, begun anywhere."""
        voice = self.rng.randrange(len(self._by_voice))
        mel = np.full((self.frames, self.codec.config.bins), self.floor, np.float32)
        ids = np.zeros(self.frames, np.uint8)
        at = self.rng.randint(-150, 60)
        while at < self.frames:
            number = int(self.rng.choice(self._by_voice[voice]))
            start, end = self.speech.bounds[number : number + 2]
            skip, room = max(0, -at), min(end - start, self.frames - at)
            if room > skip:
                here = slice(at + skip, at + room)
                mel[here] = self.speech.mel[start + skip : start + room]
                ids[here] = self.speech.ids[start + skip : start + room]
            at += int(end - start) + self.rng.choice([0, 0, 10, 40, 90])
        return mel, ids, voice
