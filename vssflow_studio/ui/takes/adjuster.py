"""Adjusted takes: their WAV is rendered on a thread first, then the edit is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal

from ...engine.adjust import rendered, unrendered
from ...errors import StudioError
from ...timeline.adjustments import bounded, heard_path, needs_render
from ...timeline.cues import Adjustment, Take
from .. import model as models
from ..edits import Edits


class Adjuster(QObject):
    """Trims, fades, gain and slip as edits with names, each with its WAV on disk when it is made.

    What an opened timeline needs and isn't on disk is rendered too.

    Signals:
        failed(object): a StudioError; the edit was not made.
    """

    failed = Signal(object)
    _rendered = Signal(object, object)

    def __init__(self, model: models.StudioModel, edits: Edits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model, self.edits = model, edits
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._wished: dict[str, tuple[str, Take, str]] = {}  # by take id, the last wish: cue, take, name
        self._working: set[str] = set()
        self._hopeless: set[str] = set()
        self._rendered.connect(self._finish)
        for what in (models.TIMELINE, models.PROJECT):
            model.listen(what, self._make_missing)

    @property
    def busy(self) -> bool:
        """Whether a WAV is being rendered."""
        return bool(self._working)

    def present(self, take: Take) -> Adjustment:
        """The take's adjustment, the one that is being rendered first."""
        wish = self._wished.get(take.id)
        return wish[1].adjustment if wish else take.adjustment

    def adjust(self, cue_id: str, take: Take, adjustment: Adjustment, name: str) -> None:
        """Give the take another adjustment, within what it can follow."""
        adjustment = bounded(adjustment, take)
        if adjustment == self.present(take):
            return
        changed = replace(take, adjustment=adjustment)
        self._wished[take.id] = cue_id, changed, name
        if take.id not in self._working:
            self._next(take.id)

    def close(self) -> None:
        """Wait for what is being written."""
        self._wished.clear()
        self._pool.clear()
        self._pool.waitForDone(3000)

    @property
    def _base(self) -> Path:
        return self.model.path.resolve().parent

    def _next(self, take_id: str) -> None:
        cue_id, take, name = self._wished[take_id]
        if needs_render(take) and not (self._base / heard_path(take)).is_file():
            self._render(take, partial(self._apply, cue_id, take, name))
        else:
            self._apply(cue_id, take, name)

    def _apply(self, cue_id: str, take: Take, name: str) -> None:
        if self._wished.get(take.id, (None,))[1:2] != (take,):
            if take.id in self._wished:  # wished otherwise meanwhile
                self._next(take.id)
            return
        del self._wished[take.id]
        cue = self.model.find(cue_id)
        if cue and any(other.id == take.id for other in cue.takes):
            self.edits.change(cue.with_changed_take(take.id, adjustment=take.adjustment), name)

    def _make_missing(self) -> None:
        if self.model.path is None or self.model.timeline is None:
            return
        for take in unrendered(self.model.project.cues, self._base):
            if take.id not in self._working and heard_path(take) not in self._hopeless:
                self._render(take, self.model.look_for_media)

    def _render(self, take: Take, then: Callable[[], None]) -> None:
        self._working.add(take.id)
        base = self._base

        def work() -> None:
            error = None
            try:
                rendered(take, base)
            except StudioError as problem:
                error = problem
            try:
                self._rendered.emit((take, then), error)
            except RuntimeError:
                pass  # the window is gone

        self._pool.start(work)

    def _finish(self, job: tuple[Take, Callable[[], None]], error: StudioError | None) -> None:
        take, then = job
        self._working.discard(take.id)
        if error is None:
            then()
            return
        self._wished.pop(take.id, None)
        self._hopeless.add(heard_path(take))
        self.failed.emit(error)
