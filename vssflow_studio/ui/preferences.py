"""The settings as the window has them: read once, written at every change."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from ..errors import StudioError
from ..settings import Settings, read_settings, write_settings


class Preferences(QObject):
    """Owns the settings.

    Signals:
        changed(object): the new Settings.
        failed(object): a StudioError: they could not be kept, but hold for this session.
    """

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings: Settings = read_settings()

    def change(self, **fields) -> None:
        """Give some settings other values, and keep them."""
        after = replace(self.settings, **fields)
        if after == self.settings:
            return
        self.settings = after
        try:
            write_settings(after)
        except StudioError as error:
            self.failed.emit(error)
        self.changed.emit(after)
