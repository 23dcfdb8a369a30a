"""DeepAudio-V1's chain at the draft's size: the picture's sound first, then the line as loud as that.

V2A, V2S and TTS are one small network, told apart by what it is given. V2A hears the prompt
“speech” and sees the picture; its energy contour lays the line and enters the network again
with phonemes and voice (V2S); without it the same network speaks at will (TTS).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from ..conditions.lips import durations_by_mouth, mouth_opening
from ..conditions.phonemes import natural_durations
from ..interface import Conditions, OnStep, Sampling
from ..vssflow.draft import DraftBatch
from ..vssflow.draft_model import DraftModel
from .f5.energy import HOP_SECONDS, contour
from .mof import MODULES

SPEECH = "speech"
"""What V2A is asked for under a line."""

_SEED = 0  # of V2A: takes of a line differ, what its picture sounds like doesn't
_AROUND = 1.0  # seconds within which the loudest is a wide open mouth: a line may swell and fade
_BLUR = 5  # values of a contour over which the pulses of a voice are evened out
_FAINT = 0.15  # of the loudest of all: softer than that is no speech
_BEND = 0.7  # loudness grows faster than the opening


@dataclass(frozen=True)
class Heard(Conditions):
    """Conditions of a line whose `energy` is known: values as `contour` gives them, over all of `total`."""

    energy: np.ndarray | None = None


class ChainModel(DraftModel):
    """A SoundModel (see `interface.py`) on one device."""

    _last: tuple[Conditions, Conditions] | None = None

    def generate(
        self, conditions: Conditions, sampling: Sampling, on_step: OnStep = lambda done, total: None
    ) -> np.ndarray:
        """See SoundModel; `Heard` conditions are spoken to their energy, others to that of their picture."""
        each = self.card.settled(sampling, conditions.kind).steps
        total = each * len(MODULES[self.task(conditions)])
        done = total - each
        given = self._followed(conditions, sampling.steps, lambda at, _: on_step(at, total))
        return super().generate(given, sampling, lambda at, _: on_step(done + at, total))

    def phoneme_times(self, conditions: Conditions) -> list[tuple[int, float, float]]:
        """See SoundModel; laid by the energy of what V2A makes of the picture."""
        return super().phoneme_times(self._followed(conditions))

    def task(self, conditions: Conditions) -> str:
        """`v2a`, `v2s` or `tts`: which of the gate's tasks the conditions are (see `mof.py`).

        Who asks for a pace, or is not seen to speak, has no picture to keep to.
        """
        if not conditions.phonemes:
            return "v2a"
        known = isinstance(conditions, Heard) or conditions.pace or conditions.frames is None
        return "tts" if known or self._opening(conditions) is None else "v2s"

    def energy(
        self, conditions: Conditions, steps: int | None = None, on_step: OnStep = lambda done, total: None
    ) -> np.ndarray:
        """The contour of the sound that V2A makes of the picture, over all of `conditions.total`."""
        seen = Conditions(conditions.total, prompt=SPEECH, frames=conditions.frames)
        sound = super().generate(seen, Sampling(seed=_SEED, steps=steps), on_step)
        return contour(sound, self.card.sample_rate)

    def _followed(
        self, conditions: Conditions, steps: int | None = None, on_step: OnStep = lambda done, total: None
    ) -> Conditions:
        """What the line is made of: the energy of its picture in place of the picture."""
        task = self.task(conditions)
        if task == "v2a":
            return conditions
        plain = replace(conditions, frames=None)
        if task == "tts":
            return plain
        if self._last is None or self._last[0] is not conditions:
            energy = self.energy(conditions, steps, on_step)
            heard = Heard(**{f.name: getattr(plain, f.name) for f in fields(Conditions)}, energy=energy)
            # A mouth by which the line can't be laid says something else, or only flaps.
            follows = super().phoneme_times(heard) != super().phoneme_times(plain)
            self._last = conditions, heard if follows else plain
        return self._last[1]

    def _by_mouth(self, conditions: Conditions, durations: list[float]) -> np.ndarray | None:
        """As the draft's, by the energy; None too where that can't be this line's."""
        if not isinstance(conditions, Heard) or conditions.energy is None or conditions.pace:
            return None
        start, end = conditions.speech
        level = conditions.energy[round(start / HOP_SECONDS) : round(end / HOP_SECONDS)]
        if len(level) < _BLUR or not level.max() > 0:
            return None
        natural = natural_durations(conditions.phonemes, durations)
        return durations_by_mouth(conditions.phonemes, natural, opening_of(level), end - start)

    def _batch(self, conditions: Conditions, frames: int) -> DraftBatch:
        batch = super()._batch(conditions, frames)
        if isinstance(conditions, Heard) and conditions.energy is not None:
            count = batch.phonemes.shape[1]
            energy = at_mel_frames(conditions.energy, count, self.codec.config.frame_rate)
            return replace(batch, energy=torch.from_numpy(energy)[None].to(self.device))
        opening = self._opening(conditions) if conditions.prompt == SPEECH else None
        if opening is None:
            return batch
        return replace(batch, opening=torch.from_numpy(opening).float()[None].to(self.device))

    def _opening(self, conditions: Conditions) -> np.ndarray | None:
        return None if conditions.frames is None else mouth_opening(conditions.frames, self.frame_rate)

    def _contacts(self, moves: Tensor, conditions: Conditions) -> Tensor:
        """Who speaks strikes nothing."""
        if conditions.prompt == SPEECH:
            return moves.new_zeros(1, 2 * moves.shape[1])
        return super()._contacts(moves, conditions)


def at_mel_frames(energy: np.ndarray, count: int, rate: float) -> np.ndarray:
    """A contour at the middles of `count` mel frames, of which there are `rate` a second: float32 [count]."""
    if not len(energy):
        return np.zeros(count, np.float32)
    at = (np.arange(len(energy)) + 0.5) * HOP_SECONDS
    return np.interp(np.arange(count) / rate, at, energy).astype(np.float32)


def opening_of(energy: np.ndarray) -> np.ndarray:
    """How far a mouth is open that makes a contour, which is not all zeros: 0 … 1, as many values."""
    level, width = _smooth(energy, _BLUR), int(_AROUND / HOP_SECONDS) | 1
    near = np.lib.stride_tricks.sliding_window_view(np.pad(level, width // 2, mode="edge"), width).max(1)
    return np.clip(level / np.maximum(_smooth(near, width), _FAINT * level.max()), 0, 1) ** _BEND


def _smooth(values: np.ndarray, width: int) -> np.ndarray:
    """Means over an odd `width`, the middle counting most."""
    weights = np.hanning(width + 2)[1:-1]
    return np.convolve(np.pad(values, width // 2, mode="edge"), weights / weights.sum(), "valid")
