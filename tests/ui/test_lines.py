"""What is done with cues: added to clips, split, merged, found, pasted, generated in batches."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from vssflow_studio.timeline.cues import Cue, Take
from vssflow_studio.ui.cues.paste_script import PasteScript


def time(frames: float) -> RationalTime:
    return RationalTime(frames, 24)


def cue(number: int, who: str, text: str, **fields) -> Cue:
    range_ = TimeRange(time(24 * number), time(24))
    return Cue(f"c{number}", "dialogue" if who else "foley", range_, text, who, **fields)


@pytest.fixture
def cut(window, movie, make_timeline, tmp_path: Path, monkeypatch):
    """The window with three clips of one film, 2 s each."""
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.Discard)
    path = tmp_path / "three.otio"
    otio.adapters.write_to_file(make_timeline(movie, movie, movie, frames=48), str(path))
    assert window.open(path)
    window.docks.docks["cues"].raise_()
    return window


@pytest.fixture
def spoken(cut):
    cut.undo_stack.change_cues(
        (cue(0, "ANNA", "Anna is here."), cue(1, "BEN", "Hello, Anna."), cue(2, "ANNA", "Who?"), cue(3, "", "anna's door")),
        "Add",
    )
    return cut


def key(qtbot, window, key_, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(window.timeline_view, key_, modifier)


CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(("letter", "kind", "name"), [(Qt.Key.Key_D, "dialogue", "Add 2 lines"), (Qt.Key.Key_F, "foley", "Add 2 foley cues")])
def test_a_key_gives_each_selected_clip_a_cue_in_one_step(qtbot, cut, letter, kind, name) -> None:
    cut.model.select_clips(cut.model.views[:2])
    key(qtbot, cut, letter)
    cues = cut.model.project.cues
    assert [c.range for c in cues] == [view.record for view in cut.model.views[:2]]
    assert {c.kind for c in cues} == {kind} and cut.undo_stack.undoText() == name
    editor = cut.cue_table.view.cell.editor
    qtbot.keyClicks(editor, "first")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(cut.cue_table.view.cell.editor, "second")
    qtbot.keyClick(cut.cue_table.view.cell.editor, Qt.Key.Key_Return)
    assert [c.text for c in cut.model.project.cues] == ["first", "second"]


def test_marks_go_before_the_clips(qtbot, cut) -> None:
    cut.model.select_clips(cut.model.views)
    cut.model.mark(time(10), time(30))
    key(qtbot, cut, Qt.Key.Key_F)
    (made,) = cut.model.project.cues
    assert made.range == TimeRange(time(10), time(20)) and cut.inspector.text.hasFocus()
    qtbot.keyClicks(cut.inspector.text, "dfb jkl")
    assert cut.inspector.text.toPlainText() == "dfb jkl" and len(cut.model.project.cues) == 1


def test_split_and_merge_by_keys(qtbot, cut) -> None:
    range_ = TimeRange(time(0), time(96))
    cut.undo_stack.change(Cue("c", "dialogue", range_, "One day we will all go home, my friend.", "ANNA"), "Add line")
    cut.model.select_cue("c")
    cut.model.seek(40)
    key(qtbot, cut, Qt.Key.Key_K, CTRL)
    first, second = cut.model.project.cues
    assert (first.range.duration.value, second.range.duration.value) == (40, 56)
    assert f"{first.text} {second.text}" == "One day we will all go home, my friend."
    assert cut.undo_stack.undoText() == "Split line" and set(cut.model.selected_cues) == {first.id, second.id}
    key(qtbot, cut, Qt.Key.Key_J, CTRL)
    (again,) = cut.model.project.cues
    assert (again.id, again.range, again.text) == ("c", range_, "One day we will all go home, my friend.")
    assert cut.undo_stack.undoText() == "Merge 2 lines"
    cut.actions_["undo"].trigger()
    cut.actions_["undo"].trigger()
    assert len(cut.model.project.cues) == 1


def test_what_can_not_be_split_is_told(qtbot, cut) -> None:
    cut.undo_stack.change(cue(0, "ANNA", "Hi."), "Add line")
    cut.model.select_cue("c0")
    cut.model.seek(100)
    key(qtbot, cut, Qt.Key.Key_K, CTRL)
    assert "not inside" in cut.message.text and len(cut.model.project.cues) == 1


def test_a_duplicate_is_selected(qtbot, spoken) -> None:
    spoken.model.select_cue("c2")
    spoken.actions_["duplicate"].trigger()
    assert spoken.model.cue.text == "Who?" and spoken.model.cue.id != "c2"
    assert spoken.undo_stack.undoText() == "Duplicate cue"


# --- find and replace ---


def test_find_goes_from_place_to_place(qtbot, spoken) -> None:
    key(qtbot, spoken, Qt.Key.Key_F, CTRL)
    bar = spoken.lines.find
    assert bar.what.hasFocus() and not bar.second.isVisible()
    qtbot.keyClicks(bar.what, "anna")
    assert bar.count.text() == "5 places"
    for wanted in ("c0", "c0", "c1", "c2", "c3", "c0"):
        qtbot.keyClick(bar.what, Qt.Key.Key_Return)
        assert spoken.model.selected_cue == wanted
    qtbot.keyClick(bar.what, Qt.Key.Key_Return, SHIFT)
    assert spoken.model.selected_cue == "c3" and bar.count.text() == "5 of 5"
    qtbot.keyClick(bar.what, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_replacing_all_is_one_edit_and_only_changed_lines_become_stale(qtbot, spoken) -> None:
    model = spoken.model
    for one in model.project.cues:
        take = Take(f"t{one.id}", "x.wav", time(0), time(24), time(0), {"text": one.text, "pace": None})
        spoken.undo_stack.change_fields(one.id, "Take", takes=(take,))
    assert {model.state(one) for one in model.project.cues} == {"ready"}
    key(qtbot, spoken, Qt.Key.Key_H, CTRL)
    bar = spoken.lines.find
    qtbot.keyClicks(bar.what, "Anna")
    bar.whole.click()
    bar.case.click()
    qtbot.keyClicks(bar.by, "Eve")
    count = spoken.undo_stack.count()
    qtbot.mouseClick(bar.all, Qt.MouseButton.LeftButton)
    assert [one.text for one in model.project.cues] == ["Eve is here.", "Hello, Eve.", "Who?", "anna's door"]
    assert [model.state(one) for one in model.project.cues] == ["stale", "stale", "ready", "ready"]
    assert spoken.undo_stack.count() == count + 1
    assert spoken.undo_stack.undoText() == "Replace in 2 places" and bar.count.text() == "2 places replaced"


def test_replacing_one_goes_on_to_the_next(qtbot, spoken) -> None:
    key(qtbot, spoken, Qt.Key.Key_H, CTRL)
    bar = spoken.lines.find
    qtbot.keyClicks(bar.what, "anna")
    qtbot.keyClicks(bar.by, "Anna Marie")
    qtbot.keyClick(bar.what, Qt.Key.Key_Return)
    bar.by.setFocus()
    qtbot.keyClick(bar.by, Qt.Key.Key_Return)  # the line; next is the name, not what came in
    assert spoken.model.find("c0").text == "Anna Marie is here." and bar._at >= 0
    qtbot.keyClick(bar.by, Qt.Key.Key_Return)
    qtbot.keyClick(bar.by, Qt.Key.Key_Return)
    assert spoken.model.find("c0").character == "Anna Marie"
    assert spoken.model.find("c1").text == "Hello, Anna Marie."


# --- paste ---


def dialog(window) -> PasteScript:
    return next(d for d in window.findChildren(PasteScript) if d.isVisible())


def test_a_pasted_script_is_seen_before_it_is_laid(qtbot, cut) -> None:
    QGuiApplication.clipboard().setText("ANNA: Get down!\nBEN: Where is she?\nANNA: Gone.")
    cut.model.select_clips(cut.model.views[:2])
    key(qtbot, cut, Qt.Key.Key_V, CTRL | SHIFT)
    asked = dialog(cut)
    rows = [[asked.preview.item(row, column).text() for column in range(4)] for row in range(asked.preview.rowCount())]
    assert rows == [
        ["ANNA", "Get down!", "01:00:00:00", "01:00:02:00"],
        ["BEN", "Where is she?", "01:00:02:00", "01:00:04:00"],
    ]
    assert "Gone" in asked.said.text() and asked.add.text() == "Add 2 lines"
    asked.way.setCurrentIndex(asked.way.findData("playhead"))
    asked.way.activated.emit(asked.way.currentIndex())
    assert asked.preview.rowCount() == 3 and cut.model.project.cues == ()
    qtbot.mouseClick(asked.add, Qt.MouseButton.LeftButton)
    assert len(cut.model.project.cues) == 3 and cut.undo_stack.undoText() == "Paste 3 lines"
    assert len(cut.model.selected_cues) == 3


def test_a_script_is_typed_with_a_live_preview(qtbot, cut) -> None:
    QGuiApplication.clipboard().setText("")
    cut.actions_["paste_script"].trigger()
    asked = dialog(cut)
    assert not asked.add.isEnabled()
    qtbot.keyClicks(asked.text, "ANNA: Hi. D F B")
    qtbot.waitUntil(lambda: asked.preview.rowCount() == 1)
    assert asked.found.text() == "Read as: Lines"
    asked.reject()
    assert cut.model.project.cues == ()


# --- batches ---


def menu_text(window, name: str) -> str:
    action = window.actions_[name]
    menu = next(a.menu() for a in window.menuBar().actions() if a.menu() and action in a.menu().actions())
    menu.aboutToShow.emit()
    return action.text().replace("&", "")


def test_the_menu_says_how_many_each_command_means(spoken) -> None:
    made = Take("t", "x.wav", time(0), time(24), time(0), {"text": "Else", "pace": None})
    spoken.undo_stack.change_fields("c0", "Take", takes=(made,))
    spoken.model.select_cues(("c0", "c1"))
    assert menu_text(spoken, "generate_stale") == "Generate 1 Stale Cue"
    assert menu_text(spoken, "generate_wanted") == "Generate 3 Wanted Cues"
    assert menu_text(spoken, "generate") == "Generate 2 Cues"
    spoken.model.select_cue("c2")
    assert menu_text(spoken, "generate_character") == "Generate 2 Lines of ANNA"
    spoken.model.mark(time(20), time(60))
    assert menu_text(spoken, "generate_scene") == "Generate 2 Cues in the Marked Range"
    spoken.model.mark(None, None)
    assert menu_text(spoken, "generate_scene") == "Generate 2 Cues in This Clip"


def test_a_batch_asks_for_its_cues_alone(qtbot, spoken) -> None:
    asked = []
    spoken.lines.batch._generate = asked.append
    spoken.model.select_cue("c2")
    spoken.actions_["generate_character"].trigger()
    qtbot.waitUntil(lambda: asked == ["c0", "c2"])
    spoken.actions_["generate_all"].trigger()
    qtbot.waitUntil(lambda: asked[2:] == ["c0", "c1", "c2", "c3"])
