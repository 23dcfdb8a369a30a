"""Training examples as a pure function of (seed, step, place in the batch).

Nothing is drawn from a generator that lives on between steps. A run that was killed
goes on with exactly the examples that it would have had, and a batch is the same
whether one process makes it or several.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from ..models.flow.path import sample_times
from ..models.vssflow.draft import DraftBatch
from .examples import Examples, Mixture

KINDS = ("speech", "foley", "joint")

EXCERPTS = 3
"""How many excerpts take the place of one example; each is about so much shorter."""


@dataclass(frozen=True)
class Part:
    """Some of a step's examples and all that is random about them.

    latent and noise [batch, channels, frames]; times [batch]; keep bool [batch], False
    where the conditions are dropped; kinds int64 [batch], indices into KINDS.
    """

    latent: Tensor
    conditions: DraftBatch
    noise: Tensor
    times: Tensor
    keep: Tensor
    kinds: Tensor

    def to(self, device: torch.device) -> Part:
        """The same on `device`."""
        return replace(
            _moved(self, device), conditions=_moved(self.conditions, device), kinds=self.kinds
        )


class ExampleSource:
    """Batches of `size` from `examples`; `drop` is how often conditions are dropped.

    In a share of `excerpts` of the steps each place holds EXCERPTS short ones.
    """

    def __init__(
        self, examples: Examples, mixture: Mixture, size: int, drop: float, seed: int, excerpts: float = 0.0
    ) -> None:
        self.examples, self.mixture = examples, mixture
        self.size, self.drop, self.seed, self.excerpts = size, drop, seed, excerpts

    def part(self, step: int, places: Sequence[int]) -> Part:
        """The examples at `places` (each below `size`) of the batch of `step`."""
        generator = torch.Generator().manual_seed(number(self.seed, step))
        each = EXCERPTS if number(self.seed, step, self.size) < self.excerpts * 2**63 else 1
        order = torch.randperm(each * self.size, generator=generator)
        times = sample_times(each * self.size, generator=generator)[order]
        keep = torch.rand(each * self.size, generator=generator) >= self.drop
        chosen = [each * place + i for place in places for i in range(each)]
        make = self._excerpt if each > 1 else self._example
        latents, conditions, noises = zip(*(make(step, i) for i in chosen), strict=True)
        together = joined(conditions)
        return Part(
            torch.cat(latents), together, torch.cat(noises), times[chosen], keep[chosen], kinds(together)
        )

    def _example(self, step: int, place: int) -> tuple[Tensor, DraftBatch, Tensor]:
        own = number(self.seed, step, place)
        self.examples.rng.seed(own)
        self.examples.numbers = np.random.default_rng(own)
        latent, conditions = self.examples.batch(1, self.mixture)
        noise = torch.randn(latent.shape, generator=torch.Generator().manual_seed(own))
        return latent, conditions, noise


    def _excerpt(self, step: int, place: int) -> tuple[Tensor, DraftBatch, Tensor]:
        """A stretch of an example, anywhere in it; whole pictures, of two frames of the latent each."""
        latent, conditions, noise = self._example(step, place)
        pictures = conditions.motion.shape[1]
        length = pictures // EXCERPTS
        first = self.examples.rng.randint(0, pictures - length)

        def cut(rows: Tensor, dim: int = 1) -> Tensor:
            per = rows.shape[dim] // pictures
            return rows.narrow(dim, per * first, per * length)

        given = {f.name: getattr(conditions, f.name) for f in fields(DraftBatch)}
        shorter = {name: cut(rows) for name, rows in given.items() if isinstance(rows, Tensor) and rows.ndim > 1}
        return cut(latent, 2), replace(conditions, **shorter), cut(noise, 2)


def number(*names: int) -> int:
    """A seed below 2⁶³ for what `names` name; the same on every machine."""
    digest = hashlib.blake2b("/".join(map(str, names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def joined(batches: Sequence[DraftBatch]) -> DraftBatch:
    """Batches behind each other."""

    def join(values: list):
        if values[0] is None:
            return None
        return torch.cat(values) if isinstance(values[0], Tensor) else sum(values, [])

    return DraftBatch(**{f.name: join([getattr(b, f.name) for b in batches]) for f in fields(DraftBatch)})


def kinds(conditions: DraftBatch) -> Tensor:
    """int64 [batch]: speech has a voice, foley has none, joint has a voice and a prompt."""
    speaks = conditions.voices >= 0
    asks = torch.tensor([bool(prompt) for prompt in conditions.prompts])
    return torch.where(speaks, torch.where(asks, 2, 0), 1)


def _moved(record, device: torch.device):
    values = {f.name: getattr(record, f.name) for f in fields(record)}
    return replace(record, **{k: v.to(device) for k, v in values.items() if isinstance(v, Tensor)})
