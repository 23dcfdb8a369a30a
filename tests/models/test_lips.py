"""The mouth is found in rendered faces and coded films, and lines follow it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from films import write_grey

from vssflow_studio.media.span import Span
from vssflow_studio.media.video import grey_frames
from vssflow_studio.models.conditions.lips import durations_by_mouth, mouth_opening
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.paths import sample
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.training.faces import mouth_of, talking_face

RATE, SIZE = 25.0, (36, 64)


def syllables(seconds: float, seed: int) -> np.ndarray:
    """An opening that comes and goes about three times a second, with a rest in the middle."""
    rng, t = np.random.default_rng(seed), np.arange(round(seconds * RATE)) / RATE
    centres = np.cumsum(rng.uniform(0.24, 0.42, 40))
    centres = centres[(centres < seconds) & (abs(centres - seconds / 2) > 0.3)]
    heights = rng.uniform(0.5, 1, len(centres))
    return np.clip(sum(h * np.exp(-(((t - c) / 0.08) ** 2)) for c, h in zip(centres, heights)), 0, 1)


@pytest.mark.parametrize("seed", range(6))
def test_the_mouth_of_a_swaying_head_is_found(seed):
    opening = syllables(3, seed)
    seen = mouth_opening(talking_face(opening, RATE, SIZE, np.random.default_rng(seed)), RATE)
    assert seen is not None
    assert np.corrcoef(seen, opening)[0, 1] > 0.9


def test_it_is_found_in_a_coded_film(tmp_path):
    opening = syllables(3, 1)
    face = talking_face(opening, RATE, (180, 320), np.random.default_rng(1))
    path = write_grey(tmp_path / "face.mp4", face, RATE)
    frames = grey_frames((Span(str(path), 0.0, 0.0, 3.0),), 3.0, RATE, SIZE)
    assert np.corrcoef(mouth_opening(frames, RATE), opening)[0, 1] > 0.9


def test_what_is_no_mouth_tells_nothing():
    rng = np.random.default_rng(0)
    assert mouth_opening(np.full((75, *SIZE), 0.5, np.float32), RATE) is None
    assert mouth_opening(0.5 + 0.01 * rng.standard_normal((75, *SIZE)), RATE) is None
    shut = [talking_face(np.zeros(75), RATE, SIZE, np.random.default_rng(n)) for n in range(20)]
    assert sum(mouth_opening(face, RATE) is not None for face in shut) <= 2
    wall = rng.random((36, 200))
    pan = np.stack([wall[:, int(1.5 * k) : int(1.5 * k) + 64] for k in range(75)])
    assert mouth_opening(pan, RATE) is None
    assert mouth_opening(np.zeros((5, *SIZE)), RATE) is None


def test_a_line_fills_its_range_and_rests_while_the_mouth_is_shut():
    line = phonemes("Hello there, my dear old friend")
    symbols = [symbol for symbol in line if symbol != "|"]
    opening = np.ones(75)
    opening[24:36] = 0.0
    lengths = durations_by_mouth(line, [0.1] * len(symbols), opening, 3.0)
    assert lengths.sum() == pytest.approx(3.0) and (lengths > 0).all()
    pause = symbols.index(",")
    start = lengths[:pause].sum()
    # The comma's pause is where the mouth rests, and is drawn out to meet it.
    assert 0.8 < start < 1.1
    assert lengths[pause] > 0.25


LINE = "I told you that the river was too cold"


@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_the_voice_opens_with_the_mouth_of_who_says_the_line_in_their_own_time(voice):
    model = load_model("draft", "cpu")
    plain = Conditions(3.0, phonemes(LINE), (0.0, 3.0), voice)
    fine = mouth_of(model.generate(plain, Sampling(seed=5)), model.card.sample_rate, 300, 100)
    paces = np.exp(np.linspace(0.45, -0.45, 300))  # slow at first, then in a hurry
    opening = np.interp(np.arange(75) / 25, np.cumsum(paces) * 3 / paces.sum(), fine)
    face = talking_face(opening, RATE, SIZE, np.random.default_rng(3))

    def agreement(conditions: Conditions) -> float:
        levels = [part.std() for part in np.array_split(model.generate(conditions, Sampling(seed=1)), 75)]
        return float(np.corrcoef(levels, opening)[0, 1])

    seen = agreement(replace(plain, frames=face))
    assert seen > 0.6 and seen > agreement(plain) + 0.2


def test_the_samples_mouth_that_only_flaps_is_not_followed():
    model, film = load_model("draft", "cpu"), sample() / "sc010_sh040.mp4"
    face = grey_frames((Span(str(film), 1.0, 0.0, 2.9),), 2.9, RATE, SIZE)
    assert mouth_opening(face, RATE) is not None
    line = phonemes("It is only the ball. Come on, throw it back.")
    plain = Conditions(2.9, line, (0.0, 2.9), "rms")
    seen = model.phoneme_times(replace(plain, frames=face))
    assert np.allclose(seen, model.phoneme_times(plain))
