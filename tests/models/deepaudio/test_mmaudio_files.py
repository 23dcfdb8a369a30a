"""MMAudio's published files, good and bad, through `models convert`."""

from __future__ import annotations

import json
import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import mmaudio_files
from vssflow_studio.cli import main
from vssflow_studio.errors import ModelError, StorageError
from vssflow_studio.models.checkpoints import file_hash, read_weights
from vssflow_studio.models.convert import convert, convert_together
from vssflow_studio.models.deepaudio import parts
from vssflow_studio.models.deepaudio.config import CODEC_16K, V2AConfig
from vssflow_studio.models.interface import WEIGHTS
from vssflow_studio.models.registry import load_model, model_card
from vssflow_studio.paths import models

QKV = "joint_blocks.0.clip_block.attn.qkv.weight"
GATE = "fused_blocks.1.ffn.w3.weight"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, ...]:
    return mmaudio_files.write_all(tmp_path_factory.mktemp("files"))


@pytest.fixture
def state(files) -> dict[str, torch.Tensor]:
    """The network's tensors, to be spoiled."""
    return torch.load(files[0], weights_only=True)


def refused(state: object, path: Path) -> ModelError:
    """What `convert` says of a checkpoint that holds `state`; nothing may be written."""
    torch.save(state, path)
    with pytest.raises(ModelError) as error:
        convert(path)
    assert error.value.file == str(path) and not models().exists()
    return error.value


def test_a_network_becomes_a_model_that_says_what_it_lacks(files, capsys) -> None:
    assert main(["models", "convert", str(files[0])]) == 0
    said = capsys.readouterr().out
    folder = models() / "mmaudio_tiny"
    assert str(folder) in said and "v1-16.pth" in said and "merges.txt" in said
    card = model_card("mmaudio_tiny")
    assert (card.family, card.steps, card.foley_guidance, card.solver) == ("mmaudio", 25, 4.5, "euler")
    assert card.licence == "CC-BY-NC-4.0" and card.checkpoint == file_hash(folder / WEIGHTS)
    assert V2AConfig.from_json(read_weights(folder / WEIGHTS)[1]["config"]) == mmaudio_files.TINY
    with pytest.raises(ModelError, match="VAE.*CLIP.*Synchformer") as lack:
        load_model("mmaudio_tiny", "cpu")
    assert "models convert" in lack.value.remedy
    assert main(["models", "convert", str(files[0])]) == 1
    assert "called “mmaudio_tiny” already" in capsys.readouterr().err


def test_all_files_together_become_a_model_that_can_be_loaded(files, capsys) -> None:
    assert main(["models", "convert", str(files[4]), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"part": "16 kHz VAE", "file": str(models() / parts.SHARED / "vae-16k.safetensors")}
    with pytest.raises(StorageError, match="installed already"):
        convert(files[4])
    card = convert_together(files, models() / "foley")
    assert card.name == "foley" and load_model("foley", "cpu").card.sample_rate == 16_000
    before = model_card("foley").identity
    os.utime(models() / parts.SHARED / "clip.safetensors", (1, 1))
    assert model_card("foley").identity != before
    assert sorted(path.name for path in models().iterdir()) == [parts.SHARED, "foley"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda s: s.pop(QKV), f"Tensor {QKV} is missing"),
        (lambda s: s.pop(GATE), f"Tensor {GATE} is missing"),
        (lambda s: s.pop("audio_input_proj.0.weight"), "Tensor audio_input_proj.0.weight is missing"),
        (lambda s: s.update({"fused_blocks.9.x": torch.ones(2)}), "is missing"),
        (lambda s: s.update({"extra.weight": torch.ones(2)}), "Tensor extra.weight belongs to another"),
        (lambda s: s.update({QKV: s[QKV][:, :-1]}), f"Tensor {QKV} has the shape"),
        (lambda s: s.update({GATE: s[GATE][:-1]}), f"Tensor {GATE} has the shape"),
        (lambda s: s[QKV].view(-1)[3].fill_(float("nan")), f"Tensor {QKV} has values that are no numbers"),
        (lambda s: s.update({QKV: s[QKV].long()}), f"Tensor {QKV} has the type int64"),
        (lambda s: s.update({QKV: "x"}), f"{QKV} is no plain tensor"),
        (lambda s: s.update({"audio_input_proj.0.weight": torch.ones(128, 33, 7)}), "33 latent channels"),
    ],
)
def test_what_is_wrong_with_a_network_is_named(state, spoil, told, tmp_path) -> None:
    spoil(state)
    assert told in refused(state, tmp_path / "bad.pth").what


def test_what_is_wrong_with_a_part_is_named(tmp_path) -> None:
    bad, name = tmp_path / "bad.pth", "decoder.mid.block_1.conv1.weight"
    small = replace(CODEC_16K, width=32, vocoder_width=64)
    vae = mmaudio_files.vae(small)
    vae[name] = vae[name][:-1]
    assert f"Tensor {name} has the shape" in refused(vae, bad).what
    vocoder = mmaudio_files.vocoder(small)
    del vocoder["conv_post.parametrizations.weight.original0"]
    assert "conv_post." in refused({"generator": vocoder}, bad).what
    vocoder = mmaudio_files.vocoder(small)
    vocoder["activation_post.upsample.filter"] = torch.ones(1, 1, 12)
    assert "activation_post.upsample.filter" in refused({"generator": vocoder}, bad).what
    clip = mmaudio_files.clip()
    del clip["visual.ln_post.bias"]
    assert "Tensor visual.ln_post.bias is missing" in refused(clip, bad).what
    sync = mmaudio_files.synchformer()
    sync["vfeat_extractor.norm.weight"][0] = float("inf")
    assert "vfeat_extractor.norm.weight has values" in refused(sync, bad).what
    assert "none of the checkpoints" in refused({"net.0.weight": torch.ones(2)}, bad).what


def test_another_list_than_clips_is_refused(files, tmp_path) -> None:
    (tmp_path / "list.txt").write_text("#version\nonly one two three\n")
    with pytest.raises(ModelError, match="no list of CLIP's merges"):
        convert(tmp_path / "list.txt")
    (tmp_path / "merges.txt").write_text("#version\nt h\n")
    convert(tmp_path / "merges.txt")
    convert_together([*files[:3], *files[4:]], models() / "foley")
    with pytest.raises(ModelError, match="515 words are listed") as refused:
        load_model("foley", "cpu")
    assert refused.value.file.endswith("clip-merges.txt")


class Payload:
    """A pickle of it runs code when it is read."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


@pytest.mark.parametrize("plain", [True, False])
def test_a_payload_is_refused_and_does_not_run(state, plain, tmp_path, capsys) -> None:
    path, trap = tmp_path / "trap.pth", tmp_path / "ran"
    if plain:
        path.write_bytes(pickle.dumps(state | {"x": Payload(trap)}))
    else:
        torch.save(state | {"x": Payload(trap)}, path)
    assert main(["models", "convert", str(path)]) == 1
    said = capsys.readouterr().err
    assert str(path) in said and "Traceback" not in said
    assert not trap.exists() and not models().exists()


@pytest.mark.parametrize("kept", [0, 0.4, 0.999])
def test_a_truncated_file_is_refused(files, kept, tmp_path, capsys) -> None:
    path, whole = tmp_path / "cut.pth", files[0].read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    assert main(["models", "convert", str(path)]) == 1
    assert "cut.pth" in capsys.readouterr().err and not models().exists()
