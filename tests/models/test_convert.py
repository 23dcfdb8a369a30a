"""Checkpoints as the authors' public code leaves them, good and bad, through `models convert`."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import pytest
import torch

import generated
from vssflow_studio.cli import main
from vssflow_studio.engine.doctor import examine
from vssflow_studio.errors import ModelError, StorageError
from vssflow_studio.models.checkpoints import file_hash, read_weights
from vssflow_studio.models.interface import WEIGHTS
from vssflow_studio.models.registry import model_card, model_cards
from vssflow_studio.models.vssflow.config import VSSFlowConfig
from vssflow_studio.models.vssflow.convert import convert
from vssflow_studio.models.vssflow.network import VSSFlow
from vssflow_studio.paths import models

TINY = VSSFlowConfig(
    latent_channels=128,
    lip_channels=16,
    lip_hidden=32,
    phoneme_channels=8,
    sync_raw=24,
    sync_channels=16,
    semantic_raw=24,
    voice_raw=12,
    cross_channels=64,
    condition_hidden=128,
    heads=2,
    cross_heads=1,
    layers=2,
)
FROZEN = {
    "image_encoder.visual.class_embedding": (24,),
    "vae.post_quant_conv.weight": (8, 8, 1, 1),
    "vocoder.conv_pre.weight": (16, 64, 7),
}
IN = "vaflow.proj_in.weight"
Q = "vaflow.transformer_blocks.1.attn2.to_q.weight"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    """A state_dict of their layout: the flow, and the frozen parts that were loaded beside it."""
    with torch.device("meta"):
        shapes = {name: t.shape for name, t in VSSFlow(TINY).state_dict().items()}
    return generated.weights(shapes | FROZEN)


def saved(state: dict, path: Path) -> Path:
    """A Lightning checkpoint, with what else one holds."""
    rest = {"epoch": 199, "global_step": 6000, "lr_schedulers": [{"lr_lambdas": [{}]}], "callbacks": {}}
    torch.save({"state_dict": state, "optimizer_states": [{"state": {}}], **rest}, path)
    return path


def test_a_checkpoint_becomes_an_installed_model(state, tmp_path, capsys) -> None:
    source = saved(state, tmp_path / "epoch=0199.ckpt")
    assert main(["models", "convert", str(source), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    folder = models() / "epoch=0199"
    assert told["folder"] == str(folder) and told["checkpoint"] == file_hash(folder / WEIGHTS)
    tensors, facts = read_weights(folder / WEIGHTS)
    assert VSSFlowConfig.from_json(facts["config"]) == TINY
    assert set(tensors) == set(state) - set(FROZEN)
    assert all(torch.equal(tensors[name], state[name]) for name in tensors)
    vocoder, _ = read_weights(folder / "vocoder.safetensors")
    assert torch.equal(vocoder["conv_pre.weight"], state["vocoder.conv_pre.weight"])
    assert model_card("epoch=0199").family == "paper"
    assert sorted(path.name for path in models().iterdir()) == ["epoch=0199"]


def test_the_models_folder_may_be_elsewhere_and_is_never_overwritten(state, tmp_path, capsys) -> None:
    source, folder = saved(state, tmp_path / "a.ckpt"), tmp_path / "there"
    assert main(["models", "convert", str(source), "-o", str(folder)]) == 0
    assert f"Move the folder into {models()}" in capsys.readouterr().out
    before = file_hash(folder / WEIGHTS)
    state[Q] += 1
    with pytest.raises(StorageError, match="something already") as refused:
        convert(saved(state, tmp_path / "a.ckpt"), folder)
    assert refused.value.file == str(folder) and file_hash(folder / WEIGHTS) == before


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda s: s.pop(Q), f"Tensor {Q} is missing"),
        (lambda s: s.pop("cond_proj.2.weight"), "Tensor cond_proj.2.weight is missing"),
        (lambda s: s.update({"vaflow.extra": torch.ones(2)}), "Tensor vaflow.extra belongs to another"),
        (lambda s: s.update({"text_encoder.x": torch.ones(2)}), "Tensor text_encoder.x belongs to another"),
        (lambda s: s.update({Q: s[Q][:, :-1]}), f"Tensor {Q} has the shape"),
        (lambda s: s[Q].view(-1)[7].fill_(float("nan")), f"Tensor {Q} has values that are no numbers"),
        (
            lambda s: s["vae.post_quant_conv.weight"].view(-1)[0].fill_(float("inf")),
            "Tensor vae.post_quant_conv.weight has values",
        ),
        (lambda s: s.update({Q: s[Q].long()}), f"Tensor {Q} has the type int64"),
        (lambda s: s.update({IN: torch.ones(128)}), f"{IN} has the shape"),
        (lambda s: s.update({IN: 3}), f"{IN} in the state_dict"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(state, spoil, told, tmp_path) -> None:
    spoil(state)
    with pytest.raises(ModelError) as refused:
        convert(saved(state, tmp_path / "bad.ckpt"), models() / "bad")
    assert told in refused.value.what and refused.value.file == str(tmp_path / "bad.ckpt")
    assert refused.value.remedy
    assert not models().exists()


class Payload:
    """A pickle of it runs code when it is read."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


