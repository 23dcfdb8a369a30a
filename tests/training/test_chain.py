"""The chain V2A → energy → V2S and its gate: four stages, each a command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from vssflow_studio.cli import main
from vssflow_studio.models.checkpoints import read_weights
from vssflow_studio.models.codecs.mel import MelCodec
from vssflow_studio.models.conditions import motion
from vssflow_studio.models.deepaudio.chain import SPEECH, ChainModel
from vssflow_studio.models.deepaudio.mof import TASKS, Gate
from vssflow_studio.models.interface import Conditions, Sampling, WEIGHTS
from vssflow_studio.models.registry import read_card
from vssflow_studio.training import chain_cache
from vssflow_studio.training.chain_examples import DROPPED, ChainExamples
from vssflow_studio.training.config import ConfigError, read_config
from vssflow_studio.training.examples import Mixture
from vssflow_studio.training.source import ExampleSource

STAGES = ("v2a", "tts", "mof", "v2s")


@pytest.fixture(scope="module")
def filmed(caches, tmp_path_factory) -> Path:
    """The tiny caches, and three sentences of each voice with faces."""
    folder = tmp_path_factory.mktemp("chain")
    shutil.copytree(caches / "cache", folder / "cache")
    chain_cache.build(folder / "cache" / "faces.npz", 3, seed=5)
    return folder


@pytest.fixture
def examples(filmed):
    def make(seen: float, guided: float) -> ChainExamples:
        talk = chain_cache.ChainCache.load(filmed / "cache" / "faces.npz")
        return ChainExamples(filmed / "cache", talk, seen, guided, MelCodec(), 500)

    return make


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_a_shipped_configuration_that_is_found_by_its_name(stage):
    config = read_config(Path(stage))
    assert (config.mof is not None) == (stage == "mof")
    assert config.model.energy == (stage == "v2s")
    assert (config.data.seen > 0) == (stage in ("v2a", "v2s"))


def test_the_stages_hand_on_to_each_other():
    v2a, tts, v2s = (read_config(Path(stage)) for stage in ("v2a", "tts", "v2s"))
    assert v2a.loop.start == "draft" and not tts.loop.start
    assert Path(v2s.loop.start) == v2a.out.model
    assert v2s.data.cache == v2a.data.cache and v2s.data.faces == v2a.data.faces


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[data]\nseen = 0.5\n[loop]\nsteps = 5", "seen and guided need faces"),
        ("[data]\nfaces = 5\nseen = 0.5\nguided = 0.6\n[loop]\nsteps = 5", "come to more than 1"),
        ('[data]\nfaces = 5\nown = "clips"\n[loop]\nsteps = 5', "don't go together"),
        ("[mof]\nupdates = 5\n[loop]\nsteps = 5", "stands alone"),
        ("[mof]\nupdates = 0", "updates has to be at least 1"),
    ],
)
def test_what_cannot_be_is_told(tmp_path, text, says):
    path = tmp_path / "my.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says):
        read_config(path)


def test_filmed_sentences_have_mouths_that_open_with_the_energy(filmed):
    talk = chain_cache.ChainCache.load(filmed / "cache" / "faces.npz")
    assert len(talk.mel) == len(talk.ids) == len(talk.energy) == 4 * len(talk.opening) == 4 * len(talk.motion)
    assert talk.bounds[-1] == len(talk.opening) and talk.motion.shape[1] == motion.CHANNELS
    for first, last in zip(talk.bounds[:-1], talk.bounds[1:], strict=True):
        energy, opening = talk.energy[4 * first : 4 * last].astype(float), talk.opening[first:last].astype(float)
        assert 0.9 < energy.max() <= 1
        assert np.corrcoef(energy.reshape(-1, 4).mean(1), opening)[0, 1] > 0.6


def test_v2a_sees_and_is_not_told_who_says_what(examples):
    _, batch = examples(1.0, 0.0).batch(30, Mixture(0, 0))
    assert batch.prompts == [SPEECH] * 30 and (batch.voices == -1).all()
    assert not batch.phonemes.any() and not batch.energy.any() and not batch.contacts.any()
    assert (batch.motion.abs().amax((1, 2)) > 0).all() and batch.opening.amax() == 1


def test_each_condition_of_v2s_is_dropped_by_itself(examples):
    _, batch = examples(0.0, 1.0).batch(300, Mixture(0, 0))
    assert batch.prompts == [""] * 300 and not batch.motion.any() and not batch.opening.any()
    there = torch.stack([batch.energy.any(1), batch.phonemes.any(1), batch.voices >= 0]).float()
    assert there.mean(1).tolist() == pytest.approx([1 - DROPPED] * 3, abs=0.08)
    assert (there.sum(0) == 0).any() and (there.sum(0) == 3).any()


def test_energy_is_that_of_the_mel_whose_swells_it_has(examples):
    """Without swells of its own the phonemes would tell a line's energy, and none would be listened to."""
    made = examples(0.0, 1.0)
    made.codec.mean.zero_()
    latent, batch = made.batch(20, Mixture(0, 0))
    levels = made.codec.untokens(latent).exp().pow(2).sum(1).sqrt()
    told = batch.energy.amax(1) > 0
    for level, energy in zip(levels[told], batch.energy[told], strict=True):
        assert torch.corrcoef(torch.stack([level, energy]))[0, 1] > 0.9
    window = made._talk(0)
    mel, energy = made._performed(window)
    ratio = (energy / np.maximum(window.energy, 1e-3))[window.energy > 0.2]
    assert ratio.max() > 2 * ratio.min() and energy.max() == pytest.approx(1)
    heard = mel[window.energy > 0.2, 40] > made.floor + 1e-3  # nothing is softer than silence
    quieter = (mel - window.mel)[window.energy > 0.2, 40]
    assert heard.any() and np.allclose(quieter[heard], np.log(ratio)[heard], atol=0.05)


