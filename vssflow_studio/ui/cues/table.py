"""The cue list: all cues as a script, to read, filter, sort and type in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QItemSelectionRange, QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...timeline.cues import Cue
from .. import model as models
from ..look import theme as themes
from ..look.theme import S1, S2
from .cells import CueCell
from .groups import build_group_menu
from .rows import COLUMNS, IN, LENGTH, OUT, STATE, TAKES, TEXT, WHO, CueRows

_ROOMY = {OUT: 520, LENGTH: 600, TAKES: 540, IN: 340, STATE: 160}
"""Pixels of the list from which on there is room for a column."""
_WIDE = 600
"""Pixels of the list from which on a state has room for its word, and a long name for all of it."""
_SAMPLES = {IN: "00:00:00:00", OUT: "00:00:00:00", LENGTH: "00.00 s", TAKES: "Takes"}
_SAMPLES_BY_ROOM = {True: {STATE: "●  wanted", WHO: "CHARACTER M"}, False: {STATE: "100 %", WHO: "CHARAC"}}
_HINT = "No cues yet.\n\nSelect a clip on the timeline and press D to give it a line,\nF for a foley sound, B for an ambience.\nOr paste a script with Ctrl+Shift+V."
_NONE = "No cue matches the filter."
_FILTER_HINT = "Words of the line, a character (@anna), a kind (foley) or a state (stale, offline); all must match"


class CueTable(QWidget):
    """The list with its filter field.

    Signals:
        edited(object, str): a changed Cue and the name of the edit.
        failed(object): a StudioError.
        paste_asked(str): text that is to become cues.
    """

    edited = Signal(object, str)
    failed = Signal(object)
    paste_asked = Signal(str)

    def __init__(self, model: models.StudioModel) -> None:
        super().__init__()
        self.model, self.rows = model, CueRows(model, self)
        self.view, self.filter, self.count = CueView(self.rows), QLineEdit(), QToolButton()
        self.setAccessibleName("Cues")
        self.setFocusProxy(self.view)
        self.filter.setPlaceholderText("Filter: text, @character, stale …")
        self.filter.setToolTip(_FILTER_HINT)
        self.filter.setAccessibleName("Filter cues")
        self.filter.setClearButtonEnabled(True)
        self.group = build_group_menu(model, self.rows, self.refresh, self)
        row = QHBoxLayout()
        row.setSpacing(S1)
        row.addWidget(self.filter, 1)
        row.addWidget(self.group)
        self.above = QVBoxLayout()  # where find and replace is put
        self.above.setSpacing(S1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S1)
        layout.addLayout(row)
        layout.addLayout(self.above)
        layout.addWidget(self.view, 1)
        self.filter.textChanged.connect(self._filtered)
        self.rows.edited.connect(self.edited)
        self.rows.failed.connect(self.failed)
        self.view.paste_asked.connect(self.paste_asked)
        model.listen(models.PROJECT, self.refresh)
        model.listen(models.JOBS, self.rows.tell_states)
        model.listen(models.SELECTION, self.view.show_selection)
        model.listen(models.TIMELINE, self.filter.clear)

    def refresh(self) -> None:
        """Show the model's cues; while a cell is being typed in, once that is done."""
        self.view.refresh()

    def commit(self) -> None:
        """Take over what is typed in a cell."""
        self.view.commit()

    def _filtered(self, text: str) -> None:
        self.commit()
        self.rows.words = tuple(text.casefold().split())
        self.refresh()


