"""The disk fills up, a take's file goes, the screen's scale changes: told, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 3 MB of its own, for who may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    asked = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(asked, capture_output=True).returncode:
        pytest.skip("no right to mount a disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    return filler


def type_line(window, text: str) -> None:
    window.add_cue("dialogue")
    window.inspector.text.setPlainText(text)
    window._commit()


def cues_in(path: Path) -> list[str]:
    return [cue.text for cue in read_project(read_timeline(path)).cues]


def test_a_full_disk_while_saving(qtbot, window, timeline_file, small_disk) -> None:
    path = Path(shutil.copy(timeline_file, small_disk / "cut.otio"))
    assert window.open(path)
    type_line(window, "First.")
    assert window.save()
    type_line(window, "Second.")
    filler = fill(small_disk)
    assert not window.save()
    assert "disk is full" in window.message.text and window.isWindowModified()
    assert cues_in(path) == ["First."]
    filler.unlink()
    assert window.save() and sorted(cues_in(path)) == ["First.", "Second."]


def test_a_full_disk_while_a_take_is_written(qtbot, window, timeline_file, small_disk) -> None:
    path = Path(shutil.copy(timeline_file, small_disk / "cut.otio"))
    assert window.open(path)
    type_line(window, "Hello there.")
    assert window.save()
    filler = fill(small_disk)
    cue = window.model.project.cues[0]
    window.generate_selected()
    qtbot.waitUntil(lambda: "disk is full" in window.message.text, timeout=120_000)
    assert window.model.find(cue.id) == cue and cues_in(path) == ["Hello there."]
    filler.unlink()
    window.generate_selected()
    qtbot.waitUntil(lambda: len(window.model.find(cue.id).takes) == 1, timeout=120_000)
    assert [one.name for one in path.with_suffix(".takes").glob("*.wav")]


def test_a_takes_file_that_goes_is_no_end(qtbot, opened) -> None:
    type_line(opened, "Hello there.")
    opened.generate_selected()
    cue_id = opened.model.selected_cue
    qtbot.waitUntil(lambda: len(opened.model.find(cue_id).takes) == 1, timeout=120_000)
    take = opened.model.find(cue_id).takes[0]
    (opened.model.path.parent / take.path).unlink()
    opened.player.pause()  # the first take of all plays by itself
    opened.model.seek(0)
    opened.actions_["play"].trigger()
    qtbot.waitUntil(lambda: opened.model.playhead.value > 3, timeout=30_000)
    opened.player.pause()
    opened.docks.focus("takes")
    qtbot.wait(100)
    assert opened.save() and len(read_project(read_timeline(opened.model.path)).cues[0].takes) == 1
    opened.generate_selected()
    qtbot.waitUntil(lambda: len(opened.model.find(cue_id).takes) == 2, timeout=120_000)


def test_another_scale_of_the_screen_while_it_plays(qtbot, opened) -> None:
    opened.actions_["play"].trigger()
    qtbot.waitUntil(lambda: opened.model.playhead.value > 2, timeout=10_000)
    for widget in (opened, *opened.findChildren(QWidget)):
        QApplication.sendEvent(widget, QEvent(QEvent.Type.DevicePixelRatioChange))
    before = opened.model.playhead.value
    qtbot.waitUntil(lambda: opened.model.playhead.value > before + 2, timeout=10_000)
    assert opened.player.playing
    opened.player.pause()


@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
def test_the_window_is_sharp_at_every_scale(tmp_path, scale) -> None:
    """In a process of its own: Qt reads its scale once. The picture has that many more pixels."""
    script = (
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication([])\n"
        "from vssflow_studio.ui.window.main_window import MainWindow\n"
        "w = MainWindow(); w.resize(1200, 800); w.show(); app.processEvents()\n"
        "p = w.grab(); i = w.actions_['open'].icon().pixmap(w.iconSize(), w.devicePixelRatioF())\n"
        "print(p.width(), p.height(), i.width() / w.iconSize().width())\n"
        "w.close()\n"
    )
    own = {name: str(tmp_path) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    environment = os.environ | own | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    width, height, icon = map(float, done.stdout.split()[-3:])
    assert (width, height, icon) == (1200 * float(scale), 800 * float(scale), float(scale))
