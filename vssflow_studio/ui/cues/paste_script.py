"""Edit ▸ Paste Script…: a text, and where each of its lines goes, seen before it is done."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...engine.paste_script import FORMATS, WAYS, Pasted, Place, pasted, recognised, ways
from ...errors import StudioError
from .. import model as models
from ..edits import Edits, counted
from ..look import theme as themes
from ..look.theme import S2, S3, px, px_size

_WAIT = 150  # ms after the last key until the preview is made
_SHOWN = 300
"""Rows of the preview; more are counted only."""
_EXAMPLE = "ANNA: Get down!\nBEN: (whisper) Where is she?\n\nOr Fountain, subtitles (SRT), a cue sheet (CSV)"
_COLUMNS = ("Character", "Line", "In", "Out", "Clip")
_TOLD = 2


class PasteScript(QDialog):
    """Text on one side, its cues on the other; Add puts them in as one edit."""

    def __init__(self, model: models.StudioModel, edits: Edits, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.model, self.edits, self.pasted = model, edits, Pasted("plain", ())
        self.setWindowTitle("Paste script")
        self.text, self.way, self.found = QPlainTextEdit(text), QComboBox(), QLabel()
        self.preview, self.said = QTableWidget(0, len(_COLUMNS)), QLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.add = self.buttons.addButton("Add", QDialogButtonBox.ButtonRole.AcceptRole)
        self._later = QTimer(self, singleShot=True, interval=_WAIT)
        self._build()
        self._later.timeout.connect(self.refresh)
        self.text.textChanged.connect(self._later.start)
        self.way.activated.connect(self.refresh)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.resize(px_size(980, 560))
        self.refresh()
        self.text.setFocus()

    def _build(self) -> None:
        self.text.setPlaceholderText(_EXAMPLE)
        self.text.setAccessibleName("Script")
        self.way.setAccessibleName("Where the lines go")
        self.found.setObjectName("hint")
        self.said.setObjectName("hint")
        self.said.setWordWrap(True)
        self.add.setObjectName("primary")
        self.preview.setHorizontalHeaderLabels(_COLUMNS)
        self.preview.setAccessibleName("Preview")
        self.preview.verticalHeader().hide()
        self.preview.setShowGrid(False)
        self.preview.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.preview.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        header = self.preview.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        splitter = QSplitter()
        splitter.addWidget(_column(QLabel("Script"), self.text, self.found))
        splitter.addWidget(_column(QLabel("Cues"), self.preview, self.said))
        splitter.setSizes([380, 600])
        splitter.setChildrenCollapsible(False)
        row = QHBoxLayout()
        row.setSpacing(S2)
        label = QLabel("Lay the lines")
        label.setBuddy(self.way)
        row.addWidget(label)
        row.addWidget(self.way)
        row.addStretch(1)
        row.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S3, S3, S3, S3)
        layout.setSpacing(S3)
        layout.addWidget(splitter, 1)
        layout.addLayout(row)

    @property
    def place(self) -> Place:
        """What of the timeline is selected and marked."""
        return Place(self.model.playhead, self.model.selected_clips, self.model.marked)

    def refresh(self) -> None:
        """What the text is and where its lines go, as it stands now."""
        self._later.stop()
        text, model = self.text.toPlainText(), self.model
        format_ = recognised(text)
        self._offer(ways(format_, self.place, model.views))
        self.pasted, why = Pasted(format_, ()), ""
        if text.strip():
            try:
                self.pasted = pasted(text, self.way.currentData(), model.timeline, model.views, model.project.cues, self.place)
            except StudioError as error:
                why = str(error)
        self.found.setText(f"Read as: {FORMATS[format_]}" if text.strip() else "Paste or type a script")
        self._show(why)

    def _offer(self, possible: tuple[str, ...]) -> None:
        offered = tuple(self.way.itemData(i) for i in range(self.way.count()))
        if offered == possible:
            return
        chosen = self.way.currentData()
        self.way.clear()
        for way in possible:
            self.way.addItem(WAYS[way], way)
        if chosen in possible and offered[:1] == possible[:1]:
            self.way.setCurrentIndex(possible.index(chosen))

    def _show(self, why: str) -> None:
        cues = self.pasted.cues
        self.preview.setRowCount(min(len(cues), _SHOWN))
        for row, cue in enumerate(cues[:_SHOWN]):
            times = (self.model.timecode(t) for t in (cue.range.start_time, cue.range.end_time_exclusive()))
            who = cue.character or models.KIND_NAMES[cue.kind]
            for column, said in enumerate((who, cue.text, *times, cue.clip.name if cue.clip else "–")):
                item = QTableWidgetItem(said)
                item.setToolTip(said)
                self.preview.setItem(row, column, item)
            if not cue.character and cue.kind == "dialogue":
                self.preview.item(row, 0).setForeground(QColor(themes.current().dim))
        for column in (0, 2, 3, 4):
            self.preview.resizeColumnToContents(column)
            self.preview.setColumnWidth(column, min(self.preview.columnWidth(column), px(130)))
        skipped = self.pasted.skipped
        told = [why] if why else [f"{counted(len(cues), 'line')} in all"] if len(cues) > _SHOWN else []
        told += [f"Left out: {'; '.join(str(one) for one in skipped[:_TOLD])}{' …' if len(skipped) > _TOLD else ''}"] if skipped else []
        self.said.setText("  ".join(told))
        self.add.setEnabled(bool(cues))
        kinds = {cue.kind for cue in cues}
        what = "line" if kinds == {"dialogue"} else "cue"
        self.add.setText(f"Add {counted(len(cues), what)}" if cues else "Add")

    def accept(self) -> None:
        """Put the cues in."""
        if self._later.isActive():
            self.refresh()
        if not self.pasted.cues:
            return
        known = {cue.id for cue in self.model.project.cues}
        self.edits.change_cues(self.pasted.cues, f"Paste {counted(len(self.pasted.cues), 'line')}")
        self.model.select_cues(tuple(cue.id for cue in self.pasted.cues if cue.id not in known))
        super().accept()


def _column(*widgets: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(S2)
    for widget in widgets:
        layout.addWidget(widget, int(isinstance(widget, (QPlainTextEdit, QTableWidget))))
    return column
