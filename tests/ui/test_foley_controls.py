"""Distance and room as an editor chooses them."""

from __future__ import annotations

import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from vssflow_studio.timeline.cues import DISTANCES, ROOMS, Cue, Take
from vssflow_studio.ui.cues.foley_controls import FoleyControls
from vssflow_studio.ui.model import is_fresh

RANGE = TimeRange(RationalTime(0, 24), RationalTime(24, 24))
KNOCK = Cue("c", "foley", RANGE, "knocking far away in a church")


@pytest.fixture
def controls(qtbot) -> FoleyControls:
    made = FoleyControls()
    qtbot.addWidget(made)
    made.show()
    return made


def test_they_show_what_the_prompt_says_until_something_is_chosen(controls):
    controls.show_cue(KNOCK)
    assert controls.distance.currentText() == "by prompt: far"
    assert controls.room.currentText() == "by prompt: church"
    assert controls.given_to(KNOCK) == KNOCK
    controls.show_cue(Cue("d", "foley", RANGE, "knocking", distance="medium"))
    assert controls.distance.currentText() == "medium"
    assert controls.room.currentText() == "by prompt: dry"


def test_every_choice_is_there_and_is_given(qtbot, controls):
    controls.show_cue(KNOCK)
    for chooser, choices in ((controls.distance, DISTANCES), (controls.room, ROOMS)):
        assert [chooser.itemData(n) for n in range(chooser.count())] == list(choices)
    with qtbot.waitSignal(controls.finished):
        controls.room.setFocus()
        qtbot.keyClick(controls.room, Qt.Key.Key_Down)
    assert controls.given_to(KNOCK).room == "dry"
    assert controls.given_to(KNOCK).distance == ""


def test_a_line_has_no_distance(controls):
    line = Cue("c", "dialogue", RANGE, "Hello.")
    controls.show_cue(KNOCK)
    controls.room.setCurrentIndex(3)
    assert controls.given_to(line) == line


def test_a_wheel_that_passes_over_changes_nothing(controls):
    controls.show_cue(KNOCK)
    controls.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(controls.room, wheel)
    assert controls.given_to(KNOCK) == KNOCK


def test_they_have_names_for_a_screen_reader(controls):
    assert (controls.distance.accessibleName(), controls.room.accessibleName()) == ("Distance", "Room")


def test_another_place_makes_a_take_stale():
    nothing = RationalTime(0, 24)
    take = Take("t", "t.wav", nothing, RANGE.duration, nothing, {"text": KNOCK.text})
    cue = KNOCK.with_take(take)
    assert is_fresh(cue, take)
    assert not is_fresh(Cue("c", "foley", RANGE, KNOCK.text, room="hall"), take)
    assert not is_fresh(Cue("c", "foley", RANGE, KNOCK.text, distance="far"), take)
    there = Take("t", "t.wav", nothing, RANGE.duration, nothing, {"text": KNOCK.text, "room": "hall"})
    assert is_fresh(Cue("c", "foley", RANGE, KNOCK.text, room="hall"), there)


def test_what_is_left_out_is_typed_where_the_model_can_be_told(qtbot, controls):
    controls.show_cue(KNOCK)
    assert not controls.negative.isVisible()
    controls.show_cue(KNOCK, can_leave_out=True)
    qtbot.keyClicks(controls.negative, "music")
    controls.show_cue(KNOCK, can_leave_out=True)  # a job's step while it is typed
    with qtbot.waitSignal(controls.finished):
        qtbot.keyClick(controls.negative, Qt.Key.Key_Return)
    changed = controls.given_to(KNOCK)
    assert changed.negative == "music"
    controls.show_cue(changed)
    assert controls.negative.isVisible() and controls.negative.text() == "music"
    controls.show_cue(Cue("other", "foley", RANGE, "a door"))
    assert not controls.negative.text()
