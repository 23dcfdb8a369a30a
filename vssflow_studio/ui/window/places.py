"""Where the window and its panels were, how large the tracks, and the workspaces that the user has kept."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from ..files.recent import kept
from ..timeline.geometry import SIZES
from ..timeline.view import TimelineView
from .docks import Docks

_OWN = "workspaces"
_LARGEST = (1760, 1080)


class Places:
    """Keeps the window's place and its panels' in the settings folder; what is broken there is passed over."""

    def __init__(self, window: QWidget, docks: Docks, timeline: TimelineView) -> None:
        self._window, self._docks, self._timeline = window, docks, timeline

    def restore(self) -> None:
        """Put everything where it was when the window closed, else where it suits the screen."""
        geometry, panels = kept().value("window"), kept().value("panels")
        if not (isinstance(geometry, QByteArray) and self._window.restoreGeometry(geometry)):
            room = QGuiApplication.primaryScreen().availableSize()
            width, height = (min(most, round(0.92 * n)) for most, n in zip(_LARGEST, room.toTuple(), strict=True))
            self._window.resize(width, height)
        if isinstance(panels, QByteArray):
            self._docks.put_back(panels)
        size, width = kept().value("tracks/size"), str(kept().value("tracks/width"))
        if size in SIZES:
            self._timeline.set_track_size(size)
        if width.isdecimal():
            self._timeline.set_header_width(int(width))

    def keep(self) -> None:
        """Remember where everything is."""
        store = kept()
        store.setValue("window", self._window.saveGeometry())
        if panels := self._docks.places():
            store.setValue("panels", panels)
        store.setValue("tracks/size", self._timeline.places.size)
        store.setValue("tracks/width", self._timeline.headers.width())

    def rescaled(self) -> None:
        """Let every widget be as large as its window, whose size in our pixels the screen's scale has changed.

        Under X11 Qt 6.11 tells the widgets nothing of it, and what is to the right and below is cut off.
        """
        for widget in QApplication.topLevelWidgets():
            if (window := widget.windowHandle()) and widget.isVisible():
                widget.resize(window.size())
        self._docks.proportion()

    # --- the user's own workspaces ---

    def names(self) -> list[str]:
        """The workspaces that the user has kept."""
        store = kept()
        store.beginGroup(_OWN)
        return [name for name in store.childKeys() if isinstance(store.value(name), QByteArray)]

    def keep_as(self, name: str) -> None:
        """Keep the panels' places under a name."""
        kept().setValue(f"{_OWN}/{name}", self._docks.places())

    def go(self, name: str) -> bool:
        """Put the panels where they were under that name; False where that can't be read."""
        found = kept().value(f"{_OWN}/{name}")
        return isinstance(found, QByteArray) and self._docks.put_back(found)

    def forget(self, name: str) -> None:
        """Keep that workspace no longer."""
        kept().remove(f"{_OWN}/{name}")
