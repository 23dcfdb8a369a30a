"""The gate of the mixture of modality fusion: the shipped one, and its training."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from vssflow_studio.engine.instruct import gate
from vssflow_studio.errors import ModelError
from vssflow_studio.models.deepaudio.mof import MODULES, TASKS, Gate, features
from vssflow_studio.paths import weights

UNSEEN = Path(__file__).parent / "data" / "instructions.txt"
SHIPPED = weights() / "mof" / "weights.safetensors"


def test_unseen_wordings_go_to_their_task() -> None:
    rows = [line.split("|", 1) for line in UNSEEN.read_text(encoding="utf-8").splitlines()]
    wrong = [(task, text) for task, text in rows if gate().task(text) != task]
    assert len(rows) == 100 and len(wrong) <= 1, wrong


def test_what_a_line_says_changes_nothing() -> None:
    plain = gate().probabilities('make Anna say "Hello"')
    assert plain == gate().probabilities('make Anna say "the thunder, the rain and a narrator"')
    assert sum(plain.values()) == pytest.approx(1, abs=1e-5) and max(plain, key=plain.get) == "v2s"


def test_the_table_of_modules_is_the_papers() -> None:
    assert set(MODULES) == set(TASKS)
    assert MODULES["v2a"] == ("v2a",) and MODULES["tts"] == ("tts",) and set(MODULES["v2s"]) == {"v2a", "tts"}


def test_anything_typed_gets_an_answer() -> None:
    for text in ("", "?!", "héllo", "a" * 5000, "“", "'", "雨の音"):
        odds = gate().probabilities(text)
        assert np.isfinite(list(odds.values())).all()


@pytest.mark.parametrize("spoilt", ["table.weight", "out.bias"])
def test_a_damaged_gate_is_refused_by_its_tensor(tmp_path, spoilt) -> None:
    tensors = load_file(SHIPPED)
    for change in (lambda t: t[:-1], lambda t: t * np.nan):
        save_file(tensors | {spoilt: change(tensors[spoilt])}, tmp_path / "gate.safetensors")
        with pytest.raises(ModelError, match=spoilt):
            Gate.load(tmp_path / "gate.safetensors")
    (tmp_path / "gate.safetensors").write_bytes(SHIPPED.read_bytes()[:1000])
    with pytest.raises(ModelError):
        Gate.load(tmp_path / "gate.safetensors")


def test_training_learns_and_numpy_says_what_torch_says(tmp_path) -> None:
    from vssflow_studio.training.checkpoint import write_tensors
    from vssflow_studio.training.instructions import instructions
    from vssflow_studio.training.train_mof import GateNetwork, train

    torch.manual_seed(1)
    network = train(GateNetwork(), updates=300, seed=1)
    write_tensors(tmp_path / "gate.safetensors", network.state_dict(), {})
    trained = Gate.load(tmp_path / "gate.safetensors")
    rows = list(islice(instructions(random.Random(99)), 200))
    ours = np.array([list(trained.probabilities(text).values()) for text, _ in rows])
    theirs = network([text for text, _ in rows]).softmax(-1).detach().numpy()
    assert np.allclose(ours, theirs, atol=1e-5)
    right = sum(TASKS[int(row.argmax())] == task for row, (_, task) in zip(ours, rows, strict=True))
    assert right > 140  # 50 by chance


def test_instructions_are_many_and_differ_from_the_unseen() -> None:
    from vssflow_studio.training.instructions import instructions

    made = [text for text, _ in islice(instructions(random.Random(5)), 400)]
    unseen = {line.split("|", 1)[1] for line in UNSEEN.read_text(encoding="utf-8").splitlines()}
    assert len(set(made)) > 380 and not unseen & set(made)
    assert all(features(text) for text in made)
