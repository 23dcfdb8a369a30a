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
    _event = Signal(object)

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
            self.queue = self.queue or JobQueue("auto", self._event.emit)
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

    def _heard(self, job: Job) -> None:
        timeline, store = self._asked.get(job.order.take_id, (None, None))
        if job.is_over:
            self._asked.pop(job.order.take_id, None)
        if timeline is None or timeline is not self.model.timeline:
            return  # another timeline is open by now; the take stays on disk
        self.model.job_changed(job)
        self.changed.emit(job)
        if job.state == "done":
            self._keep(job, store)
        elif job.state == "failed" and job.error:
            self.failed.emit(job.error)

    def _keep(self, job: Job, store: TakeStore) -> None:
        """Hand over the take; its WAV lies where the timeline was saved when it was ordered."""
        try:
            take = store.take(job.order, job.order.path)
            here = self.model.path.resolve().parent
            path = rebased(take.path, store.base, here)
            self.made.emit(job.order.cue_id, replace(take, path=path))
            store.remember(job.order)
        except StudioError as error:
            self.failed.emit(error)
