"""The tabs of panels that share a place: dragged out, double-clicked, and asked for a menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu, QTabBar, QWidget

from ..look import icons
from ..look.panel_frame import ways

_AWAY = 24  # pixels from the tabs at which a dragged one comes out


class Tabs(QObject):
    """Gives a tab what a panel's title has; `docks` are the panels by name.

    Qt drags tabs out itself only where panels may float as groups (`GroupedDragging`), and
    there it crashes when one floating panel is dropped on another (Qt 6.11).
    """

    def __init__(self, window: QWidget, docks: Mapping[str, QDockWidget], maximise: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window, self._docks, self._maximise = window, docks, maximise
        self._pressed: QDockWidget | None = None

    def watch(self, bar: QTabBar) -> None:
        """Follow the mouse on these tabs."""
        bar.removeEventFilter(self)
        bar.installEventFilter(self)

    def eventFilter(self, bar: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._dock_at(bar, event.position().toPoint())
        elif kind == QEvent.Type.MouseMove and self._pressed and not _near(bar, event.position().toPoint()):
            dock, self._pressed = self._pressed, None
            _drag_out(bar, dock, event)
            return True
        elif kind == QEvent.Type.MouseButtonRelease:
            self._pressed = None
        elif kind == QEvent.Type.MouseButtonDblClick and (dock := self._dock_at(bar, event.position().toPoint())):
            self._maximise(dock.objectName())
            return True
        elif kind == QEvent.Type.ContextMenu and (dock := self._dock_at(bar, event.pos())):
            self.menu(dock).popup(event.globalPos())
            return True
        return False

    def menu(self, dock: QDockWidget) -> QMenu:
        """What can be done with the panel behind a tab."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for icon, slot in ways(dock, lambda: self._maximise(dock.objectName())):
            menu.addAction(icons.icon(icon), f"{icon.title()} {dock.windowTitle()}", slot)
        return menu

    def _dock_at(self, bar: QTabBar, at: QPoint) -> QDockWidget | None:
        title = bar.tabText(bar.tabAt(at))
        return next((dock for dock in self._docks.values() if title and dock.windowTitle() == title), None)


def _near(bar: QTabBar, at: QPoint) -> bool:
    return bar.rect().adjusted(-_AWAY, -_AWAY, _AWAY, _AWAY).contains(at)


def _drag_out(bar: QTabBar, dock: QDockWidget, event: QMouseEvent) -> None:
    """Let the panel float under the mouse, its title held: from here on Qt drags it."""
    at = event.globalPosition()
    _mouse(bar, QEvent.Type.MouseButtonRelease, bar.mapFromGlobal(at), at)  # it moves its tab no more
    title = dock.titleBarWidget()
    title.show_title(True)
    dock.setFloating(True)
    held = QPointF(dock.width() / 4, title.sizeHint().height() / 2)
    dock.move((at - held).toPoint())
    # The title is pressed a little beside the mouse, which has then moved far enough to drag.
    beside = QPointF(2 * QApplication.startDragDistance(), 0)
    _mouse(dock, QEvent.Type.MouseButtonPress, held - beside, at - beside)
    _mouse(dock, QEvent.Type.MouseMove, held, at)


def _mouse(widget, kind: QEvent.Type, at: QPointF, on_screen: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, at, on_screen, button, held, QApplication.keyboardModifiers())
    QApplication.sendEvent(widget, event)
