"""The window as the user sees it: empty, and with the 4 s film cut into a timeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from vssflow_studio.ui.main_window import MainWindow


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    window = MainWindow()
    qtbot.addWidget(window, before_close_func=lambda w: w.undo_stack.setClean())
    window.resize(1200, 800)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def opened(window, timeline_file: Path):
    assert window.open(timeline_file)
    return window
