"""Starting the app."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication

from .. import logs
from .outside import Outside, verbs
from .window.main_window import MainWindow


def run(path: Path | None) -> int:
    """Show the window, with a timeline if one is given; returns the exit code."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("VSSFlow Studio")
    app.setStyle("Fusion")
    logs.start("studio", qt=qVersion(), screen=app.platformName())
    logs.watch_crashes()
    window = MainWindow()
    window.support.mishaps.install()
    window.show()
    outside = Outside(verbs(window), window)
    outside.open()
    app.aboutToQuit.connect(outside.close)
    if path is not None:
        window.open(path)
    return app.exec()
