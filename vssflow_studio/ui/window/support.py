"""What stands behind the work: settings, models, kept jobs, notices, mishaps, reports."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QDialog, QWidget

from ... import logs
from ...settings import Settings
from ..files.guard import Guard
from ..jobs.jobs import Jobs
from ..jobs.notices import Notices
from ..jobs.wishes import Wishes
from ..preferences import Preferences
from .mishaps import Mishaps

_MINUTE = 60_000


class Support(QObject):
    """Owns the features that are not about one timeline, and their dialogs, each open once.

    Signals:
        failed(object): a StudioError.
        told(str): something that the user should know.
        models_changed(): another model is installed, or one less.
    """

    failed = Signal(object)
    told = Signal(str)
    models_changed = Signal()

    def __init__(self, window: QWidget, jobs: Jobs, preferences: Preferences, guard: Guard) -> None:
        super().__init__(window)
        self._window, self.jobs, self.preferences, self._guard = window, jobs, preferences, guard
        self.wishes = Wishes(window, jobs, lambda: guard.entry is not None and not guard.read_only)
        self.notices, self.mishaps = Notices(window, jobs, preferences), Mishaps(self)
        self.wishes.failed.connect(self.failed)
        self.wishes.told.connect(self.told)
        self.mishaps.happened.connect(self.failed)
        self.dialogs: dict[str, QDialog] = {}
        preferences.changed.connect(lambda _: self._keep_period())
        jobs.failed.connect(lambda error: logs.problem("jobs", error))
        if preferences.settings.autosave_minutes != Settings().autosave_minutes:
            self._keep_period()

    def slots(self) -> dict[str, Callable[[], object]]:
        """What its commands do."""
        return {
            "settings": self.show_settings,
            "models": self.show_models,
            "report": self.show_report,
            "pause_jobs": lambda: self.jobs.pause(not self.jobs.paused),
            "retry_jobs": self.jobs.retry_failed,
        }

    # --- dialogs ---

    def show_settings(self) -> None:
        """The settings."""
        from ..dialogs.settings import SettingsDialog

        self._show("settings", lambda: SettingsDialog(self.preferences, self._window))

    def show_models(self) -> None:
        """The models."""
        from ..dialogs.models import ModelsDialog

        def make() -> ModelsDialog:
            dialog = ModelsDialog(self.preferences, self._window)
            dialog.changed.connect(self.models_changed)
            return dialog

        self._show("models", make)

    def show_report(self) -> None:
        """The report of a problem."""
        from ..dialogs.report import ReportDialog

        self._show("report", lambda: ReportDialog(self._window))

    def _show(self, name: str, make: Callable[[], QDialog]) -> QDialog:
        """The dialog of that name: the one that is open, else a new one."""
        dialog = self.dialogs.get(name)
        if dialog is None:
            dialog = self.dialogs[name] = make()
            dialog.finished.connect(lambda _: self._closed(name))
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def _closed(self, name: str) -> None:
        self.dialogs.pop(name).deleteLater()

    # --- the timeline ---

    def opened(self) -> None:
        """Another timeline is open: once all of it stands, what was left of its jobs is taken up."""
        logs.event("opened", file=logs.hidden(self.jobs.model.path), cues=len(self.jobs.model.project.cues))
        QTimer.singleShot(0, self, self.wishes.take_up)

    def may_leave(self) -> bool:
        """Ask what becomes of unfinished jobs; whether the timeline may go."""
        return self.wishes.may_leave()

    def close(self) -> None:
        """The window closes."""
        for dialog in list(self.dialogs.values()):
            dialog.close()
        self.wishes.close()

    def _keep_period(self) -> None:
        self._guard.timer.setInterval(self.preferences.settings.autosave_minutes * _MINUTE)
