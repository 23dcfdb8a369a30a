from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import pytest

from heard import Heard
from vssflow_studio.engine.queue import JobQueue
from vssflow_studio.engine.request import Request, Sampling
from vssflow_studio.engine.takes import Order
from vssflow_studio.errors import StudioError


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


def waiting(jobs: JobQueue) -> list[str]:
    return [job.order.take_id for job in jobs.jobs() if job.state == "queued"]


def test_waiting_jobs_are_moved_and_run_in_that_order(jobs, heard, tmp_path) -> None:
    jobs.pause()
    assert jobs.paused
    a, b, c = (jobs.submit(request(1), order(tmp_path, name)) for name in "abc")
    jobs.move(c.id, 0)
    assert waiting(jobs) == ["c", "a", "b"]
    jobs.move(c.id, 1)
    jobs.move(a.id, 99)
    jobs.move("nobody", 0)
    assert waiting(jobs) == ["c", "b", "a"]
    jobs.pause(False)
    heard.wait(lambda j: j.id == a.id and j.state == "done")
    begun = [j.order.take_id for j in heard.events if j.state == "running" and j.step == 0]
    assert list(dict.fromkeys(begun)) == ["c", "b", "a"]
    assert [job.order.take_id for job in jobs.jobs()] == ["c", "b", "a"]
    assert all(job.device == "cpu" and job.began < job.ended for job in jobs.jobs())


def test_a_failed_job_is_tried_again_and_what_is_over_can_be_forgotten(jobs, heard, tmp_path) -> None:
    folder = tmp_path / "gone"
    bad = jobs.submit(request(1), order(folder, "a"))
    failed = heard.wait(lambda j: j.id == bad.id and j.state == "failed")
    assert "not there" in str(failed.error)
    folder.mkdir()
    again = jobs.retry(bad.id)
    heard.wait(lambda j: j.id == again.id and j.state == "done")
    assert (folder / "a.wav").is_file() and [job.id for job in jobs.jobs()] == [again.id]
    assert jobs.retry(again.id) is None  # it is done
    jobs.forget_finished()
    assert jobs.jobs() == ()


def test_the_time_left_comes_from_jobs_that_were_done(jobs, heard, tmp_path) -> None:
    first = jobs.submit(request(3), order(tmp_path, "a"))
    assert jobs.time_left().get(first.id) is None
    heard.wait(lambda j: j.id == first.id and j.state == "done")
    jobs.pause()
    same, more = jobs.submit(request(3), order(tmp_path, "b")), jobs.submit(request(50), order(tmp_path, "c"))
    left = jobs.time_left()
    assert 0 < left[same.id] < 60
    assert left[more.id] is None  # never was one with 50 steps


@pytest.mark.skipif(platform.system() != "Linux", reason="compared with /proc")
def test_the_workers_memory_is_told(jobs, heard, tmp_path) -> None:
    assert jobs.memory().process is None  # nothing has begun
    job = jobs.submit(request(200), order(tmp_path, "a"))
    heard.wait(lambda j: j.id == job.id and j.step >= 1)
    memory = jobs.memory()
    assert 100e6 < memory.process < 20e9  # torch and the model
    assert memory.device is None and memory.device_total is None
    jobs.cancel(job.id)


def test_threads_and_device_are_for_the_next_job(jobs, heard, tmp_path) -> None:
    long = jobs.submit(request(300), order(tmp_path, "a"))
    heard.wait(lambda j: j.id == long.id and j.step >= 1)
    before = jobs._worker.process.pid
    jobs.use("cpu", threads=1, polite=False)
    short = jobs.submit(request(1), order(tmp_path, "b"))
    jobs.cancel(long.id)
    heard.wait(lambda j: j.id == short.id and j.step >= 1)
    pid = jobs._worker.process.pid
    assert pid != before
    if hasattr(os, "getpriority"):
        assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0)
    with pytest.raises(StudioError, match="no device"):
        jobs.use("abacus")


@pytest.mark.skipif(platform.system() != "Linux", reason="counts open files")
def test_a_process_that_can_not_be_started_fails_its_job_and_not_the_queue(jobs, heard, tmp_path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, before[1]))
    held = [os.dup(0) for _ in range(highest + 2 - len(os.listdir("/proc/self/fd")))]  # none is free
    try:
        job = jobs.submit(request(1), order(tmp_path, "a"))
        failed = heard.wait(lambda j: j.id == job.id and j.state == "failed")
    finally:
        for number in held:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert "can't be started" in failed.error.what and failed.error.file == "a.wav"
    again = jobs.retry(job.id)
    heard.wait(lambda j: j.id == again.id and j.state == "done")
