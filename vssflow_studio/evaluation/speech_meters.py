"""Meters of dialogue: is it understood, is it the voice, the mood and the sound of the recording?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..models.conditions.rawnet3 import VoiceEncoder
from . import cepstra, recognisers
from .item import Item
from .meters import MeanMeter
from .networks import dvector, emotion, files, utmos, wavlm, xvector
from .similarity import cosine
from .word_errors import word_error_rate

_RATE = 16_000
"""What the voice and emotion networks hear."""


class WordErrors(MeanMeter):
    """WER by Whisper, as in the papers, from a folder of the user's."""

    metrics = ("WER",)

    def __init__(self, folder: Path | None) -> None:
        super().__init__()
        self.folder = folder
        self.note = f"heard by {folder.name}; the paper’s by Whisper-large-v3" if folder else ""

    def lacking(self) -> str:
        """See Meter."""
        if self.folder is None:
            return "Whisper is not there: give its folder with --whisper"
        return recognisers.TRANSFORMERS if recognisers.missing("transformers") else ""

    def load(self, device: str) -> None:
        """See Meter."""
        self.recogniser = recognisers.Whisper(self.folder, device)

    def values(self, item: Item) -> tuple[float, ...]:
        """See MeanMeter."""
        if not item.pair.text:
            raise ValueError("no transcript beside it")
        return (word_error_rate(item.pair.text, self.recogniser.hear(item.made(recognisers.SAMPLE_RATE))),)


class PocketsphinxErrors(WordErrors):
    """WER by pocketsphinx, which hears much worse than Whisper."""

    metrics = ("WER (pocketsphinx)",)

    def __init__(self) -> None:
        super().__init__(None)

    def lacking(self) -> str:
        """See Meter."""
        absent = recognisers.missing("pocketsphinx")
        return "the package pocketsphinx is not installed: pip install pocketsphinx" if absent else ""

    def load(self, device: str) -> None:
        """See Meter."""
        self.recogniser = recognisers.Pocketsphinx()


class Distortion(MeanMeter):
    """MCD and MCD-SL."""

    metrics = ("MCD", "MCD-SL")

    def lacking(self) -> str:
        """See Meter."""
        absent = recognisers.missing("pyworld")
        return "the package pyworld is not installed: pip install pyworld-prebuilt" if absent else ""

    def values(self, item: Item) -> tuple[float, ...]:
        """See MeanMeter."""
        made, real = (_cepstra(sound(cepstra.SAMPLE_RATE)) for sound in (item.made, item.real))
        plain = cepstra.mcd(made, real)
        return plain, plain * cepstra.length_penalty(len(made), len(real))


def _cepstra(sound: np.ndarray) -> np.ndarray:
    return cepstra.mel_cepstra(cepstra.envelope(sound))


class VoiceLikeness(MeanMeter):
    """SPK-SIM by the x-vector of DeepAudio-V1's public evaluation."""

    metrics = ("SPK-SIM",)
    file = files.XVECTOR

    def lacking(self) -> str:
        """See Meter."""
        return self.file.lacking

    def load(self, device: str) -> None:
        """See Meter."""
        self.encoder = xvector.XVectorEncoder.load(device)

    def values(self, item: Item) -> tuple[float, ...]:
        """See MeanMeter."""
        made, real = (self.embedding(sound) for sound in (item.made, item.real))
        return (cosine(made, real),)

    def embedding(self, sound) -> np.ndarray:
        """Of `item.made` or `item.real`."""
        return self.encoder.embedding(sound(_RATE))


class SpeakerLikeness(VoiceLikeness):
    """SIM-O by the network of F5-TTS' public evaluation."""

    metrics = ("SIM-O",)
    file = files.WAVLM

    def load(self, device: str) -> None:
        """See Meter."""
        self.encoder = wavlm.SpeakerEncoder.load(device)


class MoodLikeness(VoiceLikeness):
    """EMO-SIM by the emotion network of DeepAudio-V1's public evaluation."""

    metrics = ("EMO-SIM",)
    file = files.EMOTION

    def load(self, device: str) -> None:
        """See Meter."""
        self.encoder = emotion.EmotionEncoder.load(device)


class Naturalness(MeanMeter):
    """UTMOS; needs no recording."""

    metrics = ("UTMOS",)

    def lacking(self) -> str:
        """See Meter."""
        return files.UTMOS.lacking

    def load(self, device: str) -> None:
        """See Meter."""
        self._network = utmos.Utmos.load(device)

    def values(self, item: Item) -> tuple[float, ...]:
        """See MeanMeter."""
        return (self._network.opinion(item.made(_RATE)),)


class DVectorLikeness(VoiceLikeness):
    """The same by the d-vector of StyleDubber's public code, which other dubbing papers print."""

    metrics = ("SPK-SIM (d-vector)",)
    file = files.DVECTOR

    def load(self, device: str) -> None:
        """See Meter."""
        self.encoder = dvector.DVectorEncoder.load(device)


class RawNetLikeness(VoiceLikeness):
    """The same by RawNet3, VSSFlow's own voice encoder."""

    metrics = ("SPK-SIM (RawNet3)",)
    file = files.RAWNET3

    def load(self, device: str) -> None:
        """See Meter."""
        self.encoder = VoiceEncoder.load(self.file.path, device)

    def embedding(self, sound) -> np.ndarray:
        """See VoiceLikeness."""
        return self.encoder.embedding(sound(_RATE)).cpu().numpy()
