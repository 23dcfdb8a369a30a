"""A checkpoint of the authors' public code made into an installed model of ours.

Their Lightning checkpoint holds, under `state_dict`, the flow (`vaflow.`, the
projections, `phone_embedding.`) and the frozen parts that were loaded beside it: CLIP
(`image_encoder.`), the VAE (`vae.`) and the vocoder (`vocoder.`). Each becomes a file of
its own, tensor names unchanged but for the prefix.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from ...atomic import appearing, write_bytes
from ...errors import ModelError
from ..checkpoints import check_finite, check_fit, file_hash, read_pickled, save_weights
from ..interface import WEIGHTS, ModelCard
from ..registry import CARD
from .config import VSSFlowConfig
from .network import VSSFlow

PARTS = {"image_encoder.": "clip", "vae.": "vae", "vocoder.": "vocoder"}
"""Prefix in their checkpoint → name of the part, which lies in `<name>.safetensors`."""

_FLOW = ("vaflow.", "lip_proj.", "synch_proj.", "ref_proj.", "cond_proj.", "phone_embedding.")
_HEAD_CHANNELS = 64
"""Channels of a head in Stable Audio's transformer; no tensor's shape tells them."""
_REMEDY = "It has to be a Lightning checkpoint of the authors' public code."


def convert(source: Path, folder: Path) -> ModelCard:
    """Convert the checkpoint `source` into the new `folder`, which appears when it is whole.

    Tensors stay on the disk until they are written, whatever the checkpoint's size.
    Raises ModelError for a checkpoint that can't be read or is of another architecture,
    StorageError.
    """
    tensors = _tensors(source)
    flow, parts = _divided(tensors, source)
    config = config_of(flow, source)
    with torch.device("meta"):
        wanted = VSSFlow(config)
    check_fit(wanted, flow, "", source)
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            what = f"Tensor {name} has the type {str(tensor.dtype).removeprefix('torch.')}"
            raise ModelError(what, file=source, remedy=_REMEDY)
        check_finite(name, tensor, source)
    with appearing(Path(folder)) as made:
        save_weights(flow, made / WEIGHTS, {"config": config.to_json()})
        for part, held in parts.items():
            save_weights(held, made / f"{part}.safetensors", {})
        card = _card(Path(folder).name, source, file_hash(made / WEIGHTS))
        text = json.dumps(asdict(card), indent=2, ensure_ascii=False)
        write_bytes(made / CARD, f"{text}\n".encode())
    return card


def config_of(flow: Mapping[str, Tensor], path: Path) -> VSSFlowConfig:
    """The sizes that the tensors' shapes tell. Raises ModelError naming what is missing or odd."""

    def shape(name: str, *axes: int) -> tuple[int, ...]:
        if name not in flow:
            raise ModelError(f"Tensor {name} is missing", file=path, remedy=_REMEDY)
        if flow[name].ndim <= max(axes):
            what = f"Tensor {name} has the shape {list(flow[name].shape)}"
            raise ModelError(what, file=path, remedy=_REMEDY)
        return tuple(flow[name].shape[axis] for axis in axes)

    width, joined = shape("vaflow.proj_in.weight", 0, 1)
    phonemes, phoneme_channels = shape("phone_embedding.weight", 0, 1)
    sync_hidden, sync_raw = shape("synch_proj.0.weight", 0, 1)
    lip_hidden, lips = shape("lip_proj.0.weight", 0, 1)
    (sync,) = shape("synch_proj.2.weight", 0)
    (cross,) = shape("cond_proj.2.weight", 0)
    numbered = re.compile(r"vaflow\.transformer_blocks\.(\d+)\.")
    blocks = [int(found[1]) for name in flow if (found := numbered.match(name))]
    latent = joined - lips - phoneme_channels - sync
    try:
        if latent < 1:
            raise ValueError(f"{joined} joined channels leave none for the latent")
        return VSSFlowConfig(
            latent_channels=latent,
            lip_channels=lips,
            lip_hidden=lip_hidden,
            phoneme_channels=phoneme_channels,
            phoneme_table=phonemes,
            sync_raw=sync_raw,
            sync_channels=sync,
            semantic_raw=shape("cond_proj.0.weight", 1)[0],
            voice_raw=shape("ref_proj.0.weight", 1)[0],
            cross_channels=cross,
            condition_hidden=sync_hidden,
            heads=width // _HEAD_CHANNELS,
            cross_heads=cross // _HEAD_CHANNELS,
            head_channels=_HEAD_CHANNELS,
            layers=max(blocks, default=-1) + 1,
            ff_mult=shape("vaflow.transformer_blocks.0.ff.net.2.weight", 1)[0] / width,
            time_channels=2 * shape("vaflow.time_proj.weight", 0)[0],
        )
    except (ValueError, ZeroDivisionError) as error:
        what = f"The checkpoint's sizes are not those of a VSSFlow: {error}"
        raise ModelError(what, file=path, remedy=_REMEDY) from error


def _tensors(source: Path) -> dict[str, Tensor]:
    """The checkpoint's state_dict. Raises ModelError when it has none."""
    state = read_pickled(source).get("state_dict")
    if not isinstance(state, dict):
        raise ModelError("The checkpoint has no state_dict", file=source, remedy=_REMEDY)
    for name, value in state.items():
        if not isinstance(value, Tensor) or value.layout != torch.strided:
            raise ModelError(f"{name} in the state_dict is no plain tensor", file=source, remedy=_REMEDY)
    return state


def _divided(
    tensors: dict[str, Tensor], source: Path
) -> tuple[dict[str, Tensor], dict[str, dict[str, Tensor]]]:
    """The flow's tensors, and those of each part by its name."""
    flow: dict[str, Tensor] = {}
    parts: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith(_FLOW):
            flow[name] = tensor
            continue
        prefix = next((prefix for prefix in PARTS if name.startswith(prefix)), "")
        if not prefix:
            raise ModelError(f"Tensor {name} belongs to another model", file=source, remedy=_REMEDY)
        parts.setdefault(PARTS[prefix], {})[name.removeprefix(prefix)] = tensor
    return flow, parts


def _card(name: str, source: Path, checkpoint: str) -> ModelCard:
    return ModelCard(
        name=name,
        title=f"VSSFlow, converted from {Path(source).name}",
        licence="not stated",
        checkpoint=checkpoint,
        voices=(),
        sample_rate=16_000,
        steps=10,
        guidance=3.0,
        foley_guidance=3.0,
        solver="dopri5",
        family="paper",
    )
