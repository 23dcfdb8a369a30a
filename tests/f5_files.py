"""Checkpoints of the public layouts of F5-TTS, DeepAudio-V1 and Vocos, small, of generated weights.

The sizes are ours, the names and shapes those of the published files; what is learned in
those is here a hash of the name.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

import generated
from vssflow_studio.models.deepaudio.f5.config import F5Config, VocosConfig
from vssflow_studio.models.deepaudio.f5.convert import public_shapes
from vssflow_studio.models.deepaudio.f5.network import F5
from vssflow_studio.models.deepaudio.f5.vocos import Vocos

Tensors = dict[str, Tensor]

CHARACTERS = [*" !\"'(),-.0123456789:?", *map(chr, range(ord("A"), ord("Z") + 1)), *"abcdefghijklmnopqrstuvwxyz", "é", "…"]
"""A list of characters of our own."""

TINY = F5Config(width=128, depth=3, heads=2, characters=len(CHARACTERS), text_width=48, text_layers=2)
TINY_SECOND = replace(TINY, second=True)
WIDE = replace(F5Config(), depth=2)
"""As wide as the published base, and less deep."""
VOCOS = VocosConfig(width=32, middle=64, layers=2)
LOUDER = 2.0  # so that what is compared is well above rounding


def network(config: F5Config, *, energy: bool = True) -> Tensors:
    """A network's tensors without the prefix of the file."""
    with torch.device("meta"):
        shapes = public_shapes(F5(config))
    made = generated.weights(shapes)
    return {name: tensor for name, tensor in made.items() if energy or "proj_energy" not in name}


def vocos(config: VocosConfig = VOCOS) -> Tensors:
    """A vocoder's tensors, its analysis and its window beside them."""
    with torch.device("meta"):
        shapes = {name: tuple(tensor.shape) for name, tensor in Vocos(config).state_dict().items()}
    computed = {"feature_extractor.mel_spec.spectrogram.window": torch.ones(4), "head.istft.window": torch.ones(4)}
    made = generated.weights(shapes)
    made["head.out.bias"][: config.fft // 2 + 1] += LOUDER
    return made | computed


def published(tensors: Tensors) -> dict:
    """As DeepAudio-V1 saves a network: averaged, with the counters of the averaging."""
    named = {f"ema_model.transformer.{name}": tensor for name, tensor in tensors.items()}
    computed = {"ema_model.transformer.rotary_embed.inv_freq": torch.ones(32), "initted": torch.tensor(True)}
    old = {"ema_model.mel_spec.mel_stft.spectrogram.window": torch.ones(4), "step": torch.tensor(3)}
    return {"ema_model_state_dict": named | computed | old}


def write_all(folder: Path, name: str = "v2c_s16.pt", *, config: F5Config = TINY, energy: bool = True) -> tuple[Path, ...]:
    """A network, Vocos and the list of characters, under their published names."""
    torch.save(published(network(config, energy=energy)), folder / name)
    torch.save(vocos(), folder / "pytorch_model.bin")
    (folder / "vocab.txt").write_text("\n".join(CHARACTERS) + "\n", encoding="utf-8")
    return folder / name, folder / "pytorch_model.bin", folder / "vocab.txt"
