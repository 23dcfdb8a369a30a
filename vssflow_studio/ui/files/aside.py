"""Work that must be done before anything else goes on, and that would halt the window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

_AT_ONCE = 0.08
"""Seconds that nobody notices: what is done in them needs no word."""
Answer = TypeVar("Answer")


class Aside(QObject):
    """Does work on another thread and waits for it, while the window is painted and jobs go on.

    Keys and clicks wait too. `busy` says that something is under way: nothing else may be begun then.

    Signals:
        told(str): what the user waits for.
    """

    told = Signal(str)
    _over = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.busy = False

    def do(self, what: str, work: Callable[[], Answer]) -> Answer:
        """What `work` gives; raises what it raises."""
        answer: Future[Answer] = Future()

        def run() -> None:
            try:
                answer.set_result(work())
            except BaseException as error:
                answer.set_exception(error)
            try:
                self._over.emit()
            except RuntimeError:
                pass  # the window is gone

        Thread(target=run, name="aside", daemon=True).start()
        if not wait([answer], _AT_ONCE).done:
            self._wait(what, answer)
        return answer.result()

    def _wait(self, what: str, answer: Future) -> None:
        loop = QEventLoop()
        self._over.connect(loop.quit)
        self.busy = True
        QGuiApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)
        try:
            self.told.emit(what)
            while not answer.done():
                loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        finally:
            QGuiApplication.restoreOverrideCursor()
            self.busy = False
