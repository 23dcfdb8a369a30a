"""Going on from a finished model: the parts of it that training takes over as they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from ..errors import ModelError
from ..models.checkpoints import read_weights
from ..models.interface import WEIGHTS, ModelCard
from ..models.registry import CARD, model_folder, read_card
from ..models.vssflow.config import VSSFlowConfig
from ..models.vssflow.dit import Grain


def folder_of(name: str) -> Path:
    """Where the model `name` lies: a finished one's folder, or an installed one. Raises ModelError."""
    return Path(name) if (Path(name) / CARD).is_file() else model_folder(name)


def card_of(name: str) -> ModelCard:
    """Its card. Raises ModelError."""
    return read_card(folder_of(name) / CARD)


def tensors_of(name: str, sizes: VSSFlowConfig, voices: tuple[str, ...]) -> tuple[dict[str, Tensor], Path]:
    """The tensors of the model `name`, and their file; energy and grain it may begin to have just now.

    Raises ModelError when it is not there, or is of other sizes or voices.
    """
    path = folder_of(name) / WEIGHTS
    tensors, facts = read_weights(path)
    try:
        before = VSSFlowConfig.from_json(facts["config"])
        hears, roughens = sizes.energy and not before.energy, sizes.grain and not before.grain
        grown = replace(before, energy=before.energy or sizes.energy, grain=before.grain or sizes.grain)
        same = grown == sizes and json.loads(facts["voices"]) == list(voices)
    except (KeyError, TypeError, ValueError):
        same = False
    if not same:
        raise ModelError(
            f"Training can't go on from “{name}”: it has other sizes or voices",
            file=path,
            remedy="Leave [model] as that model has it, or loop.start empty.",
        )
    if hears:
        zeros = {"weight": torch.zeros(sizes.width, 1), "bias": torch.zeros(sizes.width)}
        tensors |= {f"draft.flow.proj_energy.{part}": value for part, value in zeros.items()}
    if roughens:
        smooth = Grain(sizes.width, sizes.latent_channels).state_dict()
        tensors |= {f"draft.flow.vaflow.grain.{part}": value for part, value in smooth.items()}
    return tensors, path


def part_of(name: str, prefix: str, sizes: VSSFlowConfig, voices: tuple[str, ...]) -> dict[str, Tensor]:
    """The part of the model below `prefix`. Raises ModelError."""
    tensors, _ = tensors_of(name, sizes, voices)
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def digest(part: dict[str, Tensor]) -> str:
    """The same for the same tensors, whichever file they come from."""
    found = hashlib.blake2b(digest_size=16)
    for key in sorted(part):
        found.update(key.encode() + part[key].contiguous().numpy().tobytes())
    return found.hexdigest()
