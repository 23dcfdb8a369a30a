"""Weights on disk, checked before anything is changed: safetensors, or pickles without code."""

from __future__ import annotations

import hashlib
import pickle
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ..atomic import replacing
from ..errors import ModelError, StorageError

_REMEDY = "Install the model again; the damaged file can be deleted."
_FETCH = "Fetch the file again from where it came."
_LEGACY = pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2)  # what PyTorch wrote first before 1.6
_COUNT = "num_batches_tracked"  # of a batch norm: whole numbers, and not used
_SETTINGS = ("argparse.Namespace", "fairseq.", "omegaconf.", "sentencepiece.", "typing.")
"""What fairseq leaves beside the tensors: of a name that begins so nothing is built or called."""


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


def tensor_names(path: Path) -> tuple[str, ...]:
    """The names in a safetensors file. Raises ModelError."""
    try:
        with safe_open(str(path), "pt") as file:
            return tuple(file.keys())
    except (SafetensorError, OSError) as error:
        raise ModelError(f"The weights can't be read: {error}", file=path, remedy=_REMEDY) from error


def read_pickled(path: Path) -> dict:
    """What a PyTorch checkpoint holds, its tensors left on the disk until they are used.

    Only tensors and plain values are read: a file that wants more could run code, and is
    refused with the name of what it wanted. Raises ModelError.
    """
    if not Path(path).is_file():
        raise ModelError("The checkpoint is not there", file=path, remedy="Check its path.")
    if not zipfile.is_zipfile(path) and not _begins(path, _LEGACY):
        raise ModelError("This is no PyTorch checkpoint, or it is cut short", file=path, remedy=_FETCH)
    try:
        held = _tensors_and_values(path, [])
    except pickle.UnpicklingError as error:
        wanted = _wanted(error)
        raise ModelError(
            f"The checkpoint wants {wanted or 'more than tensors'} and was not read, "
            "because that could run code",
            file=path,
            remedy="In a place where it is trusted, load it and save its state_dict alone.",
        ) from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = str(error).partition("\n")[0]
        raise ModelError(f"The checkpoint can't be read: {why}", file=path, remedy=_FETCH) from error
    if not isinstance(held, dict):
        raise ModelError("The checkpoint holds no tensors by name", file=path, remedy=_FETCH)
    return held


class _Left:
    """Stands where a checkpoint has settings of another program: takes all, keeps nothing."""

    def __new__(cls, *_):
        return object.__new__(cls)

    def __init__(self, *_) -> None:
        pass

    def __setstate__(self, state) -> None:
        pass


def _tensors_and_values(path: Path, left: list[str]) -> object:
    """What the file holds, with `left` and further settings left out. Raises UnpicklingError."""
    try:
        with torch.serialization.safe_globals([(_Left, name) for name in left]):
            lazily = zipfile.is_zipfile(path)
            return torch.load(path, map_location="cpu", weights_only=True, mmap=lazily)
    except pickle.UnpicklingError as error:
        name = _wanted(error)
        if not name.startswith(_SETTINGS) or name in left:
            raise
    return _tensors_and_values(path, [*left, name])


def _wanted(error: pickle.UnpicklingError) -> str:
    """The name that the file asked for."""
    found = re.search(r"GLOBAL ([\w.]+)", str(error))
    return found[1] if found else ""


def _begins(path: Path, start: bytes) -> bool:
    with open(path, "rb") as file:
        return file.read(len(start)) == start


def plain_tensors(state: object, path: Path) -> dict[str, Tensor]:
    """`state` as tensors by name, in float32. Raises ModelError naming what is none, or is damaged."""
    if not isinstance(state, dict):
        raise ModelError("The checkpoint holds no tensors by name", file=path, remedy=_FETCH)
    tensors = {}
    for name, value in state.items():
        if not isinstance(value, Tensor) or value.layout != torch.strided:
            raise ModelError(f"{name} is no plain tensor", file=path, remedy=_FETCH)
        if not value.is_floating_point() and not str(name).endswith(_COUNT):
            kind = str(value.dtype).removeprefix("torch.")
            raise ModelError(f"Tensor {name} has the type {kind}", file=path, remedy=_FETCH)
        check_finite(name, value, path)
        tensors[str(name)] = value.float() if value.is_floating_point() else value
    return tensors


def check_finite(name: str, tensor: Tensor, path: Path) -> None:
    """Raises ModelError naming the tensor when not all of it is numbers."""
    if not torch.isfinite(tensor).all():
        raise ModelError(f"Tensor {name} has values that are no numbers", file=path, remedy=_REMEDY)


def check_fit(module: nn.Module, tensors: Mapping[str, Tensor], prefix: str, path: Path) -> None:
    """Raises ModelError naming the first of `tensors` that `module` misses or can't take."""
    check_shapes({name: tensor.shape for name, tensor in module.state_dict().items()}, tensors, prefix, path)


def check_shapes(
    wanted: Mapping[str, tuple[int, ...]], tensors: Mapping[str, Tensor], prefix: str, path: Path
) -> None:
    """Raises ModelError naming the first of `tensors` that is not as `wanted`, or is missing."""
    for name in sorted(wanted.keys() | tensors.keys()):
        if name not in tensors:
            raise ModelError(f"Tensor {prefix}{name} is missing", file=path, remedy=_REMEDY)
        if name not in wanted:
            raise ModelError(f"Tensor {prefix}{name} belongs to another model", file=path, remedy=_REMEDY)
        if tuple(tensors[name].shape) != tuple(wanted[name]):
            shapes = f"{list(tensors[name].shape)}, not {list(wanted[name])}"
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


def sized_module(path: Path, build: Callable[[str], nn.Module]) -> nn.Module:
    """The module in a file whose metadata says its sizes; `build` makes it of them.

    Raises ModelError naming the tensor that differs.
    """
    tensors, facts = read_weights(path)
    try:
        with torch.device("meta"):
            module = build(facts["config"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError("The weights don't say their sizes", file=path) from error
    load_into(module, tensors, "", path, assign=True)
    return module


def save_weights(tensors: Mapping[str, Tensor], path: Path, facts: Mapping[str, str] = {}) -> None:
    """Write safetensors atomically, with `facts` as metadata. Raises StorageError."""
    plain: dict[str, Tensor] = {}
    places: set[int] = set()
    for name, tensor in tensors.items():
        place = tensor.untyped_storage().data_ptr()
        # Two names of one tensor are allowed in a checkpoint, in safetensors they aren't.
        plain[name] = tensor.clone() if place in places else tensor.contiguous()
        places.add(place)
    try:
        with replacing(path) as temporary:
            save_file(plain, temporary, dict(facts))
    except SafetensorError as error:
        raise StorageError(
            f"The weights can't be written: {error}", file=path, remedy="Free some space and try again."
        ) from error


def file_hash(*paths: Path) -> str:
    """SHA-256 over the files' bytes, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while block := file.read(1 << 22):
                digest.update(block)
    return digest.hexdigest()
