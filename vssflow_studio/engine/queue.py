"""Jobs, one after another on a device, while the editor keeps working.

Qt-free and torch-free: the model runs in the worker's process, a thread here speaks
with it, and whoever cares is told by `on_event` (on that thread) with a new `Job`.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..errors import StudioError
from ..timeline.cues import new_id
from .devices import choose_device
from .request import Request
from .takes import Order
from .worker import run

_PATIENCE = 3.0
"""Seconds that a cancelled worker gets to come back before it is ended."""


@dataclass(frozen=True)
class Job:
    """A request under way. `state` is queued, running, done, failed or cancelled.

    `eta` is seconds left, or None while nothing is known.
    """

    id: str
    request: Request
    order: Order
    state: str = "queued"
    step: int = 0
    steps: int = 0
    eta: float | None = None
    error: StudioError | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def fraction(self) -> float:
        """How much is done, 0 … 1."""
        return self.step / self.steps if self.steps else 0.0


class JobQueue:
    """One device's queue. All methods may be called from any thread and return at once."""

    def __init__(self, device: str = "auto", on_event: Callable[[Job], None] = lambda job: None):
        """Raises DeviceError when `device` is not there."""
        self.device = choose_device(device)
        self._on_event = on_event
        self._jobs: dict[str, Job] = {}
        self._waiting: list[str] = []
        self._changed = threading.Condition()
        self._paused = self._closed = False
        self._worker: _Worker | None = None
        self._thread = threading.Thread(target=self._serve, name="jobs", daemon=True)
        self._thread.start()

    def submit(self, request: Request, order: Order) -> Job:
        """Put a request at the end of the queue."""
        job = Job(new_id(), request, order)
        with self._changed:
            self._jobs[job.id] = job
            self._waiting.append(job.id)
            self._changed.notify_all()
        self._on_event(job)
        return job

    def cancel(self, job_id: str) -> None:
        """Cancelled from now on, whatever the worker still does."""
        with self._changed:
            if job_id in self._waiting:
                self._waiting.remove(job_id)
        self._update(job_id, state="cancelled", eta=None)

    def cancel_all(self) -> None:
        """Cancel every job that is not over."""
        for job in self.jobs():
            if not job.is_over:
                self.cancel(job.id)

    def pause(self, paused: bool = True) -> None:
        """Begin no further job until resumed; the running one ends."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def jobs(self) -> tuple[Job, ...]:
        """All jobs of this session in order."""
        with self._changed:
            return tuple(self._jobs.values())

    def close(self) -> None:
        """Cancel everything and end the worker."""
        self.cancel_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout=_PATIENCE + 1)

    def _update(self, job_id: str, **changes) -> Job:
        """Change a job unless it is over, and tell."""
        with self._changed:
            job = self._jobs[job_id]
            if job.is_over:
                return job
            job = self._jobs[job_id] = replace(job, **changes)
        self._on_event(job)
        return job

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or (self._waiting and not self._paused))
                if self._closed:
                    break
                job_id = self._waiting.pop(0)
            self._work(self._update(job_id, state="running"))
        if self._worker:
            self._worker.end()

    def _work(self, job: Job) -> None:
        if job.is_over:
            return
        if self._worker is None or not self._worker.alive:
            self._worker = _Worker(self.device)
        worker, begun, cancelled_at = self._worker, None, None
        worker.send(job)
        while True:
            message = worker.receive(0.05)
            if self._jobs[job.id].is_over and cancelled_at is None:
                worker.stop.set()
                cancelled_at = time.monotonic()
            if message is None:
                late = cancelled_at and time.monotonic() - cancelled_at > _PATIENCE
                if late or self._closed:
                    worker.end()
                if not worker.alive:
                    self._update(job.id, state="failed", error=_died(job), eta=None)
                    return
            elif message[0] == "step":
                begun = begun or (time.monotonic(), message[2])
                self._update(job.id, step=message[2], steps=message[3], eta=_eta(begun, message))
            else:
                error = message[2] if message[0] == "failed" else None
                self._update(job.id, state=message[0], error=error, eta=None)
                return


class _Worker:
    """The process behind its pipe."""

    def __init__(self, device: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.stop = context.Event()
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=run, args=(theirs, self.stop, device), daemon=True)
        with _without_interrupts():
            self.process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    def send(self, job: Job) -> None:
        self.stop.clear()
        try:
            self.pipe.send((job.id, job.request, job.order))
        except OSError:
            self.end()

    def receive(self, timeout: float):
        try:
            return self.pipe.recv() if self.pipe.poll(timeout) else None
        except (EOFError, OSError):
            self.end()
            return None

    def end(self) -> None:
        self.process.kill()
        self.process.join()


@contextmanager
def _without_interrupts():
    """A process started in here is deaf to Ctrl-C from its first instruction on.

    Ctrl-C reaches every process of a terminal, and one that is still importing would
    print where it was. `run` takes over from there.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _eta(begun: tuple[float, int], message: tuple) -> float | None:
    started, first = begun
    done = message[2] - first
    if done <= 0:
        return None
    return (time.monotonic() - started) / done * (message[3] - message[2])


def _died(job: Job) -> StudioError:
    return StudioError(
        "The model's process ended while it was making this take",
        file=job.order.path.name,
        remedy="Generate it again; nothing else was lost. Memory may have run out.",
    )
