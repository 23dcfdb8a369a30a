"""Train the duration predictor on the teacher's phoneme lengths; takes a minute.

`python -m vssflow_studio.training.train_durations CACHE OUT`
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ..atomic import replacing
from ..models.vssflow.config import draft
from ..models.vssflow.durations import DurationModel
from .speech_cache import VOICES, SpeechCache


def batches(cache: SpeechCache, size: int, count: int, seed: int):
    """Yield (ids, log seconds relative to the utterance's tempo, voices), padded with 0."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        rows, voices = [], []
        for number in rng.integers(len(cache.voices), size=size):
            start, end = cache.phone_bounds[number : number + 2]
            if end - start > 3:
                rows.append(torch.from_numpy(cache.phones[start:end].astype(np.int64)))
                voices.append(int(cache.voices[number]))
        padded = pad_sequence(rows, batch_first=True)
        seconds = padded[..., 1].clamp(min=5) / 1000
        yield padded[..., 0], seconds.log(), torch.tensor(voices)


def loss_of(model: DurationModel, ids: Tensor, wanted: Tensor, voices: Tensor) -> Tensor:
    """Mean absolute error of log seconds; the tempo of each utterance is left free in part."""
    present = (ids != 0).float()
    error = (model(ids, voices) - wanted) * present
    tempo = error.sum(1, keepdim=True) / present.sum(1, keepdim=True)
    return (((error - tempo * 0.7) * present).abs()).sum() / present.sum()


def train(cache_folder: Path, out: Path, steps: int = 1200) -> None:
    """Leave durations.safetensors in `out`."""
    torch.manual_seed(0)
    cache = SpeechCache.load(cache_folder / "speech.npz")
    model = DurationModel(draft().phoneme_table, len(VOICES))
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for step, batch in enumerate(batches(cache, 24, steps, 0), start=1):
        loss = loss_of(model, *batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 0:
            print(f"{step}: {float(loss.detach()):.4f}", flush=True)
    with replacing(out / "durations.safetensors") as temporary:
        save_file(model.state_dict(), temporary)


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    train(arguments.cache, arguments.out)


if __name__ == "__main__":
    main()
