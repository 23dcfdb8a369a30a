"""Closing with jobs unfinished: they go on, wait, or go, as asked; nothing is lost with the power."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from vssflow_studio.engine.pending import Pending, Wish, pending_file, recall_pending, remember_pending
from vssflow_studio.ui.jobs.wishes import BACKGROUND, CANCEL, LATER, STAY
from vssflow_studio.ui.window.main_window import MainWindow


@pytest.fixture
def busy(opened):
    """A window with two ambiences saved in its timeline and waiting in a paused queue."""
    opened.jobs.pause(True)
    for text in ("rain", "wind"):
        opened.add_cue("ambience")
        opened.undo_stack.change_fields(opened.model.selected_cue, "Edit", text=text)
    assert opened.save()
    for cue in opened.model.project.cues:
        opened.jobs.generate(cue.id)
    return opened


@pytest.fixture
def reopen(qtbot, timeline_file: Path):
    """Opens the timeline in a new window, as at the next start."""

    def open_() -> MainWindow:
        window = MainWindow()
        qtbot.addWidget(window, before_close_func=lambda w: (w.undo_stack.setClean(), w.jobs.cancel_all()))
        window.show()
        assert window.open(timeline_file)
        qtbot.wait(50)
        return window

    return open_


def wavs(path: Path) -> list[Path]:
    return [wav for wav in path.with_name("cut.takes").glob("*.wav") if not wav.name.startswith(".")]


def takes(window: MainWindow) -> int:
    return sum(len(cue.takes) for cue in window.model.project.cues)


def test_dont_close_leaves_all_as_it_is(busy, answer) -> None:
    answer(STAY)
    assert not busy.close() and busy.isVisible()
    assert "2 takes are still to be made" in answer.texts[0]
    assert len(busy.jobs.unfinished()) == 2


def test_jobs_kept_for_later_wait_in_the_next_window_until_resumed(qtbot, busy, answer, reopen, timeline_file) -> None:
    answer(LATER)
    assert busy.close()
    assert len(recall_pending(timeline_file).wishes) == 2 and not wavs(timeline_file)
    again = reopen()
    assert again.jobs.paused and [job.order.description for job in again.jobs.unfinished()] == ["rain", "wind"]
    assert "2 takes kept for later" in again.message.text and "Resume" in again.message.text
    again.jobs.pause(False)
    qtbot.waitUntil(lambda: takes(again) == 2, timeout=120_000)
    qtbot.waitUntil(lambda: not pending_file(timeline_file).exists(), timeout=10_000)


def test_takes_made_while_the_question_stands_are_there_the_next_time(qtbot, busy, answer, reopen) -> None:
    def look() -> None:
        if QApplication.activeModalWidget() and busy.jobs.paused:
            busy.jobs.pause(False)
        elif takes(busy) == 2:  # too late for the saving, which was asked about before
            timer.stop()
            answer(LATER)

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    assert busy.close()
    again = reopen()
    assert takes(again) == 2 and not again.jobs.paused


def test_jobs_finish_in_the_background_and_the_next_window_has_their_takes(
    qtbot, busy, answer, reopen, timeline_file
) -> None:
    answer(BACKGROUND)
    assert busy.close()
    deadline = time.monotonic() + 120
    while len(wavs(timeline_file)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    again = reopen()
    assert takes(again) == 2 and "2 takes were made in the background" in again.message.text
    assert again.undo_stack.undoText() == "Add take" and not again.jobs.paused
    qtbot.waitUntil(lambda: not pending_file(timeline_file).exists(), timeout=10_000)


def test_a_window_opened_meanwhile_goes_on_with_them_itself(qtbot, busy, answer, reopen, timeline_file) -> None:
    answer(BACKGROUND)
    assert busy.close()
    again = reopen()  # the process in the background has hardly begun
    assert "Going on with" in again.message.text and not again.jobs.paused
    qtbot.waitUntil(lambda: takes(again) == 2, timeout=120_000)
    assert not again.jobs.unfinished()


def test_cancelled_jobs_leave_nothing(busy, answer, reopen, timeline_file) -> None:
    answer(CANCEL)
    assert busy.close()
    assert not pending_file(timeline_file).exists()
    again = reopen()
    assert not again.jobs.jobs() and not again.message.isVisible()


def test_opening_another_timeline_asks_too(busy, answer, timeline_file, tmp_path) -> None:
    other = tmp_path / "other.otio"
    other.write_bytes(timeline_file.read_bytes())
    answer(LATER)
    assert busy.open(other)
    assert not busy.jobs.jobs() and len(recall_pending(timeline_file).wishes) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
app = QApplication([])
from vssflow_studio.engine.pending import recall_pending
from vssflow_studio.ui.window.main_window import MainWindow
window = MainWindow()
window.show()
path = Path(sys.argv[1])
assert window.open(path)
window.jobs.pause(True)
window.add_cue("ambience")
window.undo_stack.change_fields(window.model.selected_cue, "Edit", text="rain")
window.save()
window.jobs.generate(window.model.selected_cue)
for _ in range(1000):
    if recall_pending(path):
        break
    QTest.qWait(10)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX's")
def test_a_power_cut_loses_no_wish(window, reopen, timeline_file) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(timeline_file)], env=os.environ, timeout=120)
    assert done.returncode == -signal.SIGKILL
    again = reopen()
    assert [job.order.description for job in again.jobs.unfinished()] == ["rain"] and again.jobs.paused


def test_wishes_for_cues_that_are_gone_are_dropped(window, reopen, timeline_file) -> None:
    remember_pending(timeline_file, Pending((Wish("gone", 0, "draft"),)))
    again = reopen()
    assert not again.jobs.jobs() and not again.jobs.paused and not again.message.isVisible()


def test_cues_that_a_batch_has_still_to_ask_for_are_asked_about_too(opened, answer) -> None:
    opened.jobs.pause(True)
    for text in ("rain", "wind", "fire"):
        opened.add_cue("ambience")
        opened.undo_stack.change_fields(opened.model.selected_cue, "Edit", text=text)
    assert opened.save()
    opened.generate_all()  # the first at once, the others one by one when there is nothing else to do
    answer(STAY)
    assert not opened._may_leave()
    assert "3 takes are still to be made." in answer.texts[0]
