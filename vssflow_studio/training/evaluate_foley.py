"""Does foley fall on the action, and is it what the prompt asked for?

Scenes never trained on; onsets by spectral flux; the prompt's kind judged by a
classifier that was trained on the teachers' sounds alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn

from ..models.codecs.mel import MelCodec
from ..models.interface import Conditions, SoundModel
from . import foley_sounds
from .foley_cache import EVALUATION_SEEDS
from .foley_scenes import Scene, scene
from .prompts import KINDS

_WITHOUT_ATTACK = ("whoosh",)  # swells: has no onset to time
_CLASSIFIER_SECONDS = 2.0


@dataclass(frozen=True)
class FoleyScore:
    """`offset` is the median distance in ms from a visible event to the nearest onset."""

    offset: float
    recall: float
    precision: float
    agreement: float


def evaluate(model: SoundModel | None, count: int = 40, seed: int = 1) -> FoleyScore:
    """Score `model` on `count` unseen scenes; None scores the teacher's own sound."""
    judge = Classifier.trained()
    off: list[float] = []
    hits = events = found = good = agreed = 0
    for one in unseen(count):
        sound, rate = _heard(model, one, seed)
        agreed += judge.kind_of(sound, rate, one.onsets) == one.kind
        if not one.onsets or one.kind in _WITHOUT_ATTACK:
            continue
        heard = onsets(sound, rate)
        nearest = [float(np.abs(heard - t).min()) if len(heard) else 1.0 for t in one.onsets]
        off += nearest
        hits += sum(distance <= 0.06 for distance in nearest)
        events += len(one.onsets)
        found += len(heard)
        good += sum(float(np.abs(np.array(one.onsets) - t).min()) <= 0.06 for t in heard)
    return FoleyScore(1000 * median(off), hits / events, good / max(1, found), agreed / count)


def unseen(count: int) -> list[Scene]:
    """Scenes with events, kinds in turn, from seeds that training never uses."""
    kinds = list(KINDS)
    return [
        scene(kinds[i % len(kinds)], EVALUATION_SEEDS + i, eventful=True) for i in range(count)
    ]


def _heard(model: SoundModel | None, one: Scene, seed: int) -> tuple[np.ndarray, int]:
    if model is None:
        return one.sound, foley_sounds.RATE
    conditions = Conditions(total=5.0, prompt=one.prompt, frames=one.frames)
    return model.generate(conditions, seed=seed), model.card.sample_rate


def onsets(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """Seconds at which energy rises by 9 dB within 40 ms, within 26 dB of the loudest rise."""
    block = sample_rate // 100
    blocks = sound[: len(sound) // block * block].reshape(-1, block)
    level = np.sqrt((blocks**2).mean(1))
    level = np.maximum(level, level.max(initial=1e-6) * 10 ** (-40 / 20))
    before = np.stack([np.roll(level, shift) for shift in (2, 3, 4, 5)]).max(0)
    before[:5] = level.max(initial=1e-6) * 10 ** (-40 / 20)
    rises = (level > 2.8 * before) & (level > level.max() * 10 ** (-26 / 20))
    times, last = [], -1.0
    for index in np.flatnonzero(rises):
        if index / 100 - last > 0.08:
            times.append(index / 100)
        last = index / 100
    return np.array(times)


class Classifier(nn.Module):
    """Log-mel [batch, bins, frames] → a logit for each kind; a few convolutions."""

    def __init__(self, bins: int = 80, width: int = 64) -> None:
        super().__init__()
        self.codec = MelCodec()
        self.layers = nn.Sequential(
            nn.Conv1d(bins, width, 5, stride=2), nn.BatchNorm1d(width), nn.ReLU(),
            nn.Conv1d(width, width, 5, stride=2), nn.BatchNorm1d(width), nn.ReLU(),
            nn.Conv1d(width, width, 5, stride=2), nn.BatchNorm1d(width), nn.ReLU(),
        )
        self.head = nn.Linear(2 * width, len(KINDS))

    def forward(self, mel: Tensor) -> Tensor:
        hidden = self.layers(mel / 4 + 1)
        return self.head(torch.cat([hidden.mean(-1), hidden.amax(-1)], dim=-1))

    @classmethod
    def trained(cls, examples: int = 1700, epochs: int = 8, seed: int = 0) -> Classifier:
        """Trained on sounds of the teacher; about half a minute on one core."""
        torch.manual_seed(seed)
        model, kinds = cls(), list(KINDS)
        labels = torch.arange(examples) % len(kinds)
        mels = torch.stack([model._example(kinds[k], seed * examples + i) for i, k in enumerate(labels)])
        optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
        for _ in range(epochs):
            for rows in torch.randperm(examples).split(64):
                loss = nn.functional.cross_entropy(model(mels[rows]), labels[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        return model.eval()

    def _example(self, kind: str, seed: int) -> Tensor:
        """One event of the kind, or a stretch of the bed, in the classifier's window."""
        rng = np.random.default_rng(seed)
        samples = round(_CLASSIFIER_SECONDS * foley_sounds.RATE)
        if KINDS[kind].is_bed:
            sound = foley_sounds.bed(kind, rng, samples)
        else:
            sound = np.zeros(samples, np.float32)
            for start in np.sort(rng.uniform(0, 1.6, rng.integers(1, 4))):
                one = foley_sounds.event(kind, rng)[: samples - round(start * foley_sounds.RATE)]
                at = round(start * foley_sounds.RATE)
                sound[at : at + len(one)] += one
            sound = foley_sounds.reverberate(sound, rng) if rng.random() < 0.5 else sound
        return self._mel(sound * rng.uniform(0.3, 1.2))

    @torch.inference_mode()
    def kind_of(self, sound: np.ndarray, sample_rate: int, events: tuple[float, ...]) -> str:
        """The kind that the sound is taken for, heard from its first event on."""
        start = max(0.0, (events[0] if events else 1.0) - 0.1)
        samples = round(_CLASSIFIER_SECONDS * sample_rate)
        piece = sound[round(start * sample_rate) :][:samples]
        piece = np.pad(piece, (0, samples - len(piece))).astype(np.float32)
        return list(KINDS)[int(self(self._mel(piece).unsqueeze(0)).argmax())]

    def _mel(self, sound: np.ndarray) -> Tensor:
        level = max(float(np.abs(sound).max(initial=0)), 1e-4)
        return self.codec.mel(torch.from_numpy((sound * (0.3 / level)).astype(np.float32)))
