"""F5-TTS with DeepAudio-V1's energy, and Vocos, beside their authors' public code.

`data/public_f5.json` holds what that code gave on generated weights of its own layouts: Vocos
and two layers of the base at their true width, everything else small (see `f5_files.py`).
"""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

import f5_files
import generated
import numpy as np
import pytest
import torch
from torch import Tensor

from vssflow_studio.models.deepaudio.f5.characters import Characters, spelled
from vssflow_studio.models.deepaudio.f5.config import F5Config, VocosConfig
from vssflow_studio.models.deepaudio.f5.convert import fold, follows_energy, network, public_shapes, vocos
from vssflow_studio.models.deepaudio.f5.energy import contour
from vssflow_studio.models.deepaudio.f5.mel import log_mel
from vssflow_studio.models.deepaudio.f5.network import F5
from vssflow_studio.models.deepaudio.f5.speech import Recording, Speaker
from vssflow_studio.models.deepaudio.f5.vocos import Vocos
from vssflow_studio.models.interface import Sampling

GIVEN = json.loads((Path(__file__).parent / "data" / "public_f5.json").read_text(encoding="utf-8"))
FRAMES, KNOWN, LETTERS = 70, 30, 40


def _close(ours: Tensor | np.ndarray, theirs: list[float], within: float = 1e-5) -> None:
    flat, count = torch.as_tensor(ours).reshape(-1), len(theirs)
    step = len(flat) // count
    off = (flat[step // 2 :: step][:count] - torch.tensor(theirs)).abs().max()
    assert np.abs(theirs).max() > 0.1 and float(off) < within, float(off)


def loaded(config: F5Config, *, energy: bool = True) -> F5:
    """Through the conversion of a published file."""
    folder = Path("F5TTS_v1_Base") if config.second else Path("F5TTS_Base")
    held = f5_files.published(f5_files.network(config, energy=energy))
    found, tensors = network(held, folder / "model_1250000.pt")
    assert found == config and follows_energy(tensors) == energy
    with torch.device("meta"):
        made = F5(config)
    made.load_state_dict(tensors, assign=True)
    return made.eval()


def loaded_vocos(config: VocosConfig) -> Vocos:
    found, tensors = vocos(f5_files.vocos(config), Path("pytorch_model.bin"))
    assert found == config
    made = Vocos(config)
    made.load_state_dict(tensors)
    return made.eval()


def velocities(made: F5) -> Tensor:
    """With recording and text, and without, [2, frames, bins]."""
    known = generated.tensor("known", 1, FRAMES, 100, bound=2.0)
    known[:, KNOWN:] = 0
    rows = (np.abs(generated.values("text", 1, LETTERS)) * (made.config.characters - 1)).astype(int) + 1
    text = torch.from_numpy(np.pad(rows, ((0, 0), (0, FRAMES - LETTERS))))
    energy = generated.tensor("energy", 1, FRAMES).abs()
    noise = generated.tensor("noise", 1, FRAMES, 100, bound=2.0)
    return made(noise, torch.tensor([0.37]), made.guided_pair(known, text, energy))


def test_the_published_networks_have_their_layout() -> None:
    with torch.device("meta"):
        shapes = {"layout": public_shapes(F5(F5Config())), "vocos_layout": Vocos(VocosConfig()).state_dict()}
    for key, held in shapes.items():
        named = {name: list(getattr(one, "shape", one)) for name, one in held.items()}
        lines = "\n".join(sorted(f"{name} {shape}" for name, shape in named.items()))
        assert [len(named), zlib.crc32(lines.encode())] == GIVEN[key]


@torch.inference_mode()
@pytest.mark.parametrize(
    ("key", "config", "energy"),
    [
        ("tiny", f5_files.TINY, True),
        ("plain", f5_files.TINY, False),
        ("second", f5_files.TINY_SECOND, False),
        ("wide", f5_files.WIDE, True),
    ],
)
def test_velocity(key, config, energy) -> None:
    """DeepAudio's with energy, F5-TTS without, F5-TTS v1, and at the width of the base."""
    made, half = velocities(loaded(config, energy=energy)), len(GIVEN[key]) // 2
    _close(made[0], GIVEN[key][:half])
    _close(made[1], GIVEN[key][half:])


@torch.inference_mode()
@pytest.mark.parametrize(("key", "config"), [("vocos", f5_files.VOCOS), ("vocos_full", VocosConfig())])
def test_vocos(key, config) -> None:
    _close(loaded_vocos(config)(generated.tensor("mel", 1, 100, 40, bound=2.0)), GIVEN[key])


def test_a_recording_is_heard_as_the_public_code_hears_it() -> None:
    _close(log_mel(generated.tensor("voice", 1, 24_000, bound=0.3), F5Config()), GIVEN["mel"], 1e-4)


@pytest.mark.parametrize(("text", "theirs"), GIVEN["spelled"], ids=range(len(GIVEN["spelled"])))
def test_english_is_spelled_as_the_public_code_spells_it(text, theirs) -> None:
    assert spelled(text) == theirs


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_the_energy_contour(rate) -> None:
    """A frame is 170.67 samples at 16 kHz: the edges are cut, not rounded."""
    length = int(1.3 * rate)
    sound = generated.tensor(f"sound{rate}", length, bound=0.5) * torch.linspace(0.1, 1, length)
    count, *theirs = GIVEN[f"energy_{rate}"]
    made = contour(sound.numpy(), rate)
    assert len(made) == count and made.max() == 1
    _close(made, theirs, 1e-6)
    assert not contour(np.zeros(16_000, np.float32), rate).any() and not len(contour(made[:5], rate))


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("key", ["said", "said_in_time"])
def test_from_recording_and_text_to_sound(key, apart) -> None:
    """32 Euler steps with sway −1 and guidance 3: at the recording's pace, and to a contour of 2 s."""
    speaker = Speaker(loaded(f5_files.TINY), Characters(f5_files.CHARACTERS), loaded_vocos(f5_files.VOCOS))
    sound = generated.tensor("reference", 30_000, bound=0.08) * torch.sin(torch.linspace(0, 20, 30_000))
    recording, text, energy = Recording(sound, "I know you."), "Get down, Anna!", None
    frames = speaker.natural_frames(recording, text)
    if key == "said_in_time":
        guide = generated.tensor("guide", 32_000, bound=0.5) * torch.sin(torch.linspace(0, 9, 32_000))
        energy = contour(guide.numpy(), 16_000)
        frames = len(energy)
        recording = replace(recording, energy=contour(sound.numpy(), 24_000))
    told: list[tuple[int, int]] = []
    speaker.frugal = apart
    sampling = Sampling(seed=42, steps=32, guidance=3.0, solver="euler")
    made = speaker.say(recording, text, frames, sampling, energy, lambda *step: told.append(step))
    count, *theirs = GIVEN[key]
    assert len(made) == count and told[-1] == (32, 32)
    _close(made, theirs)


def test_folding_loses_nothing() -> None:
    """A tensor of ours for every public one."""
    public = f5_files.network(f5_files.TINY)
    assert sum(one.numel() for one in fold(public).values()) == sum(one.numel() for one in public.values())
