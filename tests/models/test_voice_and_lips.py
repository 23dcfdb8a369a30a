"""RawNet3 and AV-HuBERT's eyes beside the authors' public code, and checkpoints good and bad.

`data/public_voice_and_lips.json` holds what their code gave on generated weights, a generated
sound and generated mouths (RawNet3 64 wide, AV-HuBERT two layers, 128 wide).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

import generated
from public_weights import face, lip_file, lip_weights, voice_file, voice_weights
from vssflow_studio.errors import ModelError
from vssflow_studio.models.conditions.avhubert import CROP, LipEncoder
from vssflow_studio.models.conditions.mouths import mouths
from vssflow_studio.models.conditions.picture import FRAME_SIZE
from vssflow_studio.models.conditions.rawnet3 import SAMPLE_RATE, VoiceEncoder

PUBLIC = json.loads((Path(__file__).parent / "data" / "public_voice_and_lips.json").read_text())
VOICE, LIPS = PUBLIC["rawnet3"], PUBLIC["avhubert"]


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    """Five seconds in which a rising tone sinks into noise."""
    t = np.arange(80_000) / 16_000
    tone = np.sin(2 * np.pi * (200 + 150 * t) * t) * (1.2 - t / 5)
    return (generated.values("sound", 80_000, bound=0.3) * (0.2 + t / 5) + tone).astype(np.float32)


def _close(ours: Tensor, theirs: list[float]) -> None:
    assert np.abs(theirs).max() > 1
    # In float64 the two agree to the last digit; RawNet3 takes logarithms of what is nearly silent.
    assert float((ours - torch.tensor(theirs)).abs().max()) < 3e-4


@pytest.mark.parametrize(("heard", "samples"), [("long", 80_000), ("short", 20_000)])
def test_a_voice_is_what_the_public_code_makes_of_it(heard, samples, sound, tmp_path) -> None:
    encoder = VoiceEncoder.load(voice_file(tmp_path), "cpu")
    assert encoder.channels == 256 and SAMPLE_RATE == 16_000
    _close(encoder.embedding(sound[:samples]), VOICE[heard])


def test_espnets_names_are_the_same_network_with_a_longer_stride(sound, tmp_path) -> None:
    back = {"preprocess": "encoder.waveform_process", "conv1": "encoder.conv", "attention": "pooling.attention"}
    back |= {"bn5": "projector.bn", "fc6": "projector.fc"}
    state = {"loss.weight": torch.ones(2)}
    for name, tensor in voice_weights(192).items():
        first, _, rest = name.partition(".")
        if first not in ("bn1", "bn6"):
            state[f"{back.get(first, f'encoder.{first}')}.{rest}"] = tensor
    torch.save(state, tmp_path / "espnet.pth")
    _close(VoiceEncoder.load(tmp_path / "espnet.pth", "cpu").embedding(sound), VOICE["stride16"])


@torch.inference_mode()
@pytest.mark.parametrize("tuned", [True, False])
def test_lips_are_what_the_public_code_makes_of_them(tuned, tmp_path) -> None:
    path = lip_file(tmp_path)
    if not tuned:
        extra = {"mask_emb": torch.ones(4), "final_proj.bias": torch.ones(3)}
        torch.save({"model": lip_weights() | extra}, path)
    encoder = LipEncoder.load(path, "cpu")
    seen = encoder.network(generated.tensor("mouths", 1, 1, 12, 88, 88, bound=2.0)).reshape(-1)
    step = len(seen) // len(LIPS["values"])
    _close(seen[step // 2 :: step][: len(LIPS["values"])], LIPS["values"])


@pytest.mark.parametrize("seed", range(4))
def test_the_mouth_stands_in_the_middle_of_its_picture(seed) -> None:
    crops = mouths(face(seed=seed), CROP)
    assert crops.shape == (75, CROP, CROP) and 0 <= crops.min() and crops.max() <= 255
    change = crops.std(0)
    rows, columns = (change > change.max() / 2).nonzero(as_tuple=True)  # what opens and shuts
    assert abs(rows.float().mean() - CROP / 2) < CROP / 8 and abs(columns.float().mean() - CROP / 2) < CROP / 8
    assert CROP / 5 < columns.max() - columns.min() < 4 * CROP / 5


def test_where_nobody_speaks_lips_are_zeros(tmp_path) -> None:
    encoder = LipEncoder.load(lip_file(tmp_path), "cpu")
    assert not encoder.stream(torch.full((40, *FRAME_SIZE, 3), 90, dtype=torch.uint8)).any()
    seen = encoder.stream(face())
    assert seen.shape == (75, LIPS["width"]) and seen.isfinite().all() and seen.std(0).mean() > 0
    with pytest.raises(KeyboardInterrupt):
        encoder.stream(face(), _stop)


def _stop() -> None:
    raise KeyboardInterrupt


KINDS = {
    "voice": (VoiceEncoder, voice_weights, "layer2.convs.3.weight"),
    "lips": (LipEncoder, lip_weights, "encoder.layers.1.fc1.weight"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda s, n: s.pop(n), "{} is missing"),
        (lambda s, n: s.update({n: s[n][:, :-1]}), "{} has the shape"),
        (lambda s, n: s[n].view(-1)[3].fill_(float("nan")), "{} has values that are no numbers"),
        (lambda s, n: s.update({n: s[n].long()}), "{} has the type int64"),
        (lambda s, n: s.update({n: "no tensor"}), "{} is no plain tensor"),
        (lambda s, n: s.update({f"{n}.more": torch.ones(2)}), "{}.more belongs to another model"),
    ],
    ids=["missing", "shape", "nan", "type", "no tensor", "extra"],
)
def test_what_is_wrong_is_named(kind, spoil, told, tmp_path) -> None:
    encoder, weights, name = KINDS[kind]
    state, path = weights(), tmp_path / "bad.pt"
    spoil(state, name)
    torch.save({"model": state}, path)
    with pytest.raises(ModelError) as refused:
        encoder.load(path, "cpu")
    assert told.format(name) in refused.value.what and refused.value.file == str(path) and refused.value.remedy


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("held", [{"model": {"net.0.weight": torch.ones(2, 2)}}, {"model": 3}, {"x": 1}, [1]])
def test_another_architecture_is_refused(kind, held, tmp_path) -> None:
    torch.save(held, tmp_path / "other.pt")
    with pytest.raises(ModelError) as refused:
        KINDS[kind][0].load(tmp_path / "other.pt", "cpu")
    assert refused.value.file == str(tmp_path / "other.pt") and refused.value.remedy


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("old", [False, True], ids=["zip", "before 1.6"])
@pytest.mark.parametrize("kept", [0, 40, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(kind, old, kept, tmp_path) -> None:
    encoder, weights, _ = KINDS[kind]
    path = tmp_path / "cut.pt"
    torch.save({"model": weights()}, path, _use_new_zipfile_serialization=not old)
    encoder.load(path, "cpu")  # whole, it can be read
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(kept * len(whole))])
    with pytest.raises(ModelError) as refused:
        encoder.load(path, "cpu")
    assert refused.value.file == str(path)


class Payload:
    """A pickle of it runs code when it is read."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("old", [False, True], ids=["zip", "before 1.6"])
