"""MMAudio beside its authors' public code.

`data/public_mmaudio.json` holds what that code gave on generated weights of its own layouts:
the small 16 kHz network at its true size, everything else small (see `mmaudio_files.py`).
"""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import generated
import mmaudio_files
from vssflow_studio.models.conditions.byte_pairs import BytePairs
from vssflow_studio.models.conditions.clip import ClipVision
from vssflow_studio.models.convert import convert
from vssflow_studio.models.deepaudio import parts
from vssflow_studio.models.deepaudio.codec import Codec
from vssflow_studio.models.deepaudio.config import CODEC_16K, CODEC_44K, PUBLIC, V2AConfig
from vssflow_studio.models.deepaudio.conv import Conv, filtered
from vssflow_studio.models.deepaudio.folding import fold_network, public_shapes
from vssflow_studio.models.deepaudio.model import MMAudioModel
from vssflow_studio.models.deepaudio.network import V2A
from vssflow_studio.models.interface import Conditions, Sampling

GIVEN = json.loads((Path(__file__).parent / "data" / "public_mmaudio.json").read_text())
SECONDS = 2.0
RATES = {16_000: CODEC_16K, 44_100: CODEC_44K}


def _close(ours: Tensor | np.ndarray, theirs: list[float], within: float = 1e-5) -> None:
    flat, count = torch.as_tensor(ours).reshape(-1), len(theirs)
    step = len(flat) // count
    off = (flat[step // 2 :: step][:count] - torch.tensor(theirs)).abs().max()
    assert np.abs(theirs).max() > 0.1 and float(off) < within, float(off)


def _both_close(ours: Tensor, theirs: list[float], within: float) -> None:
    """With conditions, then without."""
    half = len(theirs) // 2
    _close(ours[0], theirs[:half], within)
    _close(ours[1], theirs[half:], within)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> MMAudioModel:
    """The small 16 kHz model through `convert`, as a user gets it, with windows of 2 s."""
    folder = tmp_path_factory.mktemp("mmaudio")
    network, *others = mmaudio_files.write_all(folder)
    for path in others:
        convert(path, folder / "models" / parts.SHARED)
    card = convert(network, folder / "models" / "tiny").card
    model = MMAudioModel.load(folder / "models" / "tiny", card, "cpu")
    model.network.config = model.features.config = replace(model.network.config, window=SECONDS)
    return model


def film() -> np.ndarray:
    """Five pictures of noise, held for 10 frames each."""
    five = (generated.values("film", 5, *MMAudioModel.frame_size, 3) * 127 + 128).astype(np.uint8)
    return five.repeat(10, axis=0)


def velocity(network: V2A, config: V2AConfig) -> Tensor:
    """With conditions and without, [2, channels, frames]."""
    clip = F.normalize(generated.tensor("clip", 1, config.clip_length, config.clip_channels), dim=-1)
    sync = generated.tensor("sync", 1, config.sync_length, config.sync_channels, bound=2.0)
    text = F.normalize(generated.tensor("text", 1, config.text_length, config.text_channels), dim=-1)
    latent = generated.tensor("latent", 1, config.latent_length, config.codec.latent_channels, bound=2.0)
    both = network.project(clip, sync, text).beside(network.project())
    return network(latent.transpose(1, 2), torch.tensor([0.37]), both)


def loaded(config: V2AConfig) -> V2A:
    with torch.device("meta"):
        network = V2A(config)
    network.load_state_dict(fold_network(mmaudio_files.network(config), config.head_channels), assign=True)
    return network.eval()


@pytest.mark.parametrize("name", PUBLIC)
def test_every_published_network_has_its_layout(name) -> None:
    with torch.device("meta"):
        shapes = public_shapes(V2A(PUBLIC[name]))
    lines = "\n".join(sorted(f"{key} {list(shape)}" for key, shape in shapes.items()))
    assert [len(shapes), zlib.crc32(lines.encode())] == GIVEN["layouts"][name]


@torch.inference_mode()
def test_the_small_network_at_its_true_size() -> None:
    """By plain convolutions and by those that a CPU is given."""
    network = loaded(PUBLIC["small_16k"])
    for within, made in ((1e-5, network), (3e-5, filtered(network))):
        _both_close(velocity(made, network.config), GIVEN["small_16k"], within)


@torch.inference_mode()
def test_the_second_layout_at_44_kilohertz() -> None:
    network = loaded(mmaudio_files.TINY_SECOND)
    _both_close(velocity(network, network.config), GIVEN["second"], 1e-5)


@torch.inference_mode()
@pytest.mark.parametrize("rate", RATES)
def test_vae_and_vocoder(rate, tmp_path) -> None:
    config = RATES[rate]
    for path in mmaudio_files.write_codec(tmp_path, config):
        convert(path, tmp_path / parts.SHARED)
    codec = Codec.load(tmp_path / "model", config, "cpu")
    latent = generated.tensor("z", 1, config.latent_channels, 30, bound=2.0)
    _close(codec.vae(latent.transpose(1, 2)).transpose(1, 2), GIVEN[f"vae_{rate}"])
    _close(codec.vocoder(generated.tensor("mel", 1, config.mel_bins, 12, bound=2.0)), GIVEN[f"vocoder_{rate}"])


@pytest.mark.parametrize(("prompt", "ids"), GIVEN["prompts"], ids=range(len(GIVEN["prompts"])))
def test_prompts_are_read_as_the_public_code_reads_them(prompt, ids) -> None:
    words = BytePairs([tuple(line.split()) for line in mmaudio_files.merges()])
    made = words.encode(prompt)
    assert len(made) == 77 and made[: len(ids)] == ids and not any(made[len(ids) :])


@torch.inference_mode()
def test_clip_sees_and_reads(installed) -> None:
    picture = generated.tensor("picture", 2, 3, 384, 384, bound=2.0)
    _close(installed.features.vision.shared(picture), GIVEN["clip_picture"])
    _close(installed.features.said(GIVEN["prompts"][0][0]), GIVEN["clip_text"])
    with torch.device("meta"):
        wide = ClipVision(1280, 1, 14, 64, 27 * 27)  # ViT-H's heads are 80 wide
    shapes = {f"visual.{name}": tuple(tensor.shape) for name, tensor in wide.state_dict().items()}
    weights = generated.weights(shapes)
    wide.load_state_dict({name.removeprefix("visual."): t for name, t in weights.items()}, assign=True)
    _close(wide.eval().shared(picture[:1]), GIVEN["clip_wide"])


def test_a_film_is_seen_as_the_public_code_sees_it(installed) -> None:
    pictures, tokens = installed.features.seen(torch.from_numpy(film()))
    _close(pictures, GIVEN["clip_film"])
    _close(tokens, GIVEN["sync"])


@pytest.mark.parametrize("key", ["made", "heard"])
def test_from_film_and_prompts_to_sound(installed, key) -> None:
    """25 Euler steps, guidance 4.5: a film with a negative prompt, then a prompt alone."""
    told: list[int] = []
    seen = Conditions(SECONDS, prompt=GIVEN["prompts"][0][0])
    if key == "made":
        seen = replace(seen, negative="the dogs", frames=film())
    sound = installed.generate(seen, Sampling(seed=42), on_step=lambda done, total: told.append(done))
    assert sound.shape == (32_000,) and sound.dtype == np.float32 and max(told) == 25
    _close(sound, GIVEN[key], 1e-4)
    _other(sound, GIVEN["heard" if key == "made" else "made"])


def _other(sound: np.ndarray, theirs: list[float]) -> None:
    """The picture is heard: what was made without it is another sound."""
    with pytest.raises(AssertionError):
        _close(sound, theirs, 1e-2)


@torch.inference_mode()
@pytest.mark.parametrize("time", [1, 4, 7, 250, 345])
def test_fewer_multiplications_give_the_same(time) -> None:
    conv = Conv(48, 40, 3, bias=True)
    conv.load_state_dict(generated.weights({"weight": (40, 48, 3), "bias": (40,)}))
    sound = generated.tensor("sound", 2, time, 48)
    quick = filtered(torch.nn.Sequential(conv))
    assert not isinstance(quick[0], Conv)
    assert float((quick(sound) - conv(sound)).abs().max()) < 1e-5
