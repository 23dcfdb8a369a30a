"""The panels of the window as docks that can be moved, floated, tabbed and closed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QVBoxLayout, QWidget

from .theme import S2, S3

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


class Docks(QMainWindow):
    """The viewer in the middle and the other panels docked round it.

    A window inside the window: the first page takes its place while no timeline is open.
    """

    def __init__(self, viewer: QWidget) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setCentralWidget(_framed(viewer))
        self.docks: dict[str, QDockWidget] = {}

    def add(self, name: str, title: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        """Dock `content` at a side; panels of the same side but the bottom come as tabs."""
        dock = QDockWidget(title, self)
        dock.setObjectName(name)  # what its place is remembered by
        dock.setWidget(_framed(content))
        beside = [other for other in self.docks.values() if self.dockWidgetArea(other) == area]
        self.addDockWidget(area, dock)
        if beside and area != BOTTOM:
            self.tabifyDockWidget(beside[-1], dock)
            beside[0].raise_()
        self.docks[name] = dock
        return dock


def _framed(content: QWidget) -> QWidget:
    frame = QWidget()
    frame.setObjectName("panel")
    frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(S3, S2, S3, S3)
    layout.addWidget(content)
    return frame
