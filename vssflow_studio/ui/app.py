"""Starting the app."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, qVersion
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from .. import logs
from ..paths import resources
from .outside import Outside, verbs
from .window.main_window import MainWindow


def run(path: Path | None) -> int:
    """Show the window, with a timeline if one is given; returns the exit code."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("VSSFlow Studio")
    app.setDesktopFileName("org.vssflow.Studio")
    app.setWindowIcon(QIcon(str(resources() / "icons" / "app" / "vssflow-studio.svg")))
    app.setStyle("Fusion")
    logs.start("studio", qt=qVersion(), screen=app.platformName())
    logs.watch_crashes()
    window = MainWindow()
    window.support.mishaps.install()
    window.show()
    outside = Outside(verbs(window), window)
    outside.open()
    app.aboutToQuit.connect(outside.close)
    handed = Handed(window.open, window)
    app.installEventFilter(handed)
    if path is not None:
        window.open(path)
    return app.exec()


class Handed(QObject):
    """Timelines that macOS hands over when one is opened in the Finder; other systems start us with the file."""

    def __init__(self, opens: Callable[[Path], object], parent: QObject) -> None:
        super().__init__(parent)
        self._opens = opens

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.FileOpen:
            return False
        self._opens(Path(event.file()))
        return True
