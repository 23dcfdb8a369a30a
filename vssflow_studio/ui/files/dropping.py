"""Dropping files on the window: opens, imports or makes a timeline of them, or says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRunnable, QThreadPool, QTimer, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QLineEdit, QMainWindow, QMessageBox, QPlainTextEdit, QWidget

from ...engine.from_movies import timeline_file_of
from ...errors import StudioError
from .drops import Drop, read_drop


class Dropping(QObject):
    """Takes what is dropped on the window and on its text fields. `is_open()`: a timeline is.

    Signals:
        failed(object): a StudioError.
        timeline_dropped(object): the Path of a timeline that is to be opened.
        cues_dropped(object): the Path of a file whose cues are to be imported.
    """

    failed = Signal(object)
    timeline_dropped = Signal(object)
    cues_dropped = Signal(object)

    def __init__(self, window: QMainWindow, is_open: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window, self._is_open = window, is_open
        window.setAcceptDrops(True)

    def spare_fields(self) -> None:
        """A file dropped on a text field is the window's, not its address in the text."""
        for kind in (QLineEdit, QPlainTextEdit):
            for field in self._window.findChildren(kind):
                _target(field).installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave files to the window."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            if event.mimeData().hasUrls():
                event.ignore()
                return True
        return False

    def enter(self, event) -> None:
        """Whatever comes from another program may be dropped: it gets an answer."""
        if event.source() is None:
            event.acceptProposedAction()

    def drop(self, event) -> None:
        """Look at it now, ask later: the other program waits until this is over."""
        found = read_drop(event.mimeData())
        event.acceptProposedAction()
        QTimer.singleShot(0, lambda: self.take(found))

    def take(self, found: Drop) -> None:
        """Do what the drop asks for."""
        if found.error:
            self.failed.emit(found.error)
        elif found.kind == "timeline":
            self.timeline_dropped.emit(found.files[0])
        elif found.kind == "cues":
            self._take_cues(found.files[0])
        else:
            self._take_movies(found.files)

    def _take_cues(self, file: Path) -> None:
        if not self._is_open():
            remedy = "Open the timeline that it belongs to, then drop it again."
            self.failed.emit(StudioError("There is no timeline for these cues yet", file=file, remedy=remedy))
        elif self._agreed("Import cues", f"Add the cues of “{file.name}” to this timeline?", "&Import Cues"):
            self.cues_dropped.emit(file)

    def _take_movies(self, files: tuple[Path, ...]) -> None:
        names = f"“{files[0].name}”" if len(files) == 1 else f"these {len(files)} movies, one after the other"
        text = f"Make a timeline of {names}? It is written beside {'it' if len(files) == 1 else 'the first'}."
        if self._agreed("New timeline", text, "&Make a Timeline"):
            QThreadPool.globalInstance().start(_Making(files, self))

    def _agreed(self, title: str, text: str, yes: str) -> bool:
        box = QMessageBox(QMessageBox.Icon.Question, title, text, QMessageBox.StandardButton.Cancel, self._window)
        button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(button)
        box.exec()
        return box.clickedButton() is button


class _Making(QRunnable):
    """Looks into the movies, which may lie on a slow disk, and writes their timeline."""

    def __init__(self, files: tuple[Path, ...], tells: Dropping) -> None:
        super().__init__()
        self._files, self._tells = files, tells

    def run(self) -> None:
        try:
            made = timeline_file_of(self._files)
        except StudioError as error:
            _say(self._tells, "failed", error)
        else:
            _say(self._tells, "timeline_dropped", made)


def _say(tells: Dropping, signal: str, what: object) -> None:
    try:
        getattr(tells, signal).emit(what)
    except RuntimeError:
        pass  # the window is gone


def _target(field: QWidget) -> QWidget:
    return field.viewport() if isinstance(field, QAbstractScrollArea) else field
