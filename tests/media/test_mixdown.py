from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import soundfile

from vssflow_studio.media.mixdown import BLOCK, mix, mix_blocks, spooled
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


@pytest.mark.parametrize("speed", [1.0, 1.5, -0.75])
def test_blocks_join_without_a_seam(tmp_path, speed):
    """A slow sine over four blocks, begun between two: its steps are as small as a sine's."""
    time = np.arange(8 * RATE) / RATE
    soundfile.write(tmp_path / "sine.wav", np.sin(2 * np.pi * 50 * time), RATE, subtype="FLOAT")
    blocks = list(mix_blocks([Span(str(tmp_path / "sine.wav"), 5.0, 0.3, 3.5, speed=speed)], 4.0, channels=1))
    assert [block.shape for block in blocks] == [(BLOCK, 1)] * 4
    heard = np.concatenate(blocks)[round(0.31 * RATE) : round(2.2 * RATE), 0]
    assert np.abs(heard).max() == pytest.approx(1, abs=1e-3)
    assert np.abs(np.diff(heard)).max() < 2 * np.pi * 50 / RATE * abs(speed) * 1.02


def test_a_long_programme_is_never_in_memory_as_a_whole(tmp_path):
    soundfile.write(tmp_path / "long.wav", np.zeros((60 * RATE, 2), np.float32) + 0.25, RATE)  # 23 MB as floats
    tracemalloc.start()
    with spooled(mix_blocks([Span(str(tmp_path / "long.wav"), 0.0, 0.0, 60.0)] * 2, 60.0), tmp_path) as spool:
        assert (spool.samples, spool.peak) == (60 * RATE, pytest.approx(0.5, abs=1e-4))
        assert sum(len(block) for block in spool.blocks()) == 60 * RATE
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4_000_000
    assert [file.name for file in tmp_path.iterdir()] == ["long.wav"]


def test_a_spool_is_silent_outside_itself(tmp_path):
    with spooled([np.ones((10, 2), np.float32)], tmp_path) as spool:
        assert spool.read(-3, 2)[:, 0].tolist() == [0, 0, 0, 1, 1]
        assert spool.read(8, 12)[:, 1].tolist() == [1, 1, 0, 0]
        assert not spool.read(20, 25).any() and not spool.read(-9, -4).any()
