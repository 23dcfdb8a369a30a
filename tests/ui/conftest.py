"""The window as the user sees it: empty, and with the 4 s film cut into a timeline."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

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


class Answers:
    """`answer("Cancel")` presses that button of the next question; `texts` are what the questions said.

    What is still waited for when a test ends is waited for no longer: another test's dialog may have such a button.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._awaited: list[str] = []
        self._looks = 0
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(self._look)

    def __call__(self, text: str) -> None:
        self._awaited.append(text)
        self._looks = 0
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()

    def _look(self) -> None:
        box = QApplication.activeModalWidget()
        buttons = box.findChildren(QPushButton) if box else ()
        button = next((one for one in buttons if one.text().replace("&", "") == self._awaited[0]), None)
        if button is None:
            self._looks += 1
            if self._looks > 400:
                self._timer.stop()
                raise AssertionError(f"nobody asked {self._awaited[0]!r}")
            return
        self._looks = 0
        self._awaited.pop(0)
        if not self._awaited:
            self._timer.stop()
        if isinstance(box, QMessageBox):
            self.texts.append(f"{box.text()} {box.informativeText()}")
        button.click()


@pytest.fixture
def answer(qtbot):
    answers = Answers()
    yield answers
    answers.close()
