from __future__ import annotations

import numpy as np
import pytest
import soundfile

from vssflow_studio.media.mixdown import mix
from vssflow_studio.media.span import Span

RATE = 48_000


@pytest.fixture
def click(tmp_path):
    """Two seconds with one sample of 0.6 after half a second."""
    sound = np.zeros(2 * RATE, np.float32)
    sound[RATE // 2] = 0.6
    soundfile.write(tmp_path / "click.wav", sound, RATE, subtype="FLOAT")
    return str(tmp_path / "click.wav")


def loud(programme: np.ndarray) -> list[int]:
    return np.flatnonzero(np.abs(programme[:, 0]) > 0.2).tolist()


def test_spans_stand_at_their_offsets_and_add_up(click):
    got = mix([Span(click, 0.0, 0.25, 2.0), Span(click, 0.25, 1.0, 1.0)], 3.0)
    assert got.shape == (3 * RATE, 2) and got.dtype == np.float32
    assert loud(got) == [round(0.75 * RATE), round(1.25 * RATE)]
    assert (got[:, 0] == got[:, 1]).all()
    assert got.max() == pytest.approx(0.6, abs=1e-6)


def test_what_lies_outside_is_cut(click):
    assert loud(mix([Span(click, 0.0, -0.25, 2.0), Span(click, 0.0, 0.75, 2.0)], 1.0)) == [RATE // 4]


def test_too_loud_a_mix_is_turned_down_as_a_whole(click):
    got = mix([Span(click, 0.0, 0.0, 1.0)] * 3 + [Span(click, 0.0, 1.0, 1.0)], 2.0)
    assert got[RATE // 2, 0] == pytest.approx(1.0)
    assert got[RATE + RATE // 2, 0] == pytest.approx(1 / 3, abs=1e-6)


def test_missing_media_is_silence(click, tmp_path):
    got = mix([Span(str(tmp_path / "gone.wav"), 0.0, 0.0, 1.0), Span(click, 0.0, 0.0, 1.0)], 1.0)
    assert loud(got) == [RATE // 2]


@pytest.mark.parametrize(("speed", "start", "places"), [(2.0, 0.0, [RATE // 4]), (-1.0, 1.0, [RATE // 2 - 1]), (0.0, 0.5, [])])
def test_speed(click, speed, start, places):
    assert loud(mix([Span(click, start, 0.0, 0.9, speed=speed)], 1.0)) == places
