"""The paper's model from converted weights: its tasks, its surroundings, what it says they lack.

Small networks of the authors' layout; what they make is noise, but made the way the paper's is.
"""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from opentimelineio.opentime import RationalTime, TimeRange
from safetensors.torch import save_file

import generated
from public_weights import face, lip_file, voice_file
from vssflow_studio.cli import main
from vssflow_studio.engine.doctor import examine
from vssflow_studio.engine.planner import plan
from vssflow_studio.engine.request import Sampling
from vssflow_studio.errors import Cancelled, ModelError
from vssflow_studio.models import precision
from vssflow_studio.models.checkpoints import load_into, read_weights
from vssflow_studio.models.conditions.avhubert import LipEncoder
from vssflow_studio.models.conditions.clip import ClipEncoder, ClipVision
from vssflow_studio.models.conditions.even import paper_ids
from vssflow_studio.models.conditions.phonemes import SLOWEST, average_durations, natural_durations
from vssflow_studio.models.conditions.picture import FRAME_SIZE
from vssflow_studio.models.conditions.rawnet3 import VoiceEncoder
from vssflow_studio.models.conditions.synchformer import SynchformerEncoder, SyncVision
from vssflow_studio.models.interface import WEIGHTS, Conditions, ModelCard
from vssflow_studio.models.registry import load_model, model_card
from vssflow_studio.models.vssflow import surroundings
from vssflow_studio.models.vssflow.config import VSSFlowConfig
from vssflow_studio.models.vssflow.convert import convert
from vssflow_studio.models.vssflow.network import VSSFlow
from vssflow_studio.models.vssflow.paper_model import PaperModel, _encoder
from vssflow_studio.paths import models
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.files import read_timeline

SEEN = 64
TINY = VSSFlowConfig(
    latent_channels=128,
    lip_channels=16,
    lip_hidden=32,
    phoneme_channels=8,
    sync_raw=SEEN,
    sync_channels=16,
    semantic_raw=SEEN,
    voice_raw=12,
    cross_channels=64,
    condition_hidden=128,
    heads=2,
    cross_heads=1,
    layers=2,
)
PHONEMES = ("HH", "AH0", "L", "OW1", "|", ",", "DH", "EH1*", "R")
LINE = Conditions(total=3.0, phonemes=PHONEMES, speech=(0.5, 2.5), voice="ANNA")
HEARD = find_spec("diffusers") is not None and find_spec("transformers") is not None


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A converted model; its eyes, its ear and a voice are there, its codec is not."""
    made = tmp_path_factory.mktemp("paper") / "tiny"
    with torch.device("meta"):
        shapes = {name: t.shape for name, t in VSSFlow(TINY).state_dict().items()}
    torch.save({"state_dict": generated.weights(shapes)}, made.with_suffix(".ckpt"))
    convert(made.with_suffix(".ckpt"), made)
    save_file(_named(ClipVision(SEEN, 1, 16, 8), "visual."), made / "clip.safetensors")
    torch.save(_named(SyncVision(SEEN, 1, 1), "vfeat_extractor."), made / "synchformer_state_dict.pth")
    lip_file(made, TINY.lip_channels)
    voice_file(made, TINY.voice_raw)
    (made / "voices").mkdir()
    np.save(made / "voices" / "ANNA.npy", generated.values("anna", 10, TINY.voice_raw))
    return made


@pytest.fixture(scope="module")
def model(folder) -> PaperModel:
    """The model without a codec, which only `generate` needs, and with windows of 2 s."""
    tensors, facts = read_weights(folder / WEIGHTS)
    network = VSSFlow(replace(VSSFlowConfig.from_json(facts["config"]), window=2.0))
    load_into(network, tensors, "", folder)
    card = ModelCard(**json.loads((folder / "card.json").read_text()))
    clip = ClipEncoder.load(folder / "clip.safetensors", "cpu")
    sync = SynchformerEncoder.load(folder / "synchformer_state_dict.pth", "cpu")
    lips, voice = LipEncoder.load(folder / "avhubert.pt", "cpu"), VoiceEncoder.load(folder / "rawnet3.pt", "cpu")
    return PaperModel(folder, card, network, None, clip, sync, lips, voice)


@pytest.fixture
def installed(folder, tmp_path, monkeypatch) -> Path:
    """The user's models folder holds the model."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    models().mkdir(parents=True)
    (models() / "tiny").symlink_to(folder, target_is_directory=True)
    return models() / "tiny"


