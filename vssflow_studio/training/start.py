"""Going on from a finished model: the parts of it that training takes over as they are."""

from __future__ import annotations

import json
from pathlib import Path

from torch import Tensor

from ..errors import ModelError
from ..models.checkpoints import read_weights
from ..models.interface import WEIGHTS
from ..models.registry import model_folder
from ..models.vssflow.config import VSSFlowConfig
from .checkpoint import write_tensors


def tensors_of(name: str, sizes: VSSFlowConfig, voices: tuple[str, ...]) -> tuple[dict[str, Tensor], Path]:
    """The tensors of the installed model `name`, and their file.

    Raises ModelError when it is not installed, or is of other sizes or voices.
    """
    path = model_folder(name) / WEIGHTS
    tensors, facts = read_weights(path)
    try:
        same = VSSFlowConfig.from_json(facts["config"]) == sizes and json.loads(facts["voices"]) == list(voices)
    except (KeyError, TypeError, ValueError):
        same = False
    if not same:
        raise ModelError(
            f"Training can't go on from “{name}”: it has other sizes or voices",
            file=path,
            remedy="Leave [model] as that model has it, or loop.start empty.",
        )
    return tensors, path


def take_part(name: str, prefix: str, sizes: VSSFlowConfig, voices: tuple[str, ...], out: Path) -> None:
    """Write the part of the model below `prefix` to `out`. Raises ModelError, StorageError."""
    tensors, _ = tensors_of(name, sizes, voices)
    part = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
    write_tensors(out, part, {})
