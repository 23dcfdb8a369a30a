"""When foley sounds: on what is seen to touch, else where it is asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vssflow_studio.models.conditions.motion import CHANNELS, motion_features
from vssflow_studio.models.conditions.sync import RATE, SyncEncoder, bumps
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.training.evaluate_foley import onsets
from vssflow_studio.training.foley_scenes import scene
from vssflow_studio.training.train_sync import peaks

UNSEEN = 20_000_000


@pytest.fixture(scope="module")
def model():
    torch.set_num_threads(2)
    return load_model("draft", "cpu")


def test_two_likelihoods_a_frame() -> None:
    assert SyncEncoder()(torch.randn(3, 25, CHANNELS)).shape == (3, 50)


def test_bumps_stand_where_they_are_put() -> None:
    likely = bumps([0.31, 1.03], 100)
    assert likely.shape == (100,) and likely.max() <= 1
    assert peaks(likely) == pytest.approx([0.31, 1.03], abs=0.5 / RATE)
    assert not bumps([], 10).any()


def test_contacts_are_found_in_scenes_never_seen(model) -> None:
    found = wanted = marked = 0
    for kind in ("ball", "door", "knock", "footsteps"):
        for seed in range(UNSEEN, UNSEEN + 6):
            one = scene(kind, seed, eventful=True)
            seen = peaks(model.sync.contacts(motion_features(torch.from_numpy(one.frames))[None])[0])
            wanted, marked = wanted + len(one.onsets), marked + len(seen)
            found += sum(bool(len(seen)) and np.abs(seen - onset).min() <= 0.06 for onset in one.onsets)
    assert found >= 0.75 * wanted and found >= 0.75 * marked


def test_a_still_picture_has_no_contacts(model) -> None:
    still = motion_features(torch.rand(36, 64).expand(75, 36, 64))[None]
    assert model.sync.contacts(still).max() < 0.2


def test_over_a_still_panel_it_sounds_where_it_is_asked_for(model) -> None:
    still = np.full((75, 36, 64), 0.5, np.float32)
    asked = Conditions(total=3.0, speech=(1.2, 2.5), prompt="knock on wood", frames=still)
    sound = model.generate(asked, Sampling(seed=3))
    heard = onsets(sound, model.card.sample_rate)
    assert np.abs(heard - 1.2).min() <= 0.06
    before = np.abs(sound[: round(1.1 * model.card.sample_rate)]).max()
    assert before < 0.2 * np.abs(sound).max()


def test_contacts_in_the_picture_are_kept_where_there_are(model) -> None:
    away = []
    for seed in range(UNSEEN + 41, UNSEEN + 45):
        one = scene("knock", seed, eventful=True)
        asked = Conditions(total=5.0, speech=(0.0, 5.0), prompt="knock on wood", frames=one.frames)
        heard = onsets(model.generate(asked, Sampling(seed=3)), model.card.sample_rate)
        away += [np.abs(heard - onset).min(initial=5.0) for onset in one.onsets]  # where nothing is heard, far off
    assert np.median(away) <= 0.04