def _named(network: torch.nn.Module, prefix: str) -> dict:
    return generated.weights({prefix + name: t.shape for name, t in network.state_dict().items()})


def picture(seconds: float) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (round(seconds * 25), *FRAME_SIZE, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("conditions", "alive"),
    [
        (Conditions(total=2.0, frames=picture(2), voice="ANNA", prompt="rain"), {"semantics", "sync"}),
        (LINE, {"voice", "phonemes"}),
        (replace(LINE, voice=""), {"phonemes"}),
        (replace(LINE, frames=picture(3)), {"semantics", "sync", "voice", "phonemes"}),
        (replace(LINE, frames=face().numpy()), {"semantics", "sync", "lips", "voice", "phonemes"}),
        (replace(LINE, voice="", reference=generated.values("who", 20_000)), {"voice", "phonemes"}),
        (Conditions(total=2.0, frames=face().numpy()), {"semantics", "sync"}),
    ],
    ids=["video to sound", "a line", "no voice", "both in one pass", "a face", "a recording", "a face, no line"],
)
def test_each_task_has_its_streams_and_the_others_are_zeros(model, conditions, alive) -> None:
    streams = vars(model.streams(conditions, 75))
    assert {name for name, stream in streams.items() if stream is not None and stream.abs().sum() > 0} == alive
    shapes = {name: tuple(stream.shape) for name, stream in streams.items() if stream is not None}
    wide = {"semantics": SEEN, "sync": SEEN, "lips": TINY.lip_channels}
    assert shapes == {name: (1, 75, channels) for name, channels in wide.items()} | {
        "voice": (1, TINY.voice_raw),
        "phonemes": (1, 75),
    }


@torch.inference_mode()
def test_zeros_stay_zeros_up_to_the_flow(model) -> None:
    """What the zeroed streams become, before the transformer: no bias may leak in."""
    seen = model.network.project(model.streams(Conditions(total=2.0, frames=picture(2)), 50), 50)
    lips, phonemes = TINY.lip_channels, TINY.phoneme_channels
    silent = model.network.phone_embedding.weight[0]  # theirs has no padding index
    assert not seen.joined[:, :lips].any() and not seen.context[:, 0].any()
    assert torch.equal(seen.joined[0, lips : lips + phonemes], silent[:, None].expand(-1, 50))
    assert seen.joined[:, lips + phonemes :].any() and seen.context[:, 1:].any()


def test_a_line_without_picture_or_words_is_refused(model) -> None:
    with pytest.raises(ModelError, match="neither"):
        model.latent(Conditions(total=2.0, prompt="wind"), Sampling(seed=0))


def test_phonemes_fill_the_line_or_keep_the_pace(model) -> None:
    short = replace(LINE, speech=(0.5, 1.5))
    times = model.phoneme_times(short)
    assert [index for index, _, _ in times] == paper_ids(PHONEMES)[1:-1]
    assert times[0][1] == pytest.approx(0.5 + 1 / 10) and times[-1][2] == pytest.approx(1.5 - 1 / 10)
    fast, faster = (model.phoneme_times(replace(short, pace=pace))[-1][2] for pace in (1.5, 3.0))
    assert 0.5 < faster < fast < times[-1][2]
    ids = model.streams(short, 75).phonemes[0]
    assert not ids[:12].any() and ids[12:37].all() and not ids[37:].any()


