"""The processes of one run: alone, or started by torchrun on one machine or several."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import distributed as dist

_PATIENCE = timedelta(hours=24)
"""The others wait while the first builds the caches."""


@dataclass(frozen=True)
class Group:
    """This process among all: `rank` of `size`; the first one writes files and reports."""

    rank: int = 0
    size: int = 1
    local: int = 0

    @property
    def is_first(self) -> bool:
        """Whether this process writes and reports."""
        return self.rank == 0

    def device(self, kind: str) -> torch.device:
        """The device of this process: with several GPUs each takes its own."""
        return torch.device(kind, self.local) if kind == "cuda" else torch.device(kind)

    def summed(self, values: list[float]) -> list[float]:
        """Element by element over all processes; each gets the same answer."""
        if self.size == 1:
            return values
        total = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(total)
        return total.tolist()

    def wait(self) -> None:
        """Until all have come here."""
        self.summed([0.0])

    def places(self, batch: int, pieces: int) -> list[range]:
        """Which of a batch's examples this process takes, in `pieces` pieces."""
        share = batch // self.size
        each, first = share // pieces, self.rank * share
        return [range(at, at + each) for at in range(first, first + share, each)]


@contextmanager
def joined_group() -> Iterator[Group]:
    """The group that torchrun's environment tells of, or this process alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group()
        return
    # Gradients of a GPU go over NCCL; the few numbers of each step, on the CPU, over gloo.
    local = int(os.environ.get("LOCAL_RANK", "0"))
    if torch.cuda.is_available():
        torch.cuda.set_device(local % torch.cuda.device_count())
        dist.init_process_group("cpu:gloo,cuda:nccl", timeout=_PATIENCE)
    else:
        dist.init_process_group("gloo", timeout=_PATIENCE)
    group = Group(dist.get_rank(), size, local)
    try:
        yield group
        group.wait()  # who leaves while another still talks to it takes that one down
    finally:
        dist.destroy_process_group()


def wrapped(module: torch.nn.Module, group: Group) -> torch.nn.Module:
    """`module` with its gradients averaged over the group."""
    if group.size == 1:
        return module
    return torch.nn.parallel.DistributedDataParallel(module)


def memory_mb(device: torch.device) -> float:
    """The most memory used so far: the GPU's, or this process's; 0 where nobody tells."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    try:
        import resource
        import sys
    except ImportError:  # Windows
        return 0.0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)

