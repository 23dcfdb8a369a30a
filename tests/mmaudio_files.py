"""Checkpoints of the public layouts of MMAudio and of its parts, small, of generated weights.

The sizes are ours, the names and shapes those of the published files; what is learned in
those is here a hash of the name.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

import generated
from vssflow_studio.models.conditions.clip import ClipVision
from vssflow_studio.models.conditions.clip_text import ClipText
from vssflow_studio.models.conditions.synchformer import SyncVision
from vssflow_studio.models.deepaudio.bigvgan import BigVGAN, low_pass
from vssflow_studio.models.deepaudio.config import CODEC_16K, CODEC_44K, CodecConfig, V2AConfig
from vssflow_studio.models.deepaudio.folding import public_shapes
from vssflow_studio.models.deepaudio.network import V2A
from vssflow_studio.models.deepaudio.vae import MelDecoder

Tensors = dict[str, Tensor]

SEEN = 64
"""Channels of the small CLIP's words and pictures and of the small Synchformer."""

TINY = V2AConfig(
    codec=CODEC_16K,
    clip_channels=SEEN,
    sync_channels=SEEN,
    text_channels=SEEN,
    heads=2,
    joint_layers=2,
    fused_layers=2,
)
TINY_SECOND = replace(TINY, codec=CODEC_44K, second=True)

MERGES = """t h|i n|e r|in g|ing </w>|o n</w>|s t|th e</w>|a i|r ai|f o|o t|fo ot|st e|ste p|step s</w>|r a|g ra
v e|d o|do g|dog s</w>|rai n|' s</w>|a v|gra ve|l </w>|t </w>|i t</w>|m e|me t|met a|meta l</w>|n o|no t</w>"""
"""A list of merges of our own, in the order in which they are merged."""

MEL_SPREAD = 6.0  # of a VAE's mel, so that what is heard hangs on the latent and not on the mean
VOCODER_LENGTH = 0.75  # of the vocoder's weights: as it is, noise grows until it is all that is compared


def network(config: V2AConfig) -> Tensors:
    """A network's tensors."""
    with torch.device("meta"):
        shapes = public_shapes(V2A(config))
    return generated.weights(shapes)


def vae(codec: CodecConfig) -> Tensors:
    """A VAE's, of its encoder one for all."""
    with torch.device("meta"):
        shapes = public_shapes(MelDecoder(codec))
    shapes = {name: (*shape, 1) if len(shape) == 2 else shape for name, shape in shapes.items()}
    made = generated.weights(shapes | {"decoder.learnable_gain": (), "encoder.conv_in.weight": (8, 8, 3)})
    # The hash of the gain's name would silence the layer.
    return made | {"decoder.learnable_gain": torch.tensor(0.4), "data_std": made["data_std"] * MEL_SPREAD}


def vocoder(codec: CodecConfig, *, old: bool = False) -> Tensors:
    """A BigVGAN's, its weights as length and direction, under PyTorch's `old` names or the new."""
    with torch.device("meta"):
        state = BigVGAN(codec).state_dict()
    length, way = (
        ("weight_g", "weight_v")
        if old
        else ("parametrizations.weight.original0", "parametrizations.weight.original1")
    )
    made: Tensors = {}
    for name, tensor in state.items():
        stem, _, last = name.rpartition(".")
        if last == "weight":
            lengths = generated.weight(f"{stem}.length", (len(tensor), *[1] * (tensor.ndim - 1)))
            made[f"{stem}.{length}"] = VOCODER_LENGTH * lengths
            made[f"{stem}.{way}"] = generated.weight(f"{stem}.way", tuple(tensor.shape))
        else:
            made[name] = generated.weight(name, tuple(tensor.shape))
            if last == "alpha":
                unit = stem.removesuffix(".act")
                filters = f"{unit}.upsample.filter", f"{unit}.downsample.lowpass.filter"
                made |= dict.fromkeys(filters, low_pass().view(1, 1, -1))
    return made


def clip() -> Tensors:
    """A CLIP's, with what is not used here."""
    with torch.device("meta"):
        eye = ClipVision(2 * SEEN, 2, 14, SEEN, 27 * 27).state_dict()
        ear = ClipText(SEEN, 2, 77, len(merges()) + 514).state_dict()
    shapes = {f"visual.{name}": tuple(tensor.shape) for name, tensor in eye.items()}
    shapes |= {name: tuple(tensor.shape) for name, tensor in ear.items()}
    return generated.weights(shapes | {"logit_scale": (), "text_projection": (SEEN, SEEN)})


def synchformer() -> Tensors:
    """A Synchformer's eye, with a piece of its ear."""
    with torch.device("meta"):
        eye = SyncVision(SEEN, 1, 1).state_dict()
    shapes = {f"vfeat_extractor.{name}": tuple(tensor.shape) for name, tensor in eye.items()}
    return generated.weights(shapes | {"afeat_extractor.x": (3, 3)})


def merges() -> list[str]:
    """Lines of the list of merges, without its title."""
    return MERGES.replace("\n", "|").split("|")


def write_codec(folder: Path, config: CodecConfig, width: int = 32) -> tuple[Path, Path]:
    """A VAE and a vocoder under their published names."""
    config, small = replace(config, width=width, vocoder_width=2 * width), config.sample_rate == 16_000
    names = ("v1-16.pth", "best_netG.pt") if small else ("v1-44.pth", "bigvgan_generator.pt")
    paths = tuple(folder / name for name in names)
    torch.save(vae(config), paths[0])
    torch.save({"generator": vocoder(config, old=not small)}, paths[1])
    return paths


def write_all(folder: Path) -> tuple[Path, ...]:
    """A 16 kHz network, and all that it needs, under their published names."""
    held = {
        "mmaudio_tiny.pth": network(TINY),
        "synchformer_state_dict.pth": synchformer(),
        "open_clip_pytorch_model.bin": clip(),
    }
    for name, state in held.items():
        torch.save(state, folder / name)
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges()) + "\n", encoding="utf-8")
    return (*(folder / name for name in held), folder / "merges.txt", *write_codec(folder, CODEC_16K))
