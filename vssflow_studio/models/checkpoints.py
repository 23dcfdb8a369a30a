"""Weights on disk: safetensors only, checked before anything is changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ..errors import ModelError

_REMEDY = "Install the model again; the damaged file can be deleted."


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors in float32 and the file's metadata. Raises ModelError naming file and tensor."""
    if not Path(path).is_file():
        raise ModelError("A weights file is missing", file=path, remedy=_REMEDY)
    try:
        with safe_open(str(path), "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            facts = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise ModelError(f"The weights can't be read: {error}", file=path, remedy=_REMEDY) from error
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ModelError(f"Tensor {name} has values that are no numbers", file=path, remedy=_REMEDY)
        if tensor.is_floating_point():
            tensors[name] = tensor.float()
    return tensors, facts


def load_into(module: nn.Module, tensors: dict[str, Tensor], prefix: str, path: Path) -> None:
    """Give `module` the tensors below `prefix`. Raises ModelError naming the first that differs."""
    mine = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
    wanted = module.state_dict()
    for name in sorted(wanted.keys() | mine.keys()):
        if name not in mine:
            raise ModelError(f"Tensor {prefix}{name} is missing", file=path, remedy=_REMEDY)
        if name not in wanted:
            raise ModelError(f"Tensor {prefix}{name} belongs to another model", file=path, remedy=_REMEDY)
        if mine[name].shape != wanted[name].shape:
            shapes = f"{list(mine[name].shape)}, not {list(wanted[name].shape)}"
            raise ModelError(f"Tensor {prefix}{name} has the shape {shapes}", file=path, remedy=_REMEDY)
    module.load_state_dict(mine)


def file_hash(*paths: Path) -> str:
    """SHA-256 over the files' bytes, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()
