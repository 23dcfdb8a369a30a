"""From a cue to a running job and back to a take, for the window."""

from __future__ import annotations

from dataclasses import replace

import opentimelineio as otio
from PySide6.QtCore import QObject, Signal

from ...engine.memory import Memory
from ...engine.planner import plan
from ...engine.queue import Job, JobQueue
from ...engine.request import Sampling
from ...engine.takes import TakeStore
from ...errors import StudioError
from ...models.registry import model_card
from ...timeline.cues import Cue, Take
from ...timeline.rebase import rebased
from ..model import StudioModel
from ..preferences import Preferences


class Jobs(QObject):
    """Owns the job queue; its events come from a thread and leave as signals.

    Signals:
        changed(object): a Job's new state.
        made(str, object): a cue id and its new Take.
        failed(object): a StudioError.
        listed(): the list of jobs, its order, or whether it is paused is another.
    """

    changed = Signal(object)
    made = Signal(str, object)
    failed = Signal(object)
    listed = Signal()
    _event = Signal(object, object)

    def __init__(
        self, model: StudioModel, parent: QObject | None = None, preferences: Preferences | None = None
    ) -> None:
        super().__init__(parent)
        self.model, self.preferences = model, preferences or Preferences(self)
        self.queue: JobQueue | None = None
        # By take id: the timeline that asked, and the store as it was named then.
        self._asked: dict[str, tuple[otio.schema.Timeline, TakeStore]] = {}
        self._event.connect(self._heard)
        self.preferences.changed.connect(lambda _: self._use())

    # --- making takes ---

    def generate(self, cue_id: str, maker: str = "") -> None:
        """Put the cue in the queue, each time with the next seed; errors come by `failed`.

        `maker` names a model for this once, in place of the one that makes such cues.
        """
        if cue := self.model.find(cue_id):
            self.ask(cue, Sampling(maker or self.preferences.settings.models[cue.kind], self._next_seed(cue)))

    def _next_seed(self, cue: Cue) -> int:
        """The next one; a take whose WAV is gone is made again as it was."""
        circled = cue.circled_take
        if circled and circled.id in self.model.offline and "seed" in circled.provenance and not self._of(cue.id):
            return circled.provenance["seed"]
        seeds = [take.provenance.get("seed", 0) for take in cue.takes]
        return 1 + max([*seeds, *(job.request.sampling.seed for job in self._of(cue.id))], default=-1)

    def ask(self, cue: Cue, sampling: Sampling) -> None:
        """Put the cue in the queue as `sampling` says; errors come by `failed`."""
        model = self.model
        try:
            request = plan(model.timeline, model.views, cue, model.project, sampling, model.path)
            store = TakeStore(model.path)
            order = store.order(model.timeline, cue, request, model_card(sampling.model))
            if made := store.found(order):  # a crash or an undo took it off the cue
                self.made.emit(cue.id, store.take(order, made))
                return
            queue = self._queue()
            self._asked[order.take_id] = model.timeline, store
            queue.submit(request, order)
            self.listed.emit()
        except StudioError as error:
            self.failed.emit(error)

    def _queue(self) -> JobQueue:
        """The queue, begun with the first job. Raises DeviceError."""
        if self.queue is None:
            chosen = self.preferences.settings
            self.queue = JobQueue(chosen.device, self._told, chosen.threads, chosen.polite)
        return self.queue

    def _use(self) -> None:
        """The next job runs as the settings say now."""
        chosen = self.preferences.settings
        try:
            if self.queue:
                self.queue.use(chosen.device, chosen.threads, chosen.polite)
        except StudioError as error:
            self.failed.emit(error)
        self.listed.emit()

    # --- the list ---

    def jobs(self) -> tuple[Job, ...]:
        """What runs, what waits in order, what is over."""
        return self.queue.jobs() if self.queue else ()

    def cancel(self, cue_id: str) -> None:
        """Cancel the cue's jobs."""
        for job in self._of(cue_id):
            self.queue.cancel(job.id)
        self.listed.emit()

    def cancel_job(self, job_id: str) -> None:
        """Cancel one job."""
        if self.queue:
            self.queue.cancel(job_id)
            self.listed.emit()

    def cancel_all(self) -> None:
        """Cancel everything that is not over."""
        if self.queue:
            self.queue.cancel_all()
            self.listed.emit()

    def pause(self, paused: bool) -> None:
        """Begin no further job until resumed."""
        try:
            if self.queue or paused:
                self._queue().pause(paused)
        except StudioError as error:
            self.failed.emit(error)
        self.listed.emit()

    @property
    def paused(self) -> bool:
        """Whether no further job begins."""
        return self.queue is not None and self.queue.paused

    def move(self, job_id: str, place: int) -> None:
        """Put a waiting job at `place` among those that wait."""
        if self.queue:
            self.queue.move(job_id, place)
            self.listed.emit()

    def retry(self, job_id: str) -> None:
        """Put a failed or cancelled job at the end of the queue again."""
        job = next((job for job in self.jobs() if job.id == job_id), None)
        if job and job.state in ("failed", "cancelled") and self.model.find(job.order.cue_id):
            self._asked[job.order.take_id] = self.model.timeline, TakeStore(self.model.path)
            self.queue.retry(job_id)
            self.listed.emit()

    def retry_failed(self) -> None:
        """Put every failed job at the end of the queue again."""
        for job in self.jobs():
            if job.state == "failed":
                self.retry(job.id)

    def forget_finished(self) -> None:
        """Take what is over off the list."""
        if self.queue:
            self.queue.forget_finished()
            self.listed.emit()

    def time_left(self) -> dict[str, float | None]:
        """Seconds by job id that are left, None where unknown."""
        return self.queue.time_left() if self.queue else {}

    def memory(self) -> Memory:
        """What the model's process holds."""
        return self.queue.memory() if self.queue else Memory()

    @property
    def busy(self) -> bool:
        """Whether any job is not over."""
        return any(not job.is_over for job in self.model.jobs.values())

    def unfinished(self) -> list[Job]:
        """What runs and what waits, in order."""
        return [job for job in self.jobs() if not job.is_over]

    def _of(self, cue_id: str) -> list[Job]:
        return [job for job in self.jobs() if job.order.cue_id == cue_id and not job.is_over]

    # --- opening and closing ---

    def leave(self) -> None:
        """Another timeline is opened: what is unfinished of this one is dropped."""
        self.cancel_all()
        self.forget_finished()
        self.pause(False)

    def close(self) -> None:
        """End the worker."""
        if self.queue:
            self.queue.close()
            self.queue = None

    # --- events ---

    def _told(self, job: Job) -> None:
        """On the queue's thread, where a finished WAV is read and entered without a halt."""
        answer: Take | StudioError | None = job.error
        _, store = self._asked.get(job.order.take_id, (None, None))
        if job.state == "done" and store:
            try:
                answer = store.take(job.order, job.order.path)
                store.remember(job.order)
            except StudioError as error:
                answer = error
        try:
            self._event.emit(job, answer)
        except RuntimeError:
            pass  # the window is gone

    def _heard(self, job: Job, answer: Take | StudioError | None) -> None:
        timeline, store = self._asked.get(job.order.take_id, (None, None))
        if job.is_over:
            self._asked.pop(job.order.take_id, None)
        if timeline is None or timeline is not self.model.timeline:
            return  # another timeline is open by now; the take stays on disk
        self.model.job_changed(job)
        self.changed.emit(job)
        if isinstance(answer, StudioError):
            self.failed.emit(answer)
        elif answer:
            # Its WAV lies where the timeline was saved when it was ordered.
            path = rebased(answer.path, store.base, self.model.path.resolve().parent)
            self.made.emit(job.order.cue_id, replace(answer, path=path))
