"""Ctrl-C, and the SIGTERM of clusters and torchrun, as a question that a loop asks."""

from __future__ import annotations

import signal
import threading


class Interrupt:
    """While entered, signals to stop only set `asked`.

    `alone`, a second Ctrl-C stops at once. Among processes of torchrun it doesn't:
    there a Ctrl-C arrives twice, from the terminal and from torchrun.
    """

    def __init__(self, alone: bool) -> None:
        self.asked, self.alone = False, alone
        self._before: dict[int, object] = {}

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():  # elsewhere there are none
            for kind in (signal.SIGINT, signal.SIGTERM):
                self._before[kind] = signal.signal(kind, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for kind, handler in self._before.items():
            signal.signal(kind, handler)

    def _ask(self, kind: int, frame: object) -> None:
        self.asked = True
        if self.alone and kind == signal.SIGINT:
            signal.signal(kind, signal.default_int_handler)
