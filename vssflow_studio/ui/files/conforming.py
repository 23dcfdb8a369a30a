"""Opening the new cut of the timeline that is open: its cues and takes go with their pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...errors import StudioError
from ...timeline.conform import Conformed
from ...timeline.new_cut import carried
from ..edits import Edits
from ..look.theme import S2, S3, px_size
from ..model import StudioModel

_COLUMNS = ("State", "Was at", "Is at", "Cue", "Why")


def conform_to(
    model: StudioModel, edits: Edits, open_: Callable[[Path], bool], new: Path
) -> Conformed | None:
    """Open `new` by `open_` and put the cues of what was open into it, as one edit.

    None when it was not opened. Raises StudioError.
    """
    old, project, base = model.timeline, model.project, model.path.resolve().parent
    if not open_(new):
        return None
    result = carried(old, project, base, model.timeline, model.path.resolve().parent)
    edits.change_project(result.project, "Conform to new cut")
    return result


class ConformReport(QDialog):
    """What became of each cue; choosing a row selects the cue."""

    def __init__(self, model: StudioModel, result: Conformed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Conform to new cut")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._model, self._result = model, result
        counts = (f"{number} {_spoken(state)}" for state, number in result.count().items())
        self.summary, self.table = QLabel(", ".join(counts)), self._filled_table()
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S3, S3, S3, S3)
        layout.setSpacing(S2)
        for widget in (self.summary, self.table, close):
            layout.addWidget(widget)
        self.resize(px_size(900, 420))

    def _filled_table(self) -> QTableWidget:
        table = QTableWidget(len(self._result.report), len(_COLUMNS))
        table.setHorizontalHeaderLabels(_COLUMNS)
        table.setAccessibleName("What became of each cue")
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        for row, fate in enumerate(self._result.report):
            told = (_spoken(fate.state), fate.before, fate.after, fate.text, fate.why)
            for column, text in enumerate(told):
                table.setItem(row, column, QTableWidgetItem(text))
        table.resizeColumnsToContents()
        last = len(_COLUMNS) - 1
        table.horizontalHeader().setSectionResizeMode(last, QHeaderView.ResizeMode.Stretch)
        table.currentCellChanged.connect(self._select)
        return table

    def _select(self, row: int, *_) -> None:
        cues = [fate.cue for fate in self._result.report]
        if 0 <= row < len(cues) and self._model.find(cues[row]):
            self._model.select_cue(cues[row])


def _spoken(state: str) -> str:
    return state.replace("-", " ")


def report_or_error(window, new: Path) -> ConformReport | None:
    """Conform the window's timeline to `new` and show the report, or say in the window what is wrong."""
    try:
        result = conform_to(window.model, window.undo_stack, window.open, new)
    except StudioError as error:
        window.message.show_error(error)
        return None
    if result is None:
        return None
    report = ConformReport(window.model, result, window)
    report.show()
    return report
