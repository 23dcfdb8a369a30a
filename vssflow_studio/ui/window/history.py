"""The History panel: every edit by its name; a click goes back to it, or forward again."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QUndoView

from ..look import icons


class History(QUndoView):
    """The undo stack as a list."""

    def __init__(self, stack: QUndoStack) -> None:
        super().__init__(stack)
        self.setAccessibleName("History")
        self.setEmptyLabel("As it was opened")
        self.setCleanIcon(icons.icon("save"))
        self.setToolTip("Click an edit to go back to it, or forward again")

    def sizeHint(self) -> QSize:
        return QSize(220, 240)
