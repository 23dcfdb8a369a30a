"""What a Dask worker does for us: one request in, one finished WAV out."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import threading
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ..engine.devices import choose_device
from ..engine.request import Request
from ..engine.takes import Order
from ..errors import Cancelled, ModelError
from .media import unpacked, with_media

DEVICE = "VSSFLOW_DEVICE"
"""In a worker's environment: the device it was started for."""

_models: dict = {}
_one_at_a_time = threading.Lock()
_stopped: set[str] = set()


@dataclass(frozen=True)
class Made:
    """A take as it comes back: the WAV, its SHA-256, who made it, and what to know of how."""

    wav: bytes
    sha256: str
    worker: str
    note: str = ""


@dataclass(frozen=True)
class Job:
    """What is asked of a worker. `identity` is the model's, which has to be the same there.

    `mapped` are media where the worker sees them, `uploaded` hash and pieces of the others.
    """

    id: str
    topic: str
    request: Request
    order: Order
    identity: str
    mapped: dict[str, str]


def make(job: Job, uploaded: dict[str, tuple[str, list[bytes]]]) -> Made:
    """Make the take. Raises StudioError, and Cancelled after `stop`.

    The request goes to the model exactly as it would here, so the same seed on the same kind
    of device gives the same samples.
    """
    from distributed import get_worker

    from ..engine.worker import make_take

    worker = get_worker()
    progress = _Progress(worker, job)
    _check_model(job)
    where = job.mapped | unpacked(uploaded, _media_folder(), progress.check)
    request = with_media(job.request, where)
    device = choose_device(os.environ.get(DEVICE, "auto"))
    with _one_at_a_time, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / job.order.path.name
        note = make_take(_models, device, request, replace(job.order, path=path), progress)
        wav = path.read_bytes()
    return Made(wav, hashlib.sha256(wav).hexdigest(), f"{socket.gethostname()} {worker.address}", note)


def keep(piece: bytes) -> bytes:
    """A piece of an upload, which a worker holds until nobody needs it any more."""
    return piece


def stop(job_ids: list[str]) -> None:
    """On a worker: these jobs are to end at their next step."""
    _stopped.update(job_ids)


class _Progress:
    """Reports steps as events of the scheduler."""

    def __init__(self, worker, job: Job) -> None:
        self._worker, self._job = worker, job

    def check(self) -> None:
        if self._job.id in _stopped:
            raise Cancelled

    def step(self, done: int, total: int) -> None:
        self.check()
        self._worker.log_event(self._job.topic, (self._job.id, done, total))


def _check_model(job: Job) -> None:
    from ..models.registry import model_card

    name = job.request.sampling.model
    if model_card(name).identity != job.identity:
        raise ModelError(
            f"The worker on {socket.gethostname()} has another checkpoint of “{name}”",
            remedy="Install the same model there; takes of two checkpoints would not match.",
        )


@cache
def _media_folder() -> Path:
    """Where uploads are kept while this process lives."""
    return Path(tempfile.mkdtemp(prefix="vssflow-media-"))
