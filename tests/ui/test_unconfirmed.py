"""What is typed but not yet confirmed is never lost, and a failed save changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPlainTextEdit

from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.ui import model as models
from vssflow_studio.ui.cues.rows import TEXT
from vssflow_studio.ui.window.main_window import MainWindow


@pytest.fixture
def opened(opened, monkeypatch):
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.Discard)
    opened.add_cue("dialogue")
    return opened


def progress(window: MainWindow) -> None:
    """What every step of every job tells."""
    window.model._tell(models.JOBS)


def cell_editor(window: MainWindow) -> QPlainTextEdit:
    view = window.cue_table.view
    view.edit(window.cue_table.rows.index(0, TEXT))
    assert isinstance(view.cell.editor, QPlainTextEdit)
    return view.cell.editor


def test_progress_leaves_what_is_typed_in_the_inspector(qtbot, opened) -> None:
    inspector = opened.inspector
    inspector.start.clear()
    for field, text in ((inspector.character, "BEN"), (inspector.text, "Hi."), (inspector.start, "01:00:01:00")):
        qtbot.keyClicks(field, text)
    progress(opened)
    opened.model.apply(opened.model.project)  # as when another cue's take arrives
    inspector.commit()
    (cue,) = opened.model.project.cues
    assert (cue.character, cue.text, cue.range.start_time.value) == ("BEN", "Hi.", 24)


def test_progress_leaves_what_is_typed_in_a_cell(qtbot, opened) -> None:
    editor = cell_editor(opened)
    qtbot.keyClicks(editor, "Good ")
    progress(opened)
    qtbot.keyClicks(editor, "evening.")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.model.project.cues[0].text == "Good evening.", timeout=1000)
    assert opened.cue_table.rows.index(0, TEXT).data() == opened.inspector.text.toPlainText() == "Good evening."


def test_a_half_typed_line_is_asked_about_on_closing(qtbot, opened, monkeypatch) -> None:
    assert opened.save()
    qtbot.keyClicks(opened.inspector.text, "Wait")
    asked = []
    answer = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda *a: asked.append(a) or answer)
    assert not opened.close() and asked
    assert opened.model.project.cues[0].text == "Wait"


def test_a_half_typed_cell_is_saved(qtbot, opened) -> None:
    qtbot.keyClicks(cell_editor(opened), "Wait")
    assert opened.save() and not opened.isWindowModified()
    assert opened.model.project.cues[0].text == "Wait"


def test_undo_shows_the_earlier_line_though_the_cursor_is_in_it(qtbot, opened) -> None:
    qtbot.keyClicks(opened.inspector.text, "One")
    opened.inspector.commit()
    opened.actions_["undo"].trigger()
    assert opened.inspector.text.toPlainText() == ""
    opened.inspector.commit()
    assert opened.undo_stack.canRedo()


def test_the_selected_clip_stays_marked_after_an_edit(opened) -> None:
    opened.model.select_clip(opened.model.views[0])
    opened.undo_stack.change_cast("ANNA", "rms")
    assert opened.model.selected_clip == opened.model.views[0]


def test_a_save_as_that_fails_leaves_relative_media_linked(opened, movie, tmp_path: Path) -> None:
    timeline, path = opened.model.timeline, opened.model.path
    (path.parent / "film.mp4").write_bytes(Path(movie).read_bytes())
    timeline.find_clips()[0].media_reference.target_url = "film.mp4"
    write_timeline(timeline, path)
    opened.undo_stack.setClean()
    assert opened.open(path) and opened.model.views[0].media == path.parent / "film.mp4"
    assert not opened.save(tmp_path / "nowhere" / "deep" / "cut.unknown")
    assert opened.message.isVisible()
    assert opened.save()
    (view,) = clip_views(read_timeline(path), path.parent)
    assert view.media == path.parent / "film.mp4"
