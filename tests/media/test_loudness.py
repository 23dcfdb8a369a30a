"""The meter against the standard's own test signals and another meter; the limiter at its limit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vssflow_studio.media.loudness import RATE, Target, levelled, limited, measure
from vssflow_studio.media.mixdown import BLOCK, spooled


def sine(seconds: float, decibels: float, frequency: float = 1000, phase: float = 0.0) -> np.ndarray:
    """Stereo, faded in and out so that its ends make no peaks."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = 10 ** (decibels / 20) * np.sin(2 * np.pi * frequency * time + phase)
    fade = np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
    return np.stack([sound * fade] * 2, 1).astype(np.float32)


def noise(seconds: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    swell = 0.02 + 0.2 * np.abs(np.sin(np.arange(round(seconds * RATE)) / RATE * 5))[:, None]
    return (rng.standard_normal((len(swell), 2)) * swell).astype(np.float32)


def blocks(sound: np.ndarray, size: int = BLOCK):
    return (sound[start : start + size] for start in range(0, len(sound), size))


def together(*sounds: np.ndarray) -> np.ndarray:
    return np.concatenate(sounds)


@pytest.mark.parametrize(
    ("sound", "lufs"),
    [  # EBU Tech 3341, cases 1 to 5, shortened: blocks at the joints weigh more
        (sine(3, -23), -23),
        (sine(3, -33), -33),
        (together(sine(2, -36), sine(10, -23), sine(2, -36)), -23),
        (together(sine(2, -72), sine(2, -36), sine(10, -23), sine(2, -36), sine(2, -72)), -23),
        (together(sine(4, -26), sine(4.02, -20), sine(4, -26)), -23),
    ],
)
def test_the_standards_signals(sound: np.ndarray, lufs: float) -> None:
    assert measure(blocks(sound)).lufs == pytest.approx(lufs, abs=0.15)


def test_another_meter_agrees_and_blocks_make_no_difference() -> None:
    from torch import from_numpy
    from torchaudio.functional import loudness

    sound = noise(3.3)
    mine = measure([sound]).lufs
    assert mine == pytest.approx(float(loudness(from_numpy(sound.T.copy()), RATE)), abs=0.1)
    assert measure(blocks(sound, 1000)).lufs == pytest.approx(mine, abs=1e-4)
    mono = sound[:, :1]
    assert measure([np.repeat(mono, 2, 1)]).lufs - measure([mono]).lufs == pytest.approx(3.01, abs=0.01)


def test_only_what_lies_within_is_measured() -> None:
    sound = together(sine(3, -30), sine(3, -15), sine(3, -30))
    assert measure(blocks(sound), [(0, 3), (6, 9)]).lufs == pytest.approx(-30, abs=0.1)
    assert measure(blocks(sound), [(3, 6)]).lufs == pytest.approx(-15, abs=0.1)
    assert measure(blocks(sound), []).lufs == -np.inf


@pytest.mark.parametrize("size", [BLOCK, 1777])
def test_peaks_between_samples_are_found(size: int) -> None:
    # At a quarter of the sample rate, an eighth of a turn late, no sample is on the crest.
    sound = sine(1, -6, RATE / 4, np.pi / 4)
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-9, abs=0.05)
    assert measure(blocks(sound, size)).true_peak == pytest.approx(-6, abs=0.2)


def test_silence_is_left_alone(tmp_path: Path) -> None:
    silent = np.zeros((RATE, 2), np.float32)
    assert measure([silent]).lufs == measure([]).lufs == -np.inf
    with spooled([silent], tmp_path) as spool:
        made, found = levelled(spool, Target(-23, -1))
        assert found.lufs == -np.inf and not np.concatenate(list(made)).any()


def test_a_level_is_reached_by_gain_alone_where_there_is_room(tmp_path: Path) -> None:
    sound = noise(5)
    with spooled(blocks(sound), tmp_path) as spool:
        made, _ = levelled(spool, Target(-23, -1))
        got = np.concatenate(list(made))
    assert measure([got]).lufs == pytest.approx(-23, abs=0.02)
    ratio = got[np.abs(sound) > 1e-3] / sound[np.abs(sound) > 1e-3]
    assert ratio.std() < 1e-4 * ratio.mean()


def test_a_limiter_takes_peaks_down_and_gives_the_loudness_back(tmp_path: Path) -> None:
    sound = noise(5) * 0.1
    for at in range(20_000, len(sound), 31_000):  # gunshots, one on a block's edge
        sound[at : at + 90] += 0.9 * np.hanning(90)[:, None]
    sound[BLOCK - 40 : BLOCK + 40] += 0.8
    with spooled(blocks(sound), tmp_path) as spool:
        made, told = levelled(spool, Target(-23, -1))
        got = np.concatenate(list(made))
    found = measure(blocks(got))
    assert found.lufs == pytest.approx(-23, abs=0.1) == told.lufs
    assert found.true_peak <= -1 and len(got) == len(sound)


def test_the_limiter_touches_nothing_far_from_a_peak(tmp_path: Path) -> None:
    sound = noise(3) * 0.1
    sound[RATE : RATE + 10] = 1.5
    with spooled(blocks(sound), tmp_path) as spool:
        got = np.concatenate(list(limited(spool, 0.0, -1.0)))
    near = RATE // 10
    assert np.array_equal(got[: RATE - near], sound[: RATE - near])
    assert np.array_equal(got[RATE + near :], sound[RATE + near :])
    assert np.abs(got).max() <= 10 ** (-1 / 20)
