"""Tracks, takes, painting, menus, the background and the screen reader of the timeline."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from cuts import write_cut as write_takes
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from timeline_hands import centre, click, drag, span, write_cut

from vssflow_studio.engine.queue import Job
from vssflow_studio.engine.takes import Order
from vssflow_studio.media.sound_picture import SoundPicture
from vssflow_studio.timeline.cues import Cue
from vssflow_studio.ui.background import Background, size_of
from vssflow_studio.ui.timeline import hover as hover
from vssflow_studio.ui.timeline.geometry import pixel
from vssflow_studio.ui.timeline.index import Source, Spans, merged
from vssflow_studio.ui.timeline.pictures import Pictures

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def cut(qtbot, window, tmp_path, movie):
    assert window.open(write_cut(tmp_path, movie))
    window.timeline_view.setFocus()
    return window


@pytest.fixture
def takes(qtbot, window, tmp_path):
    assert window.open(write_takes(tmp_path))
    return window


def row_of(window, name: str):
    return next(row for row in window.timeline_view.places.rows().values() if row.name == name)


def picture(window) -> QImage:
    return window.timeline_view.viewport().grab().toImage()


def test_buttons_mute_and_solo(qtbot, cut) -> None:
    headers, model = cut.timeline_view.headers, cut.model
    track = row_of(cut, "A1")
    qtbot.mouseClick(headers, Qt.MouseButton.LeftButton, pos=headers.button(track, "M").center().toPoint())
    assert model.muted == {track.track} and not model.is_heard(track.track)
    qtbot.mouseClick(headers, Qt.MouseButton.LeftButton, pos=headers.button(track, "M").center().toPoint())
    qtbot.mouseClick(headers, Qt.MouseButton.LeftButton, pos=headers.button(track, "S").center().toPoint())
    assert model.muted == frozenset() and model.soloed == {track.track}
    assert "not heard" in headers.describe(row_of(cut, "A2"))
    assert len(model.sounds()) == 5


def test_tracks_are_muted_by_keyboard(qtbot, cut) -> None:
    headers = cut.timeline_view.headers
    headers.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_M, Qt.Key.Key_Down, Qt.Key.Key_S):
        qtbot.keyClick(headers, key)
    assert cut.model.muted == {2} and cut.model.soloed == {3}
    assert headers.accessibleDescription() == "A2, sound, soloed"


def test_a_muted_track_looks_different_without_colour(cut) -> None:
    row = row_of(cut, "A1")
    cut.timeline_view.show_row(row)
    before = picture(cut).convertToFormat(QImage.Format.Format_Grayscale8)
    cut.model.set_heard(frozenset({row.track}), frozenset())
    after = picture(cut).convertToFormat(QImage.Format.Format_Grayscale8)
    x, y = 200, round(cut.timeline_view.places.row_top(row) + 30)
    assert abs(before.pixelColor(x, y).lightness() - after.pixelColor(x, y).lightness()) > 12


def test_names_and_heights_are_resized(qtbot, cut) -> None:
    view = cut.timeline_view
    headers = view.headers
    before = headers.width()
    start = QPoint(before - 2, 80)
    qtbot.mousePress(headers, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(headers, start + QPoint(60, 0))
    qtbot.mouseRelease(headers, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))
    assert headers.width() == pytest.approx(before + 60, abs=3) and view.viewport().x() == headers.width()
    before = row_of(cut, "V1").height
    qtbot.keyClick(view, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert row_of(cut, "V1").height > before
    qtbot.keyClick(view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert row_of(cut, "V1").height < before


def test_ruler_and_cues_stay_when_the_tracks_scroll(cut) -> None:
    view = cut.timeline_view
    view.set_track_size("large")
    cue = view.places.cue_rect(cut.model.find("one"))
    top = view.places.row_top(row_of(cut, "V1"))
    view.verticalScrollBar().setValue(40)
    assert view.places.cue_rect(cut.model.find("one")) == cue
    assert view.places.row_top(row_of(cut, "V1")) == top - 40


def test_a_take_shows_its_cues_state_and_selects_it(takes) -> None:
    view, model = takes.timeline_view, takes.model
    clip = next(one for one in model.views if one.track_name == "DX TEMP")
    assert view.places.cue_of(clip) == "c0"
    at = view.places.clip_rect(clip).center()
    assert hover.words_at(view.places, at)[:2] == ["Take of", "Line, ANNA"]
    ready = picture(takes)
    takes.undo_stack.change_fields("c0", "Change cue range", range=span(30, 60))
    clip = next(one for one in model.views if one.track_name == "DX TEMP")
    assert model.state(model.find("c0")) == "stale"
    assert picture(takes) != ready
    model.select_clips(())
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    click(view, view.places.clip_rect(clip).center().toPoint())
    assert model.selected_cues == ("c0",)


def test_every_state_is_painted_in_its_own_way(cut) -> None:
    view, model = cut.timeline_view, cut.model
    model.select_cue("")
    area = view.places.cue_rect(model.find("one")).toRect()
    seen = []
    for state, step in (("", 0), ("queued", 0), ("running", 3), ("failed", 0)):
        if state:
            order = Order("one", "t", "", Path("t.wav"), "", 0)
            model.job_changed(Job("j", None, order, state, step, 10))
        seen.append(view.viewport().grab(area).toImage().convertToFormat(QImage.Format.Format_Grayscale8))
    for index, one in enumerate(seen):
        assert all(one != other for other in seen[index + 1 :])


def test_menus_offer_what_can_be_done_there(cut) -> None:
    view = cut.timeline_view

    def offered(at: QPointF) -> list[str]:
        menu = hover.menu(view.actions_, hover.select_under(view.places, at), view)
        return [action.objectName() for action in menu.actions() if action.objectName()]

    on_cue = offered(QPointF(centre(view, "two")))
    assert {"generate", "mark_clip", "remove"} <= set(on_cue) and cut.model.selected_cue == "two"
    on_clip = offered(view.places.clip_rect(cut.model.views[0]).center())
    assert {"line", "foley", "ambience"} <= set(on_clip) and cut.model.selected_clip.name == "shot 0"
    assert {"mark_in", "snap"} <= set(offered(QPointF(view.places.x_of(479), 10)))


def test_the_timeline_is_read_out(qtbot, cut) -> None:
    view = cut.timeline_view
    whole = QAccessible.queryAccessibleInterface(view)
    assert whole.text(QAccessible.Text.Name) == "Timeline" and whole.childCount() == 3
    names = [whole.child(index).text(QAccessible.Text.Name) for index in range(3)]
    assert "ANNA" in names[0] and "Where were you?" in names[0] and "wanted" in names[0]
    assert "footsteps" in names[1]
    cut.model.select_cue("two")
    assert "footsteps" in view.accessibleDescription()
    assert whole.child(1).state().selected and whole.focusChild().text(QAccessible.Text.Name) == names[1]
    cut.model.select_cues(("one", "two"))
    assert view.accessibleDescription().startswith("2 selected")
    tracks = QAccessible.queryAccessibleInterface(view.headers)
    assert [tracks.child(i).text(QAccessible.Text.Name) for i in range(2)] == ["V2, picture", "V1, picture"]


def test_thumbnails_and_waveforms_come_from_the_background(qtbot, cut) -> None:
    view = cut.timeline_view
    bare = picture(cut)
    qtbot.waitUntil(lambda: view.background.size > 20_000, timeout=20_000)
    qtbot.waitUntil(lambda: view.background.idle, timeout=20_000)
    assert picture(cut) != bare


def test_thumbnails_leave_the_gap_to_the_next_clip_free(qtbot, movie) -> None:
    pictures, source, bare = Pictures(Background()), Source(str(movie), 0.0, 2.0, 1.0), QColor("magenta")
    for step in range(10):
        rect = QRectF(10 + step / 10, 0, 103.4, 36)
        for _ in range(2):  # asked for, and there
            canvas = QImage(160, 36, QImage.Format.Format_RGB32)
            canvas.fill(bare)
            painter = QPainter(canvas)
            pictures.draw_thumbnails(painter, source, rect, (0, 160), 60.0)
            painter.end()
            qtbot.waitUntil(lambda: pictures.background.idle, timeout=20_000)
        end = pixel(rect.right())
        assert canvas.pixelColor(end - 1, 18) != bare and canvas.pixelColor(end, 18) == bare, rect
    pictures.background.close()


# --- what is under it ---


def test_what_the_background_holds_back_keeps_its_place(qtbot) -> None:
    background, done = Background(), []
    background.get("first", lambda: done.append("first"))
    background.renew()  # a painting that doesn't ask again, as while a cue plays
    qtbot.waitUntil(lambda: background.idle, timeout=5000)
    assert done == ["first"]
    background.close()


def test_the_background_drops_what_is_not_wanted_any_more(qtbot) -> None:
    background, begun, gate, done = Background(), threading.Event(), threading.Event(), []
    background.get("first", lambda: begun.set() or gate.wait(5) and done.append("first"))
    qtbot.waitUntil(begun.is_set)
    background.get("second", lambda: done.append("second"))
    background.renew()
    background.get("third", lambda: done.append("third"))
    gate.set()
    qtbot.waitUntil(lambda: background.idle, timeout=5000)
    assert done == ["first", "third"]
    background.close()


def test_the_background_keeps_within_its_bytes(qtbot) -> None:
    background = Background(limit=10_000)
    for number in range(20):
        background.get(number, lambda: np.zeros(1000, np.uint8))
        qtbot.waitUntil(lambda: background.idle, timeout=5000)
        background.peek(0)  # what is asked for stays
    assert background.size <= 10_000
    assert background.peek(0) is not None and background.peek(1) is None and background.peek(19) is not None
    background.close()


def test_what_a_sounds_picture_holds_is_counted() -> None:
    picture = SoundPicture(np.zeros((600, 2), np.float32), np.zeros((64, 600), np.uint8), 1.0, -20.0, -3.0)
    assert size_of(picture) >= picture.peaks.nbytes + picture.spectrum.nbytes


def test_a_question_that_breaks_is_no_answer(qtbot, caplog) -> None:
    background = Background()
    background.get("bad", lambda: 1 / 0)
    qtbot.waitUntil(lambda: background.idle, timeout=5000)
    assert background.peek("bad") is False and "ZeroDivisionError" in caplog.text
    background.close()


def test_spans_find_what_overlaps_a_stretch() -> None:
    random = np.random.default_rng(3)
    starts, lengths = random.integers(0, 1000, 400), random.integers(1, 90, 400)
    spans = Spans([(s, s + l, n) for n, (s, l) in enumerate(zip(starts.tolist(), lengths.tolist(), strict=True))])
    for first, last in ((0, 0), (100, 130), (999, 2000), (-5, -1)):
        expected = {n for n in range(400) if starts[n] <= last and starts[n] + lengths[n] >= first}
        assert set(spans.over(first, last)) == expected


def test_narrow_blocks_become_few_bars() -> None:
    lefts = np.arange(10_000) / 50
    bars = merged(lefts, lefts + 0.01, np.zeros(10_000, np.int16))
    assert len(bars) == 1 and bars[0][0] == 0 and bars[0][1] == pytest.approx(200, abs=0.1)
    apart = merged(np.array([0.0, 10.0]), np.array([1.0, 11.0]), np.zeros(2, np.int16))
    assert [bar[:2] for bar in apart] == [(0, 1), (10, 11)]
    assert len(merged(np.array([0.0, 1.5]), np.array([1.0, 2.5]), np.array([0, 1]))) == 2


def test_thousands_of_cues_are_all_under_the_mouse(qtbot, window, tmp_path, movie) -> None:
    cues = tuple(Cue(f"c{n}", "foley", span(n, 3), f"step {n}") for n in range(400))
    window.open(write_cut(tmp_path, movie, cues=cues))
    view = window.timeline_view
    for number in (0, 57, 399):
        found = view.places.cue_at(view.places.cue_rect(cues[number]).center())
        assert abs(int(found.id[1:]) - number) <= 1
    drag(view, QPoint(0, 35), QPoint(view.viewport().width() - 1, round(view.places.top) - 1))
    assert len(window.model.selected_cues) == 400
