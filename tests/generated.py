"""Weights that no training made, the same on every machine: a hash of name and place.

Kept for comparing with other people's code: both sides make them anew, and only a few
hundred outputs have to be stored.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor


def values(name: str, *shape: int, bound: float = 1.0) -> np.ndarray:
    """float32 of `shape`, uniform in [-bound, bound): exact, whatever the machine."""
    mixed = np.arange(math.prod(shape), dtype=np.uint32)
    mixed *= np.uint32(2_654_435_769)
    mixed ^= np.uint32(zlib.crc32(name.encode()))
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        mixed ^= mixed >> np.uint32(shift)
        mixed *= np.uint32(factor)
    mixed ^= mixed >> np.uint32(16)
    unit = (mixed >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-23) - np.float32(1)
    return (unit * np.float32(bound)).reshape(shape)


def tensor(name: str, *shape: int, bound: float = 1.0) -> Tensor:
    """`values` as a tensor."""
    return torch.from_numpy(values(name, *shape, bound=bound))


def weight(name: str, shape: tuple[int, ...]) -> Tensor:
    """A parameter that keeps signals at their size: matrices by their inputs, norms near 1.

    Queries and keys are larger: attention that hardly chooses would hide their mistakes.
    """
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.long)
    if name.endswith(("running_var", "_hz_")):
        return (1 + tensor(name, *shape, bound=0.5)) * (1000 if name.endswith("_hz_") else 1)
    if len(shape) > 1 and not name.endswith("embedding.weight"):
        gain = 1.4 if ".to_q." in name or ".to_k." in name else 1.0
        return tensor(name, *shape, bound=gain * math.sqrt(3 / math.prod(shape[1:])))
    if name.endswith("weight") and "norm" in name:
        return 1 + tensor(name, *shape, bound=0.1)
    return tensor(name, *shape, bound=0.1 if name.endswith("bias") else 1.0)


def weights(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """A parameter for each name."""
    return {name: weight(name, tuple(shape)) for name, shape in shapes.items()}
