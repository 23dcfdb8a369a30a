"""What the system hands to the app."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from vssflow_studio.ui.app import Handed


def test_a_timeline_that_the_finder_opens_is_opened(window, timeline_file) -> None:
    app = QApplication.instance()
    handed = Handed(window.open, window)
    app.installEventFilter(handed)
    try:
        QApplication.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile(str(timeline_file))))
        QApplication.sendEvent(app, QEvent(QEvent.Type.ApplicationFontChange))
    finally:
        app.removeEventFilter(handed)
    assert window.model.path == timeline_file
