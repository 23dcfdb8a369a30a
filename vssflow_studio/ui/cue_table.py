"""The cue list: all cues as a script."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from ..timeline.cues import Cue
from . import model as models


class CueTable(QTableWidget):
    """All cues as a script: state, who, in, out, what.

    Signals:
        text_edited(str, str): cue id and its new text.
        character_edited(str, str): cue id and its new character.
    """

    text_edited = Signal(str, str)
    character_edited = Signal(str, str)
    _COLUMNS = ("State", "Character", "In", "Out", "Line or prompt")

    def __init__(self, model: models.StudioModel) -> None:
        super().__init__(0, len(self._COLUMNS))
        self.model, self._late = model, False
        self.setHorizontalHeaderLabels(self._COLUMNS)
        self.setAccessibleName("Cues")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((64, 76, 98, 98)):
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        for what in (models.PROJECT, models.JOBS, models.SELECTION):
            model.listen(what, self.refresh)
        self.itemChanged.connect(self._edited)
        self.itemSelectionChanged.connect(self._selected)

    def refresh(self) -> None:
        """Show the model's cues; while a cell is being typed in, once that is done."""
        self._late = self.state() == QTableWidget.State.EditingState
        if self._late:
            return
        self.blockSignals(True)
        cues = self.model.project.cues
        self.setRowCount(len(cues))
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        for row, cue in enumerate(cues):
            start, end = cue.range.start_time, cue.range.end_time_exclusive()
            values = (
                self.model.state(cue),
                cue.character or models.KIND_NAMES[cue.kind],
                self.model.timecode(start),
                self.model.timecode(end),
                cue.text,
            )
            for column, value in enumerate(values):
                self._set(row, column, value, cue)
            if cue.id == self.model.selected_cue and row not in chosen:
                self.selectRow(row)
        if not self.model.selected_cue:
            self.clearSelection()
        self.blockSignals(False)

    def commit(self) -> None:
        """Take over what is typed in a cell."""
        if self.state() == QTableWidget.State.EditingState:
            self.setFocus()

    def closeEditor(self, editor, hint) -> None:
        super().closeEditor(editor, hint)
        if self._late:
            self.refresh()

    def _set(self, row: int, column: int, value: str, cue: Cue) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, column, item)
        editable = column == 4 or (column == 1 and cue.kind == "dialogue")
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if editable else flags)
        item.setData(Qt.ItemDataRole.UserRole, cue.id)
        if item.text() != value:
            item.setText(value)
        item.setToolTip(value if column == 4 else "")

    def _edited(self, item: QTableWidgetItem) -> None:
        cue_id = item.data(Qt.ItemDataRole.UserRole)
        signal = self.text_edited if item.column() == 4 else self.character_edited
        signal.emit(cue_id, item.text())

    def _selected(self) -> None:
        items = self.selectedItems()
        if items and items[0].data(Qt.ItemDataRole.UserRole) != self.model.selected_cue:
            self.model.select_cue(items[0].data(Qt.ItemDataRole.UserRole))
