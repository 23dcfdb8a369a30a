"""Fields for numbers: without buttons, and not turned by a wheel that only passes over them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

from .theme import S2


class Unturned:
    """A field, mixed in before Qt's, that is not turned by a wheel which only passes over it."""

    def wheelEvent(self, event) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class Decimal(Unturned, QDoubleSpinBox):
    """A number with decimals: type, or ↑ and ↓."""

    def __init__(self) -> None:
        super().__init__()
        _dress(self)


class Whole(Unturned, QSpinBox):
    """A whole number: type, or ↑ and ↓."""

    def __init__(self) -> None:
        super().__init__()
        _dress(self)


def _dress(field: QAbstractSpinBox) -> None:
    field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
    field.lineEdit().setTextMargins(S2 - 2, 0, 0, 0)  # which a style sheet does not reach
