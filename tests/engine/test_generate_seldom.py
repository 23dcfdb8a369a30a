"""Where writing the timeline takes long it is written seldom, and kill −9 in between loses no finished take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kills import examine, with_cues
from vssflow_studio.engine.generate import generate
from vssflow_studio.models.interface import Sampling
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project

LINES = tuple(f"Line number {n}." for n in range(8))
OTHERS = 1500
"""Cues that nothing is made for: they make each writing of the timeline take longer than a line of one step."""


@pytest.fixture
def long_cut(timeline_file: Path) -> Path:
    """A timeline of very many cues, eight of which are to be made."""
    with_cues(timeline_file, *LINES)
    timeline = read_timeline(timeline_file)
    project = read_project(timeline)
    others = (replace(project.cues[0], id=f"other{n}", picture="gone") for n in range(OTHERS))
    write_project(timeline, replace(project, cues=(*project.cues, *others)))
    write_timeline(timeline, timeline_file)
    return timeline_file


def test_the_timeline_is_not_written_after_each_take_yet_has_them_all_in_the_end(long_cut: Path) -> None:
    seen: list[int] = [long_cut.stat().st_mtime_ns]

    def look(job) -> None:
        if (now := long_cut.stat().st_mtime_ns) != seen[-1]:
            seen.append(now)

    report = generate(long_cut, sampling=Sampling(steps=1), device="cpu", on_event=look)
    assert len(report.takes) == len(LINES) and not report.errors
    assert 2 <= len(seen) <= len(LINES) // 2, "once after the first take, then a tenth of the time at most"
    left = examine(long_cut)
    assert left.takes == left.wavs == {path.name for path in report.takes.values()}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kill −9 is POSIX's")
def test_killed_between_two_writings_no_finished_take_is_lost_or_made_again(long_cut: Path) -> None:
    command = [sys.executable, "-m", "vssflow_studio", "generate", str(long_cut), "--steps", "1", "--device", "cpu"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    folder, deadline = long_cut.with_name("cut.takes"), time.monotonic() + 120
    while len(list(folder.glob("[!.]*.wav"))) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = examine(long_cut)
    assert left.takes < left.wavs, "it was killed when the timeline had all that was finished"
    written = {path.name: path.stat().st_mtime_ns for path in folder.glob("[!.]*.wav")}
    report = generate(long_cut, sampling=Sampling(steps=1), device="cpu")
    assert not report.errors and len(report.takes) == len(LINES)
    used = {path.name for path in report.takes.values()}
    assert set(written) <= used == examine(long_cut).takes
    assert all((folder / name).stat().st_mtime_ns == at for name, at in written.items())
