"""The foley teacher, its prompts, and the scores that the shipped model is held to."""

from __future__ import annotations

import random

import numpy as np
import pytest

from vssflow_studio.engine.foley_kinds import KINDS
from vssflow_studio.engine.foley_prompt import nearest_kinds
from vssflow_studio.errors import ModelError
from vssflow_studio.models.interface import ModelCard
from vssflow_studio.training import foley_sounds
from vssflow_studio.training.classifier import Classifier, teacher_sound
from vssflow_studio.training.evaluate_foley import chance, evaluate, onsets, score, unseen
from vssflow_studio.training.foley_cache import EVALUATION_SEEDS
from vssflow_studio.training.foley_scenes import Scene, scene
from vssflow_studio.training.prompts import MOTIONS, prompt_for

RATE = foley_sounds.RATE
EVENTS = [name for name, kind in KINDS.items() if not kind.bed]
BEDS = [name for name, kind in KINDS.items() if kind.bed]
RINGING = ("keys", "phone", "sword", "horn")  # into one another
STRUCK = [name for name in EVENTS if foley_sounds.lead(name, 1000) == 0]


@pytest.fixture(scope="module")
def judge() -> Classifier:
    """Trained for seconds, on a fifth of what the real one hears."""
    return Classifier.trained(examples=8 * len(KINDS), epochs=12)


# --- sounds ---


def test_every_kind_has_a_sound_and_a_scene():
    assert set(KINDS) == foley_sounds.EVENTS.keys() | foley_sounds.BEDS.keys() == MOTIONS.keys()
    assert set(BEDS) == foley_sounds.BEDS.keys()


