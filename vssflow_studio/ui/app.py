"""Starting the app."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from .main_window import MainWindow


def run(path: Path | None) -> int:
    """Show the window, with a timeline if one is given; returns the exit code."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("VSSFlow Studio")
    app.setStyle("Fusion")
    window = MainWindow()
    window.show()
    if path is not None:
        window.open(path)
    return app.exec()
