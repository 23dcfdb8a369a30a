"""Anything dropped on the window: it opens, it is offered, or it is said what to do; nothing is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from vssflow_studio.engine.from_movies import timeline_of
from vssflow_studio.errors import MediaError
from vssflow_studio.timeline.timecode import seconds


def mime_of(*paths: Path | str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(one) if isinstance(one, str) else QUrl.fromLocalFile(str(one)) for one in paths])
    return mime


def drop(widget: QWidget, mime: QMimeData) -> None:
    """As the system delivers it: it enters, and is let go."""
    where, copy = QPointF(widget.rect().center()), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(where.toPoint(), copy, mime, left, none))
    QApplication.sendEvent(widget, QDropEvent(where, copy, mime, left, none))


def said(qtbot, window) -> str:
    qtbot.waitUntil(window.message.isVisible)
    return window.message.text


def test_a_timeline_opens(qtbot, window, timeline_file) -> None:
    drop(window, mime_of(timeline_file))
    qtbot.waitUntil(lambda: window.model.path == timeline_file)


def test_a_folder_with_one_timeline_opens_it(qtbot, window, timeline_file) -> None:
    drop(window, mime_of(timeline_file.parent))
    qtbot.waitUntil(lambda: window.model.path == timeline_file)


def test_a_script_is_offered_as_cues(qtbot, opened, tmp_path, answer) -> None:
    subtitles = tmp_path / "lines.srt"
    subtitles.write_text("1\n00:00:00,500 --> 00:00:01,500\nHello there.\n")
    answer("Import Cues")
    drop(opened, mime_of(subtitles))
    qtbot.waitUntil(lambda: [cue.text for cue in opened.model.project.cues] == ["Hello there."])
    assert opened.undo_stack.undoText() == "Import cues"


def test_a_script_without_a_timeline_says_what_comes_first(qtbot, window, tmp_path) -> None:
    subtitles = tmp_path / "lines.srt"
    subtitles.write_text("1\n00:00:00,500 --> 00:00:01,500\nHello there.\n")
    drop(window, mime_of(subtitles))
    assert "Open the timeline" in said(qtbot, window)


def test_movies_become_a_timeline(qtbot, window, make_movie, tmp_path, answer) -> None:
    films = [make_movie(tmp_path / "b.mp4", 1), make_movie(tmp_path / "a.mp4", 2)]
    answer("Make a Timeline")
    drop(window, mime_of(*films))
    qtbot.waitUntil(lambda: window.model.timeline is not None, timeout=10_000)
    assert window.model.path == tmp_path / "a.otio"
    assert [(v.name, v.track_name, float(seconds(v.record.duration))) for v in window.model.views] == [
        ("a", "V1", 2.0), ("b", "V1", 1.0), ("a", "A1", 2.0), ("b", "A1", 1.0),
    ]
    assert window.viewer.clock.text() == "01:00:00:00" and all(view.media for view in window.model.views)


def test_a_movie_that_is_declined_changes_nothing(qtbot, opened, movie, answer) -> None:
    before, there = opened.model.path, set(movie.parent.iterdir())
    answer("Cancel")
    drop(opened, mime_of(movie))
    qtbot.wait(200)
    assert opened.model.path == before and set(movie.parent.iterdir()) == there


def test_a_sound_alone_is_no_timeline_of_movies(tmp_path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(4800, np.float32), 48_000)
    with pytest.raises(MediaError):
        timeline_of([tmp_path / "a.wav"])


BAD = {
    "wav": ("voice.wav", "Cast panel"),
    "project": ("cut.prproj", "Final Cut Pro XML"),
    "picture": ("panel.png", "timeline or a movie"),
    "nothing known": ("notes.docx", "can't be opened here"),
    "no suffix": ("README", "can't be opened here"),
    "broken timeline": ("bad.otio", "bad.otio"),
    "broken movie": ("bad.mp4", "bad.mp4"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_opened_is_told_and_nothing_is_lost(qtbot, opened, tmp_path, case, answer) -> None:
    name, words = BAD[case]
    (tmp_path / name).write_bytes(b"\x00\x01 no such thing")
    opened.add_cue("foley")
    opened.inspector.text.setPlainText("a door")
    opened.save()
    opened.add_cue("ambience")
    project, path = opened.model.project, opened.model.path
    opened.undo_stack.setClean()
    if case == "broken movie":
        answer("Make a Timeline")
    drop(opened, mime_of(tmp_path / name))
    assert words in said(qtbot, opened)
    assert opened.model.project == project and opened.model.path == path


def test_an_address_from_a_browser(qtbot, opened) -> None:
    drop(opened, mime_of("https://example.org/cut.otio"))
    assert "Download it" in said(qtbot, opened)


def test_two_files_at_once(qtbot, opened, tmp_path, timeline_file) -> None:
    for name in ("a.docx", "b.docx"):
        (tmp_path / name).write_text("x")
    drop(opened, mime_of(tmp_path / "a.docx", tmp_path / "b.docx"))
    assert "2 files" in said(qtbot, opened)


def test_empty_folders_gone_files_and_plain_text(qtbot, opened, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    for mime, words in (
        (mime_of(tmp_path / "empty"), "no timeline or movie"),
        (mime_of(tmp_path / "gone.otio"), "not there any more"),
        (QMimeData(), "no file"),
    ):
        opened.message.hide()
        drop(opened, mime)
        assert words in said(qtbot, opened)


def test_a_file_dropped_on_a_text_field_is_the_windows(qtbot, opened, tmp_path) -> None:
    opened.add_cue("dialogue")
    (tmp_path / "empty").mkdir()
    field, mime = opened.inspector.text.viewport(), mime_of(tmp_path / "empty")  # Qt doesn't keep the mime data
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(field.rect().center(), copy, mime, left, none)
    QApplication.sendEvent(field, enter)
    QApplication.sendEvent(field, QDropEvent(QPointF(4, 4), copy, mime, left, none))
    assert opened.inspector.text.toPlainText() == ""
    assert "no timeline or movie" in said(qtbot, opened)
