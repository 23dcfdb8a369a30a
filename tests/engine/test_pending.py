"""Jobs that outlive the window: real processes make the takes, and stop when somebody opens the timeline."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kills import with_cues
from vssflow_studio.engine.pending import (
    Pending,
    Wish,
    forget_pending,
    make_pending,
    pending_file,
    recall_pending,
    remember_pending,
    start_background,
)
from vssflow_studio.engine.generate import Session
from vssflow_studio.engine.request import Sampling
from vssflow_studio.models.registry import model_card
from vssflow_studio.errors import Cancelled, LockedError
from vssflow_studio.timeline.lock import locked


@pytest.fixture
def left(timeline_file: Path) -> Pending:
    """Two lines of the timeline are to be made, and one cue that isn't there any more."""
    with_cues(timeline_file, "One.", "Two.")
    pending = Pending((Wish("c1", 4, "draft"), Wish("gone", 0, "draft"), Wish("c0", 2, "draft")), now=True)
    remember_pending(timeline_file, pending)
    return pending


def wavs(timeline_file: Path) -> list[Path]:
    return [wav for wav in timeline_file.with_name("cut.takes").glob("*.wav") if not wav.name.startswith(".")]


def found(timeline_file: Path, wish: Wish) -> Path | None:
    """What a window that opens the timeline finds for the wish."""
    session = Session(timeline_file, timeline_file)
    (cue,) = [cue for cue in session.project.cues if cue.id == wish.cue_id]
    request = session.plan(cue, Sampling(wish.model, wish.seed))
    return session.store.found(session.store.order(session.timeline, cue, request, model_card(wish.model)))


def wait(what, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_wishes_are_recalled_as_they_were_remembered(timeline_file: Path, left: Pending) -> None:
    assert recall_pending(timeline_file) == left
    pending_file(timeline_file).write_text('{"version": 1, "wishes": [{}]}')
    assert recall_pending(timeline_file) is None
    forget_pending(timeline_file)
    assert not pending_file(timeline_file).exists()


def test_a_process_of_its_own_makes_them_and_leaves_the_timeline_alone(timeline_file: Path, left: Pending) -> None:
    before = timeline_file.read_bytes()
    with locked(timeline_file):  # whoever has it open: the process needs no lock
        pid = start_background(timeline_file, "cpu")
        wait(lambda: len(wavs(timeline_file)) == 2)
        if hasattr(os, "waitpid"):
            os.waitpid(pid, 0)
    assert timeline_file.read_bytes() == before and recall_pending(timeline_file) == left
    first, _, second = left.wishes
    assert found(timeline_file, first) and found(timeline_file, second)
    assert found(timeline_file, Wish("c0", 9, "draft")) is None  # that seed nobody asked for


def test_it_stops_when_somebody_opens_the_timeline(timeline_file: Path, left: Pending) -> None:
    def opened(job) -> None:
        if job.state == "running":
            remember_pending(timeline_file, Pending(left.wishes, now=False))

    with pytest.raises(Cancelled):
        make_pending(timeline_file, device="cpu", on_event=opened)
    assert len(wavs(timeline_file)) < 2


def test_a_killed_process_loses_no_wish(timeline_file: Path, left: Pending) -> None:
    command = [sys.executable, "-m", "vssflow_studio", "generate", str(timeline_file), "--pending", "--device", "cpu"]
    quiet = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)
    wait(lambda: wavs(timeline_file))
    process.kill()
    process.wait()
    assert recall_pending(timeline_file) == left
    report = make_pending(timeline_file, device="cpu")
    assert set(report.takes) == {"c0", "c1"} and not report.errors


def test_two_processes_do_not_make_the_same(timeline_file: Path, left: Pending) -> None:
    with locked(timeline_file.with_name("cut.otio.pending")), pytest.raises(LockedError, match="already"):
        make_pending(timeline_file, device="cpu")


def test_without_wishes_nothing_is_made(timeline_file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vssflow_studio", "generate", str(timeline_file), "--pending"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "take " not in done.stdout and not wavs(timeline_file)
