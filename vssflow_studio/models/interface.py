"""The one face that every sound model shows: conditions in, waveform out.

The engine knows nothing behind it, and what stands behind it knows no timeline.
Imports no torch, so that lists of models and their cards are cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

WEIGHTS = "weights.safetensors"
"""The file beside a model's card that its hash is of."""

OnStep = Callable[[int, int], None]
"""Called after each step with (steps done, steps in all); may raise to stop."""


@dataclass(frozen=True)
class Conditions:
    """What a model hears and sees before it makes `total` seconds of sound.

    `speech` is the (start, end) in seconds between which `phonemes` are spoken.
    `frames` is grey picture, float32 [time, height, width] in 0…1 at the model's own
    `frame_rate` and `frame_size`, or None where there is no picture.
    """

    total: float
    phonemes: tuple[str, ...] = ()
    speech: tuple[float, float] = (0.0, 0.0)
    voice: str = ""
    prompt: str = ""
    frames: np.ndarray | None = None


@dataclass(frozen=True)
class ModelCard:
    """What the app shows of a model without loading it."""

    name: str
    title: str
    licence: str
    checkpoint: str
    voices: tuple[str, ...]
    sample_rate: int
    steps: int
    guidance: float
    foley_guidance: float
    solver: str

    def guidance_for(self, kind: str) -> float:
        """The guidance scale that suits a kind of cue."""
        return self.guidance if kind == "dialogue" else self.foley_guidance


class SoundModel(Protocol):
    """A loaded model on a device."""

    card: ModelCard
    frame_rate: float
    frame_size: tuple[int, int]

    def generate(
        self,
        conditions: Conditions,
        *,
        seed: int,
        steps: int | None = None,
        guidance: float | None = None,
        solver: str = "",
        on_step: OnStep = lambda done, total: None,
    ) -> np.ndarray:
        """Mono float32 at `card.sample_rate`, `conditions.total` seconds long."""
        ...
