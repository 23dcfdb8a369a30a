"""Where a sound is heard: how far away, and in what room."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from ...engine.foley_manner import manner_of
from ...timeline.cues import DISTANCES, ROOMS, Cue
from ..look.theme import S1

_UNSAID = {"distance": "close", "room": "dry"}


class FoleyControls(QWidget):
    """A row with a sound's distance and room; the first choice of each is what the prompt says.

    Signals:
        finished(): something was chosen.
    """

    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.distance = _chooser("Distance", DISTANCES, "How far away it is. It stays in sync with the picture.")
        self.room = _chooser("Room", ROOMS, "What is round it, and rings with it.")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S1)
        for chooser in (self.distance, self.room):
            layout.addWidget(chooser, 1)
            chooser.activated.connect(self.finished)

    def show_cue(self, cue: Cue) -> None:
        """Show a cue's distance and room, and what its prompt says of them."""
        said = manner_of(cue.text)
        for chooser, name in ((self.distance, "distance"), (self.room, "room")):
            chooser.setItemText(0, f"by prompt: {getattr(said, name) or _UNSAID[name]}")
            chooser.setCurrentIndex(max(0, chooser.findData(getattr(cue, name))))

    def given_to(self, cue: Cue) -> Cue:
        """The cue with what is chosen here; a line has neither."""
        if cue.kind == "dialogue":
            return cue
        return replace(cue, distance=self.distance.currentData(), room=self.room.currentData())


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
