"""The Jobs panel: what is made, in which order, for how long still, and with what."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...engine.devices import NAMES, available_devices, unused
from ...engine.memory import Memory
from ...engine.queue import Job
from ..look import icons
from ..look import theme as themes
from .jobs import Jobs
from .table import CUE, KIND, LEFT, PROGRESS, STATE, JobsTable, ProgressDelegate, duration

_TICK, _SOON = 1000, 60
"""Milliseconds between looks at time and memory, and from a change to showing it."""
_ROOMY = 520  # pixels
_WIDE = {KIND: 78, STATE: 92, PROGRESS: 150, LEFT: 96}
_NARROW = {KIND: 0, STATE: 96, PROGRESS: 64, LEFT: 64}
_DEVICES = {"auto": "Fastest there is", "cuda": "CUDA", "mps": "MPS", "cpu": "CPU"}


class JobsPanel(QWidget):
    """Shows the queue and steers it. A list that is empty says what to do."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.jobs, self.table_model = jobs, JobsTable(jobs)
        self.buttons: dict[str, QToolButton] = {}
        self.table, self.summary, self.usage, self.error = self._built_table(), QLabel(), QLabel(), QLabel()
        self.device = QComboBox()
        self._icons: dict[QToolButton, str] = {}
        self._lay_out()
        self._connect()
        self.refresh()

    # --- building ---

    def _built_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.table_model)
        table.setAccessibleName("Jobs")
        table.setItemDelegateForColumn(PROGRESS, ProgressDelegate(table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        table.setDragDropOverwriteMode(False)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(themes.px(26))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(CUE, QHeaderView.ResizeMode.Stretch)
        return table

    def _button(self, name: str, icon: str, tip: str, slot) -> QToolButton:
        button = self.buttons[name] = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda _=False: slot())
        self._icons[button] = icon
        return button

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(themes.S1)
        pause = self._button("pause", "pause", "Pause the queue", self._toggle)
        pause.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addWidget(pause)
        for name, icon, tip, slot in (
            ("top", "top", "Make it next", lambda: self._move(0)),
            ("up", "up", "Move it up", lambda: self._move(self._place() - 1)),
            ("down", "down", "Move it down", lambda: self._move(self._place() + 1)),
            ("cancel", "cancel", "Cancel the job", lambda: self.jobs.cancel_job(self.selected)),
            ("retry", "retry", "Try it again", lambda: self.jobs.retry(self.selected)),
            ("clear", "clear", "Take finished jobs off the list", self.jobs.forget_finished),
        ):
            bar.addWidget(self._button(name, icon, tip, slot))
            self.buttons[name].setObjectName("quiet")
        for label in (self.summary, self.usage):
            label.setObjectName("status")
            label.setWordWrap(True)
        bar.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(themes.S2)
        below.addWidget(self.usage, 1)
        below.addWidget(self.device)
        self.device.setAccessibleName("Device of the next job")
        self.device.setToolTip("What the next job runs on")
        there = available_devices()
        for name in NAMES:
            if name == "auto" or name in there:
                self.device.addItem(_DEVICES[name], name)
        self.error.setWordWrap(True)
        self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.error.setAccessibleName("What to know of the job")
        self.error.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty())
        self._pages.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.S1)
        layout.addLayout(bar)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.error)
        layout.addWidget(self.summary)
        layout.addLayout(below)

    def _empty(self) -> QWidget:
        hint = QLabel("Nothing to make. Select cues and press Generate (Ctrl+G).")
        hint.setObjectName("hint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        return hint

    def _connect(self) -> None:
        jobs = self.jobs
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        self._tick = QTimer(self, interval=_TICK)
        self._tick.timeout.connect(self.refresh)
        jobs.changed.connect(lambda _: self._later())
        jobs.listed.connect(self._later)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_selected())
        self.table_model.modelAboutToBeReset.connect(self._note_selected)
        self.table_model.modelReset.connect(self._select_again)
        self.table.doubleClicked.connect(lambda _: self._show_cue())
        self.device.activated.connect(lambda _: jobs.preferences.change(device=self.device.currentData()))
        jobs.preferences.changed.connect(lambda _: self._show_device())
        self._show_device()
        self._show_icons()

    # --- showing ---

    def refresh(self) -> None:
        """Show the queue as it is now."""
        self.table_model.refresh()
        rows = self.table_model.rows
        unfinished = [job for job in rows if not job.is_over]
        self._pages.setCurrentIndex(1 if rows else 0)
        pause = self.buttons["pause"]
        paused = self.jobs.paused
        pause.setText("Resume" if paused else "Pause")
        pause.setAccessibleName("Resume the queue" if paused else "Pause the queue")
        pause.setToolTip(pause.accessibleName())
        self._show_icons()
        self.summary.setText(self._summary(unfinished, paused))
        self.summary.setVisible(bool(self.summary.text()))
        used = usage(self.jobs.memory(), next((j.device for j in unfinished if j.device), ""))
        left = f"The NVIDIA card is not used: {unused()}." if unused() else ""
        self.usage.setText("\n".join(filter(None, (used, left))))
        running = any(job.state == "running" for job in rows)
        self._tick.start() if running and self.isVisible() else self._tick.stop()
        self._show_selected()

    @property
    def selected(self) -> str:
        """The selected job's id, or empty."""
        chosen = self.table.selectionModel().selectedRows()
        return chosen[0].data(Qt.ItemDataRole.UserRole) if chosen else ""

    def select(self, job_id: str) -> None:
        """Select a job that is on the list."""
        row = self.table_model.row_of(job_id)
        if row >= 0:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().setCurrentIndex(self.table_model.index(row, 0), flags)

    def _job(self) -> Job | None:
        """The selected job."""
        return next((job for job in self.table_model.rows if job.id == self.selected), None)

    def _summary(self, unfinished: list, paused: bool) -> str:
        if not unfinished:
            return ""
        left = self.table_model.left
        known = [left[job.id] for job in unfinished if left.get(job.id) is not None]
        count = "1 job" if len(unfinished) == 1 else f"{len(unfinished)} jobs"
        text = f"Paused, {count} to go" if paused else f"{count} to go"
        if known:
            more = "more than " if len(known) < len(unfinished) else ""
            text += f", {more}{duration(sum(known))} left in all"
        return text

    def _show_selected(self) -> None:
        job = self._job()
        place = self._place()
        waiting = sum(one.state == "queued" for one in self.table_model.rows)
        able = {
            "pause": bool(self.table_model.rows) or self.jobs.paused,
            "top": place > 0,
            "up": place > 0,
            "down": 0 <= place < waiting - 1,
            "cancel": job is not None and not job.is_over,
            "retry": job is not None and job.state in ("failed", "cancelled"),
            "clear": any(one.is_over for one in self.table_model.rows),
        }
        for name, is_able in able.items():
            self.buttons[name].setEnabled(is_able)
        said = (str(job.error) if job.error else job.note) if job else ""
        self.error.setText(said)
        self.error.setVisible(bool(said))
        self._fit_error()

    def _fit_columns(self, roomy: bool) -> None:
        """At the window's side there is no room for all: how far a job is, and how long still, stay in sight."""
        self.table.setColumnHidden(KIND, not roomy)
        for column, width in (_WIDE if roomy else _NARROW).items():
            self.table.setColumnWidth(column, themes.px(width))

    def _fit_error(self) -> None:
        """All of it is seen, however narrow the panel."""
        self.error.setMinimumHeight(self.error.heightForWidth(self.width()) if self.error.text() else 0)

    def _show_device(self) -> None:
        self.device.setCurrentIndex(max(0, self.device.findData(self.jobs.preferences.settings.device)))

    def _show_icons(self) -> None:
        theme = themes.current()
        wanted = theme, self.jobs.paused
        if wanted == getattr(self, "_drawn", None):
            return
        self._drawn = wanted
        self._icons[self.buttons["pause"]] = "play" if self.jobs.paused else "pause"
        for button, icon in self._icons.items():
            button.setIcon(icons.icon(icon))
        self.table.viewport().update()

    def _show_cue(self) -> None:
        job = self._job()
        if job and self.jobs.model.find(job.order.cue_id):
            self.jobs.model.select_cue(job.order.cue_id)

    # --- steering ---

    def _toggle(self) -> None:
        self.jobs.pause(not self.jobs.paused)

    def _place(self) -> int:
        return self.table_model.place(self.selected)

    def _move(self, place: int) -> None:
        self.jobs.move(self.selected, place)
        self.refresh()

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _note_selected(self) -> None:
        self._noted = self._job()

    def _select_again(self) -> None:
        """What was selected stays so; a job that is tried again is another one, for the same take."""
        if job := self._noted:
            same = [one.id for one in self.table_model.rows if one.order.take_id == job.order.take_id]
            self.select(job.id if job.id in same else same[-1] if same else "")

    # --- events ---

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._fit_columns(event.size().width() >= themes.px(_ROOMY))
        self._fit_error()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.refresh()

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and hasattr(self, "_drawn"):
            self._show_icons()


def usage(memory: Memory, device: str) -> str:
    """What the model holds, for people; what the system doesn't tell is said."""
    if not device and memory == Memory():
        return ""
    parts = [device.upper()] if device else []
    parts.append(f"memory {_size(memory.process)}" if memory.process is not None else "memory unknown")
    if memory.device is not None:
        of = f" of {_size(memory.device_total)}" if memory.device_total else ""
        parts.append(f"on the device {_size(memory.device)}{of}")
    elif device in ("cuda", "mps"):
        parts.append("on the device unknown")
    return ", ".join(parts)


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
