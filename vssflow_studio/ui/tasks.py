"""Work that is done once on a thread of a pool; what it has to say leaves by signals."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

from PySide6.QtCore import QRunnable, QThreadPool

from ..errors import StudioError

_NICER = 5
_SWITCH = 0.0005  # seconds


def go_first() -> None:
    """Let a thread that computes give way to the window's own within half a millisecond, not five.

    A turn of the event loop gives the interpreter away dozens of times; where several threads want
    it too, it waited longer than it worked.
    """
    sys.setswitchinterval(_SWITCH)


def step_back() -> None:
    """Let the window's own thread go first where cores are few: on Linux each thread has a niceness of its own."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(_NICER, os.getpriority(os.PRIO_PROCESS, thread)))


def start(
    work: Callable[[], object],
    failed: Callable[[object], None] = lambda error: None,
    pool: QThreadPool | None = None,
) -> None:
    """Do `work` on a thread of `pool`, else of the app's; `failed` gets its StudioError there."""
    (pool or QThreadPool.globalInstance()).start(_Task(work, failed))


class _Task(QRunnable):
    def __init__(self, work: Callable[[], object], failed: Callable[[object], None]) -> None:
        super().__init__()
        self._work, self._failed = work, failed

    def run(self) -> None:
        step_back()
        try:
            try:
                self._work()
            except StudioError as error:
                self._failed(error)
        except RuntimeError:
            pass  # the window is gone
