"""From a cue to a running job and back to a take, for the window."""

from __future__ import annotations

from dataclasses import replace

import opentimelineio as otio
from PySide6.QtCore import QObject, Signal

from ..engine.planner import plan
from ..engine.queue import Job, JobQueue
from ..engine.request import Sampling
from ..engine.takes import TakeStore
from ..errors import StudioError
from ..models.registry import model_card
from ..timeline.cues import Take
from ..timeline.rebase import rebased
from .model import StudioModel


class Jobs(QObject):
    """Owns the job queue; its events come from a thread and leave as signals.

    Signals:
        changed(object): a Job's new state.
        made(str, object): a cue id and its new Take.
        failed(object): a StudioError.
    """

    changed = Signal(object)
    made = Signal(str, object)
    failed = Signal(object)
    _event = Signal(object, object)

    def __init__(self, model: StudioModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.queue: JobQueue | None = None
        # By take id: the timeline that asked, and the store as it was named then.
        self._asked: dict[str, tuple[otio.schema.Timeline, TakeStore]] = {}
        self._event.connect(self._heard)

    def generate(self, cue_id: str) -> None:
        """Put the cue in the queue, each time with the next seed; errors come by `failed`."""
        cue, model = self.model.find(cue_id), self.model
        if cue is None:
            return
        seeds = [take.provenance.get("seed", 0) for take in cue.takes]
        sampling = Sampling(seed=max(seeds, default=-1) + 1)
        try:
            request = plan(model.timeline, model.views, cue, model.project, sampling, model.path)
            store = TakeStore(model.path)
            order = store.order(model.timeline, cue, request, model_card(sampling.model))
            if made := store.found(order):  # a crash or an undo took it off the cue
                self.made.emit(cue_id, store.take(order, made))
                return
            self.queue = self.queue or JobQueue("auto", self._told)
            self._asked[order.take_id] = model.timeline, store
            self.queue.submit(request, order)
        except StudioError as error:
            self.failed.emit(error)

    def cancel(self, cue_id: str) -> None:
        """Cancel the cue's job."""
        job = self.model.jobs.get(cue_id)
        if self.queue and job:
            self.queue.cancel(job.id)

    def cancel_all(self) -> None:
        """Cancel everything that is not over."""
        if self.queue:
            self.queue.cancel_all()

    @property
    def busy(self) -> bool:
        """Whether any job is not over."""
        return any(not job.is_over for job in self.model.jobs.values())

    def close(self) -> None:
        """End the worker."""
        if self.queue:
            self.queue.close()
            self.queue = None

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
