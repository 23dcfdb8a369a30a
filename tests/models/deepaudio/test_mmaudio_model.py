"""MMAudio behind the interface that every model shows. Small networks: what they make is noise."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

import mmaudio_files
from vssflow_studio.cli import main
from vssflow_studio.errors import Cancelled, ModelError
from vssflow_studio.models.convert import convert_together
from vssflow_studio.models.deepaudio.config import CODEC_44K, PUBLIC, CodecConfig, V2AConfig
from vssflow_studio.models.deepaudio.model import MMAudioModel
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.paths import models

STEPS = Sampling(seed=3, steps=2)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder in which the model `tiny` is installed."""
    made = tmp_path_factory.mktemp("home")
    files = mmaudio_files.write_all(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(made / "data"))
        convert_together(files, models() / "tiny")
    return made / "data"


@pytest.fixture
def model(home, monkeypatch) -> MMAudioModel:
    """With windows of 1.28 s."""
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    made = load_model("tiny", "cpu")
    made.network.config = made.features.config = replace(made.network.config, window=1.28)
    return made


def picture(seconds: float, seed: int = 0) -> np.ndarray:
    """One frame of noise, held."""
    frame = np.random.default_rng(seed).integers(0, 255, (1, *MMAudioModel.frame_size, 3), dtype=np.uint8)
    return frame.repeat(round(seconds * 25), axis=0)


def test_lengths_agree_with_one_another() -> None:
    """Cheng et al. 2025, table of sequence lengths for 8 s."""
    lengths = {
        name: (config.latent_length, config.clip_length, config.sync_length, config.width)
        for name, config in PUBLIC.items()
    }
    assert lengths["small_16k"] == (250, 64, 192, 448) and lengths["small_44k"] == (345, 64, 192, 448)
    assert lengths["large_44k_v2"] == lengths["medium_44k"] == (345, 64, 192, 896)
    for config in PUBLIC.values():
        assert V2AConfig.from_json(config.to_json()) == config
    assert CodecConfig.from_json(CODEC_44K.to_json()) == CODEC_44K


@pytest.mark.parametrize(
    "wrong",
    [{"window": 0.5}, {"sync_frames": 3}, {"heads": 0}, {"head_channels": 63}],
)
def test_what_can_not_agree_is_refused(wrong) -> None:
    with pytest.raises(ValueError):
        replace(PUBLIC["small_16k"], **wrong)
    with pytest.raises(ValueError, match="hop"):
        replace(CODEC_44K, hop=256)


def test_a_short_cue_is_the_beginning_of_a_window(model) -> None:
    sound = model.generate(Conditions(0.5, prompt="rain", frames=picture(0.5)), STEPS)
    assert sound.shape == (8_000,) and np.isfinite(sound).all() and np.abs(sound).max() > 0.01


def test_a_long_cue_is_windows_each_of_which_sees_its_own_picture(model) -> None:
    base = Conditions(2.5, prompt="rain", frames=picture(2.5))
    other = replace(base, frames=np.concatenate([base.frames[:45], picture(2.5, seed=1)[45:]]))
    made, changed = (model.latent(conditions, Sampling(seed=3, steps=1)) for conditions in (base, other))
    assert made.shape == (1, 20, model.network.config.latent_frames(2.5)) and made.isfinite().all()
    # The first window ends at 1.28 s, and up to 0.28 s there is no other.
    assert made[..., :8].equal(changed[..., :8]) and not made[..., -8:].allclose(changed[..., -8:])


def test_each_condition_and_the_seed_change_what_is_made(model) -> None:
    base = Conditions(1.0, prompt="rain", frames=picture(1))
    made = model.latent(base, STEPS)
    assert made.equal(model.latent(base, STEPS))
    for other in (
        replace(base, prompt="the dogs"),
        replace(base, negative="the metal"),
        replace(base, frames=picture(1, seed=1)),
        replace(base, frames=None),
    ):
        assert float((model.latent(other, STEPS) - made).abs().max()) > 1e-3
    for other in ({"seed": 4}, {"guidance": 1.0}, {"solver": "midpoint"}):
        assert float((model.latent(base, replace(STEPS, **other)) - made).abs().max()) > 1e-3


def test_a_line_is_refused(model) -> None:
    with pytest.raises(ModelError, match="can't speak"):
        model.generate(Conditions(1.0, phonemes=("HH", "AY1"), speech=(0.0, 1.0)), STEPS)
    assert model.phoneme_times(Conditions(1.0)) == []


def test_it_can_be_stopped_while_it_looks(model) -> None:
    def stop(done: int, total: int) -> None:
        assert (done, total) == (0, 2)
        raise Cancelled

    with pytest.raises(Cancelled):
        model.generate(Conditions(1.0, prompt="rain", frames=picture(1)), STEPS, on_step=stop)


def test_a_foley_cue_gets_its_take(home, timeline_file, monkeypatch, capsys) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    cue = ["--kind", "foley", "--in", "0.5", "--out", "1.5", "--text", "steps on metal"]
    assert main(["cues", "add", str(timeline_file), *cue]) == 0
    capsys.readouterr()
    sampling = ["--model", "tiny", "--steps", "1", "--device", "cpu", "--json"]
    assert main(["generate", str(timeline_file), *sampling]) == 0
    (path,) = json.loads(capsys.readouterr().out)["takes"].values()
    sound, rate = soundfile.read(path)
    assert rate == 48_000 and len(sound) == 2 * 48_000 and np.abs(sound).max() > 0.01
