"""Room in a trained prompt table for kinds of foley that it was not trained on.

Words that were never trained lie anywhere in the table, so a new kind's phrases are as far from
each other as from other kinds', and a network needs thousands of steps to tell them apart. Here
they are moved together first: each new kind gets a direction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..models.conditions.prompt import pieces
from .prompts import wordings

_LENGTH = 2.0
"""Of a new kind's prompt vector: somewhat more than a trained phrase's, 1.5."""
_RIDGE = 3e-3


def set_apart(table: Tensor, known: Sequence[str], new: Sequence[str], seed: int = 0) -> Tensor:
    """`table` [buckets, channels] with all wordings of each of `new` near a place of its own.

    What those of `known` mean stays as nearly as it can: a ridge regression of the change.
    New places are at right angles to each other and, as far as the channels allow, to the
    known kinds' centres.
    """
    before = table.double()
    bags = {name: _bags(name, len(table)) for name in (*known, *new)}
    places = _directions([(bags[name] @ before).mean(0) for name in known], len(new), table.shape[1], seed)
    missing = [torch.zeros(len(bags[name]), table.shape[1], dtype=torch.float64) for name in known]
    missing += [_LENGTH * place - bags[name] @ before for name, place in zip(new, places, strict=True)]
    mixed = torch.cat(list(bags.values()))
    alike = mixed @ mixed.T + _RIDGE * torch.eye(len(mixed), dtype=torch.float64)
    change = mixed.T @ torch.linalg.solve(alike, torch.cat(missing))
    return (before + change).to(table.dtype)


def _bags(name: str, buckets: int) -> Tensor:
    """How much of each bucket is in the mean of each wording of a kind [wordings, buckets]."""
    return torch.stack([_bag(wording, buckets) for wording in wordings(name)])


def _bag(phrase: str, buckets: int) -> Tensor:
    """How much of each bucket is in a phrase's mean [buckets]."""
    found = torch.tensor(pieces(phrase))
    return torch.bincount(found, minlength=buckets).double() / len(found)


def _directions(centres: list[Tensor], count: int, channels: int, seed: int) -> Tensor:
    """`count` unit vectors [count, channels]; orthogonal for as long as there are channels."""
    generator = torch.Generator().manual_seed(seed)
    random = torch.randn(channels, max(count, channels), generator=generator, dtype=torch.float64)
    if centres:
        basis = torch.linalg.qr(torch.stack(centres).T)[0]
        random = random - basis @ (basis.T @ random)
    first = torch.linalg.qr(random[:, : max(1, channels - len(centres))])[0].T
    if count <= len(first):
        return first[:count]
    return torch.nn.functional.normalize(random.T[:count], dim=1)
