"""The paper's codec, and a take made from end to end, where the optional packages are installed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file, save_file

import generated
from vssflow_studio.cli import main
from vssflow_studio.errors import ModelError
from vssflow_studio.models.codecs import audioldm
from vssflow_studio.models.codecs.audioldm import AudioLDMCodec
from vssflow_studio.models.vssflow.config import VSSFlowConfig
from vssflow_studio.models.vssflow.convert import convert
from vssflow_studio.models.vssflow.network import VSSFlow
from vssflow_studio.paths import models

diffusers = pytest.importorskip("diffusers")
transformers = pytest.importorskip("transformers")

TINY = VSSFlowConfig(
    lip_channels=16,
    lip_hidden=32,
    sync_channels=16,
    cross_channels=64,
    condition_hidden=128,
    heads=2,
    cross_heads=1,
    layers=1,
)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, Path]:
    """VAE and vocoder of the real size."""
    folder = tmp_path_factory.mktemp("codec")
    vocoder = transformers.SpeechT5HifiGanConfig(**audioldm._VOCODER)
    with torch.device("meta"):
        parts = diffusers.AutoencoderKL(**audioldm._VAE), transformers.SpeechT5HifiGan(vocoder)
    paths = folder / "vae.safetensors", folder / "vocoder.safetensors"
    for module, path in zip(parts, paths, strict=True):
        save_file(generated.weights({name: t.shape for name, t in module.state_dict().items()}), path)
    return paths


def test_each_group_of_mel_bins_has_its_channels(files) -> None:
    codec = AudioLDMCodec.load(*files, "cpu")
    latent = generated.tensor("latent", 1, 128, 12)
    image = torch.empty(1, 8, 12, 16)
    for bins in range(16):
        for channel in range(8):
            image[0, channel, :, bins] = latent[0, bins * 8 + channel]
    with torch.inference_mode():
        mel = codec.vae.decode(image).sample
        expected = codec.vocoder(mel[:, 0]).reshape(-1)
    sound = codec.sound(latent)
    assert mel.shape == (1, 1, 12 * audioldm.PER_FRAME, 64)
    assert len(sound) >= 12 * audioldm.PER_FRAME * audioldm.HOP and sound.abs().max() > 1e-6
    assert torch.equal(sound, expected)


def test_old_names_of_the_vaes_attention_are_known(files, tmp_path) -> None:
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    tensors = load_file(files[0])
    for name in [name for name in tensors if ".attentions." in name]:
        for new, word in old.items():
            if f".{new}." in name:
                tensors[name.replace(new, word)] = tensors.pop(name)
    assert any("proj_attn" in name for name in tensors)
    save_file(tensors, tmp_path / "vae.safetensors")
    AudioLDMCodec.load(tmp_path / "vae.safetensors", files[1], "cpu")
    del tensors["decoder.conv_in.bias"]
    save_file(tensors, tmp_path / "vae.safetensors")
    with pytest.raises(ModelError, match="decoder.conv_in.bias is missing"):
        AudioLDMCodec.load(tmp_path / "vae.safetensors", files[1], "cpu")


@pytest.mark.skipif(
    "VSSFLOW_STUDIO_FULL" not in os.environ, reason="half a minute: set VSSFLOW_STUDIO_FULL"
)
def test_a_converted_model_makes_a_take(files, timeline_file, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with torch.device("meta"):
        shapes = {name: t.shape for name, t in VSSFlow(TINY).state_dict().items()}
    torch.save({"state_dict": generated.weights(shapes)}, tmp_path / "tiny.ckpt")
    convert(tmp_path / "tiny.ckpt", models() / "tiny")
    for path in files:
        (models() / "tiny" / path.name).symlink_to(path)
    cue = ["--kind", "foley", "--in", "0.5", "--out", "1.5", "--text", "steps"]
    assert main(["cues", "add", str(timeline_file), *cue]) == 0
    capsys.readouterr()
    arguments = ["--model", "tiny", "--solver", "euler", "--steps", "1", "--device", "cpu", "--json"]
    assert main(["generate", str(timeline_file), *arguments]) == 0
    takes = json.loads(capsys.readouterr().out)["takes"]
    (path,) = takes.values()
    sound, rate = soundfile.read(path)
    assert rate == 48_000 and len(sound) == 2 * 48_000 and np.isfinite(sound).all()
    assert np.abs(sound).max() > 0.01
