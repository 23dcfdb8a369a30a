"""The foley teacher's voice: procedural sounds at 24 kHz, mono float32, by kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import foley_beds, foley_impacts, foley_steps, foley_things
from .foley_kit import RATE, Rng, decay

EVENTS: dict[str, Callable[[Rng], np.ndarray]] = {
    "ball": foley_impacts.ball,
    "footsteps": foley_steps.step,
    "gravel": foley_steps.gravel,
    "door": foley_things.door,
    "knock": foley_impacts.knock,
    "metal": foley_impacts.metal,
    "glass": foley_impacts.glass,
    "bell": foley_impacts.bell,
    "splash": foley_things.splash,
    "switch": foley_things.switch,
    "keyboard": foley_things.key,
    "whoosh": foley_things.whoosh,
    "explosion": foley_impacts.explosion,
    "concrete steps": foley_steps.concrete,
    "snow steps": foley_steps.snow,
    "leaf steps": foley_steps.leaves,
    "mud steps": foley_steps.mud,
    "metal steps": foley_steps.metal,
    "metal door": foley_things.metal_door,
    "sliding door": foley_things.sliding_door,
    "creak": foley_things.creak,
    "cloth": foley_things.cloth,
    "clap": foley_impacts.clap,
    "body fall": foley_impacts.body_fall,
    "punch": foley_impacts.punch,
    "cup": foley_impacts.cup,
    "cutlery": foley_impacts.cutlery,
    "paper": foley_things.paper,
    "keys": foley_impacts.keys,
    "wood crack": foley_impacts.wood_crack,
    "stone": foley_impacts.stone,
    "glass clink": foley_impacts.clink,
    "pour": foley_things.pour,
    "drip": foley_things.drip,
    "phone": foley_things.phone,
    "beep": foley_things.beep,
    "sword": foley_things.sword,
    "gunshot": foley_impacts.gunshot,
    "thunder": foley_impacts.thunder,
    "car pass": foley_things.car_pass,
    "horn": foley_things.horn,
}
BEDS: dict[str, Callable[[Rng, int], np.ndarray]] = {
    "rain": foley_beds.rain,
    "wind": foley_beds.wind,
    "engine": foley_beds.engine,
    "fire": foley_beds.fire,
    "clock": foley_beds.clock,
    "birds": foley_beds.birds,
    "crickets": foley_beds.crickets,
    "crowd": foley_beds.crowd,
    "sea": foley_beds.sea,
    "stream": foley_beds.stream,
    "traffic": foley_beds.traffic,
    "room tone": foley_beds.room_tone,
}

SWELLS = ("whoosh", "car pass", "creak")
"""Kinds that come and go, with no attack that could be timed."""

_LEADS = {
    "whoosh": 0.5,
    "car pass": 0.5,
    "creak": 0.9,
    "sliding door": foley_things.SLIDE_ROLL / (foley_things.SLIDE_ROLL + foley_things.SLIDE_STOP),
}


def event(kind: str, rng: Rng, gain: float = 1.0) -> np.ndarray:
    """One event of `kind`, peak about −8 dBFS times `gain`, no DC."""
    sound = EVENTS[kind](rng)
    sound = sound - sound.mean() * np.minimum(1, np.arange(len(sound))[::-1] / 200)
    sound = sound * _fade_out(len(sound))
    return (0.4 * gain * sound / max(np.abs(sound).max(), 1e-9)).astype(np.float32)


def lead(kind: str, length: int) -> int:
    """How many of an event's `length` samples come before what is seen: 0 for what sets in with it."""
    return int(_LEADS.get(kind, 0.0) * length)


def bed(kind: str, rng: Rng, length: int) -> np.ndarray:
    """`length` samples of an ambience, RMS about −30 dBFS."""
    sound = BEDS[kind](rng, length)
    sound = sound - sound.mean()
    return (0.032 * sound / max(sound.std(), 1e-9)).clip(-0.5, 0.5).astype(np.float32)


def reverberate(sound: np.ndarray, rng: Rng) -> np.ndarray:
    """A little room: a short exponentially decaying noise tail under the dry sound."""
    seconds, level = rng.uniform(0.1, 0.5), rng.uniform(0.0, 0.25)
    tail = rng.normal(size=int(seconds * RATE)) * decay(int(seconds * RATE), seconds / 5)
    tail[: int(0.004 * RATE)] = 0
    tail *= level / np.sqrt((tail**2).sum())
    size = len(sound) + len(tail)
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]
    return (sound + wet).astype(np.float32)


def _fade_out(length: int) -> np.ndarray:
    return np.minimum(1, np.arange(length)[::-1] / min(480, length))
