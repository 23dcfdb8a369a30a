"""Published files of F5-TTS, DeepAudio-V1 and Vocos, good and bad, through `models convert`."""

from __future__ import annotations

import json
from pathlib import Path

import f5_files
import pytest
import torch
from safetensors.torch import save_file

from vssflow_studio.cli import main
from vssflow_studio.errors import ModelError
from vssflow_studio.models.checkpoints import file_hash, read_weights
from vssflow_studio.models.convert import convert, convert_together
from vssflow_studio.models.deepaudio import parts
from vssflow_studio.models.deepaudio.f5.config import F5Config
from vssflow_studio.models.interface import WEIGHTS
from vssflow_studio.models.registry import lacking, load_model, model_card
from vssflow_studio.paths import models

QUERY = "transformer_blocks.1.attn.to_q.weight"
KEY = "transformer_blocks.2.attn.to_k.bias"
EMBEDDING = "text_embed.text_embed.weight"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, ...]:
    return f5_files.write_all(tmp_path_factory.mktemp("files"))


def refused(held: object, path: Path) -> ModelError:
    """What `convert` says of a checkpoint that holds this; nothing may be written."""
    torch.save(held, path)
    with pytest.raises(ModelError) as error:
        convert(path)
    assert error.value.file == str(path) and not models().exists()
    return error.value


def test_deepaudios_checkpoint_says_who_guides_it(files, capsys) -> None:
    assert main(["models", "convert", str(files[0])]) == 0
    said = capsys.readouterr().out
    assert "pytorch_model.bin of vocos" in said and "vocab.txt" in said
    card = model_card("v2c_s16")
    assert (card.family, card.reads, card.guide) == ("f5", "letters", "mmaudio_small_16k")
    assert (card.steps, card.guidance, card.solver, card.sample_rate) == (32, 3.0, "euler", 24_000)
    assert card.licence == "CC-BY-NC-4.0" and [voice.name for voice in card.choices] == ["own sound", "other line"]
    folder = models() / "v2c_s16"
    assert card.checkpoint == file_hash(folder / WEIGHTS)
    assert F5Config.from_json(read_weights(folder / WEIGHTS)[1]["config"]) == f5_files.TINY
    with pytest.raises(ModelError, match="Vocos and the list of F5's characters are missing"):
        load_model("v2c_s16", "cpu")
    for file in files[1:]:
        convert(file)
    assert "install mmaudio_small_16k" in lacking(folder, card)[1]
    with pytest.raises(ModelError, match="mmaudio_small_16k"):
        load_model("v2c_s16", "cpu")
    assert main(["models", "list"]) == 0 and "own sound, other line" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "title", "second"), [("F5TTS_Base", "F5-TTS", False), ("F5TTS_v1_Base", "F5-TTS v1", True)]
)
def test_plain_f5_is_told_by_the_folder_of_its_authors(files, tmp_path, place, title, second) -> None:
    (tmp_path / place).mkdir()
    path = tmp_path / place / "model_1250000.safetensors"
    tensors = f5_files.published(f5_files.network(f5_files.TINY, energy=False))["ema_model_state_dict"]
    save_file(tensors, path)
    card = convert_together([path, *files[1:]], models() / "speaker")
    assert (card.title, card.guide) == (title, "")
    model = load_model("speaker", "cpu")
    assert model.speaker.network.config.second == second and not model.frame_rate
    assert not model.speaker.network.input_embed.proj_energy.weight.any()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda s: s.pop(QUERY), f"Tensor {QUERY} is missing"),
        (lambda s: s.pop(KEY), f"Tensor {KEY} is missing"),
        (lambda s: s.pop("transformer_blocks.0.attn.to_q.weight"), "blocks.0.attn.to_q.weight is missing"),
        (lambda s: s.pop("input_embed.proj_energy.bias"), "Tensor input_embed.proj_energy.bias is missing"),
        (lambda s: s.update({"transformer_blocks.9.x": torch.ones(2)}), "is missing"),
        (lambda s: s.update({"extra.weight": torch.ones(2)}), "Tensor extra.weight belongs to another"),
        (lambda s: s.update({QUERY: s[QUERY][:, :-1]}), f"Tensor {QUERY} has the shape"),
        (lambda s: s.update({EMBEDDING: s[EMBEDDING][0]}), f"Tensor {EMBEDDING} has the shape"),
        (lambda s: s[QUERY].view(-1)[3].fill_(float("nan")), f"{QUERY} has values that are no numbers"),
        (lambda s: s.update({KEY: s[KEY].long()}), f"{KEY} has the type int64"),
        (lambda s: s.update({QUERY: "x"}), f"{QUERY} is no plain tensor"),
        (lambda s: s.update({"proj_out.weight": torch.ones(80, 128)}), "80 mel bins"),
        (lambda s: s.clear(), f"Tensor {EMBEDDING} is missing"),
    ],
)
def test_what_is_wrong_with_a_network_is_named(spoil, told, tmp_path) -> None:
    state = f5_files.network(f5_files.TINY)
    spoil(state)
    assert told in refused(f5_files.published(state), tmp_path / "bad.pt").what


