"""First steps: one quiet row that says what to do next, until the first take was heard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from ...timeline.cues import Project, Take
from .. import model as models
from ..files.recent import kept
from ..look.theme import S2, S3

SELECT, TYPE, GENERATE, WAIT, HEARD = range(5)
_STEPS = ("Select a clip", "Type a line", "Generate", "Listen")
_SAID = {
    SELECT: "Click a clip on the timeline, or one of its cues.",
    TYPE: "Press D and type what is said, or F and a sound.",
    GENERATE: "Press Generate, or Ctrl+G.",
    WAIT: "It plays by itself as soon as it is made. Go on working meanwhile.",
    HEARD: "Generate again for another take; Ctrl+S saves all of it in the timeline.",
}


class Coach(QFrame):
    """Leads from the opened timeline to the first take that is heard; then, or closed once, never again.

    `typed()` gives the project with what is half typed.

    Signals:
        play_asked(str): this cue is to be heard, since it is the first that was made.
    """

    play_asked = Signal(str)

    def __init__(self, model: models.StudioModel, typed: Callable[[], Project], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self._typed, self._heard = model, typed, ""
        self.setObjectName("coach")
        self.setAccessibleName("First steps")
        self.marks, self.said, self.again, self.close_ = [], QLabel(), QPushButton("Hear it again"), QPushButton("Skip")
        row = QHBoxLayout(self)
        row.setContentsMargins(S3, S2, S2, S2)
        row.setSpacing(S3)
        for number, text in enumerate(_STEPS, start=1):
            label = QLabel(f"{number}  {text}")
            self.marks.append(label)
            row.addWidget(label)
        self.said.setObjectName("lead")
        self.said.setWordWrap(True)
        row.addSpacing(S2)
        row.addWidget(self.said, 1)
        row.addWidget(self.again)
        row.addWidget(self.close_)
        self.again.clicked.connect(lambda: self.play_asked.emit(self._heard))
        self.close_.clicked.connect(self.finish)
        self.step: int | None = None  # until it was shown
        for what in (models.TIMELINE, models.SELECTION, models.PROJECT, models.JOBS):
            model.listen(what, self.refresh)
        self.hide()

    def begin(self) -> None:
        """Show it, from the first step that is not done yet; the menu brings it back at any time."""
        kept().remove("first steps")
        self._heard = ""
        self.close_.setText("Skip")
        self.refresh()

    def finish(self) -> None:
        """Never again, but by the menu."""
        kept().setValue("first steps", "done")
        self.hide()

    @property
    def wanted(self) -> bool:
        """Whether it is still of use."""
        return kept().value("first steps") != "done"

    def made(self, cue_id: str, _: Take) -> None:
        """A take was made: the first one is heard at once."""
        if self.isVisible() and not self._heard:
            self._heard = cue_id
            kept().setValue("first steps", "done")
            self.close_.setText("Done")
            QTimer.singleShot(0, lambda: self.play_asked.emit(cue_id))
        self.refresh()

    def refresh(self) -> None:
        """Say what is next."""
        if self.isHidden() and (self.model.timeline is None or not self.wanted):
            return
        if (step := self._next()) != self.step:
            self.step = step
            self._show_step()
        self.setVisible(self.model.timeline is not None)

    def _show_step(self) -> None:
        """The style sheet is asked again for each mark, which takes long enough not to do it at every edit."""
        for number, label in enumerate(self.marks):
            done, now = number < min(self.step, HEARD), number == min(self.step, WAIT)
            label.setText(f"{'✓' if done or self.step == HEARD else number + 1}  {_STEPS[number]}")
            label.setObjectName("strong" if now else "lead")
            label.style().polish(label)
        self.said.setText(_SAID[self.step])
        self.again.setVisible(self.step == HEARD)

    def _next(self) -> int:
        model = self.model
        if self._heard:
            return HEARD
        if any(model.is_busy(cue_id) for cue_id in model.jobs):
            return WAIT
        if model.cue:
            typed = next((cue for cue in self._typed().cues if cue.id == model.cue.id), model.cue)
            return GENERATE if typed.text else TYPE
        return TYPE if model.selected_clip else SELECT

