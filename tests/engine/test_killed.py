"""kill −9 at any moment leaves a file that opens, with all takes that were finished."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kills import examine, kill_while_saving, with_cues
from vssflow_studio.engine.generate import generate
from vssflow_studio.engine.request import Sampling
from vssflow_studio.errors import ChangedError
from vssflow_studio.timeline.backups import backups
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kill −9 is POSIX's")


def test_killed_while_saving_every_finished_take_is_there(timeline_file: Path) -> None:
    with_cues(timeline_file, "One.", "Two.", "Three.")
    done: set[str] = set()
    for seed in range(14):
        done |= kill_while_saving(timeline_file, seed)
        left = examine(timeline_file)
        assert {f"{name}.wav" for name in done} <= left.takes <= left.wavs
    assert done, "it was never killed between two takes"


def test_killed_while_generating_a_finished_take_is_never_made_twice(timeline_file: Path) -> None:
    with_cues(timeline_file, "One.", "Two.", "Three.")
    command = [sys.executable, "-m", "vssflow_studio", "generate", str(timeline_file), "--steps", "2"]
    quiet = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    process = subprocess.Popen([*command, "--device", "cpu"], **quiet)
    folder, deadline = timeline_file.with_name("cut.takes"), time.monotonic() + 120
    while not list(folder.glob("[!.]*.wav")) and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)  # between the WAV and its place in the index, mostly
    process.wait()
    left = examine(timeline_file)
    (folder / "index.json").unlink(missing_ok=True)
    report = generate(timeline_file, sampling=Sampling(steps=2), device="cpu")
    assert not report.errors and len(report.takes) == 3
    # The orphaned worker may still have finished the one that it was at.
    assert left.wavs <= {path.name for path in report.takes.values()}


def test_what_a_kill_left_half_written_is_swept_by_the_next_run(timeline_file: Path) -> None:
    with_cues(timeline_file, "One.")
    folder = timeline_file.with_name("cut.takes")
    folder.mkdir()
    halves = [
        folder / ".ONE_abcdef12-abcdefgh.vssflow-half.wav",
        timeline_file.with_name(".cut-abcdefgh.vssflow-half.otio"),
    ]
    for half in halves:
        half.touch()
        os.utime(half, (1, 1))
    assert generate(timeline_file, sampling=Sampling(model="nobody"), device="cpu").errors
    assert not any(half.exists() for half in halves)


def test_what_another_program_writes_meanwhile_is_not_written_over_and_a_run_makes_one_backup(timeline_file: Path) -> None:
    with_cues(timeline_file, "One.", "Two.")

    def edit(job) -> None:
        if job.state == "running" and job.step == 0:
            timeline = read_timeline(timeline_file)
            timeline.name = "theirs"
            write_timeline(timeline, timeline_file)

    with pytest.raises(ChangedError, match="cut.otio"):
        generate(timeline_file, sampling=Sampling(steps=1), device="cpu", on_event=edit)
    timeline = read_timeline(timeline_file)
    assert timeline.name == "theirs" and not any(cue.takes for cue in read_project(timeline).cues)
    made = list(timeline_file.with_name("cut.takes").glob("*.wav"))
    report = generate(timeline_file, sampling=Sampling(steps=1), device="cpu")
    assert made and set(made) <= set(report.takes.values())
    assert [read_timeline(one.path).name for one in backups(timeline_file)] == ["theirs", "cut"]
