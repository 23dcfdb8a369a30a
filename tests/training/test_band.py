"""What speech has above 8 kHz: a wide teacher, and what is learned from it."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from vssflow_studio.errors import StudioError
from vssflow_studio.models.codecs.bands import FIRST, BandExtension
from vssflow_studio.training import train_band
from vssflow_studio.training.config import ConfigError, read_config
from vssflow_studio.training.pipeline import prepare
from vssflow_studio.training.wideband import speak_wide


@pytest.fixture(scope="module")
def wide() -> list[torch.Tensor]:
    """A dozen sentences; the teacher is only needed where models are trained."""
    try:
        return train_band.spoken(12)
    except StudioError as error:
        pytest.skip(str(error))


def test_the_wide_teacher_hisses_above_8_khz(wide) -> None:
    assert len(wide) == 16 and all(mel.shape[0] == 80 and mel.shape[1] > 50 for mel in wide)
    all_of_them = torch.cat(wide, dim=1)
    hiss = all_of_them[60:FIRST].mean(0) > all_of_them[60:FIRST].mean(0).quantile(0.95)
    assert (all_of_them[75:, hiss].mean() - all_of_them[60:FIRST, hiss].mean()) * 8.7 > -15


def test_it_says_the_same_each_time_whatever_is_written(wide) -> None:
    text = 'He said "no" \\ (quit) twice.'
    one, other = (next(speak_wide([text])) for _ in range(2))
    assert one.dtype == np.float32 and len(one) > 24_000 and (one == other).all()


def test_what_is_above_is_learned_from_what_is_below(wide, tmp_path) -> None:
    train_band.train(wide[:10], tmp_path / "band.safetensors", steps=60)
    model, unseen = BandExtension(), torch.cat(wide[10:], dim=1)
    model.load_state_dict(load_file(tmp_path / "band.safetensors"))
    told = model(unseen.unsqueeze(0)).detach()[0]
    assert torch.equal(told[:FIRST], unseen[:FIRST])
    usual = torch.cat(wide[:10], dim=1)[FIRST:].mean(1, keepdim=True)
    assert (told - unseen)[FIRST:].abs().mean() < 0.6 * (usual - unseen[FIRST:]).abs().mean()


def test_the_same_is_learned_each_time(wide, tmp_path) -> None:
    learned = []
    for path in (tmp_path / "one.safetensors", tmp_path / "other.safetensors"):
        train_band.train(wide[:2], path, steps=3)
        learned.append(load_file(path))
    assert all(torch.equal(learned[0][name], learned[1][name]) for name in learned[0])


def test_without_festival_the_packages_to_install_are_named(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StudioError, match="apt-get install festival festvox-us-slt-hts"):
        next(speak_wide(["Hello."]))


def test_a_configuration_asks_for_it(tiny, caches, wide, tmp_path) -> None:
    path = tiny("wide")
    text = path.read_text().replace("[data]", "[data]\nwide_sentences = 3\nband_steps = 2")
    path.write_text(text.replace(str(caches), str(tmp_path)))
    shutil.copytree(caches / "cache", tmp_path / "cache")
    config, notes = read_config(path), []
    prepare(config, ("slt", "rms"), notes.append)
    band = config.out.run / "band.safetensors"
    assert band.is_file() and any("band" in note for note in notes)
    BandExtension().load_state_dict(load_file(band))
    path.write_text(text.replace("wide_sentences = 3", "wide_sentences = -3"))
    with pytest.raises(ConfigError, match="wide_sentences"):
        read_config(path)
