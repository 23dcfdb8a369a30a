"""Does foley fall on the action, and is it what the prompt asked for?

Scenes never trained on; onsets by spectral flux; the prompt's kind judged by a
classifier that was trained on the teacher's sounds alone.

`python -m vssflow_studio.training.evaluate_foley [--model draft] [--count 106] [--judge FILE]`
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from ..engine.foley_kinds import KINDS
from ..models.interface import Conditions, Sampling, SoundModel
from ..models.registry import load_model
from . import foley_sounds
from .classifier import Classifier
from .foley_cache import EVALUATION_SEEDS
from .foley_scenes import Scene, scene

SCENES = 2 * len(KINDS)
"""Kinds in turn: two of each."""

HIT = 0.06
"""An onset this near to a visible event (seconds) is on it."""

_UNTIMED = (*foley_sounds.SWELLS, "beep")
"""Kinds that come and go, or are too pure a tone for an onset in several bands."""
_SCATTERED = ("body fall", "keys", "paper", "stone", "wood crack")
"""Kinds that set in several times for one event: which of it strays, nobody can tell."""
_MISSED = 1.0  # seconds off, where nothing at all is heard

_FLUX_BANDS = 10
_FLUX_RISE = 8.0
_FLUX_SPAN = 40.0
_QUIETEST = -60.0


@dataclass(frozen=True)
class FoleyScore:
    """`offset` is the median distance in ms from a visible event to the nearest onset.

    `recall` is the share of visible events that are heard, `precision` the share of onsets
    that are seen (both ±60 ms; of kinds that allow it), `agreement` the share of scenes heard as what was asked for.
    """

    offset: float
    recall: float
    precision: float
    agreement: float

    @property
    def f1(self) -> float:
        """The harmonic mean of recall and precision."""
        return 2 * self.recall * self.precision / max(self.recall + self.precision, 1e-9)


def evaluate(
    model: SoundModel | None,
    count: int = SCENES,
    seed: int = 1,
    judge: Classifier | None = None,
    kinds: Sequence[str] = (),
) -> FoleyScore:
    """Score `model` on `count` unseen scenes of `kinds`; None scores the teacher's own sound.

    Without `kinds` they are those that the model was taught, or all.

    Scene i is made from seed + i: one seed's noise has accents of its own.
    """
    scenes = unseen(count, kinds=kinds or (model and model.card.kinds) or tuple(KINDS))
    sounds = [_heard(model, one, seed + i) for i, one in enumerate(scenes)]
    rate = model.card.sample_rate if model else foley_sounds.RATE
    return score(scenes, sounds, rate, judge or Classifier.trained())


def chance(
    count: int = SCENES, judge: Classifier | None = None, kinds: Sequence[str] = tuple(KINDS)
) -> FoleyScore:
    """What the teacher's sound of another scene of the same kind scores: timing without eyes."""
    scenes = unseen(count, kinds=kinds)
    rounds = -(-count // len(kinds))
    others = unseen(count, first=rounds * len(kinds), kinds=kinds)
    return score(scenes, [o.sound for o in others], foley_sounds.RATE, judge or Classifier.trained())


def unseen(count: int, first: int = 0, kinds: Sequence[str] = tuple(KINDS)) -> list[Scene]:
    """Scenes with events, `kinds` in turn, from seeds that training never uses."""
    numbers = range(first, first + count)
    return [scene(kinds[i % len(kinds)], EVALUATION_SEEDS + i, eventful=True) for i in numbers]


def score(
    scenes: Sequence[Scene], sounds: Sequence[np.ndarray], rate: int, judge: Classifier
) -> FoleyScore:
    """How well `sounds` (mono at `rate`) suit `scenes`, one each."""
    missed_by: list[float] = []
    strayed_by: list[float] = []
    agreed = 0
    for one, sound in zip(scenes, sounds, strict=True):
        agreed += judge.kind_of(sound, rate, one.onsets) == one.kind
        if one.onsets and one.kind not in _UNTIMED:
            heard = onsets(sound, rate)
            missed_by += _distances(np.array(one.onsets), heard)
            if one.kind not in _SCATTERED:
                strayed_by += _distances(heard, np.array(one.onsets))
    return FoleyScore(
        offset=1000 * median(missed_by or [_MISSED]),
        recall=_share(missed_by),
        precision=_share(strayed_by),
        agreement=agreed / max(1, len(scenes)),
    )


def onsets(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """Seconds at which mono `sound` sets in, 10 ms exact.

    An onset is a rise by 8 dB within 30 ms, the mean over bands from 100 Hz to 10 kHz,
    of what lies within 40 dB of the loudest band (Bello et al. 2005, log spectral flux).
    """
    level = _band_levels(sound, sample_rate // 100, sample_rate)
    floor = max(level.max(initial=_QUIETEST), _QUIETEST) - _FLUX_SPAN
    level = np.maximum(level, floor)
    earlier = np.concatenate([np.full((5, _FLUX_BANDS), floor), level])
    before = np.max([earlier[5 - back : len(earlier) - back] for back in (2, 3, 4, 5)], axis=0)
    rise = (level - before).clip(0).mean(1)
    times, last = [], -9
    for index in np.flatnonzero(rise > _FLUX_RISE):
        if index - last > 8:
            times.append(index / 100)
        last = index
    return np.array(times)


def _band_levels(sound: np.ndarray, hop: int, sample_rate: int) -> np.ndarray:
    """Decibels below full scale [time, bands], frames of two hops centred on each hop."""
    padded = np.pad(sound.astype(np.float64), hop)
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)[: len(sound) : hop]
    window = np.hanning(2 * hop)
    power = np.abs(np.fft.rfft(frames * (2 / window.sum()) * window, axis=1)) ** 2
    edges = np.geomspace(100, 10_000, _FLUX_BANDS + 1) * 2 * hop / sample_rate
    cuts = np.ceil(edges).astype(int)
    bands = [power[:, a : max(b, a + 1)].mean(1) for a, b in zip(cuts, cuts[1:], strict=False)]
    return 10 * np.log10(np.stack(bands, axis=1) + 1e-12)


def _heard(model: SoundModel | None, one: Scene, seed: int) -> np.ndarray:
    if model is None:
        return one.sound
    total = len(one.sound) / foley_sounds.RATE
    return model.generate(Conditions(total=total, prompt=one.prompt, frames=one.frames), Sampling(seed=seed))


def _distances(points: np.ndarray, others: np.ndarray) -> list[float]:
    """Seconds from each of `points` to the nearest of `others`."""
    if not len(others):
        return [_MISSED] * len(points)
    return [float(np.abs(others - point).min()) for point in points]


def _share(distances: Sequence[float]) -> float:
    return sum(d <= HIT for d in distances) / max(1, len(distances))


def main() -> None:
    """Print the model's scores beside the teacher's and chance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="draft")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--count", type=int, default=SCENES)
    parser.add_argument("--judge", type=Path, help="keep the classifier here and use it again")
    arguments = parser.parse_args()
    judge = Classifier.cached(arguments.judge) if arguments.judge else Classifier.trained()
    model = load_model(arguments.model, arguments.device)
    print("foley     event to onset   recall   precision     F1   prompt agreed   (±60 ms)")
    kinds = model.card.kinds or tuple(KINDS)
    rows = {
        arguments.model: evaluate(model, arguments.count, judge=judge),
        "teacher": evaluate(None, arguments.count, judge=judge, kinds=kinds),
        "chance": chance(arguments.count, judge, kinds),
    }
    for name, s in rows.items():
        print(
            f"{name:<9} {s.offset:11.0f} ms   {s.recall:6.0%}   {s.precision:9.0%}"
            f"   {s.f1:4.0%}   {s.agreement:13.0%}"
        )


if __name__ == "__main__":
    main()
