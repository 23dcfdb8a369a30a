from __future__ import annotations

from dataclasses import replace
from statistics import median

import numpy as np
import pytest

from voices import RATE, decibels, noise, vowel
from vssflow_studio.engine.post import active_level, clean_pauses, finish, limited
from vssflow_studio.engine.request import SAMPLE_RATE, Request
from vssflow_studio.models.conditions.phonemes import BLANK
from vssflow_studio.training.evaluate_speech import audible

LINE = Request("dialogue", 2.0, 0.5, 0.5, ("AA1", "…", "AA1", "S"))
TIMES = [(30, 0.5, 1.1), (BLANK, 1.1, 1.8), (30, 1.8, 2.3), (18, 2.3, 2.5)]
FAINT = -40.0  # dB beside the vowel: a last consonant as a weak model says it


def spoken(last: float = FAINT, hiss: float = 0.0) -> np.ndarray:
    """Two vowels and a last consonant at TIMES, at 24 kHz, with hiss all over."""
    sound = np.zeros(3 * RATE, np.float32)
    sound[12_000:26_400] = vowel(0.6)
    sound[43_200:55_200] = vowel(0.5)
    sound[55_200:60_000] = noise(0.2, 10 ** ((decibels(vowel(0.5)) + last) / 20))
    return sound + noise(3, hiss)


def part(sound: np.ndarray, start: float, end: float) -> np.ndarray:
    return sound[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


def level(sound: np.ndarray) -> float:
    return 20 * np.log10(active_level(sound))


@pytest.mark.parametrize("delivery", ["normal", "whisper", "shout"])
@pytest.mark.parametrize("energy", [-18.0, 0.0, 12.0])
@pytest.mark.parametrize("kind", ["dialogue", "foley"])
def test_no_take_clips_has_an_offset_or_another_length(kind: str, energy: float, delivery: str) -> None:
    request = replace(LINE, kind=kind, energy=energy, delivery=delivery)
    out = finish(0.3 + 2 * spoken(), RATE, request, TIMES if kind == "dialogue" else ())
    assert len(out) == 3 * SAMPLE_RATE and out.dtype == np.float32 and np.isfinite(out).all()
    assert np.abs(out).max() <= 10 ** (-3 / 20) + 1e-6
    assert abs(out.mean()) < 3e-3  # the limiter leans a little; the offset was 0.3
    assert out[0] == 0 and out[-1] == 0


@pytest.mark.parametrize(("energy", "delivery", "wanted"), [
    (0, "normal", -25), (-6, "normal", -31), (3, "normal", -22), (0, "whisper", -31), (0, "shout", -21),
])
def test_lines_have_the_level_that_is_asked_however_loud_the_model_was(energy, delivery, wanted) -> None:
    for gain in (0.05, 1.0):
        out = finish(gain * spoken(), RATE, replace(LINE, energy=energy, delivery=delivery), TIMES)
        assert level(out) == pytest.approx(wanted, abs=0.5)


def test_the_limiter_holds_peaks_and_leaves_the_rest_alone() -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    quiet = (0.3 * np.sin(2 * np.pi * 300 * time)).astype(np.float32)
    assert np.array_equal(limited(quiet, 0.7), quiet)
    loud = quiet.copy()
    loud[20_000:24_000] *= 5
    out = limited(loud, 0.7)
    assert np.abs(out).max() <= 0.7
    assert np.array_equal(out[:19_000], quiet[:19_000]) and np.array_equal(out[25_000:], quiet[25_000:])
    inside = slice(21_000, 23_000)  # turned down, not cut off
    assert np.corrcoef(out[inside], loud[inside])[0, 1] > 0.9999


def test_pauses_are_quiet_and_speech_is_as_it_was() -> None:
    sound = spoken(last=-15, hiss=0.0004)
    with_, without = (finish(sound, RATE, LINE, times) for times in (TIMES, ()))
    for start, end in ((0.05, 0.42), (1.2, 1.7), (2.62, 2.95)):
        assert decibels(part(with_, start, end)) < -60
        assert decibels(part(with_, start, end)) < decibels(part(without, start, end)) - 18
    for start, end in ((0.55, 1.05), (1.85, 2.25)):
        assert np.allclose(part(with_, start, end), part(without, start, end), rtol=0.02, atol=1e-4)


def test_what_rings_on_after_the_range_is_cut_short() -> None:
    sound = spoken(last=-10)
    sound[60_000:67_200] = 0.04 * vowel(0.3)
    assert audible(finish(sound, RATE, LINE), SAMPLE_RATE)[1] > 2.75
    assert audible(finish(sound, RATE, LINE, TIMES), SAMPLE_RATE)[1] < 2.58


def test_a_faint_last_sound_is_heard_to_its_end() -> None:
    assert audible(finish(spoken(), RATE, LINE), SAMPLE_RATE)[1] < 2.35
    assert audible(finish(spoken(), RATE, LINE, TIMES), SAMPLE_RATE)[1] == pytest.approx(2.5, abs=0.05)


def test_it_is_lifted_by_a_little_and_only_when_it_is_faint() -> None:
    for last, most in ((-12.0, 0.3), (-60.0, 12.3)):
        sound = np.repeat(spoken(last), 2)  # 48 kHz is enough of it
        gained = decibels(part(clean_pauses(sound, TIMES), 2.35, 2.45)) - decibels(part(sound, 2.35, 2.45))
        assert most - 0.6 < gained < most


@pytest.mark.parametrize("times", [[], [(BLANK, 0.5, 2.5)], [(30, 0.5, 0.5)], [(30, 2.99, 4.0)]])
def test_odd_times_do_no_harm(times) -> None:
    out = finish(spoken(), RATE, replace(LINE, phonemes=("AA1",)), times)
    assert len(out) == 3 * SAMPLE_RATE and np.isfinite(out).all()


def test_a_line_of_the_shipped_model_starts_and_ends_with_its_range() -> None:
    from vssflow_studio.models.registry import load_model
    from vssflow_studio.training.evaluate_speech import take

    model, line = load_model("draft", "cpu"), "She put the money back where it belongs."
    takes = [take(model, line, "slt", 2.2, seed=seed) for seed in (1, 2, 3)]
    heard = [audible(sound, SAMPLE_RATE) for sound in takes]
    off = [max(abs(start - 0.5), abs(end - 2.7)) for start, end in heard]
    assert median(off) < 0.08 and max(off) < 0.15  # a faint last consonant may be missed
    assert all(max(decibels(part(one, 0, 0.4)), decibels(part(one, 2.85, 3.2))) < -60 for one in takes)


@pytest.mark.parametrize("hertz", [7_000, 10_000, 11_000])
def test_no_image_of_a_high_sound_is_heard_above_the_models_band(hertz: int) -> None:
    tone = 0.1 * np.sin(2 * np.pi * hertz * np.arange(2 * RATE) / RATE).astype(np.float32)
    made = finish(tone, RATE, Request("foley", 2.0, 0.0, 0.0, prompt="hiss"))
    power = np.abs(np.fft.rfft(made * np.hanning(len(made)))) ** 2
    above = np.fft.rfftfreq(len(made), 1 / SAMPLE_RATE) > RATE / 2
    assert 10 * np.log10(power[above].max() / power.max()) < -50
    assert np.sqrt((made[SAMPLE_RATE // 2 : SAMPLE_RATE] ** 2).mean()) == pytest.approx(0.1 / np.sqrt(2), rel=0.02)
