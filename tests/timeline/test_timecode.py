from __future__ import annotations

from fractions import Fraction

import pytest
from opentimelineio.opentime import RationalTime

from vssflow_studio.timeline.timecode import (
    exact_rate,
    from_seconds,
    parse_timecode,
    samples,
    seconds,
    timecode,
)

NTSC_24 = Fraction(24_000, 1001)


@pytest.mark.parametrize("written", [23.976, 23.98, 23.976023976, 24000 / 1001])
def test_rates_that_tools_round_are_ntsc(written):
    assert exact_rate(written) == NTSC_24


@pytest.mark.parametrize(
    ("written", "meant"),
    [(24, 24), (25, 25), (29.97, Fraction(30_000, 1001)), (30, 30), (50, 50), (59.94, Fraction(60_000, 1001)), (12.5, Fraction(25, 2)), (48_000, 48_000)],
)
def test_other_rates_are_what_they_say(written, meant):
    assert exact_rate(written) == meant


@pytest.mark.parametrize("rate", [0, -24, float("nan")])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError):
        exact_rate(rate)


@pytest.mark.parametrize("rate", [23.976, 23.98, 24, 25, 29.97, 30, 50, 59.94])
def test_a_day_of_frames_comes_back_from_seconds_and_timecode(rate):
    for value in (0, 1, 17, 1799, 1800, 86_399, 2_000_003):
        time = RationalTime(value, rate)
        assert from_seconds(seconds(time), rate) == time
        assert parse_timecode(timecode(time), rate) == time


@pytest.mark.parametrize(
    ("value", "rate", "text"),
    [(86_400, 23.976, "01:00:00:00"), (107_892, 29.97, "01:00:00;00"), (90_000, 25, "01:00:00:00")],
)
def test_timecode_as_an_nle_writes_it(value, rate, text):
    assert timecode(RationalTime(value, rate)) == text
    assert parse_timecode(text, rate).value == value


def test_timecode_counts_from_the_start():
    assert timecode(RationalTime(12, 24), RationalTime(86_400, 24)) == "01:00:00:12"


def test_a_rate_without_timecode_gives_seconds_from_the_first_frame():
    assert timecode(RationalTime(30, 15), RationalTime(15 * 3600, 15)) == "2.000s"


@pytest.mark.parametrize("text", ["01:00:99:00", "a:b:c:d", "01:00:00", "01:00:00:24", "-1:00:00:00", ":"])
def test_what_is_no_timecode_is_refused(text):
    with pytest.raises(ValueError):
        parse_timecode(text, 24)


def test_samples_fall_on_the_nearest():
    assert samples(RationalTime(1, 23.98), 48_000) == 2002
    assert samples(RationalTime(2, 29.97), 48_000) == 3203  # 3203.2
