"""Print whether a long ambience repeats itself, beside the teacher's endless one and a loop.

    python tests/benchmarks/beds.py [--minutes 10] [--model NAME] [--prompts rain "city traffic"]

The spectrogram (64 log-mel bands, 20 ms) is held against itself, later by 5 s and more: a loop
is alike to itself after one turn (1.00), noise never is. What is told is the highest likeness
at any such lag, and that lag. Seams have a benchmark of their own, `seams.py`.
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np
import torch
import torchaudio

from vssflow_studio.engine.foley_prompt import nearest_kinds
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.training import foley_sounds

_HOP = 0.02
_LEAST = 5.0  # seconds: nearer than that, gusts and waves are alike by nature
_TURN = 10.0  # seconds of the loop that is held beside it


def repetition(sound: np.ndarray, rate: int) -> tuple[float, float]:
    """(highest likeness, −1 … 1, of the sound to itself later; that lag in seconds)."""
    hop = round(_HOP * rate)
    mel = torchaudio.transforms.MelSpectrogram(rate, 2 * hop, hop_length=hop, n_mels=64)(torch.from_numpy(sound))
    level = (mel + 1e-7).log().numpy()
    level = (level - level.mean(1, keepdims=True)) / np.maximum(level.std(1, keepdims=True), 1e-6)
    frames = level.shape[1]
    power = np.abs(np.fft.rfft(level, 2 * frames, axis=1)) ** 2
    alike = np.fft.irfft(power, axis=1)[:, :frames].mean(0) / np.arange(frames, 0, -1)
    lags = slice(round(_LEAST / _HOP), 2 * frames // 3)
    best = int(alike[lags].argmax())
    return float(alike[lags][best]), _LEAST + best * _HOP


def main() -> None:
    """One row for each prompt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--model", default="draft")
    parser.add_argument("--prompts", nargs="+", default=["rain"])
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model, seconds = load_model(arguments.model, "cpu"), 60 * arguments.minutes
    rate = model.card.sample_rate
    print(f"{arguments.minutes:g} minutes       ours, at      teacher's, at   a {_TURN:g} s loop   real-time factor")
    for prompt in arguments.prompts:
        begun = time.perf_counter()
        sound = model.generate(Conditions(total=seconds, prompt=prompt), Sampling(seed=1, steps=arguments.steps))
        factor = (time.perf_counter() - begun) / seconds
        ours = repetition(sound, rate)
        looped = repetition(np.resize(sound[: round(_TURN * rate)], len(sound)), rate)
        kind = nearest_kinds(prompt)[0].kind.name
        teachers = repetition(foley_sounds.bed(kind, np.random.default_rng(1), round(seconds * rate)), rate)
        print(
            f"{prompt:<15} {ours[0]:5.2f} {ours[1]:6.1f} s   {teachers[0]:5.2f} {teachers[1]:6.1f} s   "
            f"{looped[0]:11.2f}   {factor:16.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
