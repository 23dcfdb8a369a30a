"""The table of jobs: a row each, what waits in the order it will run."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from ...engine.queue import Job
from ..look import theme as themes
from ..model import KIND_NAMES
from .jobs import Jobs

COLUMNS = ("Cue", "Kind", "State", "Progress", "Time left")
CUE, KIND, STATE, PROGRESS, LEFT = range(len(COLUMNS))
_STATES = {"queued": "Waiting", "running": "Running", "done": "Done", "failed": "Failed", "cancelled": "Cancelled"}
_MARKS = {"queued": "◌", "running": "◔", "done": "●", "failed": "✕", "cancelled": "–"}
_MIME = "application/x-vssflow-job"
_SHORTEST = 16  # pixels of a bar that says something
_Root = QModelIndex()


def duration(seconds: float | None) -> str:
    """`45 s`, `2 min 10 s`, `1 h 05 min`, a dash for what is not known."""
    if seconds is None:
        return "–"
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


class JobsTable(QAbstractTableModel):
    """Shows `Jobs`; a row that waits can be dragged to another place among those that wait."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs)
        self.jobs = jobs
        self.rows: tuple[Job, ...] = ()
        self.left: dict[str, float | None] = {}

    def refresh(self) -> None:
        """Show the jobs as they are now."""
        rows = self.jobs.jobs()
        self.left = self.jobs.time_left()
        if [job.id for job in rows] != [job.id for job in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, LEFT))

    def row_of(self, job_id: str) -> int:
        """Where the job stands, -1 when it is not on the list."""
        return next((row for row, job in enumerate(self.rows) if job.id == job_id), -1)

    def place(self, job_id: str) -> int:
        """Its place among those that wait, -1 when it doesn't."""
        waiting = [job.id for job in self.rows if job.state == "queued"]
        return waiting.index(job_id) if job_id in waiting else -1

    # --- what Qt asks ---

    def rowCount(self, parent: QModelIndex = _Root) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = _Root) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation, role: int = Qt.ItemDataRole.DisplayRole):
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        job = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(job, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(job)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == STATE:
            theme = themes.current()
            return QColor({"done": theme.good, "failed": theme.bad, "running": theme.accent}.get(job.state, theme.dim))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(text for column in range(len(COLUMNS)) if (text := self._text(job, column)))
        if role == Qt.ItemDataRole.UserRole:
            return job.id
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == LEFT:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, job: Job, column: int) -> str:
        if column == CUE:
            return job.order.description
        if column == KIND:
            return KIND_NAMES[job.request.kind]
        if column == STATE:
            return f"{_MARKS[job.state]} {_STATES[job.state]}"
        if column == PROGRESS:
            return f"{round(100 * job.fraction)} %" if job.state == "running" else ""
        return "" if job.is_over else duration(self.left.get(job.id))

    # --- dragging ---

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        waits = self.rows[index.row()].state == "queued"
        return usual | Qt.ItemFlag.ItemIsDragEnabled if waits else usual

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(_MIME, self.rows[indexes[0].row()].id.encode())
        return data

    def dropMimeData(self, data: QMimeData, action, row: int, column: int, parent: QModelIndex) -> bool:
        job_id = bytes(data.data(_MIME)).decode()
        before = self.rows[: row if row >= 0 else len(self.rows)]
        if self.place(job_id) < 0:
            return False
        self.jobs.move(job_id, sum(job.state == "queued" and job.id != job_id for job in before))
        return False  # the queue has moved it; the view is not to take the row away


class ProgressDelegate(QStyledItemDelegate):
    """A bar with its percentage beside it."""

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        job, theme = index.model().rows[index.row()], themes.current()
        if job.state != "running":
            super().paint(painter, option, index)
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, QColor(theme.accent))
        ink = QColor(theme.on_accent if selected else theme.accent)
        text = f"{round(100 * job.fraction)} %"
        room = option.fontMetrics.horizontalAdvance("100 %") + themes.S2
        area = option.rect.adjusted(themes.S1, 0, -themes.S1, 0)
        bar = QRect(area.left(), area.center().y() - 2, max(0, area.width() - room), 5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.border))
        if bar.width() >= _SHORTEST:  # else the figure alone says it
            painter.drawRoundedRect(bar, 2.5, 2.5)
            painter.setBrush(ink)
            done = QRect(bar)
            done.setWidth(max(5, round(bar.width() * job.fraction)))
            painter.drawRoundedRect(done, 2.5, 2.5)
        painter.setPen(QColor(theme.on_accent if selected else theme.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def sizeHint(self, option, index: QModelIndex) -> QSize:
        return QSize(140, super().sizeHint(option, index).height())


def _tip(job: Job) -> str:
    sampling = job.request.sampling
    lines = [f"Model {sampling.model}, seed {sampling.seed}"]
    if job.device:
        lines.append(f"on {job.device.upper()}")
    if job.began and job.ended:
        lines.append(f"took {duration(job.ended - job.began)}")
    said = str(job.error) if job.error else job.note
    return ", ".join(lines) + (f"\n{said}" if said else "")
