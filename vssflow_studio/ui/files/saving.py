"""Saving, and going back: nobody's work is written over unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from ...errors import StudioError
from ...timeline.backups import restore
from ...timeline.cues import Project
from ..edits import Edits
from ..model import StudioModel
from . import recovery as questions
from .guard import Guard

_FILTER = "Timelines (*.otio)"


class Saving(QObject):
    """Saves the open timeline, asking where something would be lost; owns its guard.

    `commit()` takes over what is typed anywhere; `typed()` gives the project with it, the
    fields left alone; `reopen(path)` opens a file as it is on disk.

    Signals:
        failed(object): a StudioError.
        saved(): all is in the file.
    """

    failed = Signal(object)
    saved = Signal()

    def __init__(
        self,
        window: QWidget,
        model: StudioModel,
        edits: Edits,
        *,
        commit: Callable[[], None],
        typed: Callable[[], Project],
        reopen: Callable[[Path], bool],
    ) -> None:
        super().__init__(window)
        self._window, self.model, self.edits = window, model, edits
        self._commit, self._typed, self._reopen = commit, typed, reopen
        self.guard = Guard(window, self.unsaved)
        self._gone = False
        self.guard.failed.connect(self.failed)
        self.guard.looked.connect(self._looked)

    def unsaved(self) -> Project | None:
        """The project as it would be lost now, half-typed text too; None when all is saved."""
        if self.model.timeline is None:
            return None
        project = self._typed()
        return None if self.edits.isClean() and project is self.model.project else project

    def save(self, path: Path | None = None) -> bool:
        """Write the timeline, to another `path` if given; whether it was."""
        self._commit()
        if path is None:
            if self.guard.read_only:
                return self.ask_save_as()
            if self.guard.changed_elsewhere() and not self._may_overwrite():
                return False
        folder, entry = self.model.path.resolve().parent, None
        try:
            entry = self.guard.begin_save(path or self.model.path)
            self.model.save(path)
        except StudioError as error:
            self.failed.emit(error)
            if entry:
                self.guard.refuse(entry)
            return False
        self.guard.saved(entry)
        if self.model.path.resolve().parent != folder:
            self.edits.clear()  # earlier states name their takes from the old folder
        self.edits.setClean()
        self.saved.emit()
        return True

    def ask_save_as(self, name: str = "") -> bool:
        """Choose another file, `name` suggested, and write the timeline there."""
        start = str(self.model.path.with_name(name) if name else self.model.path)
        name, _ = QFileDialog.getSaveFileName(self._window, "Save timeline as", start, _FILTER)
        return bool(name) and self.save(Path(name))

    def may_leave(self) -> bool:
        """Ask about unsaved edits, half-typed ones too; whether to go on."""
        self._commit()
        if self.model.timeline is None or self.edits.isClean():
            return True
        kinds = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Unsaved changes",
            f"Save the changes to {self.model.path.name}?",
            kinds.Save | kinds.Discard | kinds.Cancel,
        )
        return self.save() if answer == kinds.Save else answer == kinds.Discard

    def ask_restore(self) -> None:
        """Choose one of the earlier generations and go back to it; this one becomes a backup."""
        path = self.model.path
        try:
            if self.guard.read_only:
                raise StudioError("Somebody else has the timeline", file=path, remedy="Save it as another.")
            chosen = questions.ask_backup(self._window, path) if self.may_leave() else None
            if chosen:
                restore(path, chosen.number)
                self._reopen(path)
        except StudioError as error:
            self.failed.emit(error)

    def reload(self) -> bool:
        """Open the file as it is on disk; what is unsaved here goes among its backups."""
        if self.unsaved():
            self._commit()
            try:
                self.model.keep_aside()
            except StudioError as error:
                self.failed.emit(error)
                return False
        return self._reopen(self.model.path)

    def _may_overwrite(self) -> bool:
        """Another program has written the file: whether ours is to take its place."""
        answer = questions.ask_changed(self._window, self.model.path, self.unsaved() is not None)
        if answer == questions.RELOAD:
            self.reload()
        elif answer == questions.SAVE_COPY:
            self.ask_save_as(f"{self.model.path.stem} copy.otio")
        elif answer == questions.OVERWRITE:
            return True
        else:
            self.guard.decline()
        return False

    def _looked(self, state: str) -> None:
        """What came of a look at the disk, when the window is used again."""
        gone, self._gone = self._gone, state == "gone"
        if self._gone and not gone:
            remedy = "Save to write it anew, or save it as another. Nothing of it is lost."
            what = "The timeline file was moved, removed or unplugged"
            self.failed.emit(StudioError(what, file=self.model.path, remedy=remedy))
        elif state == "changed" and QApplication.activeModalWidget() is None and self._may_overwrite():
            self.guard.accept()
            self.save()
