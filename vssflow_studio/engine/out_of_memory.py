"""What happens when memory runs out: the take is made with less of it, then on the CPU, and says so."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..errors import DeviceError

_Made = TypeVar("_Made")
_SIGNS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "can't start new thread")
"""How torch, and Python where a thread needs a stack, word it where they have no class of their own for it."""


@dataclass(frozen=True)
class Way:
    """One way to make a take. `note` is what the user is told of it; nothing, for the usual one."""

    device: str
    frugal: bool = False
    note: str = ""


def ways(device: str, killed: bool = False) -> tuple[Way, ...]:
    """The ways to make a take on `device`, the quickest first.

    `killed`: a process that was making it has died already, so the quickest is out.
    """
    full = "The system ended the model, most likely" if killed else f"The memory of the device “{device}” was full"
    reason = f"{full} because memory ran out" if killed else full
    found = [] if killed else [Way(device)]
    found.append(Way(device, True, f"{reason}: the take was made in smaller batches, which takes longer."))
    if device != "cpu":
        found.append(Way("cpu", True, f"{reason}: the take was made on the CPU, which takes longer."))
    return tuple(found)


def first_that_fits(make: Callable[[Way], _Made], possible: tuple[Way, ...], file: str) -> _Made:
    """What `make` gives in the first way for which memory is enough. Raises DeviceError: in none."""
    for way in possible:
        try:
            return make(way)
        except Exception as error:
            if not is_full(error):
                raise
        # Only here the failed way's tensors are let go of: the error held them.
        let_go()
    raise DeviceError(
        f"The memory of the device “{possible[0].device}” is full",
        file=file,
        remedy="Make the cue shorter, end other programs, or use --device cpu.",
    )


def is_full(error: BaseException) -> bool:
    """Whether it says that memory ran out: Python's, torch's on CUDA and MPS, its CPU allocator's."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def let_go() -> None:
    """Give the memory of what nothing refers to any more back to the device."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
