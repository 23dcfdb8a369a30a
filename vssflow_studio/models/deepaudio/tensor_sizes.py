"""What the shapes of a public checkpoint's tensors tell of a network's sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from ...errors import ModelError


def shape_of(
    tensors: Mapping[str, Tensor], name: str, dimensions: int, source: Path, remedy: str
) -> tuple[int, ...]:
    """Raises ModelError where the tensor is missing or of another kind."""
    if name not in tensors:
        raise ModelError(f"Tensor {name} is missing", file=source, remedy=remedy)
    if tensors[name].ndim != dimensions:
        what = f"Tensor {name} has the shape {list(tensors[name].shape)}"
        raise ModelError(what, file=source, remedy=remedy)
    return tuple(tensors[name].shape)


def counted(tensors: Mapping[str, Tensor], blocks: str) -> int:
    """How many numbered blocks there are: one more than the highest number."""
    numbered = re.compile(rf"{re.escape(blocks)}\.(\d+)\.")
    return max((int(found[1]) + 1 for name in tensors if (found := numbered.match(name))), default=0)
