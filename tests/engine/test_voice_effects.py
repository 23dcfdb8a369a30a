from __future__ import annotations

import numpy as np
import pytest

from voices import FORMANTS, HIGH, LOW, RATE, decibels, formant_near, noise, periodicity, spectrum, vowel
from vssflow_studio.engine.voice_effects import bent, moved, pitch_track, shouted, whispered
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.script.phonemes import phonemes

VOICE = vowel()


def semitones(before: np.ndarray, after: np.ndarray, rate: int) -> float:
    """How far the pitch moved, where both are plainly voiced."""
    old, sure = periodicity(before, rate)
    new, also = periodicity(after, rate)
    both = (sure > 0.7) & (also > 0.7)
    assert both.sum() >= 5
    return float(np.median(12 * np.log2(new[both] / old[both])))


@pytest.mark.parametrize("asked", [-6, -3, -1, 1, 3, 6])
def test_pitch_moves_by_what_is_asked_and_formants_stay(asked: float) -> None:
    after = moved(VOICE, RATE, asked)
    assert after.shape == VOICE.shape and after.dtype == np.float32
    assert semitones(VOICE, after, RATE) == pytest.approx(asked, abs=0.3)
    for formant in FORMANTS:
        assert formant_near(after, RATE, formant) == pytest.approx(formant_near(VOICE, RATE, formant), rel=0.03)
    assert decibels(after) == pytest.approx(decibels(VOICE), abs=2.5)


@pytest.mark.parametrize("asked", [0.85, 1.2])
def test_formants_move_without_the_pitch(asked: float) -> None:
    after = moved(VOICE, RATE, 0.0, asked)
    assert after.shape == VOICE.shape
    assert abs(semitones(VOICE, after, RATE)) < 0.2
    for formant in FORMANTS:
        before = formant_near(VOICE, RATE, formant)
        assert formant_near(after, RATE, asked * formant) == pytest.approx(asked * before, rel=0.05)


@pytest.mark.parametrize("asked", [-3, 3])
def test_a_spoken_line_moves_too_and_keeps_its_length(asked: float) -> None:
    line = Conditions(2.6, phonemes("We found a small boat under the bridge."), (0.2, 2.4), "rms")
    sound = load_model("draft", "cpu").generate(line, Sampling(seed=1))
    after = moved(sound, RATE, asked)
    assert len(after) == len(sound)
    # The draft's phases are found, not made by a throat: its periods are less regular than a voice's.
    assert semitones(sound, after, RATE) == pytest.approx(asked, abs=0.8)


def test_unvoiced_sounds_keep_their_place_and_level() -> None:
    hiss = noise(0.3, 0.05)
    sound = np.concatenate([VOICE, hiss, VOICE])
    after = moved(sound, RATE, 4)
    first = len(VOICE) + 1200
    assert decibels(after[first : first + 4800]) == pytest.approx(decibels(hiss), abs=2)


def test_the_pitch_that_is_found_is_the_one_that_was_made() -> None:
    track = pitch_track(VOICE, RATE)
    made = np.linspace(LOW, HIGH, len(track.hertz))
    inner = slice(10, -10)
    assert np.abs(12 * np.log2(track.hertz[inner] / made[inner])).max() < 0.3
    assert not pitch_track(noise(0.5, 0.1), RATE).hertz.any()


def test_a_whisper_has_no_pitch_but_its_vowel() -> None:
    after = whispered(VOICE, RATE)
    assert len(after) == len(VOICE)
    assert np.median(periodicity(VOICE, RATE)[1]) > 0.9
    assert np.median(periodicity(after, RATE)[1]) < 0.4
    assert formant_near(after, RATE, FORMANTS[1]) == pytest.approx(FORMANTS[1], rel=0.08)


def test_a_shout_is_higher_and_brighter() -> None:
    def centre(sound: np.ndarray) -> float:
        hertz, power = spectrum(sound, RATE)
        return float((hertz * power).sum() / power.sum())

    assert centre(shouted(VOICE, RATE)) > 1.2 * centre(VOICE)
    after = bent(VOICE, RATE, delivery="shout")
    assert semitones(VOICE, after, RATE) == pytest.approx(3, abs=0.3) and len(after) == len(VOICE)


def test_a_stressed_word_is_louder_and_higher_and_the_others_are_not() -> None:
    third = len(VOICE) // 3
    after = bent(VOICE, RATE, stresses=[(third / RATE, 2 * third / RATE)])
    inside, before = slice(third + 2400, 2 * third - 2400), slice(0, third - 2400)
    assert decibels(after[inside]) - decibels(VOICE[inside]) == pytest.approx(3, abs=1)
    assert semitones(VOICE[inside], after[inside], RATE) == pytest.approx(2, abs=0.4)
    assert decibels(after[before]) == pytest.approx(decibels(VOICE[before]), abs=0.5)
    assert semitones(VOICE[before], after[before], RATE) == pytest.approx(0, abs=0.2)


def test_what_asks_for_nothing_is_left_as_it_is() -> None:
    assert np.array_equal(bent(VOICE, RATE), VOICE)


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(1), np.zeros(5000), noise(0.002, 0.1), noise(0.3, 0.1)])
@pytest.mark.parametrize("delivery", ["normal", "whisper", "shout"])
def test_what_has_no_voice_comes_through(sound: np.ndarray, delivery: str) -> None:
    after = bent(sound.astype(np.float32), RATE, 3, delivery, [(0.0, 0.1)])
    assert after.shape == sound.shape and np.isfinite(after).all()
