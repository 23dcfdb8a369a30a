"""Several pieces of work at once on a CPU, each by one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch
from torch import Tensor

Each = Callable[[Callable[[int], Tensor], Iterable[int]], Iterable[Tensor]]
"""As `map`: what a function makes of each."""


@contextmanager
def side_by_side(device: str) -> Iterator[Each]:
    """An `Each` for a network so small that threads which share its products wait more than they multiply.

    On a CPU each call has one thread, and as many run at once as there were threads to share; what
    comes out does not depend on how many those are. An accelerator gets one call after the other.
    """
    if device != "cpu":
        yield map
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(threads) as pool:
            yield lambda work, items: pool.map(_as_here(work), items)
    finally:
        torch.set_num_threads(threads)


def _as_here(work: Callable[[int], Tensor]) -> Callable[[int], Tensor]:
    """`work` in the modes of this thread; torch keeps them for each thread."""
    inference, rounded = torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu")
    kind = torch.get_autocast_dtype("cpu")

    def done(item: int) -> Tensor:
        with torch.inference_mode(inference), torch.autocast("cpu", kind, enabled=rounded):
            return work(item)

    return done
