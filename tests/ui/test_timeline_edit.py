"""Cues on the timeline by mouse and keyboard: select, move, trim, snap, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from timeline_hands import centre, click, drag, move, press, release, write_cut

from vssflow_studio.ui.timeline.snap import snap

CTRL, SHIFT, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def cut(qtbot, window, tmp_path, movie):
    assert window.open(write_cut(tmp_path, movie))
    window.timeline_view.setFocus()
    window.timeline_view.hand.snapping = False
    return window


def frames(window, cue_id: str) -> tuple[float, float]:
    range_ = window.model.find(cue_id).range
    return range_.start_time.value, range_.duration.value


def pixels(window, count: float) -> QPoint:
    """As many pixels as `count` frames take."""
    return QPoint(round(count / 24 * window.timeline_view.places.scale), 0)


def edge(window, cue_id: str, part: str) -> QPoint:
    rect = window.timeline_view.places.cue_rect(window.model.find(cue_id))
    x = rect.left() + 2 if part == "start" else rect.right() - 2
    return QPoint(round(x), round(rect.center().y()))


def test_a_body_moves_and_says_where_to(cut) -> None:
    view = cut.timeline_view
    start = centre(view, "one")
    press(view, start)
    move(view, start + pixels(cut, 48))
    assert "01:00:03:00" in view.overlay.tip[1] and "2 s 00 fr" in view.overlay.tip[1]
    release(view, start + pixels(cut, 48))
    assert frames(cut, "one") == (72, 48) and view.overlay.tip is None
    assert cut.undo_stack.undoText() == "Change cue range"


def test_several_move_together_as_one_step(cut) -> None:
    view, model = cut.timeline_view, cut.model
    click(view, centre(view, "one"))
    click(view, centre(view, "two"), CTRL)
    assert model.selected_cues == ("one", "two")
    before = cut.undo_stack.count()
    start = centre(view, "two")
    drag(view, start, start + pixels(cut, 24))
    assert (frames(cut, "one"), frames(cut, "two")) == ((48, 48), (144, 48))
    assert cut.undo_stack.count() == before + 1 and cut.undo_stack.undoText() == "Move 2 cues"
    assert model.selected_cues == ("one", "two")
    cut.undo_stack.undo()
    assert (frames(cut, "one"), frames(cut, "two")) == ((24, 48), (120, 48))


def test_none_of_several_gets_before_the_first_frame(cut) -> None:
    view = cut.timeline_view
    cut.model.select_cues(("one", "two"))
    start = centre(view, "two")
    drag(view, start, start - pixels(cut, 100))
    assert (frames(cut, "one")[0], frames(cut, "two")[0]) == (0, 96)


def test_esc_abandons_a_drag(qtbot, cut) -> None:
    view = cut.timeline_view
    start = edge(cut, "two", "end")
    press(view, start)
    move(view, start + pixels(cut, 48))
    assert view.places.preview
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    release(view, start + pixels(cut, 48))
    assert frames(cut, "two") == (120, 48) and not view.places.preview and not cut.undo_stack.canUndo()


def test_esc_in_a_drag_does_not_reach_the_jobs(qtbot, cut) -> None:
    view, start = cut.timeline_view, edge(cut, "one", "end")
    click(view, centre(view, "one"))
    cut.generate_selected()
    qtbot.waitUntil(lambda: cut.model.is_busy("one"), timeout=10_000)
    press(view, start)
    move(view, start + pixels(cut, 12))
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert cut.model.is_busy("one")
    cut.jobs.cancel_all()


def test_an_edge_snaps_to_a_cut_and_shows_where(cut) -> None:
    view = cut.timeline_view
    view.hand.snapping = True
    start = edge(cut, "one", "end")  # at frame 72; cuts at 96 and 144
    to = start + pixels(cut, 24) - QPoint(4, 0)
    press(view, start)
    move(view, to)
    assert view.overlay.guide == 96
    release(view, to)
    assert frames(cut, "one") == (24, 72) and view.overlay.guide is None


def test_alt_and_n_suspend_snapping(qtbot, cut) -> None:
    view = cut.timeline_view
    view.hand.snapping = True
    cut.actions_["snap"].setChecked(True)
    start = edge(cut, "one", "end")
    aside = 24 + round(5 / view.places.scale * 24)  # snapping would make it 24, or 28 at a marker
    drag(view, start, start + pixels(cut, 24) + QPoint(5, 0), ALT)
    assert frames(cut, "one")[1] - 48 == pytest.approx(aside, abs=1) and frames(cut, "one")[1] not in (72, 76)
    cut.undo_stack.undo()
    qtbot.keyClick(view, Qt.Key.Key_N)
    assert not view.hand.snapping and not cut.actions_["snap"].isChecked()
    drag(view, start, start + pixels(cut, 24) + QPoint(5, 0))
    assert frames(cut, "one")[1] - 48 == pytest.approx(aside, abs=1) and frames(cut, "one")[1] not in (72, 76)


def test_the_nearest_of_all_edges_snaps() -> None:
    assert snap([10, 20], [0, 13, 19], 5).by == -1
    assert snap([10, 20], [0, 100], 5) is None
    assert snap([50], [], 5) is None


def test_a_rubber_band_selects_cues_or_clips(cut) -> None:
    view, model = cut.timeline_view, cut.model
    low = round(view.places.top) - 2
    drag(view, QPoint(round(view.places.x_of(110)), 36), QPoint(round(view.places.x_of(250)), low))
    assert model.selected_cues == ("two", "three") and not model.selected_clips
    empty = view.places.row_top(view.places.rows()[1]) + 10  # V2 has gaps
    drag(view, QPoint(round(view.places.x_of(90)), round(empty)), QPoint(round(view.places.x_of(130)), round(empty) + 60))
    names = {clip.name for clip in model.selected_clips}
    assert names == {"shot 1", "shot 2"} and not model.selected_cues


def test_ctrl_toggles_and_shift_adds(qtbot, cut) -> None:
    view, model = cut.timeline_view, cut.model
    click(view, centre(view, "one"))
    click(view, centre(view, "three"), SHIFT)
    click(view, centre(view, "one"), CTRL)
    assert model.selected_cues == ("three",)
    qtbot.keyClick(view, Qt.Key.Key_A, CTRL)
    assert set(model.selected_cues) == {"one", "two", "three"}
    click(view, centre(view, "two"))
    assert model.selected_cues == ("two",)


def test_clips_are_added_to_a_selection(cut) -> None:
    view, model = cut.timeline_view, cut.model
    places = [view.places.clip_rect(clip).center().toPoint() for clip in model.views[:3]]
    click(view, places[0])
    click(view, places[2], CTRL)
    assert [clip.name for clip in model.selected_clips] == ["shot 0", "shot 2"]
    click(view, places[0], CTRL)
    assert [clip.name for clip in model.selected_clips] == ["shot 2"]


@pytest.mark.parametrize(
    ("key", "modifiers", "after"),
    [
        (Qt.Key.Key_Period, Qt.KeyboardModifier.NoModifier, (121, 48)),
        (Qt.Key.Key_Comma, Qt.KeyboardModifier.NoModifier, (119, 48)),
        (Qt.Key.Key_Period, SHIFT, (130, 48)),
        (Qt.Key.Key_Comma, SHIFT, (110, 48)),
        (Qt.Key.Key_BracketLeft, Qt.KeyboardModifier.NoModifier, (130, 38)),
        (Qt.Key.Key_BracketRight, Qt.KeyboardModifier.NoModifier, (120, 10)),
        (Qt.Key.Key_E, Qt.KeyboardModifier.NoModifier, (130, 38)),
    ],
)
def test_keys_nudge_and_trim(qtbot, cut, key, modifiers, after) -> None:
    cut.model.seek(130)
    cut.model.select_cue("two")
    qtbot.keyClick(cut.timeline_view, key, modifiers)
    assert frames(cut, "two") == after
    assert cut.undo_stack.undoText() in ("Nudge cue", "Trim cue")


def test_letters_are_typed_where_text_is_typed(qtbot, cut) -> None:
    cut.model.select_cue("two")
    cut.inspector.text.setFocus()
    cut.inspector.text.selectAll()
    qtbot.keyClicks(cut.inspector.text, "nixoe[],.")
    assert cut.inspector.text.toPlainText() == "nixoe[],."
    assert cut.model.marks == (None, None) and cut.timeline_view.hand.snapping is False
    assert frames(cut, "two") == (120, 48)
    cut.inspector.commit()  # else closing asks


def test_keys_reach_every_cue_and_enter_opens_one(qtbot, cut) -> None:
    view, model = cut.timeline_view, cut.model
    seen = []
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Right, CTRL)
        seen.append(model.selected_cue)
    assert seen == ["one", "two", "three"] and model.playhead.value == 240
    qtbot.keyClick(view, Qt.Key.Key_Left, CTRL)
    assert model.selected_cue == "two"
    with qtbot.waitSignal(view.cue_activated) as told:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert told.args == ["two"]
