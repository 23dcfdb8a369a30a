"""Suggest Foley: what moves in the picture, as cues to tick."""

from __future__ import annotations

import threading

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...engine.foley_kinds import KINDS
from ...engine.picture_events import watch_aside
from ...engine.suggest import Suggestion, picture_of, suggested, without_cue
from ...errors import Cancelled, StudioError
from ...timeline.timecode import from_seconds, range_of, seconds
from .. import model as models
from ..edits import Edits, counted
from ..look.theme import S2, S3, px, px_size
from .batch import scene

_COLUMNS = ("Add", "In", "Out", "Events", "Sound", "Sure")
_SURE = 0.5
"""Confidence from which on a suggestion is ticked."""
_LONGEST = 300.0
"""Seconds of picture that are looked at in one go."""


class SuggestFoley(QDialog):
    """Looks at the marked range, the selected clips or the scene here, away from the window's thread."""

    _told = Signal(float)
    _answered = Signal(object)

    def __init__(self, model: models.StudioModel, edits: Edits, parent: QWidget) -> None:
        super().__init__(parent)
        self.model, self.edits, self.suggestions = model, edits, ()
        self.range = looked_at(model)
        self._over = threading.Event()
        self.setWindowTitle("Suggest foley")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.said, self.progress, self.table = QLabel(), QProgressBar(), QTableWidget(0, len(_COLUMNS))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.add = self.buttons.addButton("Add", QDialogButtonBox.ButtonRole.AcceptRole)
        self._build()
        self._told.connect(lambda fraction: self.progress.setValue(round(1000 * fraction)))
        self._answered.connect(self._show)
        self.table.itemChanged.connect(self._count)
        self.table.currentCellChanged.connect(lambda row, *_: self._go_to(row))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self._over.set)
        self.resize(px_size(720, 420))
        self._begin()

    def _build(self) -> None:
        self.said.setWordWrap(True)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("How much of the picture is looked at")
        self.add.setObjectName("primary")
        self.add.setEnabled(False)
        table = self.table
        table.setAccessibleName("Suggestions")
        table.setHorizontalHeaderLabels(_COLUMNS)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(px(34))
        table.setShowGrid(False)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ((0, 44), (1, 100), (2, 100), (3, 64), (5, 64)):
            table.setColumnWidth(column, px(width))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S3, S3, S3, S3)
        layout.setSpacing(S2)
        for widget in (self.said, self.progress, table, self.buttons):
            layout.addWidget(widget, int(widget is table))

    def _begin(self) -> None:
        range_ = self.range
        total = float(seconds(range_.duration))
        try:
            if total > _LONGEST:
                what = f"{total / 60:.0f} minutes are too much to look at in one go"
                raise StudioError(what, remedy=f"Mark {_LONGEST / 60:.0f} minutes or less with I and O.")
            spans = picture_of(self.model.timeline, self.model.views, range_)
        except StudioError as error:
            self._show(error)
            return
        self.said.setText(f"Looking for what moves from {self.model.timecode(range_.start_time)} on, {total:.0f} s …")
        threading.Thread(target=self._look, args=(spans, total), name="suggest", daemon=True).start()

    def _look(self, spans, total: float) -> None:
        """On a thread of its own, which waits for the process that looks."""
        try:
            answer = suggested(watch_aside(spans, total, self._tell, self._over.is_set), spans, total)
        except Cancelled:
            return
        except StudioError as error:
            answer = error
        self._tell_answer(answer)

    def _tell(self, fraction: float) -> None:
        if not self._over.is_set():
            self._told.emit(fraction)

    def _tell_answer(self, answer) -> None:
        try:
            if not self._over.is_set():
                self._answered.emit(answer)
        except RuntimeError:
            pass  # the dialog is gone

    # --- what was found ---

    def _show(self, answer: tuple[Suggestion, ...] | StudioError) -> None:
        self.progress.hide()
        if isinstance(answer, StudioError):
            self.said.setText(f"⚠ {answer}")
            return
        self.suggestions = answer
        if not answer:
            self.said.setText("Nothing was seen that sounds. Mark a range where something moves, and try again.")
            return
        self.said.setText(f"{counted(len(answer), 'moment')} found. Select a row to see it; tick what is to be added.")
        self.table.blockSignals(True)
        self.table.setRowCount(len(answer))
        for row, one in enumerate(answer):
            self._fill(row, one)
        self.table.blockSignals(False)
        self._count()
        self.table.setFocus()

    def _fill(self, row: int, one: Suggestion) -> None:
        range_ = self._range_of(one)
        free = without_cue(range_, self.model.project.cues) and one.confidence >= _SURE
        tick = QTableWidgetItem()
        tick.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        tick.setCheckState(Qt.CheckState.Checked if free else Qt.CheckState.Unchecked)
        tick.setToolTip("" if free else "There is a foley cue here already, or hardly anything is seen")
        self.table.setItem(row, 0, tick)
        times = (self.model.timecode(time) for time in (range_.start_time, range_.end_time_exclusive()))
        for column, said in ((1, next(times)), (2, next(times)), (3, str(len(one.events))), (5, f"{100 * one.confidence:.0f} %")):
            self.table.setItem(row, column, QTableWidgetItem(said))
        kinds = QComboBox()
        kinds.setAccessibleName("Sound")
        others = sorted(kind.name for kind in KINDS.values() if not kind.bed and kind.name not in one.kinds)
        for place, name in enumerate((*one.kinds, *others)):
            if place == len(one.kinds) and place:
                kinds.insertSeparator(place)
            kinds.addItem(KINDS[name].phrases[0], name)
        self.table.setCellWidget(row, 4, kinds)

    def _count(self) -> None:
        count = len(self._ticked())
        self.add.setText(f"Add {counted(count)}" if count else "Add")
        self.add.setEnabled(count > 0)

    def _ticked(self) -> list[int]:
        rows = range(self.table.rowCount())
        return [row for row in rows if self.table.item(row, 0).checkState() == Qt.CheckState.Checked]

    def _range_of(self, one: Suggestion) -> TimeRange:
        begin = self.range.start_time
        start, end = (from_seconds(edge, begin.rate) for edge in (one.start, one.end))
        return range_of(begin + start, begin + end)

    def _go_to(self, row: int) -> None:
        if 0 <= row < len(self.suggestions):
            at = from_seconds(self.suggestions[row].events[0].time, self.model.rate)
            self.model.seek((self.range.start_time + at).value)

    def accept(self) -> None:
        """Put the ticked ones in, as one edit."""
        cues = []
        for row in self._ticked():
            one, kind = self.suggestions[row], self.table.cellWidget(row, 4).currentData()
            cues.append(one.cue(kind, self.range.start_time, self.model.picture_at(self._range_of(one).start_time)))
        if cues:
            self.edits.change_cues(cues, f"Add {counted(len(cues), 'suggested cue')}")
            self.model.select_cues(tuple(cue.id for cue in cues))
        super().accept()


def looked_at(model: models.StudioModel) -> TimeRange:
    """The marked range, else from the first to the last selected clip, else the scene at the playhead."""
    if model.marked:
        return model.marked
    if model.selected_clips:
        ranges = [clip.record for clip in model.selected_clips]
        end = max(range_.end_time_exclusive() for range_ in ranges)
        return range_of(min(range_.start_time for range_ in ranges), end)
    return scene(model) or TimeRange(RationalTime(0, model.rate), model.duration)
