"""File ▸ Export… and File ▸ What Is Still Temp…: asked in the window, done beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QMainWindow,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ...engine.audit import Temp, temps
from ...engine.cut import Cut
from ...engine.export import Exported, export
from ...errors import StudioError
from ...timeline.metadata import write_project
from .. import tasks
from ..look.theme import px_size
from ..model import StudioModel


@dataclass(frozen=True)
class Kind:
    """What can be exported: its suffix, a mix's loudness, and the program that it is for alone."""

    suffix: str
    loudness: str = ""
    client: str = ""


_KINDS = {
    "OpenTimelineIO with its media (*.otioz)": Kind(".otioz"),
    "OpenTimelineIO (*.otio)": Kind(".otio"),
    "Final Cut Pro 7 XML, for Premiere and Resolve (*.xml)": Kind(".xml"),
    "AAF, for Avid and Pro Tools (*.aaf)": Kind(".aaf"),
    "EDL of the audio tracks (*.edl)": Kind(".edl"),
    "OpenTimelineIO for Kdenlive 25.04 or later (*.otio)": Kind(".otio", client="kdenlive"),
    "Kdenlive before 25.04 (*.kdenlive)": Kind(".kdenlive"),
    "MLT (*.mlt)": Kind(".mlt"),
    "Preview (*.mp4)": Kind(".mp4"),
    "Mix at EBU R 128 (*.wav)": Kind(".wav", "r128"),
    "Mix at −27 LUFS dialogue level (*.wav)": Kind(".wav", "-27"),
}
_COLUMNS = ("In", "Out", "Track", "Clip", "File", "Model", "Seed", "Licence", "Date")


class Exports(QObject):
    """Asks where to, writes on another thread, says what came of it.

    Signals:
        begun(str): the name of the file that is being written.
        done(object): an Exported.
        failed(object): a StudioError.
    """

    begun = Signal(str)
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, model: StudioModel, window: QMainWindow) -> None:
        super().__init__(window)
        self._model, self._window = model, window
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def ask(self) -> None:
        """Choose a file and a format, and export."""
        start = str(self._model.path.with_suffix(".otioz"))
        name, kind = QFileDialog.getSaveFileName(self._window, "Export", start, ";;".join(_KINDS))
        if name:
            self.export(Path(name), kind)

    def export(self, out: Path, kind: str = "") -> None:
        """Write the timeline as it is in the window; the answer comes as a signal."""
        chosen = _KINDS.get(kind, Kind(""))
        out = out if out.suffix else out.with_suffix(chosen.suffix)
        if out.suffix.lower() != chosen.suffix:
            chosen = Kind(out.suffix.lower())  # what was typed goes before what was chosen
        if out.resolve() == self._model.path.resolve():
            self.failed.emit(
                StudioError("This is the timeline that is open", file=out, remedy="Use File ▸ Save.")
            )
            return
        try:
            cut = self.cut()
        except StudioError as error:
            self.failed.emit(error)
            return
        self.begun.emit(out.name)

        def write() -> None:
            self.done.emit(export(cut, out, chosen.client, loudness=chosen.loudness))

        tasks.start(write, self.failed.emit, self._pool)

    def show_temp(self) -> None:
        """The table of what is still temp."""
        try:
            rows = temps(self.cut())
        except StudioError as error:
            self.failed.emit(error)
            return
        TempDialog(rows, self._window).open()

    def cut(self) -> Cut:
        """The timeline as it is in the window, unsaved edits too. Raises StudioError."""
        timeline = self._model.timeline.clone()
        write_project(timeline, self._model.project)
        return Cut.of(timeline, self._model.path)

    def close(self) -> None:
        """Wait for what is being written."""
        self._pool.waitForDone()


def told(made: Exported) -> str:
    """What came of an export, in a sentence or two."""
    notes = (f"{note[:1].upper()}{note[1:]}." for note in made.warnings)
    level = f" at {made.level}" if made.level else ""
    return " ".join((f"Exported {made.path}{level}.", *notes))


class TempDialog(QDialog):
    """Every clip that must not ship, with its place and what made it."""

    def __init__(self, rows: tuple[Temp, ...], parent: QMainWindow) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("What is still temp")
        self.resize(px_size(900, 420))
        self.table = QTableWidget(len(rows), len(_COLUMNS))
        self.table.setAccessibleName("What is still temp")
        self.table.setHorizontalHeaderLabels(_COLUMNS)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (_COLUMNS.index("Clip"), _COLUMNS.index("File")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().hide()
        for index, row in enumerate(rows):
            facts = [row.provenance.get(name, "") for name in ("model", "seed", "licence", "date")]
            facts[-1] = str(facts[-1])[:16].replace("T", " ")  # to the minute
            for column, cell in enumerate((row.start, row.end, row.track, row.clip, row.media, *facts)):
                self.table.setItem(index, column, QTableWidgetItem(str(cell)))
        count = "1 clip is" if len(rows) == 1 else f"{len(rows)} clips are"
        self.label = QLabel(f"{count} still temp." if rows else "Nothing in this timeline is temp.")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.label, self.table, buttons):
            layout.addWidget(widget)
