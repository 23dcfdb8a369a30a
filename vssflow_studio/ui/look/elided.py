"""A label that ends in “…” where it has no room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy


class Elided(QLabel):
    """One line of text, as narrow as need be; all of it stands in the tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event) -> None:
        p, area = QPainter(self), self.contentsRect()
        p.setPen(self.palette().color(self.foregroundRole()))
        shown = p.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        p.drawText(area, self.alignment(), shown)
