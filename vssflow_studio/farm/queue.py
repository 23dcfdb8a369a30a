"""The same queue as on one machine, with its jobs on the workers of a Dask scheduler."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from ..atomic import write_bytes
from ..engine.queue import Job
from ..engine.request import Request
from ..engine.takes import Order
from ..errors import Cancelled, DeviceError, StudioError
from ..models.registry import model_card
from ..timeline.cues import new_id
from . import task
from .media import PathMap, chunks, media_of

RESOURCE = {"GPU": 1}
"""What a take takes of a worker; a CPU worker says that it has one, too."""

_PATIENCE = 20  # seconds that the scheduler may take to answer
_LOOK = 1.0  # seconds between two looks whether it is still there
_GONE = 300.0  # seconds after which it will not come back


class FarmQueue:
    """A queue as `engine.queue.JobQueue`, by `--scheduler tcp://host:8786`.

    Dask starts a job anew when its worker dies, on another one. Where the connection to the
    scheduler is lost, we connect again and ask again for what was not over. Raises DeviceError
    when no scheduler answers.
    """

    def __init__(
        self,
        scheduler: str,
        on_event: Callable[[Job], None] = lambda job: None,
        paths: PathMap = PathMap(),
    ) -> None:
        self._on_event, self._paths = on_event, paths
        self._jobs: dict[str, Job] = {}
        self._futures: dict[str, object] = {}
        self._uploads: dict[str, tuple[str, list]] = {}
        self._lost: set[str] = set()
        self._lock = threading.RLock()
        self._topic = f"vssflow-{new_id()}"
        self.device = scheduler
        self._client = self._connected()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="farm", daemon=True).start()

    def submit(self, request: Request, order: Order) -> Job:
        """Put a request at the end of the queue. Raises MediaError where an upload can't be read."""
        job = Job(new_id(), request, order)
        with self._lock:
            self._jobs[job.id] = job
        self._on_event(job)
        self._send(job)
        return job

    def cancel(self, job_id: str) -> None:
        """Cancelled from now on, whatever a worker still does."""
        job = self._update(job_id, state="cancelled", eta=None)
        future = self._futures.pop(job_id, None)
        if future is not None and job and self._client.status == "running":
            self._client.run(task.stop, [job_id], wait=False, on_error="ignore")
            self._client.cancel([future], asynchronous=False)

    def cancel_all(self) -> None:
        """Cancel every job that is not over."""
        for job in self.jobs():
            if not job.is_over:
                self.cancel(job.id)

    def jobs(self) -> tuple[Job, ...]:
        """All jobs in order."""
        with self._lock:
            return tuple(self._jobs.values())

    def close(self) -> None:
        """Cancel everything and leave the scheduler to others."""
        self._closed.set()
        self.cancel_all()
        self._client.close()

    # --- the connection ---

    def _connected(self):
        """A new connection to the scheduler. Raises DeviceError."""
        from distributed import Client

        try:
            client = Client(self.device, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise DeviceError(
                f"No Dask scheduler answers at {self.device}",
                remedy="Start one with `dask scheduler`, then workers with `vssflow-studio worker`.",
            ) from error
        client.subscribe_topic(self._topic, self._stepped)
        return client

    def _watch(self) -> None:
        """Ask again for what a lost connection has taken with it; when that stays away, nothing more is made.

        Dask's client cancels all it had asked for, and does not always find its way back.
        """
        gone = None
        while not self._closed.wait(_LOOK):
            lost = self._client.status != "running"
            if not lost and not self._lost:
                gone = None
                continue
            gone = gone or time.monotonic()
            try:
                if lost:
                    self._client.close(timeout=_LOOK)
                    self._client = self._connected()
                self._ask_again(every=lost)
            except DeviceError as error:
                if time.monotonic() - gone > _GONE:
                    self._fail_all(error)

    def _ask_again(self, every: bool) -> None:
        with self._lock:
            again = [job for job in self._jobs.values() if not job.is_over and (every or job.id in self._lost)]
            self._lost.clear()
            self._uploads.clear()
        for job in again:
            try:
                self._send(self._update(job.id, state="queued", step=0, eta=None, began=None) or job)
            except StudioError as error:
                self._update(job.id, state="failed", error=error, eta=None)

    def _fail_all(self, error: StudioError) -> None:
        for job in self.jobs():
            self._update(job.id, state="failed", error=error, eta=None)

    # --- sending ---

    def _send(self, job: Job) -> None:
        from distributed.client import ClosedClientError

        if job.is_over:
            return
        try:
            future = self._asked(job)
        except ClosedClientError:
            return  # `_watch` asks again
        with self._lock:
            self._futures[job.id] = future
        future.add_done_callback(lambda done: self._ended(job.id, done))

    def _asked(self, job: Job):
        media = media_of(job.request)
        mapped = {name: there for name in media if (there := self._paths.there(name))}
        uploaded = {name: self._upload(name) for name in media if name not in mapped}
        identity = model_card(job.request.sampling.model).identity
        asked = task.Job(job.id, self._topic, job.request, job.order, identity, mapped)
        return self._client.submit(
            task.make, asked, uploaded, key=f"{job.id}-{new_id()}", pure=False, retries=2, resources=RESOURCE
        )

    def _upload(self, media: str) -> tuple[str, list]:
        """Hash of a file and where its pieces are on the farm; each file travels once."""
        with self._lock:
            if media not in self._uploads:
                digest, pieces = hashlib.sha256(), []
                for piece in chunks(media):
                    digest.update(piece)
                    # Not scattered: what is scattered dies with its worker, a task is done again.
                    pieces.append(self._client.submit(task.keep, piece, key=f"{self._topic}-{new_id()}"))
                self._uploads[media] = digest.hexdigest(), pieces
            return self._uploads[media]

    # --- answers, on threads of Dask's ---

    def _stepped(self, event: tuple) -> None:
        job_id, done, total = event[1]
        job = self._jobs.get(job_id)
        if job is None:
            return
        began = job.began or time.monotonic()
        eta = (time.monotonic() - began) / done * (total - done) if done and job.began else None
        self._update(job_id, state="running", step=done, steps=total, eta=eta, began=began)

    def _ended(self, job_id: str, future) -> None:
        from distributed.client import FutureCancelledError
        from distributed.comm import CommClosedError

        with self._lock:
            if self._futures.get(job_id) is not future:
                return  # cancelled, or asked for again
            del self._futures[job_id]
        try:
            made = future.result()
            if hashlib.sha256(made.wav).hexdigest() != made.sha256:
                raise StudioError("The take arrived damaged", remedy="Generate it again.")
            write_bytes(self._jobs[job_id].order.path, made.wav)
            self._update(job_id, state="done", eta=None, device=made.worker, note=made.note)
        except (FutureCancelledError, CommClosedError):  # not by us
            with self._lock:
                self._lost.add(job_id)
        except Cancelled:
            self._update(job_id, state="cancelled", eta=None)
        except StudioError as error:
            self._update(job_id, state="failed", error=error, eta=None)
        except Exception as error:  # Dask's own words: workers died again and again, no scheduler any more
            self._update(job_id, state="failed", error=_lost(error), eta=None)

    def _update(self, job_id: str, **changes) -> Job | None:
        """Change a job unless it is over, and tell; None when it was over."""
        with self._lock:
            job = self._jobs[job_id]
            if job.is_over:
                return None
            job = self._jobs[job_id] = replace(job, **changes)
        self._on_event(job)
        return job


def _lost(error: object) -> DeviceError:
    return DeviceError(
        f"The farm could not make this take ({error})",
        remedy="Look at the scheduler and its workers, then generate again; finished takes are kept.",
    )
