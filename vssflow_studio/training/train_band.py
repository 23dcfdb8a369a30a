"""Teach the band extension what a wide voice has above 7 kHz; takes three minutes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..engine.voice_effects import bent
from ..models.codecs.bands import FIRST, BandExtension
from ..models.codecs.mel import MelCodec
from ..script.lexicon import lexicon
from .checkpoint import write_tensors
from .sentences import sentences
from .wideband import speak_wide

_BATCH, _FRAMES = 16, 200
_RATE = 3e-3
_LOUDER = 0.7  # nepers: a line may be so much louder or softer
_LARGER = 3  # one of so many sentences is said by a larger head, too
_LOWER, _FORMANTS = (-12.0, -5.0), (0.8, 0.95)  # semitones, and what becomes of the formants


def spoken(count: int, seed: int = 0) -> list[Tensor]:
    """Log-mels [bins, frames] of `count` sentences of the wide voice, a third of them said by a man as well.

    Who learns from one woman alone takes what is low and loud in a man's vowels for a hiss.
    """
    codec, rng = MelCodec(), np.random.default_rng(seed)
    source = sentences(random.Random(seed), [word for word in lexicon() if word.isalpha()])
    mels = []
    for number, sound in enumerate(speak_wide([next(source) for _ in range(count)])):
        mels.append(codec.mel(torch.from_numpy(sound)))
        if number % _LARGER == 0:
            larger = bent(sound, codec.config.sample_rate, rng.uniform(*_LOWER), formants=rng.uniform(*_FORMANTS))
            mels.append(codec.mel(torch.from_numpy(larger.astype(np.float32))))
    return mels


def train(
    wide: list[Tensor],
    path: Path,
    steps: int = 800,
    on_loss: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Write what is learned from `wide` sentences to `path`; `on_loss` hears of every 200th step."""
    torch.manual_seed(0)
    rng, model = np.random.default_rng(0), BandExtension()
    low = torch.cat(wide, dim=1)[:FIRST]
    model.mean[:], model.spread[:] = low.mean(dim=1), low.std(dim=1)
    optimiser = torch.optim.AdamW(model.parameters(), _RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    for step in range(1, steps + 1):
        mel = torch.stack([_excerpt(wide, rng) for _ in range(_BATCH)])
        loss = functional.mse_loss(model.told(mel[:, :FIRST]), mel[:, FIRST:])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 0:
            on_loss(step, float(loss.detach()))
    write_tensors(path, model.state_dict(), {})


def _excerpt(wide: list[Tensor], rng: np.random.Generator) -> Tensor:
    """[bins, _FRAMES] of a sentence, louder or softer than it was said."""
    mel = wide[rng.integers(len(wide))]
    start = rng.integers(max(1, mel.shape[1] - _FRAMES))
    cut = mel[:, start : start + _FRAMES]
    cut = functional.pad(cut, (0, _FRAMES - cut.shape[1]), mode="replicate")
    return (cut + rng.uniform(-_LOUDER, _LOUDER)).clamp(min=float(mel.min()))
