"""Work that is done once on a thread of a pool; what it has to say leaves by signals."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRunnable, QThreadPool

from ..errors import StudioError


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
        try:
            try:
                self._work()
            except StudioError as error:
                self._failed(error)
        except RuntimeError:
            pass  # the window is gone
