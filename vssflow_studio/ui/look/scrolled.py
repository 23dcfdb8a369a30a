"""A form that can be scrolled where its panel is too low for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from .theme import S1


def scrolled(form: QLayout) -> QScrollArea:
    """`form` at the top of an area that scrolls upright."""
    page, area = QWidget(), QScrollArea()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, S1, 0)
    layout.addLayout(form)
    layout.addStretch(1)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    for widget in (area.viewport(), page):
        widget.setAutoFillBackground(False)
    return area
