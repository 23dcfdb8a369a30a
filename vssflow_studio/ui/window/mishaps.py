"""Our own defects in the window's process: logged and told, never a silent end."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from ... import logs
from ...errors import StudioError


class Mishaps(QObject):
    """Hears of every exception that nobody caught, on any thread.

    Not of Qt's own messages: a handler in Python deadlocks when a thread of Qt's logs while
    the window, which holds Python's lock, waits for that thread. What ends the process inside
    Qt leaves its places in `crash.log`.

    Signals:
        happened(object): a StudioError that says so to the user.
    """

    happened = Signal(object)
    _from_thread = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._from_thread.connect(self.happened)

    def install(self) -> None:
        """Listen from now on."""
        sys.excepthook = self._hook
        threading.excepthook = lambda caught: self._hook(caught.exc_type, caught.exc_value, caught.exc_traceback)

    def remove(self) -> None:
        """Listen no more."""
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__

    def _hook(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, (KeyboardInterrupt, SystemExit)) or error is None:
            sys.__excepthook__(kind, error, trace)
            return
        logs.defect("window", error, thread=threading.current_thread().name)
        if sys.stderr is not None:
            sys.__excepthook__(kind, error, trace)  # for who started it in a terminal
        try:
            self._from_thread.emit(
                StudioError("Something went wrong inside", remedy="Your work is kept. Help ▸ Report a Problem tells us.")
            )
        except RuntimeError:
            pass  # the window is gone
