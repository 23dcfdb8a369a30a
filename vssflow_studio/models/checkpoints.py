"""Weights on disk, checked before anything is changed: safetensors, or pickles without code."""

from __future__ import annotations

import hashlib
import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ..errors import ModelError

_REMEDY = "Install the model again; the damaged file can be deleted."
_FETCH = "Fetch the file again from where it came."


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
        check_finite(name, tensor, path)
        if tensor.is_floating_point():
            tensors[name] = tensor.float()
    return tensors, facts


def read_pickled(path: Path) -> dict:
    """What a PyTorch checkpoint holds, its tensors left on the disk until they are used.

    Only tensors and plain values are read: a file that wants more could run code, and is
    refused with the name of what it wanted. Raises ModelError.
    """
    if not Path(path).is_file():
        raise ModelError("The checkpoint is not there", file=path, remedy="Check its path.")
    if not zipfile.is_zipfile(path):
        raise ModelError("This is no PyTorch checkpoint, or it is cut short", file=path, remedy=_FETCH)
    try:
        held = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        wanted = re.search(r"GLOBAL ([\w.]+)", str(error))
        raise ModelError(
            f"The checkpoint wants {wanted[1] if wanted else 'more than tensors'} and was not read, "
            "because that could run code",
            file=path,
            remedy="In a place where it is trusted, load it and save its state_dict alone.",
        ) from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        why = str(error).partition("\n")[0]
        raise ModelError(f"The checkpoint can't be read: {why}", file=path, remedy=_FETCH) from error
    if not isinstance(held, dict):
        raise ModelError("The checkpoint holds no tensors by name", file=path, remedy=_FETCH)
    return held


def check_finite(name: str, tensor: Tensor, path: Path) -> None:
    """Raises ModelError naming the tensor when not all of it is numbers."""
    if not torch.isfinite(tensor).all():
        raise ModelError(f"Tensor {name} has values that are no numbers", file=path, remedy=_REMEDY)


def check_fit(module: nn.Module, tensors: Mapping[str, Tensor], prefix: str, path: Path) -> None:
    """Raises ModelError naming the first of `tensors` that `module` misses or can't take."""
    wanted = module.state_dict()
    for name in sorted(wanted.keys() | tensors.keys()):
        if name not in tensors:
            raise ModelError(f"Tensor {prefix}{name} is missing", file=path, remedy=_REMEDY)
        if name not in wanted:
            raise ModelError(f"Tensor {prefix}{name} belongs to another model", file=path, remedy=_REMEDY)
        if tensors[name].shape != wanted[name].shape:
            shapes = f"{list(tensors[name].shape)}, not {list(wanted[name].shape)}"
            raise ModelError(f"Tensor {prefix}{name} has the shape {shapes}", file=path, remedy=_REMEDY)


def load_into(
    module: nn.Module, tensors: dict[str, Tensor], prefix: str, path: Path, *, assign: bool = False
) -> None:
    """Give `module` the tensors below `prefix`; with `assign` they become its parameters.

    Raises ModelError naming the first that differs.
    """
    mine = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
    check_fit(module, mine, prefix, path)
    module.load_state_dict(mine, assign=assign)


def file_hash(*paths: Path) -> str:
    """SHA-256 over the files' bytes, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while block := file.read(1 << 22):
                digest.update(block)
    return digest.hexdigest()