class CueView(QTableView):
    """The rows. Typing in a cell begins at once; Tab goes on to the next cell, Enter to the next line.

    Signals:
        paste_asked(str): text that is to become cues.
    """

    paste_asked = Signal(str)

    def __init__(self, rows: CueRows) -> None:
        super().__init__()
        self.rows, self.model_, self._late, self._quiet = rows, rows.model, False, False
        self.cell = CueCell(self)
        self.setModel(rows)
        self.setItemDelegate(self.cell)
        self.setAccessibleName("Cues")
        self.setShowGrid(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        # Not by any key: J, K and L play for whoever has clicked a line, and would write over it.
        self.setEditTriggers(QTableView.EditTrigger.DoubleClicked | QTableView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)  # else the keyboard could not leave the list
        upright = self.verticalHeader()
        upright.hide()
        upright.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        upright.setDefaultSectionSize(2 * self.fontMetrics().lineSpacing() + S2)
        self._build_header()
        self.selectionModel().selectionChanged.connect(self._selected)

    def _build_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(48)
        self._fit_columns(_SAMPLES)
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(self._sorted)
        for one in (header, self.verticalHeader()):  # else they ask every cell after each selection
            one.setSelectionModel(QItemSelectionModel(self.rows, self))

    # --- keeping in step with the model ---

    def refresh(self) -> None:
        """Show the model's cues; while a cell is being typed in, once that is done."""
        self._late = self.state() == QTableView.State.EditingState
        if self._late:
            return
        self._quiet = True
        self.rows.refresh()
        self._quiet = False
        self._span_headings()
        self.show_selection()
        self.viewport().update()

    def _span_headings(self) -> None:
        self.clearSpans()
        if self.rows.heading is None:
            return
        for row, there in enumerate(self.rows.rows):
            if not isinstance(there, Cue):
                self.setSpan(row, 0, 1, len(COLUMNS))

    def show_selection(self) -> None:
        """Select the rows of the model's cues."""
        if self._quiet or self.state() == QTableView.State.EditingState:
            return
        wanted = [row for row in map(self.rows.place_of, self.model_.selected_cues) if row >= 0]
        if sorted(wanted) == self._picked():
            return
        self._quiet = True
        picked, last = QItemSelection(), len(COLUMNS) - 1
        for first, end in _runs(sorted(wanted)):
            picked.append(QItemSelectionRange(self.rows.index(first, 0), self.rows.index(end, last)))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(picked, flags.ClearAndSelect)
        if wanted:
            column = max(self.currentIndex().column(), 0)
            self.selectionModel().setCurrentIndex(self.rows.index(wanted[-1], column), flags.NoUpdate)
            self.scrollTo(self.rows.index(wanted[-1], TEXT))
        self._quiet = False

    def _selected(self) -> None:
        if self._quiet:
            return
        picked, current = self._picked(), self.currentIndex().row()
        picked.sort(key=lambda row: (row == current, row))  # the inspector shows the last
        cues = [cue for cue in map(self.rows.cue_at, picked) if cue]
        self._quiet = True
        self.model_.select_cues(tuple(cue.id for cue in cues))
        self._quiet = False

    def _sorted(self, column: int, order: Qt.SortOrder) -> None:
        self.commit()
        self.rows.order = None if column < 0 else (column, order == Qt.SortOrder.DescendingOrder)
        self.refresh()

    # --- typing ---

    def commit(self) -> None:
        """Take over what is typed in a cell."""
        editor = self.cell.editor
        if editor is not None and self.state() == QTableView.State.EditingState:
            self.commitData(editor)
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def type_in(self, cue_id: str) -> None:
        """Begin to type a cue's line."""
        row = self.rows.place_of(cue_id)
        if row >= 0:
            self.setCurrentIndex(self.rows.index(row, TEXT))
            self.setFocus()
            self.edit(self.rows.index(row, TEXT))

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        hints = QAbstractItemDelegate.EndEditHint
        at = self.currentIndex()
        cue, column = self.rows.cue_at(at.row()), at.column()
        super().closeEditor(editor, hints.NoHint if hint != hints.RevertModelCache else hint)
        if self._late:
            self.refresh()
        row = self.rows.place_of(cue.id) if cue else -1
        if row < 0 or hint not in (hints.EditNextItem, hints.EditPreviousItem, hints.SubmitModelCache):
            return
        if hint == hints.SubmitModelCache:  # Enter
            there = self._cell_from(row, column, 1, (column,))
        else:
            there = self._cell_from(row, column, 1 if hint == hints.EditNextItem else -1)
        if there.isValid():
            self.setCurrentIndex(there)
            self.edit(there)

    def _cell_from(self, row: int, column: int, step: int, columns: tuple[int, ...] = ()) -> QModelIndex:
        """The next cell that can be typed in, in reading order, or of those `columns`."""
        visible = [c for c in columns or range(len(COLUMNS)) if not self.isColumnHidden(c)]
        cells = [(r, c) for r in range(row, min(row + 3, len(self.rows.rows))) for c in visible]
        if step < 0:
            cells = [(r, c) for r in range(row, max(row - 3, -1), -1) for c in reversed(visible)]
        beyond = cells[cells.index((row, column)) + 1 :] if (row, column) in cells else cells
        for place in beyond:
            index = self.rows.index(*place)
            if self.rows.flags(index) & Qt.ItemFlag.ItemIsEditable:
                return index
        return QModelIndex()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def _is_ours(self, event) -> bool:
        """Keys that mean the list while it has the focus: arrows walk. Letters are the window's commands."""
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Paste):
            return True
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        walks = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
        return plain and walks

    def keyPressEvent(self, event) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.rows.copied(self.selected_cues()))
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste_asked.emit(QGuiApplication.clipboard().text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state() != QTableView.State.EditingState:
            if self.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable:
                self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def selected_cues(self) -> list[Cue]:
        """The cues of the selected rows, from top to bottom."""
        return [cue for cue in map(self.rows.cue_at, self._picked()) if cue]

    def _picked(self) -> list[int]:
        """The selected rows in order; Qt's own `selectedRows` looks at every cell."""
        ranges = self.selectionModel().selection()
        return sorted({row for one in ranges for row in range(one.top(), one.bottom() + 1)})

    # --- looks ---

    def resizeEvent(self, event) -> None:
        for column, least in _ROOMY.items():
            self.setColumnHidden(column, event.size().width() < themes.px(least))
        roomy = event.size().width() >= themes.px(_WIDE)
        if roomy != self.cell.roomy or not event.oldSize().isValid():
            self.cell.roomy = roomy
            self._fit_columns(_SAMPLES_BY_ROOM[roomy])
        super().resizeEvent(event)

    def _fit_columns(self, samples: dict[int, str]) -> None:
        """Let each column have room for a text."""
        for column, widest in samples.items():
            self.setColumnWidth(column, self.fontMetrics().horizontalAdvance(widest) + 24)

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        if not self.rows.rows:
            p = QPainter(self.viewport())
            p.setPen(QColor(themes.current().dim))
            text = _NONE if self.rows.words else _HINT
            area = self.viewport().rect().adjusted(S2, 0, -S2, 0)
            p.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """First and last of each row of neighbours."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