def test_a_line_is_not_drawn_out_over_a_long_range(model) -> None:
    long = replace(LINE, speech=(0.5, 2.9))
    natural = natural_durations(PHONEMES, average_durations(PHONEMES)).sum()
    ids = model.streams(long, 75).phonemes[0]
    assert ids.count_nonzero() == pytest.approx(25 * natural / SLOWEST, abs=1)


def test_a_latent_is_a_window_at_least_and_its_seed_decides(model) -> None:
    short = replace(LINE, total=1.2, speech=(0.2, 1.0))
    one, same, other = (
        model.latent(short, Sampling(seed=seed, steps=2, solver="euler")) for seed in (1, 1, 2)
    )
    assert one.shape == (1, 128, 50) and torch.equal(one, same) and not torch.allclose(one, other)
    long = model.latent(LINE, Sampling(seed=1, steps=2, solver="euler"))
    assert long.shape == (1, 128, 75) and long.isfinite().all()


@pytest.mark.parametrize(("solver", "off"), [("euler", 0.05), ("dopri5", 0.0)])
def test_rounded_products_change_little_and_adaptive_steps_have_none(model, solver, off, monkeypatch) -> None:
    latents = []
    for rounded in (False, True):
        monkeypatch.setattr(precision, "has_bfloat16", lambda device, rounded=rounded: rounded)
        latents.append(model.latent(LINE, Sampling(seed=1, steps=2, solver=solver)))
        assert latents[-1].dtype == torch.float32
    exact, rough = latents
    error = float((rough - exact).pow(2).mean().sqrt() / exact.pow(2).mean().sqrt())
    assert 0 < error < off if off else error == 0


def test_each_stream_changes_what_is_made(model) -> None:
    base = replace(LINE, frames=picture(3))
    black = np.zeros_like(base.frames)
    made = [
        model.latent(conditions, Sampling(seed=1, steps=2, solver="euler"))
        for conditions in (
            base,
            replace(base, frames=black),
            replace(base, phonemes=PHONEMES[:4]),
            replace(base, voice=""),
        )
    ]
    assert all((other - made[0]).abs().max() > 1e-3 for other in made[1:])


def test_an_adaptive_step_can_be_stopped_between_passes(model) -> None:
    asked = []

    def stop(done: int, total: int) -> None:
        asked.append((done, total))
        if len(asked) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        model.latent(LINE, Sampling(seed=1), on_step=stop)
    assert set(asked) == {(0, 10)}


@pytest.mark.parametrize(
    "embedding", [np.ones(11), np.full(12, np.nan), np.array(["a"] * 12), b"no array", np.float32(1)]
)
def test_a_voice_that_is_no_embedding_is_refused(model, embedding, folder) -> None:
    path = folder / "voices" / "BAD.npy"
    if isinstance(embedding, bytes):
        path.write_bytes(embedding)
    else:
        np.save(path, embedding)
    with pytest.raises(ModelError) as refused:
        model.streams(replace(LINE, voice="BAD"), 75)
    path.unlink()
    assert refused.value.file == str(path) and "BAD" in refused.value.what


def test_the_card_knows_voices_and_when_a_part_changes(installed) -> None:
    card = model_card("tiny")
    assert card.voices == ("ANNA",)
    np.save(installed / "voices" / "BEN.npy", np.ones(12))
    changed = model_card("tiny")
    (installed / "voices" / "BEN.npy").unlink()
    assert changed.voices == ("ANNA", "BEN") and changed.identity != card.identity
    assert model_card("draft").identity.startswith(model_card("draft").checkpoint)


