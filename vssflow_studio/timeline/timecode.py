"""The one seam between the timeline's time and the model's seconds.

Rates are exact fractions: OTIO stores 24000/1001 as a float, rounded differently by
every tool that writes it, so a rate is first taken back to the fraction it means.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache

from opentimelineio.opentime import RationalTime, TimeRange, from_timecode, to_timecode

_NTSC = tuple(Fraction(base * 1000, 1001) for base in (24, 30, 48, 60, 120))


@cache
def exact_rate(rate: float) -> Fraction:
    """The rate that `rate` stands for: 23.976, 23.98 and 23.976024 are 24000/1001.

    Raises ValueError when the rate is not positive, or so small that nothing runs at it.
    """
    if not rate >= 0.01:
        raise ValueError(f"a rate has to be positive, not {rate}")
    for ntsc in _NTSC:
        if abs(rate - float(ntsc)) < 0.005:
            return ntsc
    return Fraction(rate).limit_denominator(1001)


def seconds(time: RationalTime) -> Fraction:
    """`time` in exact seconds."""
    return _seconds(time.value, time.rate)


@lru_cache(1 << 16)
def _seconds(value: float, rate: float) -> Fraction:
    whole = int(value) if value.is_integer() else Fraction(value).limit_denominator(10**6)
    return whole / exact_rate(rate)


def is_usable(time: RationalTime) -> bool:
    """Whether it is a time at all: a rate that anything runs at, and not further out than 115 days."""
    seconds_at_most = 10_000_000.0
    return 0.01 <= time.rate <= 1e6 and abs(time.value) <= seconds_at_most * time.rate


def samples(time: RationalTime, sample_rate: int) -> int:
    """The sample nearest to `time`; at NTSC rates frames fall between samples."""
    return round(seconds(time) * sample_rate)


def from_seconds(value: Fraction | float, rate: float) -> RationalTime:
    """`value` seconds at `rate`, to the nearest whole frame."""
    return RationalTime(round(Fraction(value) * exact_rate(rate)), rate)


def in_frames(time: RationalTime, rate: float) -> RationalTime:
    """`time` at `rate`, to the nearest whole frame; quick where it is there already."""
    if time.rate == rate and time.value == int(time.value):
        return time
    return from_seconds(seconds(time), rate)


def at_rate(time: RationalTime, rate: float) -> RationalTime:
    """`time` at another rate, exact where OTIO's own rescaling drifts by the rounded rate."""
    return RationalTime(float(seconds(time) * exact_rate(rate)), rate)


def timecode(time: RationalTime, start: RationalTime | None = None) -> str:
    """Record timecode of `time` counted from `start` (the global start time).

    Drop-frame is written at 29.97 and 59.94 as NLEs do by default. Rates that have
    no timecode (15, an audio track's 48000) and times before midnight come out as
    seconds from the timeline's first frame.
    """
    rate = time.rate if start is None else start.rate
    total = at_rate(time, rate) if start is None else at_rate(time, rate) + start
    try:
        return to_timecode(RationalTime(round(total.value), rate))
    except ValueError:
        return f"{float(seconds(time)):.3f}s"


def parse_timecode(text: str, rate: float) -> RationalTime:
    """`01:00:05:12` (or `;12` for drop-frame) as time at `rate`.

    Raises ValueError for what is no timecode at this rate.
    """
    hours, minutes, whole = (int(part) for part in text.replace(";", ":").split(":")[:3])
    if hours < 0 or minutes not in range(60) or whole not in range(60):
        raise ValueError(f"{text!r} is no timecode")
    # OTIO reads timecode at NTSC rates by their fraction only, not as tools round them.
    return RationalTime(from_timecode(text, float(exact_rate(rate))).value, rate)


def range_of(start: RationalTime, end: RationalTime) -> TimeRange:
    """The range from `start` up to but not including `end`."""
    return TimeRange(start, end - start)
