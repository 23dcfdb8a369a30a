"""The window as the user sees it: empty, and with the 4 s film cut into a timeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from vssflow_studio.ui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    window = MainWindow()
    qtbot.addWidget(window, before_close_func=unasked)
    window.resize(1200, 800)
    window.show()
    qtbot.waitExposed(window)
    return window


def unasked(window: MainWindow) -> None:
    """Nothing is left to ask about when the window closes, also where a test has failed half way."""
    window._commit()
    window.undo_stack.setClean()
    window.jobs.cancel_all()


@pytest.fixture
def opened(window, timeline_file: Path):
    assert window.open(timeline_file)
    return window
