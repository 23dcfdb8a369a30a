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
from ..models.interface import Sampling

SAMPLE_RATE = 48_000


@dataclass(frozen=True)
class Treatment:
    """What is done to a sound after the model: how hard, of what, how far away, where.

    `intensity` is soft, normal or hard; the others are the names that `space.py` knows. This,
    the default, is the sound as the model makes it.
    """

    intensity: str = "normal"
    material: str = ""
    distance: str = "close"
    room: str = "dry"


@dataclass(frozen=True)
class Request:
    """One cue's sound, to be made from `start - head` to `end + tail`.

    `duration`, `head` and `tail` are seconds; the sound for the cue itself stands
    after `head` seconds of the waveform. `phonemes` are as `script.phonemes` gives them:
    ARPAbet with marks for words, pauses and emphasis; empty for foley. `pace`, `pitch`
    (semitones), `energy` (dB) and `delivery` are as in Cue. `prompt` is what the model is given,
    `negative` what must not be heard in it,
    `treatment` what is done to its sound. `under` is what of the picture
    lies under the cue itself, as `picture_under` tells it. Where `voice` is a recording,
    `reference` is where it lies and `recording` the digest of what it holds. For a model that
    reads letters, `text` is the line in words, `transcript` what the recording says, and
    `excerpt` the seconds between which it is heard, all of it if there are none.
    """

    kind: str
    duration: float
    head: float
    tail: float
    phonemes: tuple[str, ...] = ()
    voice: str = ""
    prompt: str = ""
    picture: tuple[Span, ...] = ()
    pace: float | None = None
    pitch: float = 0.0
    energy: float = 0.0
    delivery: str = "normal"
    sampling: Sampling = Sampling()
    under: tuple[tuple, ...] = ()
    treatment: Treatment = Treatment()
    reference: str = ""
    recording: str = ""
    text: str = ""
    transcript: str = ""
    excerpt: tuple[float, float] | tuple[()] = ()
    negative: str = ""

    @property
    def total(self) -> float:
        """Seconds of sound to make, handles included."""
        return self.head + self.duration + self.tail

    def key(self, checkpoint: str) -> str:
        """Hash of all that makes the sound: this request and the weights' hash."""
        return self._hash(checkpoint, "under")

    def wish(self, checkpoint: str) -> str:
        """Hash of what is asked for under the cue itself.

        A take of the same wish answers it still where the shots beside it were cut anew, or
        the cue and its media lie elsewhere.
        """
        return self._hash(checkpoint, "picture", "head", "tail")

    def _hash(self, checkpoint: str, *without: str) -> str:
        # As takes from before there were these were asked for.
        without = (*without, *(name for name in _LATER if getattr(self, name) == getattr(Request, name)))
        without = (*without, "reference") if self.recording else (*without, "reference", "recording")
        said = {name: value for name, value in asdict(self).items() if name not in without}
        return hashlib.sha256(json.dumps([said, checkpoint], sort_keys=True).encode()).hexdigest()


_LATER = ("treatment", "text", "transcript", "excerpt", "negative")
"""Fields that count only where they say something."""