def test_a_line_is_made_with_the_picture_that_is_seen(installed, timeline_file) -> None:
    timeline = read_timeline(timeline_file)
    views = clip_views(timeline, timeline_file.parent)
    range_ = TimeRange(RationalTime(24, 24), RationalTime(36, 24))
    line = Cue("a", "dialogue", range_, "Hello there.", "ANNA")
    made = plan(timeline, views, line, Project(), Sampling(model="tiny"), timeline_file)
    assert made.picture and made.voice == "ANNA"
    (models() / "tiny" / "voices").rename(models() / "tiny" / "none")
    silent = plan(timeline, views, line, Project(), Sampling(model="tiny"), timeline_file)
    (models() / "tiny" / "none").rename(models() / "tiny" / "voices")
    assert silent.voice == ""
    gone = [replace(view, media=None) for view in views]  # a line can do without
    assert plan(timeline, gone, line, Project(), Sampling(model="tiny"), timeline_file).picture == ()


def test_what_is_missing_is_told_with_its_place(installed, monkeypatch) -> None:
    monkeypatch.setattr(surroundings, "PACKAGES", ())
    with pytest.raises(ModelError) as refused:
        load_model("tiny", "cpu")
    said = str(refused.value)
    assert str(installed / "vae.safetensors") in said and str(installed / "vocoder.safetensors") in said
    found = examine()
    assert any("tiny" in line and "VAE and the vocoder" in line for line in found["missing"])
    lines = "\n".join(found["models"])
    assert all(f"tiny: {part}: there" in lines for part in ("CLIP", "Synchformer", "RawNet3", "AV-HuBERT"))
    monkeypatch.setattr(surroundings, "PACKAGES", ("no_such_package",))
    with pytest.raises(ModelError, match="no_such_package"):
        load_model("tiny", "cpu")


def test_doctor_says_where_ear_and_lips_belong(tmp_path) -> None:
    lines = {line.partition(":")[0]: line for line in surroundings.findings(tmp_path)}
    for part, file, source in (
        ("RawNet3", "rawnet3.pt", "model.pt"),
        ("AV-HuBERT", "avhubert.pt", "self_large_vox_433h.pt"),
    ):
        assert "absent" in lines[part] and str(tmp_path / file) in lines[part] and source in lines[part]


def test_a_recording_that_nothing_can_hear_is_told(model) -> None:
    deaf = PaperModel(model.folder, model.card, model.network, None)
    with pytest.raises(ModelError, match="RawNet3") as refused:
        deaf.streams(replace(LINE, reference=generated.values("who", 20_000)), 75)
    assert refused.value.file == str(model.folder / "rawnet3.pt") and refused.value.remedy
    silent = deaf.streams(replace(LINE, frames=face().numpy()), 75)
    assert not silent.lips.any() and not silent.sync.any()


def test_lips_are_those_of_the_line(model) -> None:
    """What is seen before the line begins and after it ends is not its mouth."""
    lips = model.streams(replace(LINE, frames=face().numpy()), 75).lips[0]
    spoken = lips.abs().sum(1) > 0
    assert spoken[12:62].all() and not spoken[:12].any() and not spoken[62:].any()


def test_a_part_of_another_width_is_refused(tmp_path) -> None:
    """ESPnet's RawNet3, say, whose embeddings have 192 channels."""
    path = voice_file(tmp_path, 192)
    with pytest.raises(ModelError, match="192 channels") as refused:
        _encoder(tmp_path, surroundings.RAWNET3, VoiceEncoder, 256, "cpu")
    assert refused.value.file == str(path)


def test_generate_says_what_it_lacks(installed, timeline_file, capsys) -> None:
    cue = ["--in", "0.5", "--out", "1.5", "--text", "Hello.", "--character", "ANNA"]
    assert main(["cues", "add", str(timeline_file), *cue]) == 0
    capsys.readouterr()
    arguments = ["generate", str(timeline_file), "--model", "tiny", "--device", "cpu", "--json"]
    assert main(arguments) == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"].values()
    assert error["error"] == "ModelError" and error["file"] == str(installed)
    assert ("vae.safetensors" if HEARD else "pip install") in error["remedy"]
