"""Offline media: the table of what is missing, and the search for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...errors import Cancelled
from ...timeline.relink import Answers, Offline, Wanted, offline_clips, relinked, search
from ..edits import Edits
from ..look.theme import px_size
from ..model import StudioModel

_COLUMNS = ("Timecode", "Track", "Clip", "Media TC", "Reel", "Wanted", "Found")
_WANTED, _FOUND = len(_COLUMNS) - 2, len(_COLUMNS) - 1
_CHOOSE = "choose…"


class MediaSearch(QObject):
    """One search at a time, on a thread of its own, which keeps this alive.

    Signals:
        seen(int): so many files were looked at.
        done(object): the Answers.
        stopped(): it was cancelled.
    """

    seen = Signal(int)
    done = Signal(object)
    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether a search is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, wanted: Sequence[Wanted], folders: Sequence[Path]) -> None:
        """Search anew; one that is under way is cancelled."""
        self.cancel()
        self._cancel = threading.Event()
        arguments = (wanted, folders, self._cancel)
        self._thread = threading.Thread(target=self._run, args=arguments, name="relink", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop; answers at once, the thread ends by itself (a dead network disk may hold it)."""
        self._cancel.set()

    def _run(self, wanted, folders, cancel: threading.Event) -> None:
        told = 0.0

        def check(files: int) -> None:
            nonlocal told
            if cancel.is_set():
                raise Cancelled
            if time.monotonic() - told > 0.1:
                told = time.monotonic()
                self.seen.emit(files)

        try:
            answers = search(wanted, folders, check)
            check(0)
            self.done.emit(answers)
        except Cancelled:
            try:
                self.stopped.emit()
            except RuntimeError:
                pass
        except RuntimeError:
            pass  # the window is gone


class OfflineDialog(QDialog):
    """What is offline, where it was found, and a choice where it may be one of several."""

    def __init__(self, model: StudioModel, edits: Edits, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Offline media")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.model, self.edits = model, edits
        self.rows: tuple[Offline, ...] = offline_clips(
            model.timeline, model.path.resolve().parent, model.project
        )
        self.folders = [Path(folder) for folder in model.project.search_folders]
        self.answers = Answers({}, {})
        self.search = MediaSearch()  # no child of this: its thread may outlive the dialog
        # Bound methods: what a thread sends then arrives on the window's.
        self.search.seen.connect(self._show_progress)
        self.search.done.connect(self._show_answers)
        self.search.stopped.connect(self._show_stopped)
        self._build()
        self._fill()
        if self.rows and self.folders:
            self.begin()

    def _build(self) -> None:
        self.table = QTableWidget(0, len(_COLUMNS))
        self.table.setHorizontalHeaderLabels(_COLUMNS)
        self.table.setAccessibleName("Offline media")
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # of a path both ends say most
        for column in (_WANTED, _FOUND):
            self.table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.add, self.cancel = QPushButton("Add folder…"), QPushButton("Cancel search")
        self.relink, self.shut = QPushButton("Relink"), QPushButton("Close")
        self.relink.setObjectName("primary")
        self.add.clicked.connect(self.ask_folder)
        self.cancel.clicked.connect(self.search.cancel)
        self.relink.clicked.connect(self.apply)
        self.shut.clicked.connect(self.close)
        buttons = QHBoxLayout()
        for widget in (self.add, self.cancel):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        for widget in (self.relink, self.shut):
            buttons.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.said)
        layout.addLayout(buttons)
        self.resize(px_size(980, 420))
        self.cancel.setEnabled(False)
        self.relink.setEnabled(False)

    def ask_folder(self) -> None:
        """Choose a folder and search it too."""
        last = self.folders[-1] if self.folders else self.model.path.parent
        name = QFileDialog.getExistingDirectory(self, "Search for media in", str(last))
        if name:
            self.add_folder(Path(name))

    def add_folder(self, folder: Path) -> None:
        """Search `folder` too."""
        if folder not in self.folders:
            self.folders.append(folder)
        self.begin()

    def begin(self) -> None:
        """Search all folders."""
        self._say("Searching …")
        self.cancel.setEnabled(True)
        self.search.start([row.wanted for row in self.rows], tuple(self.folders))

    def apply(self) -> None:
        """Use what was found and chosen, and remember the folders."""
        found = dict(self.answers.found)
        for at, row in enumerate(self.rows):
            box = self.table.cellWidget(at, _FOUND)
            if isinstance(box, QComboBox) and box.currentIndex() > 0:
                found[row.wanted.key] = Path(box.currentText())
        project = relinked(self.model.project, found, self.folders)
        self.edits.change_project(project, "Relink media")
        self.close()

    def closeEvent(self, event) -> None:
        self.search.cancel()
        super().closeEvent(event)

    def _fill(self) -> None:
        self.table.setRowCount(len(self.rows))
        for at, row in enumerate(self.rows):
            wanted = row.wanted
            values = (row.timecode, row.track, row.clip, row.media_timecode, wanted.reel, wanted.path, "")
            for column, value in enumerate(values):
                item = QTableWidgetItem(value)
                item.setToolTip(value)
                self.table.setItem(at, column, item)
        self.table.resizeColumnsToContents()
        count = f"{len(self.rows)} clips are offline. Add the folder that their media is in."
        self._say(count if self.rows else "All media is there.")

    def _show_answers(self, answers: Answers) -> None:
        self.answers = answers
        for at, row in enumerate(self.rows):
            key = row.wanted.key
            found = str(answers.found.get(key, ""))
            self.table.item(at, _FOUND).setText(found)
            self.table.item(at, _FOUND).setToolTip(found)
            several = answers.ambiguous.get(key, ())
            if several:
                box = QComboBox()
                box.addItems([_CHOOSE, *map(str, several)])
                box.setAccessibleName(f"Media for {row.clip}")
                box.currentIndexChanged.connect(lambda _: self.relink.setEnabled(True))
                self.table.setCellWidget(at, _FOUND, box)
            else:
                self.table.removeCellWidget(at, _FOUND)
        self.relink.setEnabled(bool(answers.found))
        keys = {row.wanted.key for row in self.rows}
        open_ = len(keys) - len(answers.found) - len(answers.ambiguous)
        self._over(
            f"Of {len(keys)} files {len(answers.found)} were found, "
            f"{len(answers.ambiguous)} may be one of several, {open_} are missing."
        )

    def _show_progress(self, files: int) -> None:
        if self.cancel.isEnabled():
            self._say(f"Searching: {files} files seen …")

    def _show_stopped(self) -> None:
        if not self.search.running:  # and not because another one began
            self._over("The search was cancelled.")

    def _over(self, text: str) -> None:
        self.cancel.setEnabled(False)
        self._say(text)

    def _say(self, text: str) -> None:
        self.said.setText(text)
