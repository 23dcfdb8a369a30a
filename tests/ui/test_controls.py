"""The controls of a line in the inspector: set, undone, kept while half set, saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from vssflow_studio.timeline.cues import Cue, Take
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project

LONG = "We were the first people to cross the river."


@pytest.fixture
def line(opened):
    """The window with a line of two seconds selected, and its inspector's controls."""
    range_ = TimeRange(RationalTime(0, 24), RationalTime(48, 24))
    opened.undo_stack.change(Cue("c", "dialogue", range_, "Hello there.", "ANNA"), "Add line")
    opened.model.select_cue("c")
    return opened, opened.inspector.controls


def type_in(qtbot, field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_each_control_is_an_edit_with_a_name(qtbot, line) -> None:
    window, controls = line
    type_in(qtbot, controls.pace, "1.25")
    type_in(qtbot, controls.pitch, "-2.5")
    type_in(qtbot, controls.energy, "3")
    controls.delivery.setFocus()
    qtbot.keyClicks(controls.delivery, "w")
    qtbot.keyClick(controls.delivery, Qt.Key.Key_Return)
    controls.delivery.activated.emit(1)
    cue = window.model.cue
    assert (cue.pace, cue.pitch, cue.energy, cue.delivery) == (1.25, -2.5, 3.0, "whisper")
    stack = window.undo_stack
    assert [stack.text(n) for n in range(1, stack.count())] == [
        "Change pace", "Change pitch", "Change energy", "Change delivery",
    ]
    for _ in range(4):
        stack.undo()
    assert (window.model.cue.pace, window.model.cue.delivery) == (None, "normal")
    assert controls.pace.text() == "to fit" and controls.pitch.value() == 0
    assert controls.delivery.currentText() == "normal"


def test_down_from_the_slowest_pace_is_to_fit_again(qtbot, line) -> None:
    window, controls = line
    type_in(qtbot, controls.pace, "0.5")
    assert window.model.cue.pace == 0.5
    qtbot.keyClick(controls.pace, Qt.Key.Key_Down)
    qtbot.keyClick(controls.pace, Qt.Key.Key_Return)
    assert window.model.cue.pace is None and controls.pace.text() == "to fit"


def test_what_is_half_set_outlives_a_take_that_comes_in(qtbot, line) -> None:
    window, controls = line
    controls.pitch.setFocus()
    qtbot.keyClick(controls.pitch, Qt.Key.Key_Up)
    time = RationalTime(0, 24)
    window.undo_stack.add_take("c", Take("t", "x.wav", time, RationalTime(48, 24), time))
    assert controls.pitch.value() == 0.5
    window.inspector.commit()
    assert window.model.cue.pitch == 0.5 and len(window.model.cue.takes) == 1
    assert window.model.state(window.model.cue) == "stale"


def test_half_set_controls_do_not_pass_to_another_cue(qtbot, line) -> None:
    window, controls = line
    range_ = TimeRange(RationalTime(50, 24), RationalTime(24, 24))
    window.undo_stack.change(Cue("d", "dialogue", range_, "Hi."), "Add line")
    controls.pitch.setFocus()
    qtbot.keyClick(controls.pitch, Qt.Key.Key_Up)
    window.model.select_cue("d")
    window.inspector.commit()
    assert controls.pitch.value() == 0 and window.model.cue.pitch == 0


def test_a_foley_cue_has_energy_alone(qtbot, line) -> None:
    window, controls = line
    range_ = TimeRange(RationalTime(50, 24), RationalTime(24, 24))
    window.undo_stack.change(Cue("f", "foley", range_, "steps"), "Add foley")
    window.model.select_cue("f")
    assert controls.energy.isVisible()
    assert not any(widget.isVisible() for widget in (controls.pitch, controls.pace, controls.delivery))
    type_in(qtbot, controls.energy, "-6")
    cue = window.model.cue
    assert (cue.energy, cue.pace, cue.pitch, cue.delivery) == (-6.0, None, 0.0, "normal")


def test_a_line_too_fast_is_warned_of_until_there_is_room(line) -> None:
    window, _ = line
    warning = window.inspector.warning
    assert not warning.isVisible()
    short = TimeRange(RationalTime(0, 24), RationalTime(24, 24))
    window.undo_stack.change_fields("c", "Edit line", text=LONG, range=short)
    assert warning.isVisible() and "2.3×" in warning.text() and "s would be enough" in warning.text()
    window.undo_stack.change_fields("c", "Change cue range", range=TimeRange(short.start_time, RationalTime(72, 24)))
    assert not warning.isVisible()


def test_a_delivery_that_the_line_says_goes_first(line) -> None:
    window, controls = line
    window.undo_stack.change_fields("c", "Edit line", text="(whisper) Come here.")
    assert controls.delivery.currentText() == "whisper" and not controls.delivery.isEnabled()
    window.inspector.commit()
    assert window.model.cue.delivery == "normal"
    window.undo_stack.change_fields("c", "Edit line", text="Come here.")
    assert controls.delivery.currentText() == "normal" and controls.delivery.isEnabled()


def test_a_wheel_that_passes_over_changes_nothing(line) -> None:
    window, controls = line
    window.inspector.text.setFocus()
    at = QPointF(controls.pitch.rect().center())
    event = QWheelEvent(
        at, controls.pitch.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )
    QApplication.sendEvent(controls.pitch, event)
    assert controls.pitch.value() == 0


def test_what_a_sheet_said_more_exactly_is_not_rounded_by_another_edit(qtbot, line) -> None:
    window, controls = line
    window.undo_stack.change_fields("c", "Import", pitch=1.26, energy=-3.33, pace=1.234)
    type_in(qtbot, controls.pitch, "2")
    cue = window.model.cue
    assert (cue.pitch, cue.energy, cue.pace) == (2.0, -3.33, 1.234)


def test_controls_are_saved(qtbot, line, timeline_file: Path) -> None:
    window, controls = line
    controls.energy.setFocus()
    qtbot.keyClick(controls.energy, Qt.Key.Key_Up)
    assert window.save()
    assert read_project(read_timeline(timeline_file)).cues[0].energy == 1.0


def test_controls_have_names_for_a_screen_reader(line) -> None:
    _, controls = line
    named = [controls.delivery, controls.pace, controls.pitch, controls.energy]
    assert [widget.accessibleName() for widget in named] == ["Delivery", "Pace", "Pitch", "Energy"]
