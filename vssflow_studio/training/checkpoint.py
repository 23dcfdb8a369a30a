"""All that a resumed run needs, in one file that is either the old one or the new one."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ..atomic import replacing
from ..errors import ModelError
from ..models.checkpoints import load_into, read_weights

NAME = "checkpoint.safetensors"
_REMEDY = "Delete it to begin anew, or put a good copy in its place."


def save(
    path: Path,
    modules: dict[str, nn.Module],
    optimiser: torch.optim.Optimizer,
    names: list[str],
    facts: dict[str, object],
) -> None:
    """Write modules, the optimiser's moments and `facts` (as JSON). Raises StorageError.

    `names` are those of the optimiser's parameters, in its order.
    """
    tensors = {
        f"moments.{names[index]}.{key}": value
        for index, moments in optimiser.state_dict()["state"].items()
        for key, value in moments.items()
    }
    for prefix, module in modules.items():
        tensors |= {f"{prefix}.{name}": value for name, value in module.state_dict().items()}
    write_tensors(path, tensors, {"facts": json.dumps(facts)})


def write_tensors(path: Path, tensors: dict[str, Tensor], facts: dict[str, str]) -> None:
    """A safetensors file, whole or not at all. Raises StorageError."""
    with replacing(path) as temporary:
        save_file({name: t.detach().contiguous() for name, t in tensors.items()}, temporary, facts)


def facts_of(path: Path) -> dict:
    """The facts without the tensors; empty where there is no checkpoint. Raises ModelError."""
    if not path.is_file():
        return {}
    try:
        with safe_open(str(path), "pt") as file:
            return json.loads((file.metadata() or {})["facts"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ModelError(f"The checkpoint can't be read: {error}", file=path, remedy=_REMEDY) from error


def load(
    path: Path, modules: dict[str, nn.Module], optimiser: torch.optim.Optimizer, names: list[str]
) -> None:
    """Put back what `save` wrote. Raises ModelError naming the first tensor that doesn't fit."""
    tensors, _ = read_weights(path)
    for prefix, module in modules.items():
        load_into(module, tensors, f"{prefix}.", path)
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("moments."):
            parameter, _, key = name.removeprefix("moments.").rpartition(".")
            if parameter not in names:
                raise ModelError(f"Tensor {name} belongs to another model", file=path, remedy=_REMEDY)
            state.setdefault(names.index(parameter), {})[key] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def clear_torn(path: Path) -> None:
    """Remove what kills in the middle of writing `path` have left beside it."""
    for torn in path.parent.glob(f".{path.stem}-????????*{path.suffix}"):
        torn.unlink(missing_ok=True)