def test_other_checkpoints_are_refused(tmp_path) -> None:
    bad = tmp_path / "bad.pt"
    assert "holds no tensors by name" in refused({"ema_model_state_dict": torch.ones(2)}, bad).what
    flat = {f"ema_model.transformer.{k}": v for k, v in f5_files.network(f5_files.TINY).items() if "attn" not in k}
    assert "transformer_blocks.0.attn.to_q.weight is missing" in refused(flat, bad).what
    vocos, name = f5_files.vocos(), "backbone.convnext.1.gamma"
    assert f"Tensor {name} is missing" in refused({k: v for k, v in vocos.items() if k != name}, bad).what
    assert "head.out.weight" in refused({k: v for k, v in vocos.items() if "head" not in k}, bad).what
    vocos["head.out.weight"] = torch.ones(1282, 32)
    assert "a transform of 1280" in refused(vocos, bad).what


@pytest.mark.parametrize("kept", [0, 0.4, 0.999])
@pytest.mark.parametrize("which", [0, 1])
def test_a_truncated_file_is_refused(files, which, kept, tmp_path, capsys) -> None:
    path, whole = tmp_path / "cut.pt", files[which].read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    assert main(["models", "convert", str(path)]) == 1
    assert "cut.pt" in capsys.readouterr().err and not models().exists()


def test_lists_of_characters(files, tmp_path) -> None:
    bad = tmp_path / "vocab.txt"
    for held, told in ((b" \na\nb\na\n", "has “a” twice"), (b" \n\xff\n", "can't be read"), (b"a\nb\n", "with the space")):
        bad.write_bytes(held)
        with pytest.raises(ModelError, match=told) as error:
            convert(bad)
        assert error.value.file == str(bad) and not models().exists()
    bad.write_bytes(b" \r\na\r\n")
    convert(bad)
    assert (models() / parts.SHARED / parts.CHARACTERS.file).read_bytes() == b" \na\n"
    plain = f5_files.write_all(tmp_path, "model_1.pt", energy=False)
    convert_together(plain[:2], models() / "speaker")
    with pytest.raises(ModelError, match="2 characters are listed, and the network knows 75"):
        load_model("speaker", "cpu")
    # The model's own list goes first.
    (models() / "speaker" / parts.CHARACTERS.file).write_bytes(files[2].read_bytes())
    load_model("speaker", "cpu")


def test_a_network_without_its_sizes_is_refused(files) -> None:
    convert_together([*f5_files.write_all(files[0].parent, "model_1.pt", energy=False)], models() / "speaker")
    path = models() / "speaker" / WEIGHTS
    tensors, facts = read_weights(path)
    for config in ('{"depth": 0}', "{", '{"more": 1}', json.dumps(json.loads(facts["config"]) | {"heads": 3})):
        save_file(tensors, path, {"config": config})
        with pytest.raises(ModelError) as error:
            load_model("speaker", "cpu")
        assert error.value.file == str(path)
