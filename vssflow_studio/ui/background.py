"""Thumbnails and waveforms, made off the window's thread and remembered."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from ..errors import StudioError


class Background(QObject):
    """Answers to slow questions: `get` gives the answer or None, and `ready` is sent later.

    Signals:
        ready(): something that was None has an answer now.
    """

    ready = Signal()
    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None, threads: int = 1) -> None:
        super().__init__(parent)
        self._answers: dict[Hashable, Any] = {}
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._answered.connect(self._keep)

    def get(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """The answer to `key`, else None while `work` runs on another thread (once)."""
        if key not in self._answers:
            self._answers[key] = None
            self._pool.start(_Task(key, work, self._answered))
        return self._answers[key]

    def retry(self) -> None:
        """Ask again for what there was no answer to: its media may be back."""
        self._answers = {key: answer for key, answer in self._answers.items() if answer is not False}
        self.ready.emit()

    def close(self) -> None:
        """Drop what has not begun, wait for what has."""
        self._pool.clear()
        self._pool.waitForDone(3000)

    def _keep(self, key: Hashable, answer: Any) -> None:
        self._answers[key] = answer
        self.ready.emit()


class _Task(QRunnable):
    def __init__(self, key: Hashable, work: Callable[[], Any], answered) -> None:
        super().__init__()
        self._work, self._done = work, partial(answered.emit, key)

    def run(self) -> None:
        try:
            self._done(self._work())
        except StudioError:
            self._done(False)  # there is no answer, and asking again won't help
        except RuntimeError:
            pass  # the window is gone