@pytest.mark.parametrize("kind", STRUCK)
def test_an_event_sets_in_at_its_first_sample(kind):
    for seed in range(5):
        sound = foley_sounds.event(kind, np.random.default_rng(seed))
        peak = np.abs(sound).max()
        assert sound.dtype == np.float32
        assert 0.3 < peak <= 0.5
        assert np.abs(sound[: RATE // 200]).max() > 0.1 * peak, "onset later than 5 ms"
        assert abs(sound[-1]) < 1e-3 * peak
        assert abs(sound.mean()) < 0.01 * peak


@pytest.mark.parametrize("kind", ["whoosh", "car pass"])
def test_what_passes_is_loudest_when_it_is_seen_to(kind):
    sound = foley_sounds.event(kind, np.random.default_rng(0))
    centre = (np.arange(len(sound)) * sound**2).sum() / (sound**2).sum()
    assert centre == pytest.approx(foley_sounds.lead(kind, len(sound)), abs=0.08 * len(sound))


def test_a_sliding_door_rolls_before_it_stops():
    sound = foley_sounds.event("sliding door", np.random.default_rng(0))
    stop = foley_sounds.lead("sliding door", len(sound))
    assert np.abs(sound).argmax() == pytest.approx(stop, abs=RATE // 50)
    assert 0.05 < np.abs(sound[stop // 2 : stop]).max() / np.abs(sound).max() < 0.8


@pytest.mark.parametrize("kind", BEDS)
def test_a_bed_goes_on_throughout_and_is_quieter_than_events(kind):
    sound = foley_sounds.bed(kind, np.random.default_rng(1), 3 * RATE)
    tenths = np.sqrt((sound.reshape(30, -1) ** 2).mean(1))
    assert tenths.min() > 0.001
    assert 0.02 < sound.std() < 0.05
    assert abs(sound.mean()) < 1e-3


# --- scenes ---


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_scene_is_frames_sound_and_onsets_of_one_length(kind):
    one = scene(kind, 7)
    assert one.frames.shape == (125, 36, 64)
    assert one.sound.shape == (5 * RATE,)
    assert one.frames.dtype == one.sound.dtype == np.float32
    assert one.frames.min() >= 0
    assert one.frames.max() <= 1
    assert np.abs(one.sound).max() <= 0.9
    assert all(0 <= onset < 5 for onset in one.onsets)
    assert nearest_kinds(one.prompt)[0].kind.name == kind


def test_the_same_seed_gives_the_same_scene_and_another_another():
    a, b, c = scene("ball", 3), scene("ball", 3), scene("ball", 4)
    assert np.array_equal(a.frames, b.frames)
    assert np.array_equal(a.sound, b.sound)
    assert not np.array_equal(a.sound, c.sound)


@pytest.mark.parametrize("kind", [kind for kind in STRUCK if kind != "beep"])  # too pure a tone
def test_every_visible_event_is_heard_when_it_is_seen(kind):
    far = []
    for seed in range(4):
        one = scene(kind, EVALUATION_SEEDS + seed, eventful=True)
        heard = onsets(one.sound, RATE)
        far += [np.abs(heard - onset).min() for onset in one.onsets]
        before = one.sound[: round(one.onsets[0] * RATE) - 1]
        assert np.abs(before).max() < 1e-6, "sound before anything happens"
    assert np.median(far) < 0.012
    assert np.mean(np.array(far) < 0.03) > (0.55 if kind in RINGING else 0.85)


def test_where_nothing_happens_nothing_sounds():
    scenes = (scene("switch", seed) for seed in range(60))
    quiet = next((one for one in scenes if not one.onsets), None)
    assert quiet, "training has to hold scenes without an event"
    assert np.abs(quiet.sound).max() < 1e-6


@pytest.mark.parametrize("kind", ["explosion", "keyboard"])
def test_the_picture_moves_most_about_its_events(kind):
    near, elsewhere = [], []
    for seed in range(8):
        one = scene(kind, seed, eventful=True)
        change = np.abs(np.diff(one.frames, axis=0)).mean((1, 2))
        at = (np.arange(len(change)) + 1) / 25
        close = np.abs(at[:, None] - np.array(one.onsets)).min(1) < 0.12
        near.append(change[close].mean())
        elsewhere.append(change[~close].mean())
    assert np.mean(near) > 1.2 * np.mean(elsewhere)


def test_a_ball_is_down_when_it_sounds_and_up_between():
    lower = []
    for seed in range(12):
        one = scene("ball", seed, eventful=True)
        apart = np.abs(one.frames - np.median(one.frames, axis=0)) ** 2
        height = (apart.sum(2) * np.arange(36)).sum(1) / apart.sum((1, 2)).clip(1e-6)
        for a, b in zip(one.onsets, one.onsets[1:], strict=False):
            if b - a > 0.4:
                lower.append(height[round(25 * a)] > height[round(25 * (a + b) / 2)])
    assert np.mean(lower) > 0.75


# --- prompts ---


def test_prompts_vary_and_are_known_again():
    rng = random.Random(0)
    for kind in KINDS:
        prompts = {prompt_for(kind, rng) for _ in range(40)}
        assert len(prompts) > 12
        known = [nearest_kinds(prompt)[0].kind.name == kind for prompt in prompts]
        assert np.mean(known) > 0.9  # "the sound of drops of water" could be a splash


# --- onsets ---


@pytest.mark.parametrize("rate", [24_000, 48_000])
def test_onsets_of_clicks_in_noise(rate):
    rng = np.random.default_rng(0)
    sound = 0.0005 * rng.normal(size=3 * rate).astype(np.float32)
    wanted = [0.4, 1.137, 2.5]
    for at in wanted:
        start = round(at * rate)
        burst = rng.normal(size=rate // 20) * np.exp(-np.arange(rate // 20) / (0.01 * rate))
        sound[start : start + len(burst)] += 0.2 * burst
    assert onsets(sound, rate) == pytest.approx(wanted, abs=0.012)


def test_silence_hum_and_steady_noise_have_no_onset():
    t = np.arange(2 * RATE) / RATE
    fade = np.minimum(1, t / 0.5)
    assert len(onsets(np.zeros(RATE, np.float32), RATE)) == 0
    assert len(onsets(fade * 0.1 * np.sin(2 * np.pi * 100 * t), RATE)) == 0
    noise = np.random.default_rng(0).normal(size=len(t))
    assert len(onsets((fade**3 * 0.05 * noise).astype(np.float32), RATE)) == 0


# --- the classifier ---


def test_the_classifier_knows_sounds_it_was_not_trained_on(judge):
    kinds = list(KINDS)
    held = [(kinds[i % len(kinds)], 500_000 + i) for i in range(2 * len(kinds))]
    right = sum(judge.kind_of(teacher_sound(kind, seed), RATE, (0.1,)) == kind for kind, seed in held)
    assert right / len(held) > 0.85


def test_a_saved_classifier_is_read_back(judge, tmp_path):
    path = tmp_path / "judge.safetensors"
    judge.save(path)
    again = Classifier.cached(path)
    assert all((a == b).all() for a, b in zip(judge.parameters(), again.parameters(), strict=True))
    sound = teacher_sound("metal", 1)
    assert again.kind_of(sound, RATE) == judge.kind_of(sound, RATE)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError):
        Classifier.cached(path)


# --- scores ---


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    """One of each kind."""
    return unseen(len(KINDS))


class LatePlayer:
    """A SoundModel that plays the scenes' own sounds, a tenth of a second late."""

    card = ModelCard("late", "Late", "", "", (), RATE, 1, 1.0, 1.0, "euler")
    frame_rate, frame_size = 25.0, (36, 64)

    def __init__(self, scenes: list[Scene]) -> None:
        self.scenes = scenes

    def generate(self, conditions, sampling) -> np.ndarray:
        one = next(s for s in self.scenes if np.array_equal(s.frames, conditions.frames))
        assert conditions.prompt == one.prompt
        assert conditions.total == 5.0
        return np.pad(one.sound, (RATE // 10, 0))[: len(one.sound)]


def test_the_teachers_own_sound_scores_high(judge):
    own = evaluate(None, len(KINDS), judge=judge)
    assert own.offset < 12
    assert own.recall > 0.95
    assert own.precision > 0.8
    assert own.f1 > 0.85
    assert own.agreement > 0.7


def test_a_late_model_is_as_far_off_as_it_is_late(judge, scenes):
    late = evaluate(LatePlayer(scenes), len(scenes), judge=judge)
    assert late.offset == pytest.approx(100, abs=15)
    assert late.recall < 0.3


def test_silence_scores_nothing(judge, scenes):
    silent = score(scenes, [np.zeros(5 * RATE, np.float32)] * len(scenes), RATE, judge)
    assert (silent.offset, silent.recall, silent.precision, silent.f1) == (1000, 0, 0, 0)
    assert silent.agreement <= 1 / len(scenes)


def test_timing_without_eyes_scores_low(judge):
    blind = chance(len(KINDS) // 2, judge)
    assert blind.offset > 100
    assert blind.recall < 0.4


def test_a_prompt_disobeyed_is_marked_down(judge, scenes):
    others = [one.sound for one in scenes[1:] + scenes[:1]]
    assert score(scenes, others, RATE, judge).agreement < 0.3
