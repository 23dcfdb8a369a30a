"""What of an adjusted take stands on the timeline: which file, and which stretch of it.

A trim in whole frames is said by the clip's source range. Gain, fades, slip and trims
between frames can't be said in every NLE's format: for them a WAV is rendered beside the
take (by `engine.adjust`), named for the take and for what was done to it. The take's own
WAV is never written to.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, replace
from math import floor

from opentimelineio.opentime import RationalTime

from .cues import Adjustment, Take
from .timecode import exact_rate, seconds

GAIN = (-60.0, 12.0)
"""dB that a take may be made louder."""
SLIP = 1.0
"""Seconds that a take may be slipped, either way."""
SHORTEST = 0.02
"""Seconds of a take that a trim leaves at least."""

_RENDERED = re.compile(r"~[0-9a-f]{8}(?=\.[^.]*$)")
_ON_FRAME = 1e-3  # frames


def bounded(adjustment: Adjustment, take: Take) -> Adjustment:
    """`adjustment` as far as `take` can follow it: inside of its WAV, fades inside of the trims."""
    head, length, tail = (float(seconds(time)) for time in (take.head, take.duration, take.tail))
    begin = _clamped(adjustment.trim_in, -head, length - SHORTEST)
    end = _clamped(adjustment.trim_out, -tail, length - SHORTEST - begin)
    left = length - begin - end
    fade_in = _clamped(adjustment.fade_in, 0.0, left)
    fade_out = _clamped(adjustment.fade_out, 0.0, left - fade_in)
    gain, slip = _clamped(adjustment.gain, *GAIN), _clamped(adjustment.slip, -SLIP, SLIP)
    return Adjustment(gain, fade_in, fade_out, begin, end, slip)


def needs_render(take: Take) -> bool:
    """Whether a clip alone can't say what was done to the take."""
    one = take.adjustment
    return any((*between_frames(take), one.gain, one.fade_in, one.fade_out, one.slip))


def heard_path(take: Take) -> str:
    """The WAV that its clip plays, relative as `take.path` is: that, or the adjusted one beside it."""
    if not needs_render(take):
        return take.path
    shape = [float(seconds(time)) for time in (take.head, take.duration, take.tail)]
    done = {name: round(value, 6) for name, value in asdict(take.adjustment).items()}
    key = hashlib.sha256(json.dumps([done, shape], sort_keys=True).encode()).hexdigest()[:8]
    folder, _, name = take.path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    name = f"{stem}~{key}.{suffix}" if dot else f"{name}~{key}"
    return f"{folder}/{name}" if folder else name


def original_name(name: str) -> str:
    """The file name of the take that a rendered WAV was made of; any other name as it is."""
    return _RENDERED.sub("", name)


def is_original(name: str) -> bool:
    """Whether a file name isn't one of a rendered WAV."""
    return original_name(name) == name


def between_frames(take: Take) -> tuple[bool, bool]:
    """Whether the take's trims end between two frames of its rate."""
    rate = float(exact_rate(take.duration.rate))
    ends = (take.adjustment.trim_in * rate, take.adjustment.trim_out * rate)
    return tuple(abs(end - round(end)) > _ON_FRAME for end in ends)


def trims(take: Take, rate: float) -> tuple[RationalTime, RationalTime]:
    """What the clip leaves of the cue at its ends, in whole frames; what is left over is rendered."""
    ends = (take.adjustment.trim_in, take.adjustment.trim_out)
    frames = (floor(end * float(exact_rate(rate)) + _ON_FRAME) for end in ends)
    return tuple(RationalTime(count, rate) for count in frames)


def adjusted(take: Take, **fields: float) -> Take:
    """The take with other values of some fields of its adjustment, within what it can follow."""
    return replace(take, adjustment=bounded(replace(take.adjustment, **fields), take))


def _clamped(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))
