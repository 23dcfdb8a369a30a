"""The window on a copy of the sample animatic, with settings of its own, for the scripts beside this one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from vssflow_studio.paths import sample


def sample_window():
    """(application, window that shows the sample)."""
    folder = Path(tempfile.mkdtemp())
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name)
    from vssflow_studio.ui.window.main_window import MainWindow  # reads them

    app = QApplication([])
    shutil.copytree(sample(), folder, dirs_exist_ok=True)
    window = MainWindow()
    window.show()
    window.open(folder / "animatic.otio")
    return app, window
