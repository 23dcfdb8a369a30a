"""Suggest Foley, from the menu to cues on the timeline."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest
from moving import write_moving
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from vssflow_studio.ui.cues.suggest import SuggestFoley


@pytest.fixture
def walking(window, make_timeline, tmp_path: Path, monkeypatch):
    """The window with 5 s of something that walks, and when its feet come down."""
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.Discard)
    onsets = write_moving(tmp_path / "walk.mp4", "walk", 7_800_001)
    timeline = make_timeline(tmp_path / "walk.mp4", rate=25, frames=125, start=90_000)
    otio.adapters.write_to_file(timeline, str(tmp_path / "cut.otio"))
    assert window.open(tmp_path / "cut.otio")
    return window, onsets


def asked(window) -> SuggestFoley:
    window.actions_["suggest"].trigger()
    return next(dialog for dialog in window.findChildren(SuggestFoley) if dialog.isVisible())


def test_what_moves_is_ticked_and_added_as_one_edit(qtbot, walking) -> None:
    window, onsets = walking
    dialog = asked(window)
    qtbot.waitUntil(lambda: not dialog.progress.isVisible(), timeout=120_000)
    assert dialog.table.rowCount() >= 1, dialog.said.text()
    for row in range(dialog.table.rowCount()):
        dialog.table.item(row, 0).setCheckState(Qt.CheckState.Checked)
    dialog.table.setCurrentCell(0, 1)
    assert window.model.playhead.value > 0  # the viewer shows the first event
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    cues = window.model.project.cues
    covered = [any(c.range.start_time.value <= 25 * at <= c.range.end_time_exclusive().value for c in cues) for at in onsets]
    assert sum(covered) >= 0.8 * len(onsets) and {c.kind for c in cues} == {"foley"}
    assert cues[0].text and cues[0].clip and window.undo_stack.undoText().startswith("Add ")
    window.actions_["undo"].trigger()
    assert window.model.project.cues == ()


def test_a_dialog_that_is_closed_looks_no_further(qtbot, walking) -> None:
    window, _ = walking
    dialog = asked(window)
    over = dialog._over
    dialog.reject()
    assert over.is_set() and window.model.project.cues == ()


def test_offline_picture_is_told_in_the_dialog(walking) -> None:
    window, _ = walking
    window.model.views[0].media.unlink()
    window.model.look_for_media()
    dialog = asked(window)
    assert "no picture" in dialog.said.text() and not dialog.add.isEnabled()
    dialog.reject()
