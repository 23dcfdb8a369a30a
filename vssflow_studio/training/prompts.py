"""What the foley teacher is asked, and which of its scenes can cause a kind of sound."""

from __future__ import annotations

import random

from ..engine.foley_kinds import KINDS

MOTIONS: dict[str, tuple[str, ...]] = {
    name: tuple(motions.split())
    for names, motions in (
        ("footsteps|concrete steps|gravel|snow steps|leaf steps|mud steps|metal steps", "walk"),
        ("door|metal door|sliding door|creak", "door"),
        ("cloth|clap|punch|sword|glass clink|paper|bell", "strike"),
        ("knock|metal|glass|wood crack|stone|cup", "strike fall"),
        ("cutlery|keys|switch|beep", "strike tap"),
        ("body fall|splash|pour", "fall"),
        ("drip", "fall tap"),
        ("ball", "bounce fall"),
        ("keyboard", "tap"),
        ("phone|horn|gunshot", "flash strike"),
        ("explosion|thunder", "flash"),
        ("whoosh|car pass", "pass"),
    )
    for name in names.split("|")
} | {name: ("bed",) for name, kind in KINDS.items() if kind.bed}
"""The scenes (see foley_scenes.py) that can cause each kind; a bed goes on in any."""

_FRAMES = ("{}", "{}", "{}", "sound of {}", "the sound of {}", "{} sound", "loud {}", "soft {}", "{} in a room", "{} outside")


def prompt_for(kind: str, rng: random.Random) -> str:
    """One of the many ways to ask for `kind`."""
    return rng.choice(_FRAMES).format(rng.choice(KINDS[kind].phrases))


def wordings(kind: str) -> tuple[str, ...]:
    """All ways to ask for `kind` that `prompt_for` draws from."""
    return tuple(frame.format(phrase) for phrase in KINDS[kind].phrases for frame in dict.fromkeys(_FRAMES))
