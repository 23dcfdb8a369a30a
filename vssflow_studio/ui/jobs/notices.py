"""A finished batch of jobs is told to an editor who is looking at something else."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from ...engine.queue import Job
from ..look import icons
from ..preferences import Preferences
from .jobs import Jobs

_SHOWN_MS = 10_000


class Notices(QObject):
    """Tells once for each batch: from the first job to the moment when none is left.

    `tell(title, text)` shows it; another may be put in its place.
    """

    def __init__(self, window: QWidget, jobs: Jobs, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self.jobs, self.preferences = window, jobs, preferences
        self._over: dict[str, str] = {}
        self._tray: QSystemTrayIcon | None = None
        self.tell = self._show
        jobs.changed.connect(self._changed)

    def _changed(self, job: Job) -> None:
        if not job.is_over:
            return
        self._over[job.id] = job.state
        if self.jobs.unfinished():
            return
        states, self._over = list(self._over.values()), {}
        text = summary(states.count("done"), states.count("failed"))
        if text and self.preferences.settings.notify and not self._in_front():
            self.tell(self._window.windowTitle().replace("[*]", ""), text)

    def _in_front(self) -> bool:
        return QApplication.activeWindow() is not None

    def _show(self, title: str, text: str) -> None:
        QApplication.alert(self._window)
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(icons.icon("generate"), self)
            self._tray.setToolTip("VSSFlow Studio")
            for clicked in (self._tray.activated, self._tray.messageClicked):
                clicked.connect(lambda *_: self._raise())
        self._tray.show()
        self._tray.showMessage(title, text, QSystemTrayIcon.MessageIcon.Information, _SHOWN_MS)

    def _raise(self) -> None:
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        if self._tray:
            self._tray.hide()


def summary(done: int, failed: int) -> str:
    """`3 takes are ready, 1 failed`; empty where there is nothing to tell."""
    parts = []
    if done:
        parts.append("1 take is ready" if done == 1 else f"{done} takes are ready")
    if failed:
        parts.append(f"{failed} failed")
    return ", ".join(parts)
