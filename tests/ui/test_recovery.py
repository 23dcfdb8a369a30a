"""Crashes, second windows, other programs and disks that go away: the window loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog

from vssflow_studio.engine.planner import plan
from vssflow_studio.engine.request import Sampling
from vssflow_studio.engine.takes import TakeStore
from vssflow_studio.media.bwf import write_bwf
from vssflow_studio.models.registry import model_card
from vssflow_studio.timeline.backups import backups
from vssflow_studio.timeline.cues import Cue, Project, Take
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.lock import lock
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.timeline.recovery import read_recovery, write_recovery
from vssflow_studio.ui.window.main_window import MainWindow

CRASH = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from vssflow_studio.ui.files import guard
guard.PERIOD = 50
app = QApplication([])
from vssflow_studio.ui.window.main_window import MainWindow
window = MainWindow()
window.show()
assert window.open(Path(sys.argv[1]))
window.add_cue("dialogue")
QTest.keyClicks(window.inspector.text, "Half-typed li")
from vssflow_studio.timeline.recovery import read_recovery
for _ in range(1000):
    left = read_recovery(Path(sys.argv[1]))
    if left and left.project.cues[0].text == "Half-typed li":
        break
    QTest.qWait(10)
os.kill(os.getpid(), signal.SIGKILL)
"""


def texts(path: Path) -> list[str]:
    timeline = read_timeline(path)
    return [cue.text for cue in read_project(timeline).cues]


def shown(window: MainWindow) -> list[str]:
    return [cue.text for cue in window.model.project.cues]


