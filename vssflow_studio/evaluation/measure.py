"""Every metric of a table, on every pair."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import MediaError, ModelError
from .item import Item, is_silent
from .meters import Meter, Score
from .pairs import Pair
from .paper import TABLES
from .sound_meters import (
    Alignment,
    Classes,
    Desync,
    FrechetAudioDistance,
    LipSync,
    MelDistance,
    PictureLikeness,
)
from .speech_meters import (
    Distortion,
    DVectorLikeness,
    MoodLikeness,
    Naturalness,
    PocketsphinxErrors,
    RawNetLikeness,
    SpeakerLikeness,
    VoiceLikeness,
    WordErrors,
)

_RATE = 16_000
_FAR = 2.0
"""Times as long as the recording, or the other way round: then it is said."""


@dataclass(frozen=True)
class Progress:
    """So many of `total` steps are done, after so many `seconds`; the one that begins is `doing` a `pair`."""

    done: int
    total: int
    seconds: float
    doing: str
    pair: str = ""

    @property
    def seconds_left(self) -> float | None:
        """An estimate, None before there is one."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


@dataclass
class Measured:
    """The score of each metric, and what is to be said about pairs that are odd or were left out."""

    scores: dict[str, Score] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def meters_for(table: str, whisper: Path | None = None) -> list[Meter]:
    """What measures the metrics of a table of `paper.TABLES`, and what else suits it.

    Raises ModelError where the folder is none that transformers saved.
    """
    if whisper and not (whisper / "config.json").is_file():
        remedy = "Give the folder that holds config.json and model.safetensors."
        raise ModelError("There is no network as transformers saves it", file=whisper, remedy=remedy)
    if "FAD" in TABLES[table].metrics:
        return [FrechetAudioDistance(), Classes(), PictureLikeness(), Alignment(), Desync(), MelDistance()]
    voice = [WordErrors(whisper), VoiceLikeness()]
    heard = [Naturalness(), PocketsphinxErrors(), DVectorLikeness(), RawNetLikeness()]
    if "SIM-O" in TABLES[table].metrics:
        return [SpeakerLikeness(), *voice, *heard]
    return [*voice, MoodLikeness(), Distortion(), LipSync(), *heard]


def measure(
    pairs: Sequence[Pair],
    meters: Sequence[Meter],
    device: str = "cpu",
    on_progress: Callable[[Progress], None] = lambda progress: None,
    check: Callable[[], None] = lambda: None,
) -> Measured:
    """Let each meter listen to each pair; `check` is called often and may raise to stop.

    A pair that a meter can't measure is left out of its score and named. Raises ModelError for
    weights that are there and damaged.
    """
    measured = Measured()
    ready = [meter for meter in meters if not meter.lacking()]
    total, began, done = len(pairs) * (1 + len(ready)), time.monotonic(), 0

    def step(doing: str, pair: Pair) -> None:
        nonlocal done
        check()
        on_progress(Progress(done, total, time.monotonic() - began, doing, pair.name))
        done += 1

    for pair in pairs:
        step("Reading", pair)
        measured.warnings += _oddities(Item(pair, check))
    for meter in meters:
        if meter.lacking():
            measured.scores |= dict.fromkeys(meter.metrics, Score(None, why=meter.lacking()))
            continue
        left = _listened(meter, pairs, device, check, step)
        check()
        _write_down(measured, meter, left)
    on_progress(Progress(total, total, time.monotonic() - began, "Done"))
    return measured


def _listened(meter: Meter, pairs: Sequence[Pair], device: str, check, step) -> list[str]:
    """The pairs that were left out, with the reason."""
    left = []
    meter.load(device)
    for pair in pairs:
        step(", ".join(meter.metrics), pair)
        try:
            meter.listen(Item(pair, check))
        except (ValueError, MediaError) as error:
            left.append(f"{pair.name}: {error}")
    return left


def _write_down(measured: Measured, meter: Meter, left: list[str]) -> None:
    scores = meter.scores()
    if left:
        names = ", ".join(meter.metrics)
        if any(score.value is not None for score in scores):
            more = f", and {len(left) - 1} more" if len(left) > 1 else ""
            measured.warnings.append(f"{names}: left out {left[0]}{more}")
        else:
            scores = tuple(replace(score, why=f"{score.why} ({left[0]})") for score in scores)
    measured.scores |= dict(zip(meter.metrics, scores, strict=True))


def _oddities(item: Item) -> list[str]:
    """A take or a recording that is silent, empty or can't be read; lengths that can't be right."""
    name, found, lengths = item.pair.name, [], []
    sides = (("take", item.made),) + ((("recording", item.real),) if item.pair.real else ())
    for what, read in sides:
        try:
            sound = read(_RATE)
        except (ValueError, MediaError) as error:
            found.append(f"{name}: the {what}: {error}")
            continue
        lengths.append(len(sound) / _RATE)
        if is_silent(sound):
            found.append(f"{name}: the {what} is silent")
    if len(lengths) == 2 and max(lengths) > _FAR * min(lengths):
        found.append(f"{name}: the take lasts {lengths[0]:.1f} s and the recording {lengths[1]:.1f} s")
    return found
