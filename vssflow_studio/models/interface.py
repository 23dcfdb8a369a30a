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


SOLVERS = ("euler", "adams", "midpoint", "heun", "dopri5")
"""See `flow/solvers.py`."""


@dataclass(frozen=True)
class Sampling:
    """Which model, and how its flow is sampled: `steps` of the `solver`, with how much `guidance`.

    What is None or "" is left to the model (`ModelCard.settled`).
    """

    model: str = "draft"
    seed: int = 0
    steps: int | None = None
    guidance: float | None = None
    solver: str = ""


@dataclass(frozen=True)
class Conditions:
    """What a model hears and sees before it makes `total` seconds of sound.

    `speech` is the (start, end) in seconds between which `phonemes` are spoken: they fill
    it, or with a `pace` begin with it and go at so many times the natural speed.
    `frames` is grey picture, float32 [time, height, width] in 0…1 at the model's own
    `frame_rate` and `frame_size`, for a model with `colour` RGB uint8 [time, height, width,
    3], or None where there is no picture. `reference` is a recording of who speaks, mono
    float32 at the model's `reference_rate`, for a model that has one. `negative` is what is
    not to be heard, for a model that can be told. For a model that reads letters, `text` is
    the line in words and `transcript` what is said in the `reference`.
    """

    total: float
    phonemes: tuple[str, ...] = ()
    speech: tuple[float, float] = (0.0, 0.0)
    voice: str = ""
    prompt: str = ""
    frames: np.ndarray | None = None
    pace: float | None = None
    reference: np.ndarray | None = None
    negative: str = ""
    text: str = ""
    transcript: str = ""

    @property
    def kind(self) -> str:
        """`dialogue` or `foley`, for what depends on it."""
        return "dialogue" if self.phonemes else "foley"


@dataclass(frozen=True)
class Voice:
    """A voice to choose: one that the model `learned`, moved by `semitones` with its `formants`.

    `formants` above 1 are those of a smaller head. The rest is for people.
    """

    name: str
    learned: str
    semitones: float = 0.0
    formants: float = 1.0
    sex: str = ""
    age: str = ""
    character: str = ""

    @property
    def about(self) -> str:
        """A line for a list of voices."""
        who = ", ".join(part for part in (self.sex, self.age) if part)
        return f"{who}: {self.character}" if who and self.character else who or self.character


@dataclass(frozen=True)
class ModelCard:
    """What the app shows of a model without loading it.

    `voices` are those that it learned, `cast` those to choose from, made out of them.

    `kinds` are those of foley that it was taught (`engine/foley_kinds.py`); none: it takes any prompt.

    `family` says which of our classes runs it: `draft`, `chain`, `paper`, `mmaudio` or `f5`. `parts` tell what else
    lies in its folder and may change while the checkpoint stays the same.

    `reads` says what a line is given as: `phonemes` or `letters`. `guide` is the model whose sound
    for the picture tells this one when to speak, if it has one. `vocoder` is what makes an `f5`
    heard: `vocos`, or `griffin-lim`, which needs no weights.
    """

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
    family: str = "draft"
    parts: tuple[str, ...] = ()
    cast: tuple[Voice, ...] = ()
    kinds: tuple[str, ...] = ()
    reads: str = "phonemes"
    guide: str = ""
    vocoder: str = "vocos"

    @property
    def suits(self) -> tuple[str, ...]:
        """The kinds of cue that it makes."""
        return {"mmaudio": ("foley", "ambience"), "f5": ("dialogue",), "chain": ("dialogue",)}.get(self.family, ("dialogue", "foley", "ambience"))

    @property
    def negates(self) -> bool:
        """Whether it can be told what must not be heard."""
        return self.family == "mmaudio"

    @property
    def choices(self) -> tuple[Voice, ...]:
        """The voices an editor chooses from."""
        return self.cast or tuple(Voice(name, name) for name in self.voices)

    def voice(self, name: str) -> Voice | None:
        """The voice called `name`, be it one to choose or one that was learned; None without."""
        known = {voice: Voice(voice, voice) for voice in self.voices} | {v.name: v for v in self.choices}
        return known.get(name)

    @property
    def identity(self) -> str:
        """All of the model that makes the sound, for the key of a take."""
        return "\n".join((self.checkpoint, *self.parts, *map(repr, self.cast)))

    def guidance_for(self, kind: str) -> float:
        """The guidance scale that suits a kind of cue."""
        return self.guidance if kind == "dialogue" else self.foley_guidance

    def settled(self, asked: Sampling, kind: str) -> Sampling:
        """`asked` for a kind of cue, with the model's own choice of what is left to it."""
        return Sampling(
            model=self.name,
            seed=asked.seed,
            steps=asked.steps or self.steps,
            guidance=asked.guidance or self.guidance_for(kind),
            solver=asked.solver if asked.solver in SOLVERS else self.solver,
        )


class SoundModel(Protocol):
    """A loaded model on a device; `reference_rate` is 0 when it speaks with learned voices only.

    `frame_rate` is 0 when it needs no picture.

    Set `frugal` and `generate` needs less memory and more time; the sound stays the same.
    """

    card: ModelCard
    frame_rate: float
    frame_size: tuple[int, int]
    colour: bool
    reference_rate: int
    frugal: bool

    def generate(
        self, conditions: Conditions, sampling: Sampling, on_step: OnStep = lambda done, total: None
    ) -> np.ndarray:
        """Mono float32 at `card.sample_rate`, `conditions.total` seconds long."""
        ...

    def phoneme_times(self, conditions: Conditions) -> list[tuple[int, float, float]]:
        """(id, start, end) in seconds: where each phoneme and pause will be; no `|` among them."""
        ...
