"""Fields for numbers: without buttons, and not turned by a wheel that only passes over them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

from .theme import S2


class Decimal(QDoubleSpinBox):
    """A number with decimals: type, or ↑ and ↓."""

    def __init__(self) -> None:
        super().__init__()
        _dress(self)

    def wheelEvent(self, event) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class Whole(QSpinBox):
    """A whole number: type, or ↑ and ↓."""

    def __init__(self) -> None:
        super().__init__()
        _dress(self)

    def wheelEvent(self, event) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


def _dress(field: QAbstractSpinBox) -> None:
    field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
    field.lineEdit().setTextMargins(S2 - 2, 0, 0, 0)  # which a style sheet does not reach
