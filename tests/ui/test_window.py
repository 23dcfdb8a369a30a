from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QLabel, QMessageBox, QToolBar, QToolButton

from vssflow_studio.errors import StudioError
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project
from vssflow_studio.ui.cues.rows import TEXT
from vssflow_studio.ui.timeline.geometry import dragged
from vssflow_studio.ui.window.main_window import MainWindow


def track_names(path: Path) -> list[str]:
    timeline = read_timeline(path)  # its tracks go when it goes
    return [track.name for track in timeline.tracks]


def click_clip(qtbot, window: MainWindow) -> None:
    view = window.timeline_view
    at = view.places.clip_rect(window.model.views[0]).center().toPoint()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def type_line(qtbot, window: MainWindow, text: str, who: str = "ANNA") -> None:
    click_clip(qtbot, window)
    qtbot.mouseClick(window.inspector.add_buttons["dialogue"], Qt.MouseButton.LeftButton)
    window.inspector.character.setCurrentText(who)
    qtbot.keyClicks(window.inspector.text, text)


def test_no_torch_in_the_windows_process(window) -> None:
    from subprocess import run

    script = "import sys, vssflow_studio.ui.window.main_window; print('torch' in sys.modules)"
    done = run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_empty_window_says_what_to_do(window) -> None:
    assert window.welcome.open_button.isVisible() and window.welcome.sample_button.isVisible()
    assert not window.actions_["generate"].isEnabled()


def test_opening_shows_the_clips_to_scale(opened) -> None:
    (view,) = opened.model.views
    rect = opened.timeline_view.places.clip_rect(view)
    assert rect.width() == pytest.approx(4 * opened.timeline_view.places.scale, abs=2)
    assert opened.viewer.clock.text() == "01:00:00:00"


def test_a_line_typed_over_a_clip_takes_its_range(qtbot, opened) -> None:
    type_line(qtbot, opened, "Hello there.")
    opened.inspector.commit()
    (cue,) = opened.model.project.cues
    assert (cue.text, cue.character) == ("Hello there.", "ANNA")
    assert cue.range == opened.model.views[0].record
    assert opened.model.state(cue) == "wanted"
    assert opened.cue_table.rows.index(0, TEXT).data() == "Hello there."


def test_every_edit_is_undone_by_name(qtbot, opened) -> None:
    stack: QUndoStack = opened.undo_stack
    type_line(qtbot, opened, "Hello.")
    opened.inspector.commit()
    cue_id = opened.model.project.cues[0].id
    opened.timeline_view.range_changed.emit(cue_id, TimeRange(RationalTime(5, 24), RationalTime(20, 24)))
    opened.undo_stack.change_cast("ANNA", "rms")
    opened.remove_cue(cue_id)
    names = [stack.text(index) for index in range(stack.count())]
    assert names == ["Add line", "Change character", "Change cue range", "Change voice", "Remove cue"]
    while stack.canUndo():
        stack.undo()
    assert opened.model.project.cues == () and opened.model.project.cast == {}
    while stack.canRedo():
        stack.redo()
    assert opened.model.project.cues == () and opened.model.project.cast == {"ANNA": "rms"}


def test_dragging_a_cues_edge_sets_its_range(qtbot, opened) -> None:
    type_line(qtbot, opened, "Hello.")
    opened.inspector.commit()
    view, cue = opened.timeline_view, opened.model.project.cues[0]
    rect = view.places.cue_rect(cue)
    end = QPoint(round(rect.right()) - 2, round(rect.center().y()))
    to = end - QPoint(round(view.places.scale), 0)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    qtbot.mouseMove(view.viewport(), to)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=to)
    assert opened.model.project.cues[0].range.duration.value == pytest.approx(72, abs=1)


def test_a_range_is_never_empty_nor_before_the_start() -> None:
    range_ = TimeRange(RationalTime(10, 24), RationalTime(5, 24))
    assert dragged(range_, "start", 99).duration.value == 1
    assert dragged(range_, "end", -99).duration.value == 1
    assert dragged(range_, "body", -99).start_time.value == 0


def test_saved_cues_are_read_back(qtbot, opened, timeline_file: Path) -> None:
    type_line(qtbot, opened, "Keep me.")
    assert opened.isWindowModified() or opened.save()
    opened.actions_["save"].trigger()
    assert not opened.isWindowModified()
    assert [c.text for c in read_project(read_timeline(timeline_file)).cues] == ["Keep me."]


def test_a_bad_file_is_told_in_the_window_and_the_open_one_stays(opened, tmp_path: Path) -> None:
    bad = tmp_path / "bad.otio"
    bad.write_text("{")
    assert not opened.open(bad)
    assert opened.message.isVisible() and str(bad) in opened.message.text
    assert opened.model.path.name == "cut.otio"


def test_an_empty_line_is_told_with_its_timecode(qtbot, opened) -> None:
    opened.add_cue("dialogue")
    opened.generate_selected()
    assert "empty" in opened.message.text and "01:00:00:00" in opened.message.text


def test_closing_with_unsaved_edits_asks(qtbot, opened, monkeypatch) -> None:
    opened.add_cue("foley")
    asked = []
    monkeypatch.setattr(QMessageBox, "question", lambda *a: asked.append(a[2]) or QMessageBox.StandardButton.Cancel)
    assert not opened.close() and "cut.otio" in str(asked[0]) or asked


