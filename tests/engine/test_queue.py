from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from vssflow_studio.engine.queue import Job, JobQueue
from vssflow_studio.engine.request import Request, Sampling
from vssflow_studio.engine.takes import Order


def request(steps: int) -> Request:
    return Request("foley", 2.0, 0.5, 0.5, prompt="rain", sampling=Sampling(steps=steps))


def order(folder: Path, name: str) -> Order:
    return Order("cue", name, f"key-{name}", folder / f"{name}.wav", name, 0)


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def jobs(heard):
    queue = JobQueue("cpu", heard)
    yield queue
    queue.close()


class Heard:
    """Every event, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[Job] = []
        self._new = threading.Condition()

    def __call__(self, job: Job) -> None:
        with self._new:
            self.events.append(job)
            self._new.notify_all()

    def wait(self, wanted, seconds: float = 90) -> Job:
        with self._new:
            found = self._new.wait_for(lambda: next(filter(wanted, self.events), None), seconds)
        assert found is not None, [(e.state, e.error) for e in self.events]
        return found


def test_steps_are_told_and_the_wav_is_there(jobs: JobQueue, heard: Heard, tmp_path: Path) -> None:
    job = jobs.submit(request(4), order(tmp_path, "a"))
    heard.wait(lambda j: j.id == job.id and j.state == "done")
    steps = [j.step for j in heard.events if j.state == "running"]
    assert steps == [0, 1, 2, 3, 4]
    assert (tmp_path / "a.wav").stat().st_size > 3 * 3 * 48_000


def test_a_cancel_answers_within_200_ms_and_the_next_job_runs(jobs, heard, tmp_path) -> None:
    long, short = jobs.submit(request(500), order(tmp_path, "long")), jobs.submit(request(2), order(tmp_path, "short"))
    heard.wait(lambda j: j.id == long.id and j.step >= 2)
    begun = time.monotonic()
    jobs.cancel(long.id)
    heard.wait(lambda j: j.id == long.id and j.state == "cancelled")
    assert time.monotonic() - begun < 0.2
    heard.wait(lambda j: j.id == short.id and j.state == "done")
    assert not (tmp_path / "long.wav").exists()


def test_a_queued_job_is_cancelled_before_it_begins(jobs, heard, tmp_path) -> None:
    jobs.pause()
    job = jobs.submit(request(2), order(tmp_path, "a"))
    jobs.cancel(job.id)
    jobs.pause(False)
    other = jobs.submit(request(2), order(tmp_path, "b"))
    heard.wait(lambda j: j.id == other.id and j.state == "done")
    assert not (tmp_path / "a.wav").exists()


def test_a_killed_worker_fails_its_job_alone(jobs, heard, tmp_path) -> None:
    doomed = jobs.submit(request(500), order(tmp_path, "doomed"))
    heard.wait(lambda j: j.id == doomed.id and j.step >= 1)
    os.kill(jobs._worker.process.pid, signal.SIGKILL)
    failed = heard.wait(lambda j: j.id == doomed.id and j.state == "failed")
    assert "process ended" in str(failed.error)
    after = jobs.submit(request(2), order(tmp_path, "after"))
    heard.wait(lambda j: j.id == after.id and j.state == "done")
