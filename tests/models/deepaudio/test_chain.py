"""The shipped chain: the picture's sound first, then the line as loud as that."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from vssflow_studio.errors import Cancelled, ModelError
from vssflow_studio.models.deepaudio.chain import ChainModel, Heard
from vssflow_studio.models.deepaudio.f5.energy import HOP_SECONDS, contour
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model, model_card, read_card
from vssflow_studio.models.vssflow.config import VSSFlowConfig, draft
from vssflow_studio.models.vssflow.network import Projected, Streams, VSSFlow
from vssflow_studio.paths import weights
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.training.faces import mouth_of, talking_face

NAME = "draft-deepaudio"
LINE = "I told you that the river was too cold"
PLAIN = Conditions(3.0, phonemes(LINE), (0.0, 3.0), "slt")


@cache
def model() -> ChainModel:
    return load_model(NAME, "cpu")


@cache
def spoken(seed: int) -> np.ndarray:
    return model().generate(PLAIN, Sampling(seed=seed))


def face() -> tuple[np.ndarray, np.ndarray]:
    """How far a mouth opens that says the line in its own time, and the picture of it."""
    fine = mouth_of(spoken(5), model().card.sample_rate, 300, 100)
    paces = np.exp(np.linspace(0.45, -0.45, 300))  # slow at first, then in a hurry
    opening = np.interp(np.arange(75) / 25, np.cumsum(paces) * 3 / paces.sum(), fine)
    return opening, talking_face(opening, 25, (36, 64), np.random.default_rng(3))


def levels(sound: np.ndarray, count: int) -> np.ndarray:
    return np.array([part.std() for part in np.array_split(sound, count)])


def test_it_says_a_line_with_the_mouth_that_is_seen():
    opening, picture = face()
    seen, steps = replace(PLAIN, frames=picture), []
    assert model().task(seen) == "v2s"
    sound = model().generate(seen, Sampling(seed=1), on_step=lambda done, total: steps.append((done, total)))
    assert len(sound) == 3 * model().card.sample_rate and np.isfinite(sound).all()
    count = model().card.steps
    assert steps == [(i + 1, 2 * count) for i in range(2 * count)]
    together, apart = (np.corrcoef(levels(x, 75), opening)[0, 1] for x in (sound, spoken(1)))
    assert together > 0.5 and together > apart + 0.2
    times = model().phoneme_times(seen)
    assert not np.allclose(times, model().phoneme_times(PLAIN))
    assert times[0][1] == 0 and times[-1][2] == pytest.approx(3.0)


def test_the_sound_of_the_picture_has_the_energy_of_the_mouth():
    opening, picture = face()
    energy = model().energy(replace(PLAIN, frames=picture))
    assert energy.max() == 1 and len(energy) == int(3 / HOP_SECONDS)
    assert np.corrcoef(np.interp(np.arange(75), np.arange(len(energy)) * 75 / len(energy), energy), opening)[0, 1] > 0.5


def halves(first: float, second: float) -> np.ndarray:
    """The energies of the line as it is said plainly, each half times as much."""
    energy = contour(spoken(1), model().card.sample_rate)
    energy = energy * np.where(np.arange(len(energy)) < len(energy) / 2, first, second)
    return (energy / energy.max()).astype(np.float32)


def test_a_line_is_louder_where_its_energy_is_higher():
    def rise(energy: np.ndarray) -> float:
        given = Heard(**vars(PLAIN), energy=energy)
        made = model().generate(given, Sampling(seed=1))
        half = len(made) // 2
        return 20 * np.log10(made[half:].std() / made[:half].std())

    assert rise(halves(0.25, 1.0)) > rise(halves(1.0, 0.25)) + 12  # decibels; 24 were asked for


def test_no_energy_is_the_plain_line():
    silent = Heard(**vars(PLAIN), energy=np.zeros(int(3 / HOP_SECONDS), np.float32))
    assert np.array_equal(model().generate(silent, Sampling(seed=1)), spoken(1))
    assert np.array_equal(model().generate(Heard(**vars(PLAIN)), Sampling(seed=1)), spoken(1))


def test_who_is_not_seen_to_speak_or_is_given_a_pace_speaks_at_will():
    wall = np.full((75, 36, 64), 0.5, np.float32)
    assert model().task(replace(PLAIN, frames=wall)) == "tts"
    assert model().task(replace(PLAIN, frames=face()[1], pace=1.2)) == "tts"
    assert np.array_equal(model().generate(replace(PLAIN, frames=wall), Sampling(seed=1)), spoken(1))


def test_it_stops_in_the_picture_s_part_too():
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        model().generate(replace(PLAIN, frames=face()[1]), Sampling(seed=1), on_step=stop)


def test_its_card_tells_what_it_is():
    card = model_card(NAME)
    assert (card.family, card.suits, card.licence) == ("chain", ("dialogue",), "Apache-2.0")
    assert {choice.learned for choice in card.choices} == set(card.voices) == {"slt", "rms"}


def test_without_its_weights_it_is_refused(tmp_path):
    shutil.copytree(weights() / NAME, tmp_path / NAME, ignore=shutil.ignore_patterns("*.safetensors"))
    with pytest.raises(ModelError, match="missing"):
        ChainModel.load(tmp_path / NAME, read_card(tmp_path / NAME / "card.json"), "cpu")


# --- the network ---


def test_energy_begins_as_nothing_and_stays_where_the_rest_is_dropped():
    torch.manual_seed(0)
    config = replace(draft(), layers=1, energy=True)
    network = VSSFlow(config).eval()
    nothing = Streams(*(torch.zeros(1, 1, n) for n in (config.semantic_raw,)), torch.zeros(1, config.voice_raw),
                      torch.zeros(1, 1, config.sync_raw), torch.zeros(1, 1, config.lip_channels), torch.ones(1, 20, dtype=torch.long))  # fmt: skip
    told = replace(nothing, energy=torch.rand(1, 20))
    latent, time = torch.randn(1, config.latent_channels, 10), torch.tensor([0.5])

    def answer(streams: Streams, change=lambda projected: projected) -> torch.Tensor:
        return network(latent, time, change(network.project(streams, 10)))

    with torch.inference_mode():
        assert torch.equal(answer(told), answer(nothing))
        network.proj_energy.weight.fill_(0.1)
        assert torch.equal(answer(replace(nothing, energy=torch.zeros(1, 20))), answer(nothing))
        assert not torch.allclose(answer(told), answer(nothing))

        def dropped(projected: Projected) -> Projected:
            return projected.masked(torch.zeros(1))

        assert not torch.allclose(answer(told, dropped), answer(nothing, dropped))
        both = network.project(told, 10).with_unconditioned()
        assert torch.equal(both.added[0], both.added[1]) and not both.joined[1].any()
        cut = network.project(told, 10).cut(2, 5)
        assert torch.equal(cut.added, network.project(told, 10).added[:, 2:5])


def test_weights_from_before_there_was_energy_say_the_same_sizes():
    assert "energy" not in draft().to_json()
    heard = replace(draft(), energy=True)
    assert VSSFlowConfig.from_json(heard.to_json()) == heard != VSSFlowConfig.from_json(draft().to_json())
