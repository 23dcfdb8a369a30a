"""Whether torch really computes here: tried in a process of its own.

The command line and the window never import torch, and a driver that doesn't fit may keep it waiting or end its
process. So it is imported, and computes on each device, where nothing is lost by that.
"""

from __future__ import annotations

import multiprocessing
import warnings
from importlib import metadata
from multiprocessing.connection import Connection

from .devices import has_nvidia

_PATIENCE = 120.0
"""Seconds that a slow disk may take to give torch's libraries; CUDA alone is 4 GB."""


def tried(patience: float = _PATIENCE) -> tuple[list[str], list[str]]:
    """(what torch is and what computed, what doesn't work). Takes some seconds, `patience` at most."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_try, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    said: list[str] = []
    try:
        while ours.poll(patience):
            said.append(ours.recv())
    except EOFError:  # it has ended
        process.join()
        failed = [] if process.exitcode == 0 else [f"torch ended its process (code {process.exitcode})"]
    else:
        failed = [f"torch: no answer within {patience:.0f} s"]
    process.kill()
    failed += [line for line in said if line.endswith(_FAILED)]
    return said, failed


_FAILED = "doesn't compute"


def _try(pipe: Connection) -> None:
    """In the process: a line for torch, and one for each device that it has or should have."""
    warnings.simplefilter("ignore")  # it says in the lines what it warns of
    try:
        import torch
    except (ImportError, OSError) as error:
        pipe.send(f"torch can't be loaded ({first_words(error)}): it {_FAILED}")
        return
    built = f"CUDA {torch.version.cuda}" if torch.version.cuda else "no CUDA"
    pipe.send(f"torch {torch.__version__}, built for {built}")
    try:
        import torchaudio  # noqa: F401
    except (ImportError, OSError) as error:
        pipe.send(f"torchaudio {metadata.version('torchaudio')} can't be loaded ({first_words(error)}): it {_FAILED}")
    devices = {"cuda": torch.cuda.is_available() or (has_nvidia() and bool(torch.version.cuda)), "mps": torch.backends.mps.is_available()}
    for device in (*(name for name, there in devices.items() if there), "cpu"):
        pipe.send(f"{device}: {_computed(torch, device)}")


def _computed(torch, device: str) -> str:
    """What the device is, once it has computed something that is right."""
    if failed := failure(device):
        return f"{first_words(failed)}: it {_FAILED}"
    if device == "cuda":
        one = torch.cuda.get_device_properties(0)
        return f"{one.name}, {one.total_memory / 1e9:.0f} GB, computes"
    return f"{torch.get_num_threads()} threads, computes" if device == "cpu" else "computes"


def failure(device: str) -> Exception | None:
    """What torch, imported into this process, says when it is to compute on `device`; None: it does.

    More than whether there is one: a card that is too old for this torch shows itself, and computes nothing.
    """
    import torch

    try:
        square = torch.full((64, 64), 0.5, device=device)
        right = float((square @ square).sum()) == 64**3 / 4
    except (RuntimeError, AssertionError) as error:
        return error
    return None if right else ArithmeticError("the result is wrong")


def first_words(error: BaseException) -> str:
    """What it says, without its advice."""
    return str(error).strip().partition("\n")[0].partition(". ")[0]
