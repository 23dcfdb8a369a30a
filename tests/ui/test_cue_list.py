"""The cue list with real keys: typing, going on, filtering, sorting, copying, many cues."""

from __future__ import annotations

from dataclasses import replace

import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QTableView

from vssflow_studio.timeline.cues import Cue, Take
from vssflow_studio.ui import model as models
from vssflow_studio.ui.cues.rows import IN, LENGTH, OUT, STATE, TEXT, WHO

LINES = (("ANNA", "Where were you?"), ("BEN", "At home, all night."), ("ANNA", "Liar."), ("", "a door closes"))


def cue(number: int, who: str, text: str, **fields) -> Cue:
    range_ = TimeRange(RationalTime(24 * number, 24), RationalTime(18, 24))
    return Cue(f"c{number}", "dialogue" if who else "foley", range_, text, who, **fields)


@pytest.fixture
def listed(opened, monkeypatch):
    """The window with four cues, the list in front."""
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.Discard)
    cues = tuple(cue(number, *said) for number, said in enumerate(LINES))
    opened.undo_stack.change_cues(cues, "Add")
    opened.resize(1600, 900)
    opened.docks.docks["cues"].raise_()
    opened.cue_table.view.setFocus()
    return opened


def at(window, row: int, column: int):
    return window.cue_table.rows.index(row, column)


def go_to(window, row: int, column: int) -> QTableView:
    view = window.cue_table.view
    view.setFocus()
    view.setCurrentIndex(at(window, row, column))
    return view


def texts(window) -> list[str]:
    return [c.text for c in window.model.project.cues]


def shown(window) -> list[str]:
    rows = window.cue_table.rows
    return [rows.index(row, TEXT).data() for row in range(rows.rowCount())]


def test_letters_are_commands_until_enter_begins_to_type(qtbot, listed) -> None:
    view = go_to(listed, 0, TEXT)
    before = texts(listed)
    qtbot.keyClick(view, Qt.Key.Key_L)
    assert listed.player.speed == 1
    qtbot.keyClick(view, Qt.Key.Key_K)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert listed.player.playing
    qtbot.keyClick(view, Qt.Key.Key_K)
    assert not listed.player.playing and texts(listed) == before
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClicks(view.cell.editor, "l")
    assert listed.player.speed == 0 and view.cell.editor.toPlainText() == "l"


def test_enter_goes_on_to_the_next_line(qtbot, listed) -> None:
    view = go_to(listed, 0, TEXT)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClicks(view.cell.editor, "done, I said.")
    qtbot.keyClick(view.cell.editor, Qt.Key.Key_Return)
    assert texts(listed)[0] == "done, I said."
    assert view.currentIndex() == at(listed, 1, TEXT)
    qtbot.keyClicks(view.cell.editor, "Nowhere.")
    listed.actions_["save"].trigger()
    assert texts(listed)[:2] == ["done, I said.", "Nowhere."] and not listed.isWindowModified()
    assert [listed.undo_stack.text(n) for n in (1, 2)] == ["Edit line", "Edit line"]


def test_letters_that_are_shortcuts_are_typed(qtbot, listed) -> None:
    view = go_to(listed, 0, TEXT)
    qtbot.keyClick(view, Qt.Key.Key_F2)
    editor = view.cell.editor
    qtbot.keyClicks(editor, "dfbjkl io + - \\")
    assert editor.toPlainText() == "dfbjkl io + - \\"
    assert len(listed.model.project.cues) == 4 and listed.player.speed == 0 and listed.model.marks == (None, None)


def test_tab_goes_on_to_the_next_cell_and_back(qtbot, listed) -> None:
    view = go_to(listed, 0, WHO)
    view.edit(at(listed, 0, WHO))
    qtbot.keyClicks(view.cell.editor, "EVE")
    qtbot.keyClick(view.cell.editor, Qt.Key.Key_Tab)
    assert listed.model.project.cues[0].character == "EVE"
    assert view.currentIndex().column() == IN and view.cell.editor is not None
    qtbot.keyClick(view.cell.editor, Qt.Key.Key_Backtab)
    assert view.currentIndex() == at(listed, 0, WHO)


def test_escape_leaves_the_line_as_it_was(qtbot, listed) -> None:
    view = go_to(listed, 0, TEXT)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClicks(view.cell.editor, "no")
    qtbot.keyClick(view.cell.editor, Qt.Key.Key_Escape)
    assert texts(listed)[0] == "Where were you?"


def test_in_out_and_length_are_typed_as_timecode_or_seconds(qtbot, listed) -> None:
    for column, said, frames in ((IN, "01:00:00:06", (6, 12)), (OUT, "0.5", (6, 6)), (LENGTH, "1.5", (6, 36))):
        listed.cue_table.rows.setData(at(listed, 0, column), said)
        range_ = listed.model.find("c0").range
        assert (range_.start_time.value, range_.duration.value) == frames
    assert not listed.cue_table.rows.setData(at(listed, 0, OUT), "01:00:00:00")
    assert "no place for a cue" in listed.message.text
    assert listed.undo_stack.undoText() == "Change cue range"