def test_a_payload_is_refused_and_does_not_run(kind, old, tmp_path) -> None:
    encoder, weights, _ = KINDS[kind]
    path, trap = tmp_path / "trap.pt", tmp_path / "ran"
    torch.save({"model": weights(), "cfg": Payload(trap)}, path, _use_new_zipfile_serialization=not old)
    with pytest.raises(ModelError, match="mkdir"):
        encoder.load(path, "cpu")
    assert not trap.exists()


def test_settings_of_fairseq_are_left_unread(tmp_path, monkeypatch) -> None:
    """A checkpoint with a Namespace and fairseq's dictionary loads, and neither is built."""
    built = []
    module = types.ModuleType("fairseq.data.dictionary")

    class Dictionary:
        def __setstate__(self, state):
            built.append(state)

        def __getstate__(self):
            return {"symbols": ["a"]}

    Dictionary.__module__, Dictionary.__qualname__ = module.__name__, "Dictionary"
    module.Dictionary = Dictionary
    for name in ("fairseq", "fairseq.data", module.__name__):
        monkeypatch.setitem(sys.modules, name, module)
    path = lip_file(tmp_path)
    held = torch.load(path, weights_only=True)
    held |= {"args": argparse.Namespace(data="x"), "task_state": {"target_dictionary": Dictionary()}}
    torch.save(held, path)
    encoder = LipEncoder.load(path, "cpu")
    assert encoder.channels == LIPS["width"] and not built
