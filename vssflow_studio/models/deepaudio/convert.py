"""The public files of MMAudio and of what stands round it, made into installed parts of ours.

A network becomes a model with a folder and a card of its own; a VAE, a vocoder, CLIP and
Synchformer become files that all networks share (see `parts.py`). Which of them a file is,
its tensors' names tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from ...errors import ModelError
from ..checkpoints import check_shapes, plain_tensors
from ..conditions.synchformer import PREFIX as SYNC
from ..conditions.synchformer import sync_network
from ..interface import ModelCard
from . import parts
from .bigvgan import BigVGAN, low_pass
from .config import CODEC_16K, CODEC_44K, PUBLIC, CodecConfig, V2AConfig
from .f5 import convert as f5
from .features import clip_networks, clip_tensors
from .folding import fold_decoder, fold_network, fold_weight_norm, public_shapes
from .network import V2A
from .tensor_sizes import counted, shape_of
from .vae import MelDecoder

Tensors = dict[str, Tensor]

_NETWORK = ("audio_input_proj.", "joint_blocks.", "fused_blocks.")
_TABLES = ("t_embed.freqs", "latent_rot", "clip_rot")  # early checkpoints have them: computed, not learned
_FILTERS = (".upsample.filter", ".downsample.lowpass.filter")
_HEAD_CHANNELS = 64  # of every published network; no tensor's shape tells them
_REMEDY = "It has to be a file that MMAudio's authors published."


def is_network(held: Mapping[str, object]) -> bool:
    """Whether a checkpoint is a network of MMAudio's, whole or not."""
    return any(str(name).startswith(_NETWORK) for name in held)


def network(held: Mapping[str, object], source: Path) -> tuple[V2AConfig, Tensors]:
    """The sizes and the folded tensors of a network. Raises ModelError naming what is wrong."""
    tensors = plain_tensors({k: v for k, v in held.items() if k not in _TABLES}, source)
    config = config_of(tensors, source)
    with torch.device("meta"):
        wanted = public_shapes(V2A(config))
    check_shapes(wanted, tensors, "", source)
    return config, fold_network(tensors, config.head_channels)


@dataclass(frozen=True)
class FoundPart:
    """Which part a checkpoint is, its tensors as they are installed, and the file's metadata."""

    part: parts.Part
    tensors: Tensors
    facts: dict[str, str] = field(default_factory=dict)


def found_part(held: Mapping[str, object], source: Path) -> FoundPart:
    """Raises ModelError naming what is wrong with the part, or that it is none that is known."""
    if f5.is_vocos(held):
        config, tensors = f5.vocos(held, source)
        return FoundPart(parts.VOCOS, tensors, {"config": config.to_json()})
    if "generator" in held:
        return _vocoder(held["generator"], source)
    if any(str(name).startswith(SYNC) for name in held):
        sync = sync_network(held, source).state_dict()
        return FoundPart(parts.SYNCHFORMER, {SYNC + name: tensor for name, tensor in sync.items()})
    if any(str(name).startswith("visual.") for name in held):
        tensors = plain_tensors(clip_tensors(held), source)
        clip_networks(tensors, source)
        return FoundPart(parts.CLIP, tensors)
    if any(str(name).startswith("decoder.") for name in held):
        return _vae(held, source)
    raise ModelError("This is none of the checkpoints that are known here", file=source, remedy=_REMEDY)


def card_of(name: str, config: V2AConfig, checkpoint: str) -> ModelCard:
    """The card of a converted network, sampled as its authors do it."""
    published = next((known for known, sizes in PUBLIC.items() if sizes == config), "")
    return ModelCard(
        name=name,
        title=f"MMAudio {published.replace('_', ' ')}".strip(),
        licence="CC-BY-NC-4.0",
        checkpoint=checkpoint,
        voices=(),
        sample_rate=config.codec.sample_rate,
        steps=25,
        guidance=4.5,
        foley_guidance=4.5,
        solver="euler",
        family="mmaudio",
    )


def config_of(tensors: Tensors, source: Path) -> V2AConfig:
    """The sizes that the tensors' shapes tell. Raises ModelError naming what is missing or odd."""

    def shape(name: str, dimensions: int) -> tuple[int, ...]:
        return shape_of(tensors, name, dimensions, source, _REMEDY)

    width, latent, _ = shape("audio_input_proj.0.weight", 3)
    try:
        return V2AConfig(
            codec=_codec("latent_channels", latent, source),
            clip_channels=shape("clip_input_proj.0.weight", 2)[1],
            sync_channels=shape("sync_input_proj.0.weight", 3)[1],
            text_length=shape("empty_string_feat", 2)[0],
            text_channels=shape("text_input_proj.0.weight", 2)[1],
            heads=width // _HEAD_CHANNELS,
            joint_layers=counted(tensors, "joint_blocks"),
            fused_layers=counted(tensors, "fused_blocks"),
            second=any(name.startswith("clip_input_proj.2.") for name in tensors),
        )
    except ValueError as error:
        what = f"The checkpoint's sizes are not those of an MMAudio network: {error}"
        raise ModelError(what, file=source, remedy=_REMEDY) from error


def _vae(held: Mapping[str, object], source: Path) -> FoundPart:
    """The decoder; the encoder is left behind."""
    tensors = plain_tensors({k: v for k, v in held.items() if not str(k).startswith("encoder.")}, source)
    bins, width, _ = shape_of(tensors, "decoder.conv_out.weight", 3, source, _REMEDY)
    config = replace(_codec("mel_bins", bins, source), width=width)
    with torch.device("meta"):
        wanted = public_shapes(MelDecoder(config)) | {"decoder.learnable_gain": ()}
    linear = {name: (*shape, 1) for name, shape in wanted.items() if len(shape) == 2}
    check_shapes(wanted | linear, tensors, "", source)
    return FoundPart(parts.VAES[config.sample_rate], fold_decoder(tensors), {"config": config.to_json()})


def _vocoder(held: object, source: Path) -> FoundPart:
    tensors = fold_weight_norm(plain_tensors(held, source))
    for name in [name for name in tensors if name.endswith(_FILTERS)]:
        taps = tensors.pop(name).flatten()
        if len(taps) != len(low_pass()) or (taps - low_pass()).abs().max() > 1e-4:
            raise ModelError(f"Tensor {name} is another filter than BigVGAN's", file=source, remedy=_REMEDY)
    width, bins, _ = shape_of(tensors, "conv_pre.weight", 3, source, _REMEDY)
    config = replace(_codec("mel_bins", bins, source), vocoder_width=width)
    with torch.device("meta"):
        wanted = {name: tensor.shape for name, tensor in BigVGAN(config).state_dict().items()}
    check_shapes(wanted, tensors, "", source)
    return FoundPart(parts.VOCODERS[config.sample_rate], tensors, {"config": config.to_json()})


def _codec(field: str, value: int, source: Path) -> CodecConfig:
    """Raises ModelError where no codec has that value."""
    for codec in (CODEC_16K, CODEC_44K):
        if getattr(codec, field) == value:
            return codec
    known = " or ".join(str(getattr(codec, field)) for codec in (CODEC_16K, CODEC_44K))
    what = f"It has {value} {field.replace('_', ' ')}, not {known}"
    raise ModelError(what, file=source, remedy=_REMEDY)