def test_the_filter_knows_text_character_kind_and_state(qtbot, listed) -> None:
    take = Take("t", "x.wav", RationalTime(0, 24), RationalTime(18, 24), RationalTime(0, 24), {"text": "Else", "pace": None})
    listed.undo_stack.change(replace(listed.model.find("c1"), takes=(take,)), "Add take")
    field = listed.cue_table.filter
    for typed, found in (
        ("@anna", ["Where were you?", "Liar."]),
        ("home", ["At home, all night."]),
        ("stale", ["At home, all night."]),
        ("foley", ["a door closes"]),
        ("@anna liar", ["Liar."]),
        ("nothing like it", []),
    ):
        field.clear()
        qtbot.keyClicks(field, typed)
        assert shown(listed) == found
    qtbot.keyClick(field, Qt.Key.Key_L)  # no shortcut either
    assert listed.player.speed == 0


def test_any_column_sorts_and_a_third_click_is_time_again(qtbot, listed) -> None:
    header = listed.cue_table.view.horizontalHeader()
    x = header.sectionViewportPosition(TEXT) + 10
    orders = []
    for _ in range(3):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))
        orders.append(shown(listed))
    by_text = sorted((text for _, text in LINES), key=str.casefold)
    assert orders == [by_text, by_text[::-1], [text for _, text in LINES]]


def test_several_rows_are_the_selection_of_the_window(qtbot, listed) -> None:
    view = go_to(listed, 0, TEXT)
    view.selectRow(0)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert listed.model.selected_cues == ("c0", "c1")
    listed.model.select_cues(("c3", "c1"))
    assert sorted(i.row() for i in view.selectionModel().selectedRows()) == [1, 3]
    listed.actions_["remove"].trigger()
    assert [c.id for c in listed.model.project.cues] == ["c0", "c2"]
    assert listed.undo_stack.undoText() == "Remove 2 cues"


def test_copied_rows_come_back_as_cues(qtbot, listed) -> None:
    view = go_to(listed, 0, TEXT)
    listed.model.select_cues(("c0", "c3"))
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert text.split("\n")[1] == "dialogue\tANNA\t01:00:00:00\t01:00:00:18\tWhere were you?"
    asked = []
    listed.cue_table.paste_asked.disconnect()
    listed.cue_table.paste_asked.connect(asked.append)
    qtbot.keyClick(view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert asked == [text]


def test_arrows_walk_the_list_and_not_the_playhead(qtbot, listed) -> None:
    view = go_to(listed, 0, WHO)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex() == at(listed, 1, IN) and listed.model.playhead.value == 0


def test_headings_stand_above_the_cues_of_a_clip(listed) -> None:
    by_clip = listed.cue_table.group.menu().actions()[1]
    by_clip.trigger()
    rows = listed.cue_table.rows
    assert rows.rowCount() == 5 and rows.index(0, 0).data() == listed.model.views[0].name
    assert rows.cue_at(0) is None and rows.cue_at(1).id == "c0"
    assert not rows.flags(rows.index(0, TEXT)) & Qt.ItemFlag.ItemIsSelectable


def test_a_change_elsewhere_keeps_rows_scroll_and_selection(listed) -> None:
    many = tuple(cue(n, "ANNA", f"Line {n}") for n in range(4, 300))
    listed.undo_stack.change_cues(many, "Add")
    view = listed.cue_table.view
    listed.model.select_cue("c200")
    place = view.verticalScrollBar().value()
    assert place > 0
    resets = []
    listed.cue_table.rows.modelReset.connect(lambda: resets.append(1))
    listed.undo_stack.change_fields("c7", "Edit line", text="Else")
    assert (view.verticalScrollBar().value(), resets) == (place, [])
    assert [i.row() for i in view.selectionModel().selectedRows()] == [200]


def test_a_jobs_step_tells_the_state_alone(listed) -> None:
    told = []
    listed.cue_table.rows.dataChanged.connect(lambda a, b: told.append((a.column(), b.column())))
    listed.model._tell(models.JOBS)
    assert told == [(STATE, STATE)]


@pytest.mark.parametrize("width", [300, 312, 330, 345, 420, 525])
def test_the_line_has_room_at_every_width(qtbot, listed, width) -> None:
    view = listed.cue_table.view
    listed.cue_table.setParent(None)
    qtbot.addWidget(listed.cue_table)
    listed.cue_table.setFixedWidth(width)
    listed.cue_table.show()
    qtbot.waitUntil(lambda: abs(view.width() - width) < 20)
    assert view.columnWidth(TEXT) >= 96