def test_generate_hear_save(qtbot, opened, timeline_file: Path) -> None:
    type_line(qtbot, opened, "Hello there.")
    with qtbot.waitSignal(opened.jobs.made, timeout=120_000):
        qtbot.mouseClick(opened.inspector.generate, Qt.MouseButton.LeftButton)
    (cue,) = opened.model.project.cues
    assert opened.model.state(cue) == "ready"
    assert opened.undo_stack.undoText() == "Add take"
    assert [v.track_name for v in opened.model.views] == ["V1", "DX TEMP"]
    assert len(opened.model.sounds()) == 1
    opened.actions_["save"].trigger()
    assert "DX TEMP" in track_names(timeline_file)
    opened.undo_stack.change_fields(cue.id, "Edit line", text="Something else.")
    assert opened.model.state(opened.model.project.cues[0]) == "stale"


def test_a_cancel_in_the_window_answers_at_once(qtbot, opened) -> None:
    type_line(qtbot, opened, "Hello there, my friend.")
    opened.generate_selected()
    opened.actions_["cancel_all"].trigger()
    qtbot.waitUntil(lambda: not opened.jobs.busy, timeout=1000)
    assert opened.model.state(opened.model.project.cues[0]) == "wanted"


def test_play_moves_the_playhead_without_a_sound_device(qtbot, opened) -> None:
    opened.actions_["play"].trigger()
    qtbot.waitUntil(lambda: opened.model.playhead.value >= 6, timeout=8000)
    opened.actions_["play"].trigger()
    stood = opened.model.playhead.value
    qtbot.wait(200)
    assert opened.model.playhead.value == stood and not opened.player.playing


def test_controls_have_names_for_a_screen_reader(opened) -> None:
    for widget in (opened.cue_table, opened.timeline_view, opened.screen_, opened.inspector.text, opened.inspector.voice):
        assert widget.accessibleName()


def test_half_typed_fields_outlive_a_jobs_steps(qtbot, opened) -> None:
    type_line(qtbot, opened, "Hello there.")
    opened.inspector.commit()
    opened.generate_selected()
    opened.inspector.end.setFocus()
    opened.inspector.end.selectAll()
    qtbot.keyClicks(opened.inspector.end, "01:00:02")
    with qtbot.waitSignal(opened.jobs.changed, timeout=60_000, check_params_cb=lambda job: job.step > 0):
        pass
    assert opened.inspector.end.text() == "01:00:02"
    opened.jobs.cancel_all()
    qtbot.keyClicks(opened.inspector.end, ":00")
    opened.inspector.commit()
    assert opened.model.project.cues[0].range.duration.value == 48


def test_overlapping_cues_share_the_row(opened) -> None:
    for start, length in ((0, 24), (12, 24), (48, 24)):
        opened.add_cue("ambience")
        range_ = TimeRange(RationalTime(start, 24), RationalTime(length, 24))
        opened.undo_stack.change_fields(opened.model.selected_cue, "Change cue range", range=range_)
    first, second, alone = (opened.timeline_view.places.cue_rect(cue) for cue in opened.model.project.cues)
    assert not first.intersects(second)
    assert alone.height() > 1.5 * first.height()


def test_a_refused_save_as_leaves_the_media_found(opened, tmp_path: Path) -> None:
    media = opened.model.views[0].media
    clip = next(iter(opened.model.timeline.find_clips()))
    before = clip.media_reference.target_url = Path(os.path.relpath(media, tmp_path)).as_posix()
    assert not opened.save(tmp_path / "gone" / "cut.otio")
    assert "not there" in opened.message.text
    assert clip.media_reference.target_url == before and opened.model.path.name == "cut.otio"


def test_picture_plays_on_where_sound_cannot_be_read(qtbot, opened, tmp_path: Path) -> None:
    from vssflow_studio.media.span import Span

    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF, but no more")
    opened.model.sounds = lambda: [Span(str(broken), 0.0, 0.0, 2.0)]
    opened.actions_["play"].trigger()
    qtbot.waitUntil(lambda: opened.model.playhead.value >= 3, timeout=8000)
    assert opened.player.playing
    opened.player.pause()


def test_recent_timelines_open_again(opened, timeline_file: Path) -> None:
    opened.recent_menu.aboutToShow.emit()
    (action,) = opened.recent_menu.actions()
    assert action.text() == timeline_file.name
    opened.model.timeline = None
    action.trigger()
    assert opened.model.path == timeline_file


def test_the_status_row_shortens_a_long_line_with_dots(qtbot, opened) -> None:
    opened.jobs.pause(True)
    opened.add_cue("ambience")
    cue_id = opened.model.selected_cue
    opened.undo_stack.change_fields(cue_id, "Edit", text="rain on a tin roof, and far away a train that goes by very slowly")
    opened.jobs.generate(cue_id)
    qtbot.waitUntil(lambda: opened.model.is_busy(cue_id))
    opened.model.job_changed(replace(opened.model.jobs[cue_id], state="running"))
    assert "…”" in opened.status.text.text()
    opened.jobs.cancel_all()


def test_a_narrow_window_says_that_there_are_more_commands(qtbot, window) -> None:
    window.resize(860, 600)
    more = window.findChild(QToolBar).findChild(QToolButton, "qt_toolbar_ext_button")
    qtbot.waitUntil(more.isVisible)
    assert more.iconSize().width() <= more.width()
    shown = more.grab().toImage()
    colours = {shown.pixel(x, y) for x in range(shown.width()) for y in range(shown.height())}
    assert len(colours) > 1 and more.accessibleName() == "More commands"


def test_what_went_well_bears_no_warning(opened) -> None:
    bar = opened.message
    bar.show_text("Exported cut.xml.")
    assert bar.property("good") is True and not any(one.text() == "⚠" and one.isVisible() for one in bar.findChildren(QLabel))
    bar.show_error(StudioError("The disk is full"))
    assert bar.property("good") is False and any(one.text() == "⚠" and one.isVisible() for one in bar.findChildren(QLabel))
