"""Train the duration predictor on the teachers' phoneme lengths; takes a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ..models.vssflow.config import VSSFlowConfig
from ..models.vssflow.durations import DurationModel
from .checkpoint import write_tensors

_LEAST = 4  # phonemes; shorter utterances tell nothing of tempo


class Timings(Protocol):
    """Phonemes and their lengths, as in SpeechCache."""

    voices: np.ndarray
    phones: np.ndarray
    phone_bounds: np.ndarray


Batch = tuple[Tensor, Tensor, Tensor]


def batches(caches: Sequence[Timings], size: int, count: int, seed: int) -> Iterator[Batch]:
    """Yield (ids, log seconds relative to the utterance's tempo, voices), padded with 0."""
    rng = np.random.default_rng(seed)
    said = [_utterance(cache, i) for cache in caches for i in range(len(cache.voices))]
    for _ in range(count):
        drawn = [said[i] for i in rng.integers(len(said), size=size)]
        long = [one for one in drawn if len(one[0]) >= _LEAST] or drawn
        rows, voices = zip(*long, strict=True)
        padded = pad_sequence(rows, batch_first=True)
        seconds = padded[..., 1].clamp(min=5) / 1000
        yield padded[..., 0], seconds.log(), torch.tensor(voices)


def _utterance(cache: Timings, index: int) -> tuple[Tensor, int]:
    start, end = cache.phone_bounds[index : index + 2]
    return torch.from_numpy(cache.phones[start:end].astype(np.int64)), int(cache.voices[index])


def loss_of(model: DurationModel, ids: Tensor, wanted: Tensor, voices: Tensor) -> Tensor:
    """Mean absolute error of log seconds; the tempo of each utterance is left free in part."""
    present = (ids != 0).float()
    error = (model(ids, voices) - wanted) * present
    tempo = error.sum(1, keepdim=True) / present.sum(1, keepdim=True)
    return (((error - tempo * 0.7) * present).abs()).sum() / present.sum()


def train(
    caches: Sequence[Timings],
    voices: int,
    config: VSSFlowConfig,
    path: Path,
    steps: int = 1200,
    on_loss: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Write the trained predictor to `path`; `on_loss` hears of every 200th step."""
    torch.manual_seed(0)
    model = DurationModel(config.phoneme_table, voices)
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for step, batch in enumerate(batches(caches, 24, steps, 0), start=1):
        loss = loss_of(model, *batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 0:
            on_loss(step, float(loss.detach()))
    write_tensors(path, model.state_dict(), {})
