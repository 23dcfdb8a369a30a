"""A Dask worker that makes takes: one at a time, on one device of this machine."""

from __future__ import annotations

import asyncio
import os

from ..engine.devices import choose_device
from ..errors import DeviceError
from .queue import RESOURCE
from .task import DEVICE

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def serve(scheduler: str, device: str = "auto", name: str | None = None) -> None:
    """Work for the scheduler until it goes or Ctrl-C. Raises DeviceError.

    The work is done in a process below this one, which is started anew when it dies.
    """
    chosen = choose_device(device)
    try:
        asyncio.run(_serve(scheduler, chosen, name))
    except (OSError, RuntimeError) as error:  # Dask wraps what kept it from starting
        raise DeviceError(
            f"No Dask scheduler answers at {scheduler}", remedy="Start one with `dask scheduler`."
        ) from error


async def _serve(scheduler: str, device: str, name: str | None) -> None:
    from distributed import Nanny

    # Dask would leave one thread to each worker. As many as a window's worker has, since the
    # order of sums, and with it the last bit of a sample, goes by their number.
    threads = str(os.cpu_count() or 1)
    own = {DEVICE: device, "OMP_WAIT_POLICY": "PASSIVE"} | dict.fromkeys(_THREADS, threads)
    async with Nanny(
        scheduler, nthreads=1, resources=RESOURCE, name=name, env=own, death_timeout=20
    ) as nanny:
        await nanny.finished()
