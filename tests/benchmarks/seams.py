"""Print how loud the seams of takes longer than a window are, beside the same places without one.

    python tests/benchmarks/seams.py [--seams N] [--model NAME] [--steps N] [--threads N]

Each take is made twice of the same noise, with windows of other lengths, so that its seams fall elsewhere.
At each 20 ms two jumps: of the energy (dB) and of the spectrum (RMS over 64 log-mel bands, dB). A seam
is where a window comes in, where it weighs as much as the one before it, and where that one leaves;
the loudest 20 ms within 40 ms of each counts, in the one and in the other. A seam that can't be heard is
the louder half of the time, and by nothing in the mean.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
import torchaudio

from vssflow_studio.models.flow.windows import seam_frames, shortest_window
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.script.phonemes import phonemes

BEDS = ("rain on a roof", "wind in trees", "river", "fire crackling", "car engine idling", "waves", "crowd murmur")
EVENTS = ("footsteps on gravel", "keyboard typing", "glass breaking", "hammer on metal", "door knocks")
LINES = (
    "I told you that the river was too cold, and you went in all the same, and now look at what you have done.",
    "When the last train had left the station we walked home along the canal, and neither of us said one word.",
    "There is a letter on the kitchen table for you, and before you open it I would like to explain a few things.",
)
_HOP = 0.02
_NEAR = 2  # hops round a place


@dataclass(frozen=True)
class Jumps:
    """Of one kind of take: dB by which seams jump more than the same places without one, of both jumps."""

    kind: str
    energy: np.ndarray
    spectrum: np.ndarray


def jumps(sound: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """dB from each 20 ms to the next: of the energy, and RMS over mel bands. [hops - 1] each."""
    hop = round(_HOP * rate)
    mel = torchaudio.transforms.MelSpectrogram(rate, 2 * hop, hop_length=hop, n_mels=64)(torch.from_numpy(sound))
    decibels = 10 * (mel + 1e-6).log10().numpy()
    power = 10 * np.log10((mel + 1e-6).sum(0).numpy())
    return np.abs(np.diff(power)), np.sqrt((np.diff(decibels, axis=1) ** 2).mean(0))


def measure(model, kind: str, count: int, steps: int | None = None) -> Jumps:
    """`count` places at seams of takes of 12 s of a kind; `steps` None are the model's own."""
    found: list[np.ndarray] = []
    number = 0
    while sum(part.shape[1] for part in found) < count:
        found.append(_differences(model, _asked(model, kind, number), Sampling(seed=number, steps=steps)))
        number += 1
    return Jumps(kind, *np.concatenate(found, axis=1))


def _differences(model, conditions: Conditions, sampling: Sampling) -> np.ndarray:
    """[2, places]: the jumps at the seams of one take, less those there without seams."""
    seamed, seams = _made(model, conditions, sampling, partial(type(model).windows, model))
    whole, others = _made(model, conditions, sampling, partial(_shorter, model))
    places = [at for at in seams if min(abs(at - other) for other in others) > 3 * _NEAR]
    return seamed[:, places] - whole[:, places]


def _made(model, conditions: Conditions, sampling: Sampling, windows) -> tuple[np.ndarray, list[int]]:
    """Of a take with such `windows`: the largest jump near each hop [2, hops - 1], and the hops of its seams."""
    frames = round(conditions.total * model.latent_rate)
    model.windows = windows
    sound = model.generate(conditions, sampling)
    seams = [round(at / model.latent_rate / _HOP) for at in seam_frames(frames, *windows(frames))]
    near = [
        np.lib.stride_tricks.sliding_window_view(np.pad(values, _NEAR), 2 * _NEAR + 1).max(1)
        for values in jumps(sound, model.card.sample_rate)
    ]
    return np.stack(near), seams


def _shorter(model, frames: int) -> tuple[int, int]:
    """Windows that are one more than the model's own, which are as short as so many can be."""
    window, overlap = type(model).windows(model, frames)
    return shortest_window(frames, window - 1, overlap), overlap


def _asked(model, kind: str, number: int) -> Conditions:
    if kind == "line":
        voice = model.card.voices[number % len(model.card.voices)]
        # Begun and ended elsewhere each time, so that seams fall on other sounds.
        early, late = np.random.default_rng(number).uniform(0, 1.6, 2)
        return Conditions(12.0, phonemes(LINES[number % len(LINES)]), (0.2 + early, 11.8 - late), voice)
    if kind == "bed":
        return Conditions(12.0, prompt=BEDS[number % len(BEDS)], speech=(0.5, 11.5))
    return Conditions(
        12.0, prompt=EVENTS[number % len(EVENTS)], speech=(0.5, 11.5), frames=_moving(model, number)
    )


def _moving(model, number: int) -> np.ndarray:
    """Something that falls and stops about once a second, against a mottled wall."""
    rng, (height, width) = np.random.default_rng(number), model.frame_size
    picture = np.repeat(0.5 + 0.05 * rng.standard_normal((1, height, width)), round(12 * model.frame_rate), 0)
    period = rng.uniform(0.6, 1.4)
    for index in range(len(picture)):
        phase = (index / model.frame_rate / period) % 1
        top = round((height - 12) * min(1.0, (2 * phase) ** 2))
        picture[index, top : top + 10, 20:34] = 0.9
    return np.clip(picture, 0, 1).astype(np.float32)


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seams", type=int, default=35, help="of each kind; each has three places")
    parser.add_argument("--model", default="draft")
    parser.add_argument("--steps", type=int, help="default: the model's own")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model = load_model(arguments.model, "cpu")
    print("at a seam, beside without   energy: louder, by   spectrum: louder, by")
    for kind in ("bed", "events", "line"):
        found = measure(model, kind, 3 * arguments.seams, arguments.steps)
        row = [f(x) for x in (found.energy, found.spectrum) for f in (lambda v: 100 * (v > 0).mean(), np.mean)]
        told = f"{row[0]:11.0f} %  {row[1]:+5.2f} dB   {row[2]:10.0f} %  {row[3]:+5.2f} dB"
        print(f"{kind:<8} {len(found.energy):4} places  {told}", flush=True)
    print("inaudible                        50 %   0.00 dB           50 %   0.00 dB")


if __name__ == "__main__":
    main()
