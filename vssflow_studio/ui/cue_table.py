"""The cue list: all cues as a script."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QTableWidget, QTableWidgetItem

from ..timeline.cues import Cue
from . import model as models
from . import theme as themes

STATE, WHO, IN, OUT, TEXT = range(5)
_ROOMY = 560  # pixels from which on there is room for the column Out
_HINT = "No cues yet.\n\nSelect a clip on the timeline and press D to give it a line,\nF for a foley sound, B for an ambience."
_MEANINGS = {
    "wanted": "Has no take yet: press Generate",
    "queued": "Waits for the job before it",
    "ready": "Has a take that is as the cue asks",
    "stale": "The cue was changed after its take was made: press Generate",
    "orphaned": "Its picture is gone from this cut: give it another place, or remove it",
    "failed": "No take could be made; the message above the lists says why",
}


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
        self._shown: tuple[Cue, ...] = ()
        self.setHorizontalHeaderLabels(self._COLUMNS)
        self.setAccessibleName("Cues")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.setItemDelegateForColumn(STATE, _StateDelegate(self))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        wide = self.fontMetrics().horizontalAdvance
        for column, widest in enumerate(("●  queued", "CHARACTER", "00:00:00:00", "00:00:00:00")):
            self.setColumnWidth(column, wide(widest) + 24)
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
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
        if cues is not self._shown:
            self._fill(cues)
        for row, cue in enumerate(cues):
            self._show_state(self.item(row, STATE), self.model.state(cue))
        chosen = next((row for row, cue in enumerate(cues) if cue.id == self.model.selected_cue), -1)
        if chosen < 0:
            self.clearSelection()
        elif not self.item(chosen, STATE).isSelected():
            self.selectRow(chosen)
        self.blockSignals(False)

    def commit(self) -> None:
        """Take over what is typed in a cell."""
        if self.state() == QTableWidget.State.EditingState:
            self.setFocus()

    def closeEditor(self, editor, hint) -> None:
        super().closeEditor(editor, hint)
        if self._late:
            self.refresh()

    def resizeEvent(self, event) -> None:
        self.setColumnHidden(OUT, event.size().width() < _ROOMY)
        super().resizeEvent(event)

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        if self.rowCount() == 0:
            p = QPainter(self.viewport())
            p.setPen(QColor(themes.current().dim))
            p.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, _HINT)

    def _fill(self, cues: tuple[Cue, ...]) -> None:
        self._shown = cues
        self.setRowCount(len(cues))
        for row, cue in enumerate(cues):
            start, end = cue.range.start_time, cue.range.end_time_exclusive()
            who = cue.character or models.KIND_NAMES[cue.kind]
            values = ("", who, self.model.timecode(start), self.model.timecode(end), cue.text)
            for column, value in enumerate(values):
                self._set(row, column, value, cue)

    def _set(self, row: int, column: int, value: str, cue: Cue) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, column, item)
        editable = column == TEXT or (column == WHO and cue.kind == "dialogue")
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if editable else flags)
        item.setData(Qt.ItemDataRole.UserRole, cue.id)
        if column != STATE and item.text() != value:
            item.setText(value)
        if column == TEXT:
            item.setToolTip(value)

    def _show_state(self, item: QTableWidgetItem, state: str) -> None:
        if item.data(_STATE_ROLE) != state:
            item.setData(_STATE_ROLE, state)
            item.setText(f"{themes.mark(state)}  {state}")
            item.setToolTip(_MEANINGS.get(state, "Is being made now"))

    def _edited(self, item: QTableWidgetItem) -> None:
        cue_id = item.data(Qt.ItemDataRole.UserRole)
        signal = self.text_edited if item.column() == TEXT else self.character_edited
        signal.emit(cue_id, item.text())

    def _selected(self) -> None:
        items = self.selectedItems()
        if items and items[0].data(Qt.ItemDataRole.UserRole) != self.model.selected_cue:
            self.model.select_cue(items[0].data(Qt.ItemDataRole.UserRole))


_STATE_ROLE = Qt.ItemDataRole.UserRole + 1


class _StateDelegate(QStyledItemDelegate):
    """A state in its colour, whatever the theme is by now."""

    def initStyleOption(self, option, index) -> None:
        super().initStyleOption(option, index)
        colour = themes.current().state(index.data(_STATE_ROLE) or "")
        option.palette.setColor(QPalette.ColorRole.Text, colour)
