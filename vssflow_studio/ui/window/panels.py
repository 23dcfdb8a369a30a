"""What frames the window: the message, the jobs' progress."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QWidget,
)

from ...errors import StudioError
from ...script.script_lines import shortened
from .. import model as models
from ..look.theme import S2, S3


class MessageBar(QFrame):
    """One message at a time, in the window, until it is closed or replaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setAccessibleName("Message")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("✕")
        close.setAccessibleName("Close message")
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(S3, S2, S2, S2)
        self._mark = QLabel("⚠")
        layout.addWidget(self._mark)
        layout.addWidget(self._text, 1)
        layout.addWidget(close)
        self.hide()

    def show_error(self, error: StudioError) -> None:
        """Say what happened, where and what to do."""
        self._say(str(error), good=False)

    def show_text(self, text: str) -> None:
        """Say something that went as it should."""
        self._say(text, good=True)

    def _say(self, text: str, good: bool) -> None:
        self._text.setText(text)
        self._mark.setVisible(not good)
        self.setProperty("good", good)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    @property
    def text(self) -> str:
        """The message that stands there."""
        return self._text.text()


def _how_far(model: models.StudioModel) -> str:
    """How many cues have a take, and how many takes on the timeline are offline."""
    cues = model.project.cues
    takes = [take for take in (cue.circled_take for cue in cues) if take]
    offline = sum(take.id in model.offline for take in takes) if model.offline else 0
    return f"{len(takes)} of {len(cues)} cues have a take" + (f", ⚠ {offline} offline" if offline else "")


class JobStatus(QWidget):
    """The last row: how many cues have a take, or what is being generated and for how long."""

    def __init__(self, model: models.StudioModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self.device = model, ""
        self.text, self.progress = QLabel(), QProgressBar()
        self.text.setObjectName("status")
        self.progress.setFixedSize(220, 6)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the running job")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        row.addWidget(self.text)
        row.addStretch(1)
        row.addWidget(self.progress)
        for what in (models.TIMELINE, models.PROJECT, models.JOBS):
            model.listen(what, self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the model's jobs."""
        jobs = self.model.jobs.values()
        running = next((job for job in jobs if job.state == "running"), None)
        self.progress.setVisible(running is not None)
        if running is None:
            cues = self.model.project.cues
            self.text.setText(_how_far(self.model) if cues else "")
            return
        self.progress.setUpdatesEnabled(False)  # a value would paint the window at once
        self.progress.setRange(0, running.steps)
        self.progress.setValue(running.step)
        self.progress.setUpdatesEnabled(True)
        waiting = sum(job.state == "queued" for job in jobs)
        left = f", {running.eta:.0f} s left" if running.eta is not None else ""
        more = f", {waiting} waiting" if waiting else ""
        where = f" on {self.device.upper()}" if self.device else ""
        self.text.setText(f"Generating “{shortened(running.order.description, 50)}”{where}{left}{more}")
