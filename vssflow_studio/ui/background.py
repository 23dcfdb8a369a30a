"""Thumbnails and waveforms, made off the window's thread and remembered as long as there is room."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal
from PySide6.QtGui import QImage

from ..errors import StudioError
from .tasks import step_back

_TOLD = 40  # milliseconds between two signals: many answers, one painting
_HELD = 30  # milliseconds from what is asked to its beginning: the turn that asks has the machine to itself
_SMALL = 64  # bytes that an answer of unknown size is taken for


class Background(QObject):
    """Answers to slow questions: `get` gives the answer or None, and `ready` is sent later.

    Answers are kept up to `limit` bytes; those that were not asked for the longest go first.
    All methods belong to the thread that made it.

    Signals:
        ready(): something that was None has an answer now.
    """

    ready = Signal()
    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None, threads: int = 1, limit: int = 128 << 20) -> None:
        super().__init__(parent)
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._asked: OrderedDict[Hashable, Callable[[], Any]] = OrderedDict()
        self._working: set[Hashable] = set()
        self._held: list[_Task] = []
        self._limit, self.size, self._closed = limit, 0, False
        self._threads, self._pool = threads, QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._answered.connect(self._keep)
        self._telling = QTimer(self, interval=_TOLD, singleShot=True)
        self._telling.timeout.connect(self.ready)
        self._starting = QTimer(self, interval=_HELD, singleShot=True)
        self._starting.timeout.connect(self._start)

    def get(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """The answer to `key`, False where there is none, else None while `work` waits for its turn."""
        if key in self._answers:
            return self.peek(key)
        if key not in self._working:
            self._asked[key] = work
            self._begin()
            if self._held and not self._starting.isActive():
                self._starting.start()
        return None

    def peek(self, key: Hashable) -> Any:
        """The answer to `key` if it is there."""
        if key not in self._answers:
            return None
        self._answers.move_to_end(key)
        return self._answers[key]

    def renew(self) -> None:
        """Forget what was asked and has not begun: who still wants it asks again."""
        self._asked.clear()

    @property
    def idle(self) -> bool:
        """Whether nothing is asked."""
        return not self._asked and not self._working

    def retry(self) -> None:
        """Ask again for what there was no answer to: its media may be back."""
        for key in [key for key, answer in self._answers.items() if answer is False]:
            self._drop(key)
        self.ready.emit()

    def close(self) -> None:
        """Drop what has not begun, wait for what has."""
        self._closed = True
        self._starting.stop()
        self._asked.clear()
        self._pool.clear()
        self._pool.waitForDone(3000)

    def _begin(self) -> None:
        """Give as many as there are threads their place: no painting takes it away, which forgets the rest."""
        while self._asked and len(self._working) < self._threads and not self._closed:
            key, work = self._asked.popitem(last=False)
            self._working.add(key)
            self._held.append(_Task(key, work, self._answered))

    def _start(self) -> None:
        held, self._held = self._held, []
        for task in held:
            self._pool.start(task)

    def _keep(self, key: Hashable, answer: Any) -> None:
        self._working.discard(key)
        if key in self._answers:
            self._drop(key)
        self._answers[key] = answer
        self.size += size_of(answer)
        while self.size > self._limit and len(self._answers) > 1:
            self._drop(next(iter(self._answers)))
        self._begin()
        self._start()
        if not self._telling.isActive():
            self._telling.start()

    def _drop(self, key: Hashable) -> None:
        self.size -= size_of(self._answers.pop(key))


def size_of(answer: Any) -> int:
    """About how many bytes an answer holds."""
    if isinstance(answer, QImage):
        return answer.sizeInBytes()
    if isinstance(answer, np.ndarray):
        return answer.nbytes
    if isinstance(answer, (tuple, list)):
        return sum(map(size_of, answer))
    if is_dataclass(answer):
        return sum(size_of(getattr(answer, field.name)) for field in fields(answer))
    return _SMALL


class _Task(QRunnable):
    def __init__(self, key: Hashable, work: Callable[[], Any], answered) -> None:
        super().__init__()
        self._work, self._done = work, partial(answered.emit, key)

    def run(self) -> None:
        step_back()
        answer = False  # there is none, and asking again won't help
        try:
            answer = self._work()
        except StudioError:
            pass
        except Exception:
            logging.getLogger(__name__).exception("nothing came of a background task")
        try:
            self._done(answer)
        except RuntimeError:
            pass  # the window is gone
