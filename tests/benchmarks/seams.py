"""Print how loud the seams of takes longer than a window are, beside every other place.

    python tests/benchmarks/seams.py [--seams N] [--model NAME] [--steps N] [--threads N]

At each 20 ms of a take two jumps: of the energy (dB) and of the spectrum (RMS over 64 log-mel
bands, dB). A seam is where a window comes in, where it weighs as much as the one before
it, and where that one leaves; the loudest 20 ms within 40 ms of each counts. Beside it the same of
random places of the same takes that are no seam. A seam that can't be heard is above half
of those half of the time, and above the 95th percentile of them one time in twenty.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass

import numpy as np
import torch
import torchaudio

from vssflow_studio.models.flow.windows import seam_frames
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
    """Of one kind of take: percentiles (0 … 100) of its seams among its other places, for both jumps."""

    kind: str
    places: int
    energy: np.ndarray
    spectrum: np.ndarray


def jumps(sound: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """dB from each 20 ms to the next: of the energy, and RMS over mel bands. [hops - 1] each."""
    hop = round(_HOP * rate)
    mel = torchaudio.transforms.MelSpectrogram(rate, 2 * hop, hop_length=hop, n_mels=64)(torch.from_numpy(sound))
    decibels = 10 * (mel + 1e-6).log10().numpy()
    power = 10 * np.log10((mel + 1e-6).sum(0).numpy())
    return np.abs(np.diff(power)), np.sqrt((np.diff(decibels, axis=1) ** 2).mean(0))


def percentiles(values: np.ndarray, places: list[int], rng: np.random.Generator) -> list[float]:
    """Where the loudest jump near each place stands among those of random places that are none of them."""
    peaks = np.lib.stride_tricks.sliding_window_view(np.pad(values, _NEAR), 2 * _NEAR + 1).max(1)
    far = [at for at in range(10, len(peaks) - 10) if min(abs(at - place) for place in places) > 3 * _NEAR]
    others = peaks[rng.permutation(far)[:400]]
    return [100 * float((others < peaks[at]).mean() + (others == peaks[at]).mean() / 2) for at in places]


def measure(model, kind: str, count: int, steps: int | None = None) -> Jumps:
    """`count` places at seams of takes of 12 s of a kind; `steps` None are the model's own."""
    rng, rate = np.random.default_rng(0), model.card.sample_rate
    energy, spectrum, number = [], [], 0
    while len(energy) < count:
        conditions = _asked(model, kind, number)
        sound = model.generate(conditions, Sampling(seed=number, steps=steps))
        places = [round(at / _HOP) for at in seam_times(model, conditions)]
        for found, values in zip((energy, spectrum), jumps(sound, rate), strict=True):
            found += percentiles(values, places, rng)
        number += 1
    return Jumps(kind, len(energy), np.array(energy), np.array(spectrum))


def seam_times(model, conditions: Conditions) -> list[float]:
    """Seconds of where windows come in, are equal and leave."""
    frames = round(conditions.total * model.latent_rate)
    return [at / model.latent_rate for at in seam_frames(frames, *model.windows(frames))]


def _asked(model, kind: str, number: int) -> Conditions:
    if kind == "line":
        voice = model.card.voices[number % len(model.card.voices)]
        return Conditions(12.0, phonemes(LINES[number % len(LINES)]), (0.5, 11.5), voice)
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
    print("                      energy: median, above 95th   spectrum: median, above 95th")
    for kind in ("bed", "events", "line"):
        found = measure(model, kind, 3 * arguments.seams, arguments.steps)
        row = [f(x) for x in (found.energy, found.spectrum) for f in (np.median, lambda v: 100 * (v > 95).mean())]
        told = f"{row[0]:14.0f} %  {row[1]:8.0f} %   {row[2]:16.0f} %  {row[3]:8.0f} %"
        print(f"{kind:<8} {found.places:4} places  {told}", flush=True)
    print("inaudible                         50 %         5 %                 50 %         5 %")


if __name__ == "__main__":
    main()
