"""Which kinds of sound suit what moves: a small linear model over the motion around its contacts.

Trained on rendered scenes by `training.train_motions`: it tells how something moves (walks,
falls, is struck …), and names the kinds of sound that such a motion makes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..paths import resources
from .picture_events import FRAME_RATE, Event

WEIGHTS = "motions.safetensors"
_BLOCKS = ((-12, -6), (-6, -3), (-3, -1), (-1, 1), (1, 3), (3, 6), (6, 12))
"""Frames around a contact whose motion is averaged."""


@dataclass(frozen=True)
class MotionKinds:
    """`weight` [motions, features] and `bias` [motions], over features less `mean` by `scale`."""

    motions: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]
    mean: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    bias: np.ndarray

    def likely(self, features: np.ndarray) -> dict[str, float]:
        """How likely each motion is, likeliest first."""
        scores = self.weight @ ((features - self.mean) / self.scale) + self.bias
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return {self.motions[i]: float(shares[i]) for i in np.argsort(-shares)}

    def rank(self, features: np.ndarray, most: int = 6) -> tuple[str, ...]:
        """Kinds of sound, those of the likeliest motions first."""
        likely = self.likely(features)
        score: dict[str, float] = {}
        for motion, share in likely.items():
            for kind in self.kinds[motion]:
                # A kind that only this motion causes tells more than one that many do.
                score[kind] = score.get(kind, 0.0) + share / np.sqrt(len(self.kinds[motion]))
        return tuple(sorted(score, key=lambda kind: -score[kind])[:most])


def features_of(moves: np.ndarray, group: Sequence[Event]) -> np.ndarray:
    """Motion features [time, channels] at 25 fps around a group's contacts → one vector.

    The motion before, at and after a contact, averaged over the contacts, and their rhythm.
    """
    around = []
    for event in group:
        at = round(event.time * FRAME_RATE)
        blocks = [moves[max(0, at + a) : max(0, at + b)] for a, b in _BLOCKS]
        around.append(np.concatenate([b.mean(0) if len(b) else np.zeros(moves.shape[1]) for b in blocks]))
    times = np.array([event.time for event in group])
    gaps = np.diff(times) if len(times) > 1 else np.array([2.0])
    middle = float(np.median(gaps))
    rhythm = [
        np.log1p(len(group)),
        np.log(middle),
        min(2.0, float(gaps.std() / middle)),
        float(np.clip(np.log(gaps[-1] / gaps[0]), -2, 2)),
        float(middle < 0.25),
        float(0.3 < middle < 0.8),
    ]
    return np.concatenate([np.mean(around, 0), rhythm])


@cache
def motion_kinds() -> MotionKinds:
    """The shipped model."""
    from safetensors import safe_open

    with safe_open(resources() / "foley" / WEIGHTS, "np") as file:
        facts = file.metadata()
        tensors = {name: file.get_tensor(name) for name in ("mean", "scale", "weight", "bias")}
    kinds = {motion: tuple(names) for motion, names in json.loads(facts["kinds"]).items()}
    return MotionKinds(tuple(json.loads(facts["motions"])), kinds, **tensors)
