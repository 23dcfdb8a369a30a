"""The panels of the window as docks that can be moved, floated, tabbed, closed and maximised."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from ..look.panel_frame import Frame, TitleBar
from ..look.theme import S2, px
from .tabs import Tabs
from .workspaces import ASIDE, WORKSPACES, Workspace

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
_NARROWEST = 336  # pixels that a side needs
_VERSION = 1  # of what `saveState` gives: another one is not restored


class Docks(QMainWindow):
    """The viewer in the middle and the other panels docked round it.

    A window inside the window: the first page takes its place while no timeline is open.

    Signals:
        maximised_changed(bool): one panel has the window to itself, or has it no more.
    """

    maximised_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setAnimated(False)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.docks: dict[str, QDockWidget] = {}
        self._home: dict[str, Qt.DockWidgetArea] = {}
        self._workspace, self._laid = WORKSPACES["Edit"], False
        self._before: QByteArray | None = None  # the places while one panel is maximised
        self._awaited: QByteArray | None = None  # the places until there is a size to put them in
        self.tabs = Tabs(self, self.docks, self.maximise)
        self._titles = QTimer(self, singleShot=True, interval=0)
        self._titles.timeout.connect(self._show_titles)
        QApplication.instance().focusChanged.connect(self._show_active)

    def set_viewer(self, viewer: QWidget) -> None:
        """Put the viewer in the middle."""
        self.setCentralWidget(self._framed("viewer", "Viewer", viewer))

    def add(self, name: str, title: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        """Dock `content`; `area` is where it goes when no workspace knows better."""
        dock = QDockWidget(title, self)
        dock.setObjectName(name)  # what its place is remembered by
        dock.setWidget(self._framed(name, title, content))
        bar = TitleBar(dock)
        bar.maximise_asked.connect(lambda: self.maximise(name))
        dock.setProperty("bar", bar)
        dock.setTitleBarWidget(bar)
        self.addDockWidget(area, dock)
        beside = next((other for other in self.docks.values() if self._home[other.objectName()] == area), None)
        if beside:
            self.tabifyDockWidget(beside, dock)
        for changed in (dock.visibilityChanged, dock.topLevelChanged, dock.dockLocationChanged):
            changed.connect(lambda *_: self._titles.start())
        self.docks[name], self._home[name] = dock, area
        return dock

    def _framed(self, name: str, title: str, content: QWidget) -> Frame:
        frame = Frame(name, title, content)
        frame.left.connect(self.leave)
        return frame

    # --- places ---

    def arrange(self, workspace: Workspace) -> None:
        """Put every panel where `workspace` has it; those that no workspace names stay in sight."""
        self.restore_size()
        self._workspace, self._awaited = workspace, None
        for dock in self.docks.values():
            dock.setFloating(False)
            self.removeDockWidget(dock)
        known = {name for other in WORKSPACES.values() for name in other.names} | ASIDE
        sides = {LEFT: workspace.left, RIGHT: workspace.right, BOTTOM: workspace.bottom}
        for area, names in sides.items():
            tabs = [name for name in names.split() if name in self.docks]
            self._stack(area, tabs + [n for n in self.docks if self._home[n] == area and n not in workspace.names])
        for name, dock in self.docks.items():
            dock.setVisible(name in workspace.names or name not in known)
        for names in sides.values():
            self.docks[names.split()[0]].raise_()
        self.proportion()

    def _stack(self, area: Qt.DockWidgetArea, names: list[str]) -> None:
        """Dock panels at a side as tabs of one stack."""
        first, *others = (self.docks[name] for name in names)
        self.addDockWidget(area, first)
        for other in others:
            self.addDockWidget(area, other)
            self.tabifyDockWidget(first, other)

    def proportion(self) -> None:
        """Sizes after the workspace's shares of the window; very wide ones leave more to the viewer."""
        shown = {area: [] for area in (LEFT, RIGHT, BOTTOM)}
        for dock in self.docks.values():
            if not dock.isHidden() and not dock.isFloating():
                shown[self.dockWidgetArea(dock)].append(dock)
        workspace, wide, least = self._workspace, min(self.width(), 2400), px(_NARROWEST)
        room = self.width() - self.centralWidget().minimumSizeHint().width() - 2 * S2
        right = max(least, min(round(workspace.right_share * wide), room - least))
        left = max(least, min(round(workspace.left_share * wide), room - right))
        docks = [(shown[area][0], width) for area, width in ((LEFT, left), (RIGHT, right)) if shown[area]]
        if docks:
            self.resizeDocks(*map(list, zip(*docks, strict=True)), Qt.Orientation.Horizontal)
        if bottom := shown[BOTTOM]:
            self.resizeDocks(bottom[:1], [round(self._workspace.bottom_share * self.height())], Qt.Orientation.Vertical)

    def places(self) -> QByteArray:
        """Where everything is, to be kept; empty where nothing was ever laid out."""
        return self._before or self._awaited or (self.saveState(_VERSION) if self._laid else QByteArray())

    def put_back(self, places: QByteArray) -> bool:
        """Put everything where `places` has it; False, and nothing moved, where that can't be read."""
        self.restore_size()
        if not self.restoreState(places, _VERSION):
            return False
        self._laid = True
        self._awaited = None if self.isVisible() else places
        self._titles.start()
        return True

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if not self._laid:  # only now the sizes are known
            self._laid = True
            self.arrange(self._workspace)
            QTimer.singleShot(0, self.proportion)
        elif self._awaited is not None:
            QTimer.singleShot(0, self._put_back_awaited)

    def _put_back_awaited(self) -> None:
        """Once more what was put back before the window had its size, which had squeezed the panels."""
        if self._awaited is not None:
            self.restoreState(self._awaited, _VERSION)
            self._awaited = None

    # --- one panel alone ---

    def maximise(self, name: str = "") -> None:
        """Give a panel, else the one under the mouse or with the keyboard, all the room; or take it back.

        A panel that floats has no room to take, and goes back to where it was docked.
        """
        if self._before is not None:
            self.restore_size()
            return
        name = name or self._under_mouse() or self.focused()
        if not name:
            return
        if name in self.docks and self.docks[name].isFloating():
            self.docks[name].setFloating(False)
            return
        self._before = self.saveState(_VERSION)
        for other, dock in self.docks.items():
            if other != name and not dock.isFloating():
                dock.hide()
        self.centralWidget().setVisible(name == "viewer")
        self.maximised_changed.emit(True)

    def restore_size(self) -> None:
        """Give the other panels their room back."""
        if self._before is not None:
            places, self._before = self._before, None
            self.centralWidget().show()
            self.restoreState(places, _VERSION)
            self.maximised_changed.emit(False)

    def _under_mouse(self) -> str:
        under = QApplication.widgetAt(QCursor.pos())
        return _panel_of(under) if under and self.isAncestorOf(under) else ""

    # --- the keyboard ---

    def panels(self) -> list[str]:
        """The panels in sight, from left to right and top to bottom."""
        frames = {"viewer": self.centralWidget()} | {name: dock.widget() for name, dock in self.docks.items()}
        # Qt puts a panel behind another's tab out of its window, and calls it visible still.
        seen = {name: one for name, one in frames.items() if one.isVisible() and not one.visibleRegion().isEmpty()}
        at = {name: frame.mapTo(frame.window(), frame.rect().topLeft()) for name, frame in seen.items()}
        return sorted(seen, key=lambda name: (at[name].y() > self.height() / 2, at[name].x(), at[name].y()))

    def focused(self) -> str:
        """The panel that has the keyboard, or empty."""
        return _panel_of(QApplication.focusWidget())

    def focus_next(self, step: int = 1) -> None:
        """Give the keyboard to the next panel in sight, or the one before."""
        panels = self.panels()
        if panels:
            now = panels.index(self.focused()) if self.focused() in panels else -1 if step > 0 else 0
            self.focus(panels[(now + step) % len(panels)])

    def focus(self, name: str) -> None:
        """Bring a panel to sight and give it the keyboard."""
        self.restore_size()
        if dock := self.docks.get(name):
            dock.show()
            dock.raise_()
        frame = self.docks[name].widget() if name in self.docks else self.centralWidget()
        frame.take_focus()

    def leave(self) -> None:
        """Give the keyboard back to the timeline, whose keys play and mark, if it is in sight."""
        timeline = self.docks.get("timeline")
        if timeline and timeline.isVisible():
            timeline.widget().take_focus()

    def toggle(self, name: str) -> None:
        """Show a panel and give it the keyboard; where it has that already, close it."""
        dock = self.docks[name]
        if self.focused() == name and dock.isVisible():
            dock.close()
        else:
            self.focus(name)

    def _show_active(self, _, now: QWidget | None) -> None:
        name = _panel_of(now)
        for frame in self.findChildren(Frame):
            frame.show_active(frame.name == name)
        for dock in self.docks.values():
            dock.property("bar").show_active(dock.objectName() == name)

    # --- titles ---

    def _show_titles(self) -> None:
        """A tab is its panel's title: no second one below it."""
        for dock in self.docks.values():
            bar = dock.property("bar")
            tabbed = any(not other.isHidden() for other in self.tabifiedDockWidgets(dock))
            bar.show_title(not tabbed or dock.isFloating())
            bar.show_floating(dock.isFloating())
        for tabs in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            tabs.setAccessibleName("Panels")
            tabs.setElideMode(Qt.TextElideMode.ElideNone)
            tabs.setExpanding(False)
            self.tabs.watch(tabs)


def _panel_of(widget: QWidget | None) -> str:
    while widget is not None and not isinstance(widget, Frame | QDockWidget):
        widget = widget.parentWidget()
    if isinstance(widget, QDockWidget):
        return widget.objectName()
    return widget.name if widget else ""
