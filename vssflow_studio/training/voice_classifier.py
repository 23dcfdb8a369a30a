"""Which voice is it? A classifier trained on the teachers, to judge ours by.

Linear discriminants over what a voice keeps from sentence to sentence: the median and
spread of its pitch, and the means and spreads of its cepstrum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.voice_effects import pitch_track

_CEPSTRA = 20
_TAUGHT = 7000.0  # Hz up to which our voices are their teachers'; above they are the band extension's
_BELOW_PEAK = 30.0  # dB; what is softer tells the room, not the voice
_SHRINKAGE = 0.1


@dataclass(frozen=True)
class VoiceClassifier:
    """Class means and one covariance for all, as Fisher's discriminant has it."""

    voices: tuple[str, ...]
    means: np.ndarray
    whitening: np.ndarray

    @classmethod
    def trained(cls, examples: Sequence[tuple[str, np.ndarray]], rate: int) -> VoiceClassifier:
        """From (voice, mono float32 sound at `rate`), some dozens of each voice."""
        voices = tuple(dict.fromkeys(voice for voice, _ in examples))
        rows = np.stack([voice_features(sound, rate) for _, sound in examples])
        labels = np.array([voices.index(voice) for voice, _ in examples])
        means = np.stack([rows[labels == index].mean(0) for index in range(len(voices))])
        within = np.cov((rows - means[labels]).T)
        within = (1 - _SHRINKAGE) * within + _SHRINKAGE * np.diag(np.diag(within))
        values, vectors = np.linalg.eigh(within)
        return cls(voices, means, vectors / np.sqrt(np.maximum(values, 1e-9)))

    def voice_of(self, sound: np.ndarray, rate: int) -> str:
        """The voice whose mean is nearest."""
        off = (self.means - voice_features(sound, rate)) @ self.whitening
        return self.voices[int((off**2).sum(1).argmin())]


def voice_features(sound: np.ndarray, rate: int) -> np.ndarray:
    """float64 [2 + 2 · 19]: log pitch, cepstrum, each as a middle and a spread."""
    import torch
    import torchaudio

    hertz = pitch_track(sound, rate).hertz
    logs = np.log2(hertz[hertz > 0]) if (hertz > 0).any() else np.zeros(1)
    transform = torchaudio.transforms.MFCC(
        rate, _CEPSTRA, melkwargs={"n_fft": 1024, "hop_length": rate // 100, "n_mels": 40, "f_max": _TAUGHT}
    )
    cepstra = transform(torch.from_numpy(np.ascontiguousarray(sound, np.float32))).numpy()
    level = 10 * np.log10(_power(sound, rate, cepstra.shape[1]) + 1e-10)
    loud = cepstra[1:, level > level.max() - _BELOW_PEAK]
    pitch = [12 * np.median(logs), 12 * logs.std()]
    return np.concatenate([pitch, loud.mean(1), loud.std(1)]).astype(np.float64)


def _power(sound: np.ndarray, rate: int, frames: int) -> np.ndarray:
    """Mean square of each 10 ms, as many as the cepstrum has frames."""
    hop = rate // 100
    padded = np.pad(sound, (hop // 2, frames * hop))[: frames * hop]
    return (padded.reshape(frames, hop) ** 2).mean(1)
