"""Asking in words, from the key to cues and takes on the timeline."""

from __future__ import annotations

from PySide6.QtCore import Qt


def typed(qtbot, window, text: str):
    window.timeline_view.setFocus()
    window.actions_["ask"].trigger()
    bar = window.lines.ask
    qtbot.waitUntil(bar.isVisible)
    qtbot.keyClicks(bar.field, text)
    return bar


def test_what_is_asked_is_shown_then_added_as_one_edit(qtbot, opened) -> None:
    model, before = opened.model, len(opened.model.project.cues)
    model.seek(24)
    bar = typed(qtbot, opened, "make Anna say 'get down' under the thunder")
    qtbot.waitUntil(lambda: "ANNA: get down" in bar.said.text() and "thunder" in bar.said.text())
    assert len(model.project.cues) == before and bar.add.text() == "Add 2 cues"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    new = [model.find(cue_id) for cue_id in model.selected_cues]
    assert [(cue.kind, cue.character, cue.text) for cue in new] == [
        ("dialogue", "ANNA", "get down"),
        ("foley", "", "thunder"),
    ]
    assert all(cue.range.start_time.value == 24 and cue.clip for cue in new) and not bar.field.text()
    assert opened.undo_stack.undoText() == "Ask for 2 cues"
    opened.undo_stack.undo()
    assert len(model.project.cues) == before


def test_undo_in_the_field_takes_the_cues_back(qtbot, opened) -> None:
    bar = typed(qtbot, opened, "make ANNA say 'get down'")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert len(opened.model.project.cues) == 1
    assert not bar.field.isUndoAvailable()  # so that Ctrl+Z in it is the timeline's


def test_nothing_to_hear_adds_nothing_and_says_what_to_write(qtbot, opened) -> None:
    before = opened.model.project
    bar = typed(qtbot, opened, "make")
    qtbot.waitUntil(lambda: "Say who speaks" in bar.said.text())
    assert not bar.add.isEnabled()
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert opened.model.project == before
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_shift_enter_generates_what_was_asked(qtbot, opened) -> None:
    bar = typed(qtbot, opened, "a door slams")
    with qtbot.waitSignal(opened.jobs.made, timeout=120_000):
        qtbot.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert opened.model.cue.text == "a door slams" and opened.model.cue.circled_take
