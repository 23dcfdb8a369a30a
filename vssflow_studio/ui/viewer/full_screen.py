"""The picture alone, on the whole screen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from .screen import Screen


class FullScreen(QWidget):
    """Shows what `source` shows; Esc and a double-click leave. `actions` keep their keys here."""

    def __init__(self, source: Screen, actions: list[QAction]) -> None:
        super().__init__(source.window(), Qt.WindowType.Window)
        self.setWindowTitle("Viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.screen_ = Screen("Picture, full screen")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.screen_)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.addActions(actions)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.screen_.show_image(source.image)
        self.screen_.show_note(source.note)
        self.screen_.show_safe_areas(source.safe_areas)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event) -> None:
        self.close()
