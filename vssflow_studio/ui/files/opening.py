"""Opening timelines: chosen, recent, dropped, the sample; nothing that is open is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMainWindow

from ...errors import ChoiceNeeded, StudioError
from ...timeline.files import READABLE
from ...timeline.importing import work_file
from ..edits import Edits
from ..model import StudioModel
from ..opened import opened
from . import recent
from .aside import Aside
from .conforming import report_or_error
from .guard import Entry, Guard

_FILTER = f"Timelines ({' '.join('*' + suffix for suffix in READABLE)})"
_TITLES = {"rate": "Frame rate"}


class FileActions(QObject):
    """Opens timelines into the model; `may_leave()` asks whether the open one may go.

    Signals:
        failed(object): a StudioError; what was open stays.
        told(str): of a timeline of another kind, which file is worked on.
        opened(): another timeline is open.
    """

    failed = Signal(object)
    told = Signal(str)
    opened = Signal()

    def __init__(
        self, window: QMainWindow, model: StudioModel, edits: Edits, guard: Guard, may_leave: Callable[[], bool]
    ) -> None:
        super().__init__(window)
        self._window, self.model, self._edits, self._guard = window, model, edits, guard
        self._may_leave, self.aside = may_leave, Aside(self)
        self.aside.told.connect(self.told)

    def slots(self) -> dict[str, Callable[[], object]]:
        """What the commands of files do."""
        return {"open": self.ask, "sample": self.open_sample, "conform": self.ask_conform}

    def ask(self) -> None:
        """Choose a timeline and open it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open timeline", recent.folder(), _FILTER)
        if name:
            self.open(Path(name))

    def ask_conform(self) -> None:
        """Choose the new cut of this timeline, and carry the cues to it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Conform to new cut", recent.folder(), _FILTER)
        if name:
            report_or_error(self._window, Path(name))

    def open_sample(self) -> None:
        """Open the user's own copy of the sample."""
        try:
            self.open(recent.copied_sample())
        except StudioError as error:
            self.failed.emit(error)

    def open(self, path: Path) -> bool:
        """Open `path`, asking about what is open; says what is wrong and keeps what is open."""
        return not self.aside.busy and self._may_leave() and self.reopen(Path(path))

    def reopen(self, path: Path) -> bool:
        """Open `path` as it is on disk, asking nothing about what is open."""
        entry, given = None, path
        try:
            path = self._work_file(path)
            entry = self._guard.admit(path) if path else None
            if entry is None:
                return False
            self.model.show(self.aside.do(f"Opening {path.name}…", lambda: opened(entry.path)))
        except StudioError as error:
            self.failed.emit(error)
            if entry:
                self._guard.refuse(entry)
            return False
        self._enter(entry)
        if path.name != given.name:
            self.told.emit(f"{given.name} stays as it is. You work on {path.name}, which lies beside it.")
        return True

    def _enter(self, entry: Entry) -> None:
        self._guard.enter(entry)
        self._edits.clear()
        recent.remember(entry.path)
        self.opened.emit()
        if entry.recovered:
            self._edits.change_project(entry.recovered, "Recover unsaved changes")

    def _work_file(self, path: Path, **chosen) -> Path | None:
        """The .otio of a timeline of another kind; asks for what the file leaves open."""
        try:
            return self.aside.do(f"Reading {path.name}…", lambda: work_file(path, **chosen))
        except ChoiceNeeded as error:
            names = [str(choice) for choice in error.choices]
            title = _TITLES.get(error.option, error.option.capitalize())
            name, ok = QInputDialog.getItem(self._window, title, error.what, names, 0, False)
            choice = dict(zip(names, error.choices, strict=True)).get(name)
            return self._work_file(path, **{**chosen, error.option: choice}) if ok else None
