"""The gate on FLAN-T5's encoder: the package's own network with random weights, trained for a moment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from vssflow_studio.cli import main
from vssflow_studio.errors import ModelError
from vssflow_studio.models.deepaudio.mof import TASKS

transformers = pytest.importorskip("transformers")
WORDS = "make add say says door rain the a under 'hello' anna slams voice </s> <unk> <pad>".split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A T5 of the public layout, tiny, and its tokens."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = tmp_path_factory.mktemp("t5")
    tokens = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokens, unk_token="<unk>", pad_token="<pad>")
    fast.save_pretrained(made)
    torch.manual_seed(0)
    sizes = transformers.T5Config(vocab_size=len(WORDS), d_model=16, d_kv=4, d_ff=32, num_layers=2, num_heads=4)
    transformers.T5EncoderModel(sizes).save_pretrained(made)
    return made


def test_it_is_trained_on_the_encoder_and_understands_by_it(folder, timeline_file, monkeypatch, capsys) -> None:
    from vssflow_studio.models.deepaudio.mof_t5 import T5Gate
    from vssflow_studio.training import train_mof

    monkeypatch.setattr(train_mof, "UPDATES", 30)
    monkeypatch.setattr(train_mof.sys, "argv", ["train_mof", "--t5", str(folder)])
    train_mof.main()
    gate = T5Gate(folder)
    odds = gate.probabilities("add rain")
    assert set(odds) == set(TASKS) and sum(odds.values()) == pytest.approx(1)
    assert odds != gate.probabilities("anna says 'hello'")
    ask = ["cues", "ask", str(timeline_file), "a door slams", "--in", "01:00:00:00", "--out", "01:00:02:00"]
    assert main([*ask, "--t5", str(folder), "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["probabilities"]
    assert said == pytest.approx(gate.probabilities("a door slams"))


def test_padding_changes_nothing(folder) -> None:
    from vssflow_studio.models.deepaudio.mof_t5 import T5Encoder

    encoder = T5Encoder(folder)
    alone = encoder(["add rain"])
    beside = encoder(["add rain", "make anna say 'hello' under the rain"])
    assert torch.allclose(alone[0], beside[0], atol=1e-5)


def test_a_folder_without_an_encoder_is_said(tmp_path) -> None:
    from vssflow_studio.models.deepaudio.mof_t5 import T5Encoder

    with pytest.raises(ModelError, match="FLAN-T5"):
        T5Encoder(tmp_path)
