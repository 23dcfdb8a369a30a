"""Memory that runs out: the take is made all the same, in smaller batches or on the CPU, and says so.

No GPU is asked for: what fails is torch's own allocator, asked for more than there is, or
torch's own error of a GPU raised inside the network. A process that the kernel ends gets the
signal that the kernel sends.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
from pathlib import Path

import numpy as np
import pytest
import torch

from heard import Heard
from vssflow_studio.cli import main
from vssflow_studio.engine.generate import generate
from vssflow_studio.engine.out_of_memory import is_full, ways
from vssflow_studio.engine.queue import Job, JobQueue
from vssflow_studio.engine.request import Request, Sampling
from vssflow_studio.engine.takes import Order
from vssflow_studio.engine.worker import make_take
from vssflow_studio.errors import DeviceError
from vssflow_studio.media.bwf import read_bwf_info
from vssflow_studio.media.sound import read_sound
from vssflow_studio.models.registry import load_model
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project


def request(steps: int = 2, seconds: float = 2.0) -> Request:
    return Request("ambience", seconds, 0.5, 0.5, prompt="rain", sampling=Sampling(steps=steps))


def order(folder: Path, name: str) -> Order:
    return Order("cue", name, f"key-{name}", folder / f"{name}.wav", name, 0, provenance={"synthetic": True})


class Steps:
    """A progress that nobody watches."""

    def check(self) -> None:
        pass

    def step(self, done: int, total: int) -> None:
        pass


def crowded(model, most: int):
    """The model, whose network asks torch for more memory than there is when a batch is larger than `most`."""

    def full(_, inputs) -> None:
        if len(inputs[0]) > most:
            torch.empty(1 << 50)

    model.flow.register_forward_pre_hook(full)
    return model


def of_a_gpu(model):
    """The model, whose network always finds the memory of a GPU full."""

    def full(*_) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    model.flow.register_forward_pre_hook(full)
    return model


def test_what_torch_says_when_memory_runs_out_is_known() -> None:
    with pytest.raises(RuntimeError) as full:
        torch.empty(1 << 50)
    assert is_full(full.value) and is_full(MemoryError()) and is_full(torch.OutOfMemoryError("x"))
    with pytest.raises(RuntimeError) as other:
        torch.ones(2) @ torch.ones(3)
    assert not is_full(other.value) and not is_full(ValueError("out of memory"))


def test_passes_go_one_after_another_and_the_sound_is_the_same(tmp_path) -> None:
    models = {("draft", "cpu"): crowded(load_model("draft", "cpu"), most=1)}
    plain = {("draft", "cpu"): load_model("draft", "cpu")}
    note = make_take(models, "cpu", request(), order(tmp_path, "small"), Steps())
    assert "smaller batches" in note and "was full" in note
    assert make_take(plain, "cpu", request(), order(tmp_path, "plain"), Steps()) == ""
    small, whole = (read_sound(tmp_path / f"{name}.wav")[:, 0] for name in ("small", "plain"))
    assert np.abs(whole).max() > 0.05 and np.abs(small - whole).max() < 0.03 * np.abs(whole).max()  # rounding
    said = read_bwf_info(tmp_path / "small.wav")["provenance"]
    assert said["note"] == note and said["synthetic"] is True
    assert "note" not in read_bwf_info(tmp_path / "plain.wav")["provenance"]
    # The next take is tried in the quick way again.
    models["draft", "cpu"].flow._forward_pre_hooks.clear()
    assert make_take(models, "cpu", request(), order(tmp_path, "next"), Steps()) == ""


def test_a_full_gpu_gives_way_to_the_cpu(tmp_path) -> None:
    models = {("draft", "cuda"): of_a_gpu(load_model("draft", "cpu"))}
    note = make_take(models, "cuda", request(), order(tmp_path, "a"), Steps())
    assert "made on the CPU" in note and "“cuda”" in note
    assert np.abs(read_sound(tmp_path / "a.wav")).max() > 0.05
    assert set(models) == {("draft", "cuda"), ("draft", "cpu")}


def test_where_no_way_fits_the_remedy_is_told_and_nothing_is_left(tmp_path) -> None:
    models = {("draft", "cpu"): of_a_gpu(load_model("draft", "cpu"))}
    with pytest.raises(DeviceError, match="is full") as refused:
        make_take(models, "cpu", request(), order(tmp_path, "a"), Steps())
    assert "shorter" in refused.value.remedy and list(tmp_path.iterdir()) == []


def test_other_errors_are_not_tried_again(tmp_path) -> None:
    model, asked = load_model("draft", "cpu"), []

    def broken(*_) -> None:
        asked.append(1)
        raise ValueError("broken")

    model.flow.register_forward_pre_hook(broken)
    with pytest.raises(ValueError, match="broken"):
        make_take({("draft", "cpu"): model}, "cpu", request(), order(tmp_path, "a"), Steps())
    assert asked == [1]


def test_the_ways_end_at_the_cpu() -> None:
    assert [(way.device, way.frugal, bool(way.note)) for way in ways("cuda")] == [
        ("cuda", False, False),
        ("cuda", True, True),
        ("cpu", True, True),
    ]
    assert [(way.device, way.frugal) for way in ways("cpu")] == [("cpu", False), ("cpu", True)]
    assert all(way.frugal and "ended" in way.note for way in ways("mps", killed=True))


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def jobs(heard):
    queue = JobQueue("cpu", heard, polite=False)
    yield queue
    queue.close()


pytestmark = pytest.mark.skipif(platform.system() == "Windows", reason="signals and limits are POSIX's")


def test_a_take_whose_process_is_killed_is_tried_once_more(jobs, heard, tmp_path) -> None:
    job = jobs.submit(request(25), order(tmp_path, "a"))
    heard.wait(lambda j: j.id == job.id and j.step >= 1)
    os.kill(jobs._worker.process.pid, signal.SIGKILL)
    again = heard.wait(lambda j: j.id == job.id and j.note)
    assert again.state == "running" and "once more" in again.note
    done = heard.wait(lambda j: j.id == job.id and j.state == "done")
    assert "smaller batches" in done.note and done.order.provenance["note"] == done.note
    assert read_bwf_info(tmp_path / "a.wav")["provenance"]["note"] == done.note
    after = jobs.submit(request(), order(tmp_path, "b"))
    assert heard.wait(lambda j: j.id == after.id and j.state == "done").note == ""


def test_a_take_that_kills_its_process_twice_fails_alone(jobs, heard, tmp_path) -> None:
    doomed = jobs.submit(request(500), order(tmp_path, "doomed"))
    for _ in range(2):
        before = len(heard.events)
        heard.wait(lambda j, before=before: j.step >= 1 and heard.events.index(j) >= before)
        os.kill(jobs._worker.process.pid, signal.SIGKILL)
    failed = heard.wait(lambda j: j.id == doomed.id and j.state == "failed")
    assert "ended twice" in str(failed.error) and failed.error.remedy
    after = jobs.submit(request(), order(tmp_path, "after"))
    heard.wait(lambda j: j.id == after.id and j.state == "done")


def test_a_killed_take_that_was_cancelled_is_not_made_again(jobs, heard, tmp_path) -> None:
    job = jobs.submit(request(500), order(tmp_path, "a"))
    heard.wait(lambda j: j.id == job.id and j.step >= 1)
    jobs.cancel(job.id)
    os.kill(jobs._worker.process.pid, signal.SIGKILL)
    after = jobs.submit(request(), order(tmp_path, "b"))
    heard.wait(lambda j: j.id == after.id and j.state == "done")
    assert not any(j.note for j in heard.events) and not (tmp_path / "a.wav").exists()


def test_the_report_and_the_timeline_say_it_too(timeline_file) -> None:
    cue = ["--in", "0.5", "--out", "1.5", "--kind", "ambience", "--text", "rain"]
    assert main(["cues", "add", str(timeline_file), *cue]) == 0
    killed = []

    def kill(job: Job) -> None:
        if job.step >= 1 and not killed:
            killed.extend(child.pid for child in multiprocessing.active_children())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    report = generate(timeline_file, sampling=Sampling(steps=25), device="cpu", on_event=kill)
    (warnings,) = report.warnings.values()
    assert killed and "smaller batches" in warnings[-1] and not report.errors
    (made,) = read_project(read_timeline(timeline_file)).cues
    assert made.circled_take.provenance["note"] == warnings[-1]


@pytest.mark.skipif(platform.system() != "Linux", reason="limits of another process are Linux's")
def test_a_worker_that_the_system_gives_no_more_memory_outlives_it(jobs, heard, tmp_path) -> None:
    """A real limit on the worker’s process: a take of a quarter of an hour doesn’t fit, and a short one does after it."""
    import resource

    first = jobs.submit(request(), order(tmp_path, "a"))
    heard.wait(lambda j: j.id == first.id and j.state == "done")
    pid = jobs._worker.process.pid
    used = int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(pid, resource.RLIMIT_AS, (used + (32 << 20), resource.RLIM_INFINITY))
    long = jobs.submit(request(1, 900.0), order(tmp_path, "long"))
    failed = heard.wait(lambda j: j.id == long.id and j.is_over)
    assert failed.state == "failed" and "is full" in failed.error.what and not (tmp_path / "long.wav").exists()
    resource.prlimit(pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    after = jobs.submit(request(), order(tmp_path, "after"))
    heard.wait(lambda j: j.id == after.id and j.state == "done")
    assert jobs._worker.process.pid == pid