@pytest.mark.parametrize("plain", [True, False])
def test_a_payload_is_refused_and_does_not_run(state, plain, tmp_path, capsys) -> None:
    path, trap = tmp_path / "trap.ckpt", tmp_path / "ran"
    if plain:
        path.write_bytes(pickle.dumps({"state_dict": Payload(trap)}))
    else:
        torch.save({"state_dict": state, "hyper_parameters": Payload(trap)}, path)
    assert main(["models", "convert", str(path)]) == 1
    said = capsys.readouterr().err
    assert str(path) in said and "Traceback" not in said
    if not plain:
        assert "mkdir" in said
    assert not trap.exists() and not models().exists()


@pytest.mark.parametrize("kept", [0, 40, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(state, kept, tmp_path, capsys) -> None:
    path = saved(state, tmp_path / "cut.ckpt")
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(kept * len(whole))])
    assert main(["models", "convert", str(path)]) == 1
    assert "cut.ckpt" in capsys.readouterr().err and not models().exists()


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ({"weights": torch.ones(2)}, "no state_dict"),
        ([1, 2], "no tensors by name"),
        ({"state_dict": {"net.0.weight": torch.ones(2, 2)}}, "net.0.weight belongs to another model"),
        ({"state_dict": {}}, "vaflow.proj_in.weight is missing"),
    ],
)
def test_another_architecture_is_refused(held, told, tmp_path) -> None:
    path = tmp_path / "other.ckpt"
    torch.save(held, path)
    with pytest.raises(ModelError, match=told):
        convert(path, models() / "other")


def test_two_names_of_one_tensor_and_halves_are_no_obstacle(state, tmp_path) -> None:
    other, shared = "vaflow.transformer_blocks.0.attn2.to_q.weight", state[Q]
    state[other] = shared
    state["lip_proj.0.weight"] = state["lip_proj.0.weight"].half()
    convert(saved(state, tmp_path / "x.ckpt"), models() / "x")
    tensors, _ = read_weights(models() / "x" / WEIGHTS)
    assert torch.equal(tensors[other], shared) and torch.equal(tensors[Q], shared)
    assert tensors["lip_proj.0.weight"].dtype == torch.float32


def test_a_missing_file_is_told(tmp_path, capsys) -> None:
    assert main(["models", "convert", str(tmp_path / "none.ckpt")]) == 1
    assert "none.ckpt" in capsys.readouterr().err


def test_shipped_models_keep_their_names(state, tmp_path, capsys) -> None:
    assert main(["models", "convert", str(saved(state, tmp_path / "draft.ckpt"))]) == 1
    assert "called “draft” already" in capsys.readouterr().err and not models().exists()
    convert(saved(state, tmp_path / "x.ckpt"), models() / "draft")
    assert model_card("draft").family == "draft"
    assert [card.name for card in model_cards()].count("draft") == 1


def test_damage_after_the_conversion_is_found(state, tmp_path) -> None:
    convert(saved(state, tmp_path / "x.ckpt"), models() / "mine")
    path = models() / "mine" / WEIGHTS
    data = bytearray(path.read_bytes())
    data[-1] ^= 0xFF
    path.write_bytes(data)
    assert any("mine" in line and "weights" in line for line in examine()["missing"])