def crash(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == -9, done.stderr


def look(window: MainWindow, qtbot) -> None:
    """The window is used again after another program."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: not window.media.looking)
    with qtbot.waitSignal(window.guard.looked, timeout=5000), qtbot.waitSignal(window.media.looked, timeout=5000):
        QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))


def change(path: Path, name: str) -> None:
    """What another program does to the file."""
    timeline = read_timeline(path)
    timeline.name = name
    write_timeline(timeline, path)


def test_what_a_killed_window_had_not_saved_is_recovered(window, timeline_file: Path, answer) -> None:
    before = timeline_file.read_bytes()
    crash(timeline_file)
    assert timeline_file.read_bytes() == before, "never over the user's file"
    answer("Recover")
    assert window.open(timeline_file)
    assert "cut.otio has changes of" in answer.texts[0] and "earlier" in answer.texts[0]
    assert shown(window) == ["Half-typed li"] and window.isWindowModified()
    window.undo_stack.undo()
    assert shown(window) == []
    window.undo_stack.redo()
    assert window.save() and texts(timeline_file) == ["Half-typed li"]
    assert read_recovery(timeline_file) is None


def test_the_saved_file_may_be_preferred_or_the_question_put_off(window, timeline_file: Path, answer) -> None:
    write_recovery(timeline_file, Project(cast={"ANNA": "slt"}))
    answer("Cancel")
    assert not window.open(timeline_file) and window.model.path is None
    assert read_recovery(timeline_file) is not None
    lock(timeline_file).release()  # which was not kept
    answer("Open saved")
    assert window.open(timeline_file) and window.model.project.cast == {}
    assert read_recovery(timeline_file) is None
    assert window.open(timeline_file), "and is not asked again"


def test_unsaved_changes_are_written_aside_quickly_and_removed_when_saved(qtbot, opened, timeline_file: Path) -> None:
    cues = tuple(replace(opened.model.new_cue("foley"), text=str(number)) for number in range(1000))
    opened.undo_stack.change_project(Project(cues), "Add a thousand")
    begun = time.thread_time()
    opened.guard.timer.timeout.emit()
    assert time.thread_time() - begun < 0.02
    opened.guard.wait()
    assert len(read_recovery(timeline_file).project.cues) == 1000
    while opened.undo_stack.canUndo():
        opened.undo_stack.undo()
    opened.guard.timer.timeout.emit()
    opened.guard.wait()
    assert read_recovery(timeline_file) is None
    opened.add_cue("foley")
    opened.guard.timer.timeout.emit()
    assert opened.save() and read_recovery(timeline_file) is None
    opened.add_cue("foley")
    opened.guard.timer.timeout.emit()
    opened.undo_stack.setClean()
    opened.close()
    assert read_recovery(timeline_file) is None
    assert not timeline_file.with_name(".vssflow").joinpath("cut.otio.lock").exists()


def test_a_second_window_opens_read_only(qtbot, opened, timeline_file: Path, answer, monkeypatch, tmp_path) -> None:
    second = MainWindow()
    qtbot.addWidget(second, before_close_func=lambda w: w.undo_stack.setClean())
    answer("Open read-only")
    assert second.open(timeline_file)
    assert f"process {os.getpid()}" in answer.texts[0]
    assert "(read-only)" in second.windowTitle()
    second.add_cue("foley")
    elsewhere = tmp_path / "mine.otio"
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getSaveFileName", lambda *a: (str(elsewhere), ""))
    second.actions_["save"].trigger()
    assert texts(elsewhere) == [""] and texts(timeline_file) == []
    assert "(read-only)" not in second.windowTitle() and "mine.otio" in second.windowTitle()
    assert opened.save(), "the first window still may"


def test_a_second_window_opens_a_copy_or_nothing(qtbot, opened, timeline_file: Path, answer) -> None:
    second = MainWindow()
    qtbot.addWidget(second, before_close_func=lambda w: w.undo_stack.setClean())
    answer("Cancel")
    assert not second.open(timeline_file)
    answer("Open a copy")
    assert second.open(timeline_file)
    copy = timeline_file.with_name("cut copy.otio")
    assert second.model.path == copy and copy.read_bytes() == timeline_file.read_bytes()
    second.add_cue("foley")
    assert second.save() and texts(timeline_file) == []
    assert not second.save(timeline_file) and f"process {os.getpid()}" in second.message.text


def test_another_hosts_lock_can_be_taken_over(window, timeline_file: Path, answer) -> None:
    folder = timeline_file.with_name(".vssflow")
    folder.mkdir()
    held = {"pid": 1, "host": "edit-3", "user": "pia", "since": "2026-11-21T08:00:00"}
    (folder / "cut.otio.lock").write_text(json.dumps(held))
    answer("Take over")
    assert window.open(timeline_file) and "pia on edit-3" in answer.texts[0]
    assert window.save()


@pytest.mark.parametrize("choice", ["Reload", "Overwrite", "Save as copy…", "Cancel"])
def test_a_file_that_another_program_changed_is_asked_about_before_saving(
    choice: str, opened, timeline_file: Path, answer, monkeypatch, tmp_path
) -> None:
    opened.add_cue("foley")
    opened.guard.timer.timeout.emit()
    change(timeline_file, "theirs")
    elsewhere = tmp_path / "mine.otio"
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getSaveFileName", lambda *a: (str(elsewhere), ""))
    answer(choice)
    assert opened.save() is (choice == "Overwrite")
    assert "Another program has changed cut.otio" in answer.texts[0]
    kept = {read_timeline(one.path).name: texts(one.path) for one in backups(timeline_file)}
    if choice == "Overwrite":
        assert texts(timeline_file) == [""] and kept == {"theirs": []}
        return
    assert read_timeline(timeline_file).name == "theirs" and texts(timeline_file) == []
    if choice == "Reload":
        assert opened.model.timeline.name == "theirs" and shown(opened) == [] and kept == {"cut": [""]}
        assert not opened.isWindowModified()
    elif choice == "Save as copy…":
        assert texts(elsewhere) == [""] and opened.model.path == elsewhere
    else:
        assert shown(opened) == [""] and opened.isWindowModified()


def test_a_change_is_noticed_when_the_window_is_used_again(qtbot, opened, timeline_file: Path, answer) -> None:
    os.utime(timeline_file, (1, 1))  # a touch is none
    look(opened, qtbot)
    assert answer.texts == []
    change(timeline_file, "theirs")
    answer("Cancel")
    look(opened, qtbot)
    qtbot.waitUntil(lambda: len(answer.texts) == 1)
    look(opened, qtbot)  # is not asked twice about the same
    change(timeline_file, "theirs again")
    answer("Reload")
    look(opened, qtbot)
    qtbot.waitUntil(lambda: opened.model.timeline.name == "theirs again")
    assert len(answer.texts) == 2 and not opened.isWindowModified()


def test_our_own_save_is_no_change_by_another(qtbot, opened, timeline_file: Path, answer) -> None:
    answer("Cancel")
    guard, gate, heard = opened.guard, threading.Event(), []
    look(opened, qtbot)
    qtbot.wait(50)
    guard.looked.connect(heard.append)
    guard._start(gate.wait)
    guard.look()
    opened.add_cue("foley")
    opened.save()
    gate.set()
    qtbot.waitUntil(lambda: heard != [])
    assert set(heard) == {""} and answer.texts == []


def test_a_file_that_went_away_is_told_and_written_anew(qtbot, opened, timeline_file: Path) -> None:
    opened.add_cue("foley")
    timeline_file.rename(timeline_file.with_name("renamed.otio"))
    look(opened, qtbot)
    qtbot.waitUntil(opened.message.isVisible)
    assert "moved, removed or unplugged" in opened.message.text and "cut.otio" in opened.message.text
    assert opened.save() and texts(timeline_file) == [""]


def test_restoring_a_backup(qtbot, opened, timeline_file: Path, answer) -> None:
    opened.actions_["restore"].trigger()
    assert "no backups yet" in opened.message.text
    opened.add_cue("foley")
    assert opened.save()
    answer("Restore")
    opened.actions_["restore"].trigger()
    assert shown(opened) == texts(timeline_file) == [] and not opened.isWindowModified()
    answer("Restore")
    opened.actions_["restore"].trigger()
    assert shown(opened) == [""]


def test_media_that_is_unplugged_and_plugged_in_again(qtbot, window, make_timeline, movie, tmp_path) -> None:
    film = shutil.copyfile(movie, tmp_path / "disk.mp4")
    path = tmp_path / "cut.otio"
    write_timeline(make_timeline(film, frames=96), path)
    assert window.open(path) and window.model.views[0].media == film
    film.rename(tmp_path / "renamed.mp4")
    look(window, qtbot)
    qtbot.waitUntil(window.message.isVisible)
    assert "disk.mp4" in window.message.text and "Offline Media" in window.message.text
    assert window.model.views[0].media is None
    (tmp_path / "renamed.mp4").rename(film)
    look(window, qtbot)
    qtbot.waitUntil(lambda: not window.message.isVisible())
    assert window.model.views[0].media == film


def test_a_take_whose_wav_is_renamed_is_told_and_kept(qtbot, window, timeline_file: Path) -> None:
    wav = timeline_file.with_name("cut.takes") / "ANNA_Hi.wav"
    wav.parent.mkdir()
    write_bwf(wav, np.zeros(96_000, np.float32), time_reference=0, description="Hi.", provenance={})
    none, two = RationalTime(0, 24), RationalTime(48, 24)
    take = Take("t", "cut.takes/ANNA_Hi.wav", none, two, none)
    cue = Cue("c", "dialogue", TimeRange(none, two), "Hi.", takes=(take,), circled="t")
    timeline = read_timeline(timeline_file)
    write_project(timeline, Project((cue,)))
    write_timeline(timeline, timeline_file)
    assert window.open(timeline_file) and len(window.model.sounds()) == 1
    other = wav.rename(wav.with_name("renamed.wav"))
    look(window, qtbot)
    qtbot.waitUntil(window.message.isVisible)
    assert "ANNA_Hi.wav" in window.message.text and window.model.sounds() == []
    assert window.save() and window.model.cue is None and window.model.find("c").circled_take == take
    dialog = offline_dialog(window)
    assert dialog.table.item(0, 1).text() == "DX TEMP" and dialog.table.item(0, 5).text() == take.path
    dialog.close()
    other.rename(wav)
    look(window, qtbot)
    qtbot.waitUntil(lambda: len(window.model.sounds()) == 1)


def test_a_finished_take_that_a_crash_kept_out_of_the_file_is_used_at_once(qtbot, opened) -> None:
    model, store = opened.model, TakeStore(opened.model.path)
    cue = replace(model.new_cue("ambience"), text="rain")
    opened.undo_stack.change(cue, "Add ambience")
    request = plan(model.timeline, model.views, cue, model.project, Sampling(), model.path)
    order = store.order(model.timeline, cue, request, model_card("draft"))
    write_bwf(order.path, np.zeros(48_000, np.float32), time_reference=0, description="", provenance=order.provenance)
    opened.jobs.generate(cue.id)
    assert opened.model.find(cue.id).circled_take.path == f"cut.takes/{order.path.name}"
    qtbot.waitUntil(lambda: read_recovery(opened.model.path) is not None, timeout=3000)  # long before the minute
    opened.guard.wait()
    assert read_recovery(opened.model.path).project == opened.model.project


def offline_dialog(window: MainWindow) -> QDialog:
    window.actions_["offline"].trigger()
    return QApplication.activeModalWidget()


def test_offline_media_is_found_in_the_dialog_and_after_opening(
    qtbot, window, make_timeline, movie, tmp_path
) -> None:
    path, store = tmp_path / "cut.otio", tmp_path / "store"
    write_timeline(make_timeline(Path("/gone", *40 * ["deep down"], "film.mp4"), Path("/gone/twice.mp4"), frames=96), path)
    for folder in ("", "one", "two"):
        (store / folder).mkdir(exist_ok=True)
    for name in ("film.mp4", "one/twice.mp4", "two/twice.mp4"):
        shutil.copyfile(movie, store / name)
    assert window.open(path)
    dialog = offline_dialog(window)
    assert dialog.table.item(0, 0).text() == "01:00:00:00" and dialog.table.item(1, 5).text() == "/gone/twice.mp4"
    with qtbot.waitSignal(dialog.search.done, timeout=5000):
        dialog.add_folder(store)
    assert dialog.table.item(0, 6).text() == str(store / "film.mp4")
    assert dialog.table.horizontalScrollBar().maximum() == 0, "what was found is in sight"
    box = dialog.table.cellWidget(1, 6)
    assert box.currentIndex() == 0 and box.count() == 3 and "1 may be one of several" in dialog.said.text()
    box.setCurrentIndex(2)
    dialog.relink.click()
    assert [view.media for view in window.model.views] == [store / "film.mp4", store / "two" / "twice.mp4"]
    assert window.undo_stack.undoText() == "Relink media"
    assert window.save()
    (store / "film.mp4").rename(store / "one" / "film.mp4")
    window.model.timeline = None
    assert window.open(path)
    qtbot.waitUntil(lambda: window.model.views[0].media == store / "one" / "film.mp4", timeout=5000)
    assert not window.isWindowModified()


def test_a_search_does_not_hold_the_window_and_is_cancelled(qtbot, window, make_timeline, tmp_path) -> None:
    path, store = tmp_path / "cut.otio", tmp_path / "store"
    write_timeline(make_timeline(Path("/gone/film.mp4"), frames=96), path)
    for number in range(3000):
        (store / str(number)).mkdir(parents=True)
    assert window.open(path)
    dialog = offline_dialog(window)
    begun = time.thread_time()
    dialog.add_folder(store)
    assert time.thread_time() - begun < 0.05 and dialog.search.running
    with qtbot.waitSignal(dialog.search.stopped, timeout=2000):
        dialog.cancel.click()
    qtbot.waitUntil(lambda: "cancelled" in dialog.said.text(), timeout=2000)
    assert not dialog.cancel.isEnabled()
    dialog.close()
