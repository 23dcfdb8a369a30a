"""The metrics' networks beside their authors' public code, on generated weights (`data/public_networks.json`)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import generated
import metric_files
from vssflow_studio.errors import ModelError
from vssflow_studio.evaluation.lip_sync import lip_sync_errors
from vssflow_studio.evaluation.networks import files
from vssflow_studio.evaluation.networks.cnn14 import Cnn14Classifier
from vssflow_studio.evaluation.networks.dvector import DVectorEncoder, without_silence
from vssflow_studio.evaluation.networks.emotion import EmotionEncoder
from vssflow_studio.evaluation.networks.synchformer import Synchformer
from vssflow_studio.evaluation.networks.syncnet import SyncNetEncoder
from vssflow_studio.evaluation.networks.utmos import Utmos
from vssflow_studio.evaluation.networks.vggish import VGGishEmbedder
from vssflow_studio.evaluation.networks.wav2clip import Wav2ClipScorer
from vssflow_studio.evaluation.networks.wavlm import SpeakerEncoder
from vssflow_studio.evaluation.networks.xvector import XVectorEncoder
from vssflow_studio.models.conditions.clip import ClipVision
from vssflow_studio.paths import models

PUBLIC = json.loads((Path(__file__).parent / "data" / "public_networks.json").read_text())
LOADERS = {
    files.VGGISH: VGGishEmbedder.load,
    files.CNN14: Cnn14Classifier.load,
    files.SYNCNET: SyncNetEncoder.load,
    files.WAV2CLIP: Wav2ClipScorer.load,
    files.DVECTOR: DVectorEncoder.load,
    files.WAVLM: SpeakerEncoder.load,
    files.EMOTION: EmotionEncoder.load,
    files.XVECTOR: XVectorEncoder.load,
    files.SYNCHFORMER: Synchformer.load,
    files.UTMOS: Utmos.load,
}


@pytest.fixture(autouse=True)
def models_folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return models()


@pytest.fixture
def heard() -> np.ndarray:
    return metric_files.sound("heard", 2.4)


def test_vggish_hears_as_the_public_code(models_folder, heard) -> None:
    metric_files.write(files.VGGISH, models_folder)
    embeddings = VGGishEmbedder.load("cpu").embeddings(heard)
    assert embeddings.shape == (2, metric_files.VGGISH_OUT)
    assert embeddings.ravel() == pytest.approx(PUBLIC["vggish"], abs=1e-4)


def test_cnn14_hears_as_the_public_code(models_folder, heard) -> None:
    metric_files.write(files.CNN14, models_folder)
    embedding, logits = Cnn14Classifier.load("cpu").heard(heard)
    assert embedding == pytest.approx(PUBLIC["cnn14"]["embedding"], abs=1e-4)
    assert logits == pytest.approx(PUBLIC["cnn14"]["logits"], abs=1e-4)


def test_syncnet_sees_and_hears_as_the_public_code(models_folder, heard) -> None:
    metric_files.write(files.SYNCNET, models_folder)
    lips, sounds = SyncNetEncoder.load("cpu").points(metric_files.faces(10), heard)
    assert lips.shape == sounds.shape == (5, 1024)
    assert lips[:, :24].ravel() == pytest.approx(PUBLIC["syncnet"]["lips"], rel=1e-3, abs=0.05)
    assert sounds[:, :24].ravel() == pytest.approx(PUBLIC["syncnet"]["sounds"], rel=1e-3, abs=0.02)
    with pytest.raises(ValueError, match="6 frames"):
        SyncNetEncoder.load("cpu").points(metric_files.faces(5), heard)


def test_lse_is_that_of_the_public_code() -> None:
    confidence, distance = lip_sync_errors(generated.values("seen", 40, 16), generated.values("heard", 40, 16))
    assert (confidence, distance) == pytest.approx(PUBLIC["lse"], rel=1e-4)


def test_lips_that_fit_when_moved_are_near_and_surely_so() -> None:
    seen = generated.values("seen", 60, 16)
    confidence, distance = lip_sync_errors(seen, np.roll(seen, 3, 0))
    other_confidence, other_distance = lip_sync_errors(seen, generated.values("heard", 60, 16))
    assert distance < 0.3 < other_distance and confidence > 2 > other_confidence


def test_wav2clip_hears_as_the_public_code_and_clip_sees(models_folder, heard) -> None:
    metric_files.write(files.WAV2CLIP, models_folder)
    vision = metric_files.weights(ClipVision(64, 2, 32, 512, 49))
    seeing = {f"visual.{name}": tensor for name, tensor in vision.items()}
    save_file(seeing | {"logit_scale": torch.ones(())}, files.CLIP.path)
    scorer = Wav2ClipScorer.load("cpu")
    assert scorer.sound(heard)[:64] == pytest.approx(PUBLIC["wav2clip"], abs=1e-3)
    seen = scorer.pictures(metric_files.faces(2))
    assert seen.shape == (2, 512) and np.linalg.norm(seen, axis=1) == pytest.approx(1)


def test_the_d_vector_is_that_of_the_public_code(models_folder, heard) -> None:
    metric_files.write(files.DVECTOR, models_folder)
    assert DVectorEncoder.load("cpu").embedding(heard)[:64] == pytest.approx(PUBLIC["dvector"], abs=1e-4)


@pytest.mark.parametrize(
    ("file", "key"), [(files.WAVLM, "wavlm"), (files.EMOTION, "emotion"), (files.XVECTOR, "xvector")]
)
def test_speech_is_heard_as_by_the_public_code(file, key, models_folder) -> None:
    """UniSpeech's, and transformers' `Wav2Vec2Model` and `WavLMForXVector`."""
    metric_files.write(file, models_folder)
    encoder = LOADERS[file]("cpu")
    for name, seconds in (("heard", 2.4), ("long", 9.0)):  # so long that far is told from farther
        theirs = PUBLIC[key][name]
        assert encoder.embedding(metric_files.sound(name, seconds))[: len(theirs)] == pytest.approx(theirs, abs=1e-4)
    with pytest.raises(ValueError, match="shorter"):
        encoder.embedding(metric_files.sound("click", 0.02))


def test_synchformer_hears_and_judges_as_the_public_code(models_folder) -> None:
    """Its eye is compared in `test_public_encoders.py`."""
    metric_files.write(files.SYNCHFORMER, models_folder)
    whole, heard = Synchformer.load("cpu"), []
    whole.comparison.afeat_extractor.register_forward_hook(lambda _, given, made: heard.append(made))
    judged = []
    whole.comparison.register_forward_hook(lambda _, given, made: judged.append(made))
    frames, sound = metric_files.faces(130), metric_files.sound("sync", 5.2)
    offsets = whole.offsets(frames, sound)
    theirs = PUBLIC["synchformer"]
    assert heard[0][3].flatten()[:96].numpy() == pytest.approx(theirs["heard"], abs=1e-4)
    assert torch.stack(judged).numpy() == pytest.approx(np.array(theirs["logits"]), abs=1e-4)
    assert offsets == tuple(np.linspace(-2, 2, 21)[np.argmax(logits)] for logits in theirs["logits"])
    with pytest.raises(ValueError, match="4.8 s"):
        whole.offsets(frames[:100], sound)


def test_how_natural_speech_is_to_the_public_code(models_folder) -> None:
    """SpeechMOS' `UTMOS22Strong`."""
    metric_files.write(files.UTMOS, models_folder)
    network = Utmos.load("cpu")
    for name, theirs in PUBLIC["utmos"].items():
        assert network.opinion(metric_files.sound(name, 2.4)) == pytest.approx(theirs, abs=1e-4)


def test_silence_is_left_out_of_a_voice() -> None:
    speech = 0.2 * np.sin(np.arange(16_000) / 10)
    apart = np.concatenate([np.zeros(8000), speech, np.zeros(16_000), speech])
    left = without_silence(apart)
    assert 32_000 <= len(left) <= 32_000 + 2 * 0.11 * 16_000
    assert np.abs(left).max() == pytest.approx(10 ** (-3 / 20), rel=1e-3)
    assert len(without_silence(np.zeros(16_000))) == 0


@pytest.mark.parametrize("file", LOADERS, ids=lambda file: file.file)
def test_a_missing_file_says_where_it_belongs_and_a_damaged_one_which_tensor(file, models_folder) -> None:
    assert str(file.path) in file.lacking and file.licence in file.lacking
    path = metric_files.write(file, models_folder)
    assert not file.lacking
    held = torch.load(path, weights_only=True)
    state = held.get("model", held)
    name = next(name for name in state if name.endswith(("bias", "bias_hh_l0")))
    del state[name]
    torch.save(held, path)
    with pytest.raises(ModelError, match=f"{name.rpartition('.')[2]} is missing"):
        LOADERS[file]("cpu")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match="cut short|can't be read"):
        LOADERS[file]("cpu")
