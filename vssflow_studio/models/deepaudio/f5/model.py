"""DeepAudio-V1, whole: a line becomes speech, in time with the picture where there is one.

Which modules run is the mixture of modality fusion's table (`mof.py`): a line under a picture
is V2S, sound for the picture first and its energy into F5-TTS; a line that nobody is seen
saying is TTS; a prompt is V2A, the guide's own sound.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torchaudio
from torch import nn

from ....errors import ModelError
from ...checkpoints import sized_module
from ...conditions.phonemes import SLOWEST
from ...interface import WEIGHTS, Conditions, ModelCard, OnStep, Sampling, SoundModel
from .. import parts
from ..mof import MODULES
from .characters import Characters, is_spelled
from .config import F5Config
from .energy import contour, loudest
from .mel import griffin_lim
from .network import F5
from .pieces import pieces
from .speech import Recording, Speaker
from .vocos import load_vocos

_HELD = 25.0
"""Seconds of recording and line together that F5 was taught to hold."""


class F5Model:
    """A SoundModel (see `interface.py`) on one device; `guide` makes sound for the picture."""

    frugal = False

    def __init__(self, card: ModelCard, speaker: Speaker, guide: SoundModel | None = None) -> None:
        self.card, self.speaker, self.guide = card, speaker, guide
        self.frame_rate = guide.frame_rate if guide else 0.0
        self.frame_size = guide.frame_size if guide else (0, 0)
        self.colour = guide.colour if guide else True
        self.reference_rate = speaker.network.config.sample_rate

    @classmethod
    def load(cls, folder: Path, card: ModelCard, device: str, guide: SoundModel | None = None) -> F5Model:
        """Read what lies in `folder` and beside it. Raises ModelError: what is missing or wrong."""
        network = sized_module(folder / WEIGHTS, lambda text: F5(F5Config.from_json(text)))
        path = parts.path_of(folder, parts.CHARACTERS)
        words = Characters.load(path)
        if len(words) != network.config.characters:
            what = f"{len(words)} characters are listed, and the network knows {network.config.characters}"
            raise ModelError(what, file=path, remedy="It has to be the vocab.txt that came with the checkpoint.")
        return cls(card, Speaker(network, words, _vocoder(folder, card, network.config), device), guide)

    def task(self, conditions: Conditions) -> str:
        """`v2a`, `v2s` or `tts`: what the conditions ask for."""
        if not conditions.text:
            return "v2a"
        seen = conditions.frames is not None and len(conditions.frames)
        return "v2s" if seen and self.guide else "tts"

    @torch.inference_mode()
    def generate(
        self, conditions: Conditions, sampling: Sampling, on_step: OnStep = lambda done, total: None
    ) -> np.ndarray:
        """See SoundModel. Raises ModelError for what this model can't be asked."""
        modules = MODULES[self.task(conditions)]
        self._check(conditions, modules)
        texts = self._texts(conditions) if conditions.text else ()
        asked, heard = self.card.settled(sampling, "dialogue"), None
        # The guidance and the solver of a line say nothing about the sound that guides it.
        listening = Sampling(seed=sampling.seed, steps=sampling.steps)
        total = len(texts) * asked.steps
        total += self.guide.card.settled(listening, "foley").steps if "v2a" in modules else 0
        if "v2a" in modules:
            self.guide.frugal = self.frugal
            seen = Conditions(
                conditions.total, prompt=conditions.prompt, frames=conditions.frames, negative=conditions.negative
            )
            heard = self.guide.generate(seen, listening, lambda done, _: on_step(done, total))
        if "tts" not in modules:
            return self._resampled(heard)[: round(conditions.total * self.card.sample_rate)]
        self.speaker.frugal = self.frugal
        done = total - len(texts) * asked.steps
        return self._spoken(conditions, texts, heard, asked, lambda at, _: on_step(done + at, total))

    def phoneme_times(self, conditions: Conditions) -> list[tuple[int, float, float]]:
        """See SoundModel: nothing is known of them."""
        return []

    def _check(self, conditions: Conditions, modules: tuple[str, ...]) -> None:
        if conditions.phonemes and (not conditions.text or conditions.reference is None):
            raise ModelError(
                f"{self.card.title} speaks in the voice of a recording, and has none here",
                remedy="Choose a recording for the character, or the clip’s own sound.",
            )
        if not is_spelled(conditions.text + conditions.transcript):
            raise ModelError(
                f"{self.card.title} can’t be given Chinese here: it has to be written in pinyin first",
                remedy="Choose a recording whose words are in Latin letters.",
            )
        if "v2a" in modules and self.guide is None:
            raise ModelError(f"{self.card.title} only speaks lines", remedy="Choose another model for this cue.")

    def _texts(self, conditions: Conditions) -> tuple[str, ...]:
        """The line in parts, each short enough for F5 to hold it beside the recording."""
        seconds = self._frames(conditions) / self.speaker.network.config.frame_rate
        left = max(5.0, _HELD - len(conditions.reference) / self.reference_rate)
        return pieces(conditions.text, max(1, int(-(-seconds // left))))

    def _frames(self, conditions: Conditions) -> int:
        """Mel frames that the line lasts: its range, but no slower than `SLOWEST`, or its pace."""
        start, end = conditions.speech
        slowest = conditions.pace or SLOWEST
        natural = self.speaker.natural_frames(_recording(conditions), conditions.text, slowest)
        return min(int(self.speaker.network.config.frame_rate * (end - start)), natural)

    def _resampled(self, heard: np.ndarray) -> np.ndarray:
        ours, theirs = self.card.sample_rate, self.guide.card.sample_rate
        return torchaudio.functional.resample(torch.from_numpy(heard), theirs, ours).numpy()

    def _spoken(
        self,
        conditions: Conditions,
        texts: tuple[str, ...],
        heard: np.ndarray | None,
        sampling: Sampling,
        on_step: OnStep,
    ) -> np.ndarray:
        """The line in silence: at the start of its range, or where the picture sounds loudest in it."""
        rate, frame_rate = self.card.sample_rate, self.speaker.network.config.frame_rate
        start, end = conditions.speech
        energy, recording, frames = None, _recording(conditions), self._frames(conditions)
        if heard is not None:
            theirs = self.guide.card.sample_rate
            energy = contour(heard[round(start * theirs) : round(end * theirs)], theirs, 1 / frame_rate)
            begun = loudest(energy, frames)
            start, energy = start + begun / frame_rate, energy[begun:]
            recording = replace(recording, energy=contour(conditions.reference, rate, 1 / frame_rate))
        out, at = np.zeros(round(conditions.total * rate), np.float32), 0
        ends = np.cumsum([len(text.encode()) for text in texts]) / len("".join(texts).encode())
        for number, (text, share) in enumerate(zip(texts, ends, strict=True)):
            stop = round(frames * share)
            here = None if energy is None else energy[at:stop]
            made = self.speaker.say(
                # A sound of n frames ends with the middle of the last.
                recording,
                text,
                stop - at + 1,
                sampling,
                here,
                lambda done, _, n=number: on_step(n * sampling.steps + done, 0),
            )
            first = round(start * rate) + round(at / frame_rate * rate)
            held = out[first : first + round((stop - at) / frame_rate * rate)]
            held[: len(made)] = made[: len(held)].cpu().numpy()
            at = stop
        return out


def _recording(conditions: Conditions) -> Recording:
    return Recording(torch.from_numpy(conditions.reference), conditions.transcript)


def _vocoder(folder: Path, card: ModelCard, config: F5Config) -> nn.Module:
    """Log-mel [batch, bins, frames] → waveform [batch, …]. Raises ModelError."""
    if card.vocoder != "vocos":
        return griffin_lim(config)
    path = parts.path_of(folder, parts.VOCOS)
    vocoder = load_vocos(path)
    if (vocoder.config.mel_bins, vocoder.config.hop) != (config.mel_bins, config.hop):
        raise ModelError("This vocoder hears another mel than the network speaks", file=path)
    return vocoder
