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
from .memory import Memory, resident
from .pace import Pace
from .request import Request
from .takes import Order
from .worker import run

_PATIENCE = 3.0
"""Seconds that a cancelled worker gets to come back before it is ended."""
_TRYING_AGAIN = "The model's process ended, most likely because memory ran out. Trying once more with less."


@dataclass(frozen=True)
class Job:
    """A request under way. `state` is queued, running, done, failed or cancelled.

    `eta` is seconds left, or None while nothing is known; `device` is where it was begun,
    and `began` and `ended` when (monotonic seconds). `note` is what the user should know of
    how it was made, mostly nothing.
    """

    id: str
    request: Request
    order: Order
    state: str = "queued"
    step: int = 0
    steps: int = 0
    eta: float | None = None
    error: StudioError | None = None
    device: str = ""
    began: float | None = None
    ended: float | None = None
    note: str = ""

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

    def __init__(
        self,
        device: str = "auto",
        on_event: Callable[[Job], None] = lambda job: None,
        threads: int = 0,
        polite: bool = True,
    ):
        """`threads` and `polite` as in Settings. Raises DeviceError when `device` is not there."""
        self.device = choose_device(device)
        self.threads, self.polite = threads, polite
        self._on_event = on_event
        self._pace = Pace()
        self._device_memory: tuple[int | None, int | None] = (None, None)
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

    @property
    def paused(self) -> bool:
        """Whether no further job begins."""
        return self._paused

    def jobs(self) -> tuple[Job, ...]:
        """What runs, what waits in the order it will run, then what is over, in order."""
        with self._changed:
            waiting = [self._jobs[job_id] for job_id in self._waiting]
            others = [job for job_id, job in self._jobs.items() if job_id not in self._waiting]
        over = sorted((job for job in others if job.is_over), key=lambda job: job.ended or 0.0)
        return (*(job for job in others if not job.is_over), *waiting, *over)

    def move(self, job_id: str, place: int) -> None:
        """Put a waiting job at `place` among those that wait; 0 is next."""
        with self._changed:
            if job_id in self._waiting:
                self._waiting.remove(job_id)
                self._waiting.insert(max(0, place), job_id)

    def retry(self, job_id: str) -> Job | None:
        """Put a failed or cancelled job at the end of the queue again, in place of what it was."""
        with self._changed:
            job = self._jobs.get(job_id)
            if job is None or job.state not in ("failed", "cancelled"):
                return None
            del self._jobs[job_id]
        return self.submit(job.request, job.order)

    def forget_finished(self) -> None:
        """Take what is over off the list."""
        with self._changed:
            self._jobs = {job_id: job for job_id, job in self._jobs.items() if not job.is_over}

    def use(self, device: str, threads: int = 0, polite: bool = True) -> None:
        """What the next job runs on. Raises DeviceError when `device` is not there."""
        device = choose_device(device)
        with self._changed:
            self.device, self.threads, self.polite = device, threads, polite

    def time_left(self) -> dict[str, float | None]:
        """Seconds that each job needs still, from the speed measured so far; None where unknown."""
        now, left = time.monotonic(), {}
        for job in self.jobs():
            if job.state == "running":
                left[job.id] = self._pace.left(job.request, job.device, now - (job.began or now), job.eta)
            elif job.state == "queued":
                left[job.id] = self._pace.seconds(job.request, self.device)
        return left

    def memory(self) -> Memory:
        """What the worker holds now; nothing is known while there is none."""
        worker = self._worker
        if worker is None or not worker.alive:
            return Memory()
        return Memory(resident(worker.process.pid), *self._device_memory)

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
            job = self._jobs.get(job_id)
            if job is None or job.is_over:
                return job
            job = replace(job, **changes)
            if job.is_over:
                job = replace(job, ended=time.monotonic())
            self._jobs[job_id] = job
        self._on_event(job)
        return job

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or (self._waiting and not self._paused))
                if self._closed:
                    break
                job_id = self._waiting.pop(0)
            self._work(self._update(job_id, state="running", device=self.device, began=time.monotonic()))
        if self._worker:
            self._worker.end()

    def _work(self, job: Job) -> None:
        """Run the job; where its process dies (the kernel's choice when memory runs out), once more."""
        if job is None or job.is_over:
            return
        if not self._run(job, killed=False) and not self._is_over(job.id) and not self._closed:
            self._update(job.id, step=0, eta=None, note=_TRYING_AGAIN)
            if not self._run(job, killed=True):
                self._update(job.id, state="failed", error=_died(job), eta=None)

    def _run(self, job: Job, killed: bool) -> bool:
        """Have the worker make the take. False when its process died."""
        begun = cancelled_at = None
        try:
            worker = self._ready_worker(job.device)
        except OSError as error:  # no memory, process or file descriptor is left
            self._update(job.id, state="failed", error=_not_begun(job, error), eta=None)
            return True
        worker.send(job, killed)
        while True:
            message = worker.receive(0.05)
            if self._is_over(job.id) and cancelled_at is None:
                worker.stop.set()
                cancelled_at = time.monotonic()
            if message is None:
                late = cancelled_at and time.monotonic() - cancelled_at > _PATIENCE
                if late or self._closed:
                    worker.end()
                if not worker.alive:
                    return False
            elif message[0] == "step":
                begun = begun or (time.monotonic(), message[2])
                self._update(job.id, step=message[2], steps=message[3], eta=_eta(begun, message))
            elif message[0] == "memory":
                self._device_memory = message[2], message[3]
            else:
                self._ended(job, message, begun)
                return True

    def _ended(self, job: Job, message: tuple, begun: tuple[float, int] | None) -> None:
        state, said = message[0], message[2] if len(message) > 2 else None
        changes = {"error": said} if state == "failed" else {}
        if state == "done":
            made = job.order.provenance | ({"note": said} if said else {})
            changes = {"note": said, "order": replace(job.order, provenance=made)}
        ended = self._update(job.id, state=state, eta=None, **changes)
        if state == "done" and not said and ended and ended.began and begun:
            self._pace.learn(job.request, job.device, time.monotonic() - begun[0])

    def _is_over(self, job_id: str) -> bool:
        with self._changed:
            job = self._jobs.get(job_id)
            return job is None or job.is_over

    def _ready_worker(self, device: str) -> _Worker:
        """The worker, another one when it died or is to be run differently."""
        wanted = device, self.threads, self.polite
        if self._worker and self._worker.wanted != wanted:
            self._worker.end()
        if self._worker is None or not self._worker.alive:
            self._worker, self._device_memory = _Worker(*wanted), (None, None)
        return self._worker


class _Worker:
    """The process behind its pipe."""

    def __init__(self, device: str, threads: int = 0, polite: bool = True) -> None:
        self.wanted = device, threads, polite
        context = multiprocessing.get_context("spawn")
        self.stop = context.Event()
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=run, args=(theirs, self.stop, *self.wanted), daemon=True)
        with _without_interrupts():
            self.process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    def send(self, job: Job, killed: bool) -> None:
        self.stop.clear()
        try:
            self.pipe.send((job.id, job.request, job.order, killed))
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


def _not_begun(job: Job, error: OSError) -> StudioError:
    return StudioError(
        f"The model's process can't be started: {error.strerror or error}",
        file=job.order.path.name,
        remedy="End other programs, then try the job again. Nothing else was lost.",
    )


def _died(job: Job) -> StudioError:
    return StudioError(
        "The model's process ended twice while it was making this take",
        file=job.order.path.name,
        remedy="Memory may have run out: make the cue shorter, or end other programs. Nothing else was lost.",
    )