def test_what_is_neither_is_speech_as_before(examples):
    _, batch = examples(0.0, 0.0).batch(5, Mixture(0, 0))
    assert (batch.voices >= 0).all() and batch.phonemes.any()
    assert not batch.energy.any() and not batch.opening.any()


def test_excerpts_cut_all_that_has_a_time(examples):
    cut = ExampleSource(examples(0.5, 0.5), Mixture(0, 0), 4, 0.0, seed=1, excerpts=1.0)
    batch = cut.part(3, range(4)).conditions
    assert batch.phonemes.shape == batch.energy.shape == (12, 164)
    assert batch.opening.shape == batch.motion.shape[:2] == (12, 41)


def staged(configure, filmed: Path, folder: Path, name: str, data: str, start: str = "", energy: str = "") -> Path:
    changes = {"steps": 3} | ({"start": json.dumps(start)} if start else {})
    path = configure(folder, name, **changes)
    text = path.read_text()
    lines = [line for line in text.splitlines() if not line.startswith(("cache =", "model ="))]
    lines.insert(lines.index("[data]") + 1, f'cache = "{(filmed / "cache").as_posix()}"\nfaces = 3\n{data}')
    lines.insert(lines.index("[out]") + 1, f'model = "{(folder / name).as_posix()}-model"')
    if energy:
        lines.insert(lines.index("[model]") + 1, energy)
    path.write_text("\n".join(lines))
    return path


def test_v2a_then_v2s_make_a_model_that_speaks(configure, filmed, tmp_path):
    first = staged(configure, filmed, tmp_path, "v2a", "seen = 0.8")
    assert main(["train", str(first)]) == 0
    start = (tmp_path / "v2a-model").as_posix()
    assert read_card(Path(start) / "card.json").family == "draft"
    second = staged(configure, filmed, tmp_path, "v2s", "seen = 0.3\nguided = 0.6", start, "energy = true")
    assert main(["train", str(second)]) == 0
    folder = tmp_path / "v2s-model"
    card = read_card(folder / "card.json")
    assert (card.family, card.suits, card.kinds) == ("chain", ("dialogue",), ())
    tensors, _ = read_weights(folder / WEIGHTS)
    assert tensors["draft.flow.proj_energy.weight"].any()
    before, _ = read_weights(Path(start) / WEIGHTS)
    assert torch.equal(tensors["codec.mean"], before["codec.mean"])
    model = ChainModel.load(folder, card, "cpu")
    sound = model.generate(Conditions(1.0, ("HH", "AY1"), (0.2, 0.8), "slt"), Sampling(seed=1, steps=2))
    assert len(sound) == card.sample_rate and np.isfinite(sound).all()


def test_the_gate_is_trained_by_the_same_command(tmp_path, capsys):
    out = tmp_path / "gate" / "mof.safetensors"
    path = tmp_path / "mof.toml"
    path.write_text(f'[mof]\nupdates = 120\nout = "{out.as_posix()}"\n')
    assert main(["train", str(path)]) == 0
    assert "update 120 of 120" in capsys.readouterr().err
    gate = Gate.load(out)
    assert set(gate.probabilities("rain on the roof")) == set(TASKS)
    assert gate.task("make Anna say “come home”, it needn't match her lips") in ("tts", "v2s")
    assert gate.task("the sound of the door in this shot") == "v2a"
