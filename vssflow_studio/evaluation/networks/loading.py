"""From a public file to a network that listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from ...models.checkpoints import load_into, plain_tensors, read_pickled, read_weights
from .files import NetworkFile

_COUNT = "num_batches_tracked"  # of a batch norm: not used, and not in files of before PyTorch 0.4.1


def tensors_of(file: NetworkFile) -> tuple[dict[str, Tensor], Path]:
    """What is in the file, and its path. Raises ModelError: not there, damaged, more than tensors."""
    path = file.path
    if path.suffix == ".safetensors":
        return read_weights(path)[0], path
    held = read_pickled(path)
    state = held.get("model", held)
    return plain_tensors(state, path), path


def ready(network: nn.Module, tensors: Mapping[str, Tensor], path: Path, device: str) -> nn.Module:
    """`network` with `tensors` and nothing else, on `device`. Raises ModelError naming the one that differs."""
    counts = {name: torch.tensor(0) for name in network.state_dict() if name.endswith(_COUNT)}
    load_into(network, counts | dict(tensors), "", path, assign=True)
    return network.to(device).eval()


def rows(tensors: Mapping[str, Tensor], name: str, usual: int) -> int:
    """How many the tensor called `name` has; the authors' number where it is missing."""
    tensor = tensors.get(name)
    return len(tensor) if tensor is not None and tensor.ndim else usual


def layers(tensors: Mapping[str, Tensor], below: str) -> int:
    """How many layers are counted behind the name `below`."""
    return len({name.removeprefix(below).split(".")[0] for name in tensors if name.startswith(below)})


def loaded(
    of_sizes: Callable[[Mapping[str, Tensor]], nn.Module], tensors: Mapping[str, Tensor], path: Path, device: str
) -> nn.Module:
    """The network that `of_sizes` makes for the tensors, with those that it has; beside them lies what it was
    trained with. Raises ModelError.
    """
    with torch.device("meta"):
        network = of_sizes(tensors)
    known = network.state_dict()
    return ready(network, {name: tensor for name, tensor in tensors.items() if name in known}, path, device)
