"""Where a sound is heard, how far away and in what room; and what must not be heard in it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ...engine.foley_manner import manner_of
from ...timeline.cues import DISTANCES, ROOMS, Cue
from ..look.theme import S1

_UNSAID = {"distance": "close", "room": "dry"}


class FoleyControls(QWidget):
    """A row with a sound's distance and room, the first choice of each being what the prompt says,
    and below it what is to be left out, where the model can be told so.

    Signals:
        finished(): something was chosen.
    """

    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.distance = _chooser("Distance", DISTANCES, "How far away it is. It stays in sync with the picture.")
        self.room = _chooser("Room", ROOMS, "What is round it, and rings with it.")
        self.negative, self._shown = QLineEdit(), ""
        self.negative.setPlaceholderText("Leave out: music, voices …")
        self.negative.setAccessibleName("Leave out")
        self.negative.setToolTip("What must not be heard (the negative prompt).")
        self.negative.editingFinished.connect(self.finished)
        row, layout = QHBoxLayout(), QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for one in (row, layout):
            one.setSpacing(S1)
        for chooser in (self.distance, self.room):
            row.addWidget(chooser, 1)
            chooser.activated.connect(self.finished)
        layout.addLayout(row)
        layout.addWidget(self.negative)

    def show_cue(self, cue: Cue, can_leave_out: bool = False) -> None:
        """Show a cue's distance and room, what its prompt says of them, and what it leaves out."""
        self.negative.setVisible(can_leave_out or bool(cue.negative))
        if cue.id != self._shown or not self.negative.isModified():
            self.negative.setText(cue.negative)
        self._shown = cue.id
        said = manner_of(cue.text)
        for chooser, name in ((self.distance, "distance"), (self.room, "room")):
            chooser.setItemText(0, f"by prompt: {getattr(said, name) or _UNSAID[name]}")
            chooser.setCurrentIndex(max(0, chooser.findData(getattr(cue, name))))

    def given_to(self, cue: Cue) -> Cue:
        """The cue with what is chosen here; a line has none of it."""
        if cue.kind == "dialogue":
            return cue
        left_out = self.negative.text().strip()
        self.negative.setModified(False)
        return replace(cue, distance=self.distance.currentData(), room=self.room.currentData(), negative=left_out)


class _Chooser(QComboBox):
    """Is not turned by a wheel that only passes over it."""

    def wheelEvent(self, event) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _chooser(name: str, choices: tuple[str, ...], tip: str) -> QComboBox:
    chooser = _Chooser()
    chooser.setAccessibleName(name)
    chooser.setToolTip(f"{tip}\nThe first choice goes by the prompt.")
    for choice in choices:
        chooser.addItem(choice, choice)
    return chooser
