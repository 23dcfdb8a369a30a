"""Ruler, marks, markers, zoom, scrolling and following on the timeline."""

from __future__ import annotations

import pytest
from opentimelineio.opentime import RationalTime
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from timeline_hands import centre, click, drag, move, press, release, write_cut

from vssflow_studio.timeline.timecode import timecode
from vssflow_studio.ui.timeline.hover import tooltip, words_at
from vssflow_studio.ui.timeline.ruler import Clock

CTRL, SHIFT, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def cut(qtbot, window, tmp_path, movie):
    assert window.open(write_cut(tmp_path, movie))
    window.timeline_view.setFocus()
    return window


def wheel(view, x: float, angle: QPoint, pixels: QPoint = QPoint(), keys=Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(x, 150)
    event = QWheelEvent(
        at, view.viewport().mapToGlobal(at), pixels, angle, Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(view.viewport(), event)


@pytest.mark.parametrize(("rate", "start"), [(24, 86_400), (25, 90_013), (30000 / 1001, 107_892), (60000 / 1001, 0), (23.976, 86_399)])
def test_labels_stand_at_round_timecode(rate, start) -> None:
    first = RationalTime(start, rate)
    base = round(rate)
    clock = Clock(start, base, base // 15 if ";" in timecode(first) else 0)
    for width in (2, 20, 60, 400):
        step = clock.step(width)
        labels = [frame for frame, labelled in clock.ticks(0, 40 * 60 * base, step) if labelled]
        assert len(labels) > 3
        for frame in labels:
            text = timecode(RationalTime(frame, rate), first)
            minutes, seconds, frames = (int(part) for part in text.replace(";", ":").split(":")[1:])
            dropped = ";" in text and minutes % 10 and seconds == 0
            assert frames == (clock.drop if dropped else 0), text
            assert (minutes * 60 + seconds) % min(step // base, 3600) == 0, text


def test_single_frames_are_ticked_when_close() -> None:
    clock = Clock(0, 24, 0)
    assert clock.step(1 / 24) == 1 and clock.step(0.3) == 10 and clock.step(0.9) == 24
    assert [frame for frame, _ in clock.ticks(100, 104, 1)] == [100, 101, 102, 103, 104]


def test_in_and_out_are_marked_by_key(qtbot, cut) -> None:
    view, model = cut.timeline_view, cut.model
    model.seek(48)
    qtbot.keyClick(view, Qt.Key.Key_I)
    model.seek(95)
    qtbot.keyClick(view, Qt.Key.Key_O)
    assert (model.marked.start_time.value, model.marked.duration.value) == (48, 48)
    qtbot.keyClick(view, Qt.Key.Key_X, ALT)
    assert model.marks == (None, None)
    model.select_cue("two")
    qtbot.keyClick(view, Qt.Key.Key_X)
    assert model.marked == model.find("two").range
    model.select_clips(())
    model.seek(70)  # the insert lies above shot 1
    qtbot.keyClick(view, Qt.Key.Key_X)
    assert (model.marked.start_time.value, model.marked.duration.value) == (60, 24)


def test_an_out_point_before_the_in_point_takes_its_place(qtbot, cut) -> None:
    cut.model.mark(RationalTime(100, 24), None)
    cut.model.seek(50)
    qtbot.keyClick(cut.timeline_view, Qt.Key.Key_O)
    assert cut.model.marks == (None, RationalTime(51, 24))


def test_a_range_is_dragged_out_on_the_ruler_and_given_up(qtbot, cut) -> None:
    view, model = cut.timeline_view, cut.model
    start, end = (QPoint(round(view.places.x_of(frame)), 10) for frame in (48, 144))
    before = model.playhead
    drag(view, start, end, SHIFT)
    assert model.marked.start_time.value == pytest.approx(48, abs=1)
    assert model.marked.end_time_exclusive().value == 144 and model.playhead == before
    kept = model.marks
    press(view, end, SHIFT)
    move(view, start + (end - start) * 0.5, SHIFT)
    assert model.marks != kept
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    release(view, start)
    assert model.marks == kept


def test_markers_are_found_told_and_gone_to(qtbot, cut) -> None:
    view, model = cut.timeline_view, cut.model
    found = [(mark.frame, mark.name, mark.track) for mark in view.places.markers().items]
    assert found == [(100, "Scene 2", None), (106, "eyeline", 0), (300, "Pickup", None)]
    at = QPointF(view.places.x_of(300) + 2, 28)
    assert words_at(view.places, at) == ["Pickup", "01:00:12:12"]
    click(view, at.toPoint())
    assert model.playhead.value == 300
    for key, frame in ((CTRL | SHIFT, 106), (CTRL | SHIFT, 100), (SHIFT, 106)):
        qtbot.keyClick(view, Qt.Key.Key_M, key)
        assert model.playhead.value == frame


def test_up_and_down_go_from_cut_to_cut(qtbot, cut) -> None:
    view, model = cut.timeline_view, cut.model
    stood = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(view, key)
        stood.append(model.playhead.value)
    assert stood == [48, 60, 84, 60]
    cut.cue_table.setFocus()
    qtbot.keyClick(cut.cue_table, Qt.Key.Key_Down)
    assert model.playhead.value == 60


def test_ctrl_and_wheel_zoom_about_the_mouse(cut) -> None:
    view = cut.timeline_view
    view.zoom(4)
    frame, scale = view.places.frame_at(300), view.places.scale
    wheel(view, 300, QPoint(0, 120), keys=CTRL)
    assert view.places.scale == pytest.approx(1.2 * scale)
    assert view.places.frame_at(300) == pytest.approx(frame, abs=24 / view.places.scale)


def test_wheels_and_pads_scroll(cut) -> None:
    view = cut.timeline_view
    view.zoom(8, 0)
    view.set_track_size("large")
    along, down = view.horizontalScrollBar(), view.verticalScrollBar()
    wheel(view, 300, QPoint(0, -120))
    assert (along.value(), down.value()) == (120, 0)
    wheel(view, 300, QPoint(-8, -240), QPoint(-3, -30))
    assert (along.value(), down.value()) == (123, 30)
    wheel(view, 300, QPoint(0, -120), keys=SHIFT)
    assert down.value() == min(150, down.maximum()) and along.value() == 123


def test_zoom_to_selection_and_back_to_all(qtbot, cut) -> None:
    view = cut.timeline_view
    click(view, centre(view, "three"))
    qtbot.keyClick(view, Qt.Key.Key_Z, ALT)
    rect = view.places.cue_rect(cut.model.find("three"))
    assert rect.left() >= 0 and rect.right() <= view.viewport().width()
    assert rect.width() > 0.85 * view.viewport().width()
    qtbot.keyClick(view, Qt.Key.Key_Z, SHIFT)
    assert view.places.x_of(480) < view.viewport().width() and view.places.scroll_x == 0


def test_the_page_turns_when_the_playhead_leaves_it(cut) -> None:
    view, model = cut.timeline_view, cut.model
    view.zoom(6, 0)
    width = view.viewport().width()
    edge = int(view.places.frame_at(width))
    model.seek(edge - 1)
    assert view.places.scroll_x == 0
    model.seek(edge + 1)
    assert 0 < view.places.x_of(model.playhead.value) < 0.2 * width
    view.horizontalScrollBar().setValue(0)  # looked elsewhere: a step does not pull the view away
    model.seek(edge + 2)
    assert view.places.scroll_x == 0


def test_tool_tips_tell_the_whole_line(cut) -> None:
    view = cut.timeline_view
    words = tooltip(view.places, QPointF(centre(view, "one")))
    for told in ("ANNA", "Where were you?", "01:00:01:00", "wanted"):
        assert told in words
    offline = view.places.clip_rect(cut.model.views[3]).center()
    assert "offline" in tooltip(view.places, offline)
    assert tooltip(view.places, QPointF(view.viewport().width() - 2, view.viewport().height() - 2)) == ""
