"""Opening what takes long: the window lives, says what it does, and takes nothing else on meanwhile."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QTimer

from vssflow_studio.errors import TimelineError
from vssflow_studio.timeline import files


@pytest.fixture
def slow_disk(monkeypatch):
    """Reading waits until `go` is set; whoever reads is on another thread."""
    go, read = threading.Event(), files.read_json

    def waiting(path):
        assert threading.current_thread() is not threading.main_thread()
        assert go.wait(20)
        return read(path)

    monkeypatch.setattr(files, "read_json", waiting)
    return go


def test_the_window_goes_on_while_a_timeline_is_read(qtbot, window, timeline_file, slow_disk) -> None:
    seen = []

    def look() -> None:
        seen.append((window.files.aside.busy, window.message.text, window.isVisible()))
        seen.append(window.open(timeline_file))  # by another program, say
        window.close()
        slow_disk.set()

    QTimer.singleShot(300, look)
    assert window.open(timeline_file)
    assert seen == [(True, f"Opening {timeline_file.name}…", True), False]
    assert window.isVisible() and not window.files.aside.busy and not window.message.isVisible()
    assert len(window.model.views) > 0 and window.model.path == timeline_file


def test_what_goes_wrong_aside_is_raised_where_it_was_asked_for(qtbot, window, tmp_path, slow_disk) -> None:
    broken = tmp_path / "broken.otio"
    broken.write_text("{}")
    QTimer.singleShot(300, slow_disk.set)
    assert not window.open(broken)
    assert "broken.otio" in window.message.text and not window.files.aside.busy
    with pytest.raises(TimelineError):
        window.files.aside.do("Reading…", lambda: files.read_timeline(tmp_path / "none.otio"))
