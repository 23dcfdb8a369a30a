"""The rows of the cue list: which cues it shows, in which order, and what stands in each cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from opentimelineio.opentime import TimeRange
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal

from ...errors import StudioError
from ...timeline.cues import Cue
from ...timeline.timecode import parse_timecode, range_of, seconds
from .. import model as models
from ..look import theme as themes

STATE, WHO, IN, OUT, LENGTH, TEXT, TAKES = range(7)
COLUMNS = ("State", "Character", "In", "Out", "Length", "Line or prompt", "Takes")
COPIED = (("Kind", "kind"), ("Character", WHO), ("In", IN), ("Out", OUT), ("Text", TEXT))
"""Columns of copied rows, as a cue sheet names them."""
_EDITABLE = (WHO, IN, OUT, LENGTH, TEXT)
_HEADING = Qt.ItemFlag.ItemIsEnabled
_SHOWN = _HEADING | Qt.ItemFlag.ItemIsSelectable
_TYPED = _SHOWN | Qt.ItemFlag.ItemIsEditable
_MEANINGS = {
    "wanted": "Has no take yet: press Generate",
    "queued": "Waits for the job before it",
    "ready": "Has a take that is as the cue asks",
    "stale": "The cue was changed after its take was made: press Generate",
    "orphaned": "Its picture is gone from this cut: give it another place, or remove it",
    "offline": "Its take's WAV is not there: put it back, find it with Timeline ▸ Offline Media, or press Generate",
    "failed": "No take could be made; the message above the lists says why",
}
_Index = QModelIndex
Row = Cue | str
"""A cue, or a heading above those of a clip or marker."""


class CueRows(QAbstractTableModel):
    """The model's cues, filtered, sorted and grouped.

    What is typed in a cell leaves as a changed cue; the project comes back with it.

    Signals:
        edited(object, str): a changed Cue and the name of the edit.
        failed(object): a StudioError.
    """

    edited = Signal(object, str)
    failed = Signal(object)

    def __init__(self, model: models.StudioModel, parent=None) -> None:
        super().__init__(parent)
        self.model, self.rows = model, []
        self.words: tuple[str, ...] = ()
        self.order: tuple[int, bool] | None = None  # column, whether backwards
        self.heading: Callable[[Cue], str] | None = None
        self._places: dict[str, int] = {}

    # --- which rows ---

    def refresh(self) -> None:
        """Take over the model's cues; rows that are the same stay where and what they are."""
        wanted, old = self._wanted(), self.rows
        before, after = [_name(row) for row in old], [_name(row) for row in wanted]
        if before == after:
            changed = [i for i, (a, b) in enumerate(zip(old, wanted, strict=True)) if a is not b]
            self.rows = wanted
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], TAKES))
        else:
            self._replace(wanted, before, after)
        self._places = {name: place for place, name in enumerate(after)}
        self.tell_states()

    def tell_states(self) -> None:
        """States may have changed."""
        if self.rows:
            self.dataChanged.emit(self.index(0, STATE), self.index(len(self.rows) - 1, STATE))

    def _wanted(self) -> list[Row]:
        cues = [cue for cue in self.model.project.cues if all(self._has(cue, word) for word in self.words)]
        if self.order:
            column, backwards = self.order
            cues.sort(key=lambda cue: self._key(cue, column), reverse=backwards)
        if self.heading is None or self.order:
            return cues
        rows, last = [], None
        for cue in cues:
            title = self.heading(cue)
            if title != last:
                rows.append(title)
                last = title
            rows.append(cue)
        return rows

    def _replace(self, wanted: list[Row], before: list[str], after: list[str]) -> None:
        """Rows go and come between those that stay at the beginning and at the end."""
        first = _alike(before, after)
        last = min(_alike(before[::-1], after[::-1]), min(len(before), len(after)) - first)
        if first < len(before) - last:
            self.beginRemoveRows(_Index(), first, len(before) - last - 1)
            self.rows = wanted[:first] + wanted[len(wanted) - last :]
            self.endRemoveRows()
        if first < len(after) - last:
            self.beginInsertRows(_Index(), first, len(after) - last - 1)
            self.rows = wanted
            self.endInsertRows()
        self.rows = wanted
        if wanted:
            self.dataChanged.emit(self.index(0, 0), self.index(len(wanted) - 1, TAKES))

    def _has(self, cue: Cue, word: str) -> bool:
        if word.startswith("@"):
            return word[1:] in cue.character.casefold()
        if word in cue.text.casefold() or word in cue.character.casefold():
            return True
        return word in (models.KIND_NAMES[cue.kind].casefold(), cue.kind) or word == self.model.state(cue)

    def _key(self, cue: Cue, column: int) -> tuple:
        """What a column is sorted by, then by time."""
        if column in (IN, OUT, LENGTH):
            time = (cue.range.start_time, cue.range.end_time_exclusive(), cue.range.duration)[column - IN]
            return (time.value,)
        said = {STATE: self.model.state, WHO: _who, TEXT: lambda cue: cue.text.casefold()}
        return (len(cue.takes) if column == TAKES else said[column](cue).casefold(),)

    def place_of(self, cue_id: str) -> int:
        """The cue's row, -1 where it isn't shown."""
        return self._places.get(cue_id, -1)

    def cue_at(self, row: int) -> Cue | None:
        """The cue in a row; a heading has none."""
        there = self.rows[row] if 0 <= row < len(self.rows) else None
        return there if isinstance(there, Cue) else None

    # --- what Qt asks ---

    def rowCount(self, parent: QModelIndex = _Index()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = _Index()) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation, role: int = Qt.ItemDataRole.DisplayRole):
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def flags(self, index: QModelIndex):
        cue = self.cue_at(index.row())
        if cue is None:
            return _HEADING
        may = index.column() in _EDITABLE and (index.column() != WHO or cue.kind == "dialogue")
        return _TYPED if may else _SHOWN

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        cue, column = self.cue_at(index.row()), index.column()
        if cue is None:
            title = self.rows[index.row()] if index.isValid() else None
            return title if column == 0 and role == Qt.ItemDataRole.DisplayRole else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._written(cue, column, role == Qt.ItemDataRole.EditRole)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._hint(cue, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[column]}: {self._written(cue, column, False) or 'empty'}"
        return cue if role == Qt.ItemDataRole.UserRole else None

    def _written(self, cue: Cue, column: int, to_edit: bool) -> str:
        if column == STATE:
            state = self.model.state(cue)
            return f"{themes.mark(state)}  {state}"
        if column == WHO:
            return cue.character if to_edit else _who(cue)
        if column == TEXT:
            return cue.text
        if column == TAKES:
            return str(len(cue.takes)) if cue.takes else "–"
        if column == LENGTH:
            return f"{float(seconds(cue.range.duration)):.2f}" + ("" if to_edit else " s")
        return self.model.timecode(cue.range.start_time if column == IN else cue.range.end_time_exclusive())

    def _hint(self, cue: Cue, column: int) -> str | None:
        if column == STATE:
            return _MEANINGS.get(self.model.state(cue), "Is being made now")
        if column == TEXT:
            return cue.text
        return None

    def setData(self, index: QModelIndex, value: str, role: int = Qt.ItemDataRole.EditRole) -> bool:
        shown = self.cue_at(index.row())
        cue = self.model.find(shown.id) if shown else None
        if cue is None or role != Qt.ItemDataRole.EditRole or value == self.data(index, role):
            return False
        column, value = index.column(), " ".join(value.split()) if index.column() != TEXT else value.strip()
        if column == TEXT:
            name = "Edit line" if cue.kind == "dialogue" else "Edit prompt"
            self.edited.emit(replace(cue, text=value), name)
        elif column == WHO:
            self.edited.emit(replace(cue, character=value), "Change character")
        else:
            return self._set_range(cue, column, value)
        return True

    def _set_range(self, cue: Cue, column: int, written: str) -> bool:
        try:
            range_ = self._range(cue, column, written)
        except ValueError:
            what, remedy = f"“{written}” is no place for a cue", "Write timecode or seconds, out after in."
            self.failed.emit(StudioError(what, timecode=self.model.timecode(cue.range.start_time), remedy=remedy))
            return False
        self.edited.emit(replace(cue, range=range_), "Change cue range")
        return True

    def _range(self, cue: Cue, column: int, written: str) -> TimeRange:
        """The cue's range with another beginning, end or length. Raises ValueError."""
        start, end = cue.range.start_time, cue.range.end_time_exclusive()
        if column == LENGTH:
            rate = self.model.rate
            end = start + (parse_timecode(written, rate) if ":" in written else self.model.parse(written))
        elif column == IN:
            start = self.model.parse(written)
        else:
            end = self.model.parse(written)
        if not end > start or start.value < 0:
            raise ValueError(written)
        return range_of(start, end)

    def copied(self, cues: list[Cue]) -> str:
        """Rows as tab-separated text with the names of their columns, as spreadsheets take them."""
        lines = ["\t".join(name for name, _ in COPIED)]
        for cue in cues:
            cells = [cue.kind if what == "kind" else self._written(cue, what, True) for _, what in COPIED]
            lines.append("\t".join(" ".join(cell.split()) for cell in cells))
        return "\n".join(lines)


def _who(cue: Cue) -> str:
    return cue.character or models.KIND_NAMES[cue.kind]


def _name(row: Row) -> str:
    return row.id if isinstance(row, Cue) else f"\0{row}"


def _alike(one: list[str], other: list[str]) -> int:
    """How many are the same at the beginning."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
