"""What crosses from the timeline world to the model world, and back.

A `Request` holds everything that makes a take and nothing that does not: its hash is
the key of the take cache. Times are seconds. All values pickle, because a worker is a
process of its own.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from ..media.span import Span

SAMPLE_RATE = 48_000


@dataclass(frozen=True)
class Sampling:
    """How the flow is sampled. `steps` is the number of solver steps; None lets the model choose."""

    model: str = "draft"
    seed: int = 0
    steps: int | None = None
    guidance: float | None = None
    solver: str = ""


@dataclass(frozen=True)
class Request:
    """One cue's sound, to be made from `start - head` to `end + tail`.

    `duration`, `head` and `tail` are seconds; the sound for the cue itself stands
    after `head` seconds of the waveform. `phonemes` are ARPAbet with stress digits,
    with `|` between words and `,` where the line pauses; empty for foley.
    """

    kind: str
    duration: float
    head: float
    tail: float
    phonemes: tuple[str, ...] = ()
    voice: str = ""
    prompt: str = ""
    picture: tuple[Span, ...] = ()
    sampling: Sampling = Sampling()

    @property
    def total(self) -> float:
        """Seconds of sound to make, handles included."""
        return self.head + self.duration + self.tail

    def key(self, checkpoint: str) -> str:
        """Hash of all that makes the sound: this request and the weights' hash."""
        text = json.dumps([asdict(self), checkpoint], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
