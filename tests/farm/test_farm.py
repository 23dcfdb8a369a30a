"""Takes made by real Dask workers, started as a studio starts them, some of them killed midway."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange

pytest.importorskip("distributed")

from vssflow_studio.cli import main
from vssflow_studio.engine.generate import generate
from vssflow_studio.errors import Cancelled, DeviceError, MediaError, StudioError
from vssflow_studio.farm.media import PathMap, chunks, unpacked
from vssflow_studio.farm.queue import FarmQueue
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.metadata import write_project

LINES = ("Get down!", "Who is there?", "I can hear you.", "Open the door.")


class Farm:
    """A scheduler, and workers that the command line starts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.workers = folder, []
        code = (
            "import asyncio, sys\nfrom distributed import Scheduler\n"
            "async def run():\n"
            "    async with Scheduler(host='127.0.0.1', port=0, dashboard=False) as s:\n"
            "        print(s.address, flush=True)\n        await s.finished()\n"
            "asyncio.run(run())"
        )
        self._scheduler = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        self.address = self._scheduler.stdout.readline().strip()

    def start(self) -> None:
        log = open(self.folder / f"worker{len(self.workers)}.log", "w")  # noqa: SIM115 - the worker's
        command = [sys.executable, "-m", "vssflow_studio", "worker", self.address, "--device", "cpu"]
        process = subprocess.Popen(
            command, start_new_session=True, cwd=self.folder, stdout=log, stderr=log, env=_environment()
        )
        self.workers.append(process)

    def kill(self, worker: subprocess.Popen) -> None:
        os.killpg(worker.pid, signal.SIGKILL)  # the nanny and the process below it at once
        worker.wait()
        self.workers.remove(worker)

    def close(self) -> None:
        for worker in list(self.workers):
            self.kill(worker)
        self._scheduler.kill()
        self._scheduler.wait()


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"))
    farm.start()
    yield farm
    farm.close()


@pytest.fixture
def cut(tmp_path, movie, make_timeline):
    """`cut("a", …)`: a timeline with these lines, one a second, and a foley cue."""

    def build(name: str, lines=LINES) -> Path:
        timeline = make_timeline(movie, frames=96)
        second = RationalTime(24, 24)
        ranges = [TimeRange(RationalTime(24 * i % 72, 24), second) for i in range(len(lines) + 1)]
        cues = [Cue(f"l{i}", "dialogue", r, text, "ANNA") for i, (text, r) in enumerate(zip(lines, ranges))]
        cues.append(Cue("foley", "foley", ranges[-1], "knock on wood"))
        write_project(timeline, Project(cues=tuple(cues)))
        path = tmp_path / f"{name}.otio"
        otio.adapters.write_to_file(timeline, str(path))
        return path

    return build


def on(farm: Farm, **more):
    return {"make_queue": lambda told: FarmQueue(farm.address, told, **more)}


def test_a_farm_makes_the_same_samples_as_this_machine(farm, cut, movie) -> None:
    here = generate(cut("here", LINES[:1]), device="cpu")
    there = generate(cut("there", LINES[:1]), **on(farm))
    assert not there.errors and set(there.takes) == set(here.takes) == {"l0", "foley"}
    for cue in here.takes:
        ours, theirs = (soundfile.read(report.takes[cue])[0] for report in (here, there))
        assert np.array_equal(ours, theirs)
    assert any(Path(p).parent.name == "there.takes" for p in there.takes.values())


def test_a_mapped_folder_is_used_and_nothing_uploaded(farm, cut, movie, tmp_path) -> None:
    (tmp_path / "as-they-see-it").symlink_to(movie.parent)
    queues = []

    def queue(told):
        queues.append(FarmQueue(farm.address, told, PathMap(((str(movie.parent), str(tmp_path / "as-they-see-it")),))))
        return queues[0]

    report = generate(cut("mapped", ()), make_queue=queue)
    assert set(report.takes) == {"foley"} and not queues[0]._uploads
    wrong = PathMap(((str(movie.parent), "/not/there"),))
    report = generate(cut("unmapped", ()), **on(farm, paths=wrong))
    assert isinstance(report.errors["foley"], MediaError) and "/not/there" in str(report.errors["foley"])


def test_killed_workers_lose_no_cue(farm, cut) -> None:
    victims: list[subprocess.Popen] = []

    def told(job) -> None:
        if job.state == "running" and not victims:  # the only worker dies in the middle of a take
            victims.append(farm.workers[0])
            threading.Thread(target=lambda: (farm.kill(victims[0]), farm.start())).start()

    report = generate(cut("killed"), on_event=told, **on(farm))
    assert victims and not report.errors
    assert set(report.takes) == {"l0", "l1", "l2", "l3", "foley"}
    assert all(abs(soundfile.read(path)[0]).max() > 0.01 for path in report.takes.values())


class Line:
    """A network to a scheduler that can be cut: what goes in at `address` comes out there."""

    def __init__(self, scheduler: str) -> None:
        host, port = scheduler.removeprefix("tcp://").split(":")
        self._there, self._open = (host, int(port)), []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, there = self._server.accept()[0], socket.create_connection(self._there)
                self._open += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(1 << 16):
                other.sendall(piece)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._server.close()
        self.cut()


def test_a_lost_connection_to_the_scheduler_loses_no_cue(farm, cut) -> None:
    line, cuts = Line(farm.address), []

    def told(job) -> None:
        if job.state == "running" and not cuts:
            cuts.append(job.id)
            line.cut()

    report = generate(cut("line"), on_event=told, make_queue=lambda on_event: FarmQueue(line.address, on_event))
    line.close()
    assert cuts and not report.errors
    assert set(report.takes) == {"l0", "l1", "l2", "l3", "foley"}


def test_cancelling_answers_at_once_and_keeps_what_is_finished(farm, cut) -> None:
    done, asked = [], []

    def told(job) -> None:
        done.extend([job.order.cue_id] if job.state == "done" else [])

    def cancelled() -> bool:
        if done and not asked:
            asked.append(time.monotonic())
        return bool(asked)

    path = cut("cancelled")
    with pytest.raises(Cancelled):
        generate(path, on_event=told, cancelled=cancelled, **on(farm))
    assert len(list((path.parent / "cancelled.takes").glob("*.wav"))) >= 1
    report = generate(path, **on(farm))  # and the farm goes on
    assert len(report.takes) == 5


def test_what_is_wrong_is_said(cut, capsys, tmp_path) -> None:
    path = cut("alone", LINES[:1])
    assert main(["generate", str(path), "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "No Dask scheduler answers" in capsys.readouterr().err
    assert main(["generate", str(path), "--scheduler", "nonsense"]) == 1
    with pytest.raises(StudioError, match="maps no folder"):
        PathMap.parsed(["/here"])
    with pytest.raises(MediaError):
        list(chunks(str(tmp_path / "gone.mp4")))
    with pytest.raises(MediaError, match="damaged"):
        unpacked({"a.mp4": ("0" * 64, [b"x"])}, tmp_path, lambda: None)
    assert issubclass(DeviceError, StudioError) and not list(tmp_path.glob("tmp*"))


def test_the_longest_mapped_folder_is_found() -> None:
    paths = PathMap.parsed(["/vol/a=/mnt/a", "/vol=/mnt/all/"])
    assert paths.there("/vol/a/x.mov") == "/mnt/a/x.mov"
    assert paths.there("/vol/b/x.mov") == "/mnt/all/b/x.mov"
    assert paths.there("/volume/x.mov") is None
