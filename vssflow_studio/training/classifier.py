"""A judge of what is heard: which of the teacher's kinds a sound is.

Trained on the teacher's sounds alone in two minutes of one core, so it isn't shipped.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ..atomic import replacing
from ..engine.foley_kinds import KINDS
from ..models.checkpoints import load_into, read_weights
from ..models.codecs.mel import MelCodec
from . import foley_sounds

SECONDS = 2.0
"""How much it hears at once."""


class Classifier(nn.Module):
    """Log-mel [batch, bins, frames] → a logit for each of KINDS; a few convolutions."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.codec = MelCodec()
        layers: list[nn.Module] = []
        for channels in (self.codec.config.bins, width, width):
            layers += [nn.Conv1d(channels, width, 5, stride=2), nn.BatchNorm1d(width), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(2 * width, len(KINDS))

    def forward(self, mel: Tensor) -> Tensor:
        """See the class."""
        hidden = self.layers(mel / 4 + 1)
        return self.head(torch.cat([hidden.mean(-1), hidden.amax(-1)], dim=-1))

    @classmethod
    def trained(cls, examples: int = 50 * len(KINDS), epochs: int = 10, seed: int = 0) -> Classifier:
        """Trained on `examples` sounds of the teacher; about two minutes of one core."""
        torch.manual_seed(seed)
        model, kinds = cls(), list(KINDS)
        labels = torch.arange(examples) % len(kinds)
        sounds = (teacher_sound(kinds[k], seed * examples + i) for i, k in enumerate(labels))
        mels = torch.stack([model._mel(sound) for sound in sounds])
        optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
        for _ in range(epochs):
            for rows in torch.randperm(examples).split(64):
                loss = nn.functional.cross_entropy(model(mels[rows]), labels[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        return model.eval()

    @classmethod
    def cached(cls, path: Path) -> Classifier:
        """The one saved at `path`, else trained now and saved there. Raises ModelError."""
        if path.is_file():
            model = cls()
            load_into(model, read_weights(path)[0], "", path)
            return model.eval()
        model = cls.trained()
        model.save(path)
        return model

    def save(self, path: Path) -> None:
        """Write safetensors that `cached` reads."""
        with replacing(path) as temporary:
            save_file(self.state_dict(), temporary)

    @torch.inference_mode()
    def kind_of(self, sound: np.ndarray, sample_rate: int, events: tuple[float, ...] = ()) -> str:
        """The kind that mono `sound` is taken for, heard from its first event (seconds) on."""
        start = max(0.0, (events[0] if events else 1.0) - 0.1)
        samples = round(SECONDS * sample_rate)
        piece = sound[round(start * sample_rate) :][:samples]
        piece = np.pad(piece, (0, samples - len(piece))).astype(np.float32)
        return list(KINDS)[int(self(self._mel(piece).unsqueeze(0)).argmax())]

    def _mel(self, sound: np.ndarray) -> Tensor:
        level = max(float(np.abs(sound).max(initial=0)), 1e-4)
        return self.codec.mel(torch.from_numpy((sound * (0.3 / level)).astype(np.float32)))


def teacher_sound(kind: str, seed: int) -> np.ndarray:
    """`SECONDS` of the kind: one to three events, or a stretch of the bed."""
    rng = np.random.default_rng(seed)
    samples = round(SECONDS * foley_sounds.RATE)
    if KINDS[kind].bed:
        return foley_sounds.bed(kind, rng, samples)
    sound = np.zeros(samples, np.float32)
    for start in np.sort(rng.uniform(0, SECONDS - 0.4, rng.integers(1, 4))):
        at = round(start * foley_sounds.RATE)
        one = foley_sounds.event(kind, rng)[: samples - at]
        sound[at : at + len(one)] += one
    return foley_sounds.reverberate(sound, rng) if rng.random() < 0.5 else sound
