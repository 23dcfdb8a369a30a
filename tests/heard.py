"""What a queue of jobs told, and a way to wait for it."""

from __future__ import annotations

import threading

from vssflow_studio.engine.queue import Job


class Heard:
    """Every event, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[Job] = []
        self._new = threading.Condition()

    def __call__(self, job: Job) -> None:
        with self._new:
            self.events.append(job)
            self._new.notify_all()

    def wait(self, wanted, seconds: float = 200) -> Job:
        with self._new:
            found = self._new.wait_for(lambda: next(filter(wanted, self.events), None), seconds)
        assert found is not None, [(e.state, e.error) for e in self.events]
        return found
