"""The main window: puts the panels together and connects them with the model and the jobs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from ...engine.line import read_ahead
from ...timeline.cues import Project
from .. import model as models
from .. import tasks
from ..cues.files import CueFiles
from ..cues.inspector import Inspector
from ..cues.lines import Lines
from ..cues.table import CueTable
from ..edits import Edits
from ..files import recent
from ..files.dropping import Dropping
from ..files.exports import Exports, told
from ..files.media_watch import MediaWatch
from ..files.offline import OfflineDialog
from ..files.opening import FileActions
from ..files.saving import Saving
from ..jobs.jobs import Jobs
from ..jobs.panel import JobsPanel
from ..keys import commands
from ..look import icons
from ..look import theme as themes
from ..look.style import style_sheet
from ..preferences import Preferences
from ..takes.adjuster import Adjuster
from ..takes.panel import TakesPanel
from ..timeline.keyboard import TimelineCommands
from ..timeline.view import TimelineView
from ..viewer.monitor import find_devices
from ..viewer.player import Player
from ..viewer.transport import Transport
from ..viewer.viewer import Screen, Viewer
from .docks import BOTTOM, LEFT, RIGHT, Docks
from .first_run import Coach
from .history import History
from .panels import JobStatus, MessageBar
from .shell import Shell
from .support import Support
from .welcome import Welcome

_SOON = 300  # milliseconds


class MainWindow(QMainWindow):
    """The window of one timeline."""

    def __init__(self) -> None:
        super().__init__()
        tasks.go_first()
        self.preferences = Preferences(self)
        themes.set_choice(self.preferences.settings.theme)
        self.theme = themes.current()
        self.model = models.StudioModel()
        self.model.use_models(self.preferences.settings.models)
        self.undo_stack = Edits(self.model, self)
        self.jobs = Jobs(self.model, self, self.preferences)
        self.exports = Exports(self.model, self)
        self.saving = Saving(
            self, self.model, self.undo_stack, commit=self._commit, typed=self._typed, reopen=self._reopen
        )
        self.guard, self.media = self.saving.guard, MediaWatch(self.model, self)
        self.support = Support(self, self.jobs, self.preferences, self.guard)
        self.files = FileActions(self, self.model, self.undo_stack, self.guard, self._may_leave)
        self.message, self.welcome, self.status = MessageBar(), Welcome(), JobStatus(self.model)
        self.cue_files = CueFiles(self.model, self.undo_stack, self.message, self)
        self.screen_ = Screen()
        self.player = Player(self.model, self)
        self.transport = Transport(self.player, self.screen_, self)
        self.adjuster = Adjuster(self.model, self.undo_stack, self)
        self.takes = TakesPanel(self.model, self.player, self.adjuster)
        self.cue_table, self.inspector = CueTable(self.model), Inspector(self.model)
        panels = (self.cue_table, self.inspector)
        self.lines = Lines(self.model, self.undo_stack, self.jobs, panels, self.message.show_error, self)
        self.timeline_view = TimelineView(self.model)
        self.timeline = TimelineCommands(self.timeline_view, self.undo_stack)
        self.coach, self.history = Coach(self.model, self._typed), History(self.undo_stack)
        self.dropping = Dropping(self, lambda: self.model.timeline is not None)
        self._build_layout()
        self._connect()
        self.dropping.spare_fields()
        self._show_theme()
        self._update()
        # Not before the first painting, which it would delay.
        QTimer.singleShot(_SOON, lambda: Thread(target=_read_ahead, name="read ahead", daemon=True).start())

    # --- building ---

    def _slots(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        features = (self.files, self.shell, self.transport, self.timeline, self.takes, self.support, self.lines)
        return {name: slot for feature in features for name, slot in feature.slots().items()} | {
            "coach": self.coach.begin,
            "save": self.save,
            "save_as": self.saving.ask_save_as,
            "export": self.ask_export,
            "import_cues": lambda: self._with_cue_files(self.cue_files.ask_import),
            "export_cues": lambda: self._with_cue_files(self.cue_files.ask_export),
            "markers": lambda: self._with_cue_files(self.cue_files.import_markers),
            "temp": self.exports.show_temp,
            "restore": self.saving.ask_restore,
            "quit": self.close,
            "offline": self.show_offline,
            "cancel": lambda: self.jobs.cancel(self.model.selected_cue),
            "zoom_in": lambda: self.timeline_view.zoom(1.4),
            "zoom_out": lambda: self.timeline_view.zoom(1 / 1.4),
            "fit": self.timeline_view.fit,
        }

    def _build_layout(self) -> None:
        self.docks = Docks()
        self.shell = Shell(self, self.docks, self.timeline_view, self.preferences)
        self._build_actions()
        buttons = [self.actions_[name] for name in ("back", "play", "next", "loop")]
        self.viewer = Viewer(self.screen_, buttons, self.player)
        self.docks.set_viewer(self.viewer)
        for name, title, widget, area in (
            ("cues", "Cues", self.cue_table, LEFT),
            ("cast", "Cast", self.lines.cast, LEFT),
            ("prompts", "Sounds", self.lines.prompts, LEFT),
            ("inspector", "Inspector", self.inspector, RIGHT),
            ("takes", "Takes", self.takes, RIGHT),
            ("jobs", "Jobs", JobsPanel(self.jobs), RIGHT),
            ("history", "History", self.history, RIGHT),
            ("timeline", "Timeline", self.timeline_view, BOTTOM),
        ):
            self.docks.add(name, title, widget, area)
        self._build_menus()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.docks)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(themes.S2, 0, themes.S2, themes.S2)
        layout.setSpacing(themes.S2)
        layout.addWidget(self.message)
        layout.addWidget(self.coach)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(centre)
        self.shell.places.restore()

    def _build_actions(self) -> None:
        self.actions_ = commands.build_actions(self, commands.COMMANDS, self._slots())
        self.actions_ |= commands.undo_actions(self, self.undo_stack)

    def _build_menus(self) -> None:
        panels = commands.build_actions(self, *self.shell.panel_commands())
        self.shell.fill_menus(panels)
        self.actions_ |= panels
        self.recent_menu = QMenu("Open &Recent", self)
        self.recent_menu.setToolTipsVisible(True)
        self.recent_menu.aboutToShow.connect(lambda: recent.fill(self.recent_menu, self.open))
        menus = {"recent": self.recent_menu, "panels": self.shell.panels, "workspaces": self.shell.workspaces}
        menus["with"] = self.lines.with_model
        commands.build_menus(self.menuBar(), self.actions_, menus)
        self.addToolBar(commands.build_toolbar(self.actions_))
        self.addActions(list(self.actions_.values()))
        self.timeline.adopt(self.actions_)
        self.shell.actions = self.actions_
        self.lines.label_menu(self.menuBar(), self.actions_)
        self.shell.use_keymap()

    def _connect(self) -> None:
        ui, jobs, edits = self.inspector, self.jobs, self.undo_stack
        self.welcome.open_asked.connect(self.files.ask)
        self.welcome.sample_asked.connect(self.files.open_sample)
        self.welcome.file_asked.connect(self.open)
        self.files.opened.connect(self._opened)
        self.dropping.timeline_dropped.connect(self.open)
        self.dropping.cues_dropped.connect(self.cue_files.import_file)
        self.coach.play_asked.connect(self.play_cue)
        self.inspector.text.textChanged.connect(self.coach.refresh)
        jobs.made.connect(self.coach.made)
        ui.add_asked.connect(self.add_cue)
        ui.edited.connect(edits.change)
        ui.generate_asked.connect(jobs.generate)
        ui.cancel_asked.connect(jobs.cancel)
        ui.remove_asked.connect(self.remove_cue)
        ui.cast_changed.connect(edits.change_cast)
        jobs.made.connect(edits.add_take)
        jobs.made.connect(self.guard.write_aside_soon)
        self.timeline_view.range_changed.connect(
            lambda i, range_: edits.change_fields(i, "Change cue range", range=range_)
        )
        self.timeline_view.cue_activated.connect(lambda _: ui.focus_text())
        self.takes.edited.connect(edits.change)
        self.takes.generate_asked.connect(jobs.generate)
        self.takes.again_asked.connect(jobs.ask)
        edits.cleanChanged.connect(self._update)
        self.saving.saved.connect(self._update)
        for what in (models.TIMELINE, models.SELECTION, models.JOBS, models.PROJECT):
            self.model.listen(what, self._update)
        self._connect_messages()
        self._connect_playback()
        self.preferences.changed.connect(lambda chosen: themes.set_choice(chosen.theme))
        self.preferences.changed.connect(lambda chosen: self.model.use_models(chosen.models))
        themes.changes().changed.connect(self._show_theme)

    def _connect_messages(self) -> None:
        for source in (
            *(self.inspector, self.cue_table, self.takes, self.adjuster, self.jobs, self.exports),
            *(self.saving, self.files, self.dropping, self.preferences, self.support),
        ):
            source.failed.connect(self.message.show_error)
        for source in (self.support, self.files):
            source.told.connect(self.message.show_text)
        self.exports.begun.connect(lambda name: self.message.show_text(f"Exporting {name}…"))
        self.exports.done.connect(lambda made: self.message.show_text(told(made)))
        self.media.lost.connect(self.message.show_error)
        self.media.back.connect(self.message.hide)
        self.media.back.connect(self.timeline_view.background.retry)

    def _connect_playback(self) -> None:
        self.player.reader.shown.connect(self.screen_.show_image)
        self.player.noted.connect(self.screen_.show_note)
        self.transport.actions = self.actions_
        self.transport.watch(self, [self.timeline_view.viewport()])
        self.player.speed_changed.connect(self._speed_changed)
        for what in (models.TIMELINE, models.PLAYHEAD):
            self.model.listen(what, self._show_clock)

    # --- look ---

    def _show_theme(self) -> None:
        self.theme = self.timeline_view.theme = themes.current()
        QGuiApplication.instance().setPalette(themes.palette(self.theme))
        self.setStyleSheet(style_sheet(self.theme))
        self.timeline_view.viewport().update()

    def _speed_changed(self, speed: float) -> None:
        self.actions_["play"].setIcon(icons.icon("pause" if speed else "play"))
        self.viewer.show_speed(speed)

    def _update(self) -> None:
        """Title, clock and commands after any change."""
        model, opened = self.model, self.model.timeline is not None
        self._pages.setCurrentIndex(1 if opened else 0)
        name = f"{model.path.name}{' (read-only)' if self.guard.read_only else ''}[*] – " if opened else ""
        self.setWindowTitle(f"{name}VSSFlow Studio{'' if opened else '[*]'}")
        self.setWindowModified(opened and not self.undo_stack.isClean())
        self.status.device = self.jobs.queue.device if self.jobs.queue else ""
        commands.enable(self.actions_, model)

    def _show_clock(self) -> None:
        self.viewer.clock.setText(self.model.timecode(self.model.playhead))

    # --- files ---

    def open(self, path: Path) -> bool:
        """Open `path`; says what is wrong in the window and keeps what is open."""
        return self.files.open(path)

    def _reopen(self, path: Path) -> bool:
        return self.files.reopen(path)

    def _opened(self) -> None:
        self.player.pause()
        self.jobs.leave()
        self.support.opened()
        self.message.hide()
        self.media.opened()
        self._update()
        self.timeline_view.setFocus()
        for work in (_settle, find_devices):
            QTimer.singleShot(_SOON, work)

    def _may_leave(self) -> bool:
        """Ask about unsaved changes and unfinished jobs; whether the timeline may go."""
        if not self.saving.may_leave():
            return False
        self.lines.batch.finish()
        return self.support.may_leave()

    def save(self, path: Path | None = None) -> bool:
        """Write the timeline; says what is wrong in the window."""
        return self.saving.save(path)

    def ask_export(self) -> None:
        """Write the timeline, what is half-typed too, for another program."""
        self._commit()
        self.exports.ask()

    def _with_cue_files(self, ask: Callable[[], None]) -> None:
        self._commit()
        ask()

    def show_offline(self) -> None:
        """The table of offline media."""
        OfflineDialog(self.model, self.undo_stack, self).open()

    # --- cues, generation and playback ---

    def _commit(self) -> None:
        """Take over what is typed anywhere but not yet confirmed."""
        self.lines.commit()

    def _typed(self) -> Project:
        """The project with the text that is half typed."""
        cue, text = self.model.cue, self.inspector.text
        if cue is None or not text.document().isModified():
            return self.model.project
        return self.model.with_cue(replace(cue, text=text.toPlainText().strip()))

    def add_cue(self, kind: str) -> None:
        """A new cue over the selected clip; the cursor goes where its text is typed."""
        self.lines.add(kind)

    def remove_cue(self, cue_id: str) -> None:
        """Take a cue away, and cancel its job."""
        self.jobs.cancel(cue_id)
        self.undo_stack.remove(cue_id)

    def play_cue(self, cue_id: str) -> None:
        """Let a cue be heard from its beginning to its end, unless something plays already."""
        cue = self.model.find(cue_id)
        if cue and not self.player.playing:
            self.player.play_range(cue.range)

    def generate_selected(self) -> None:
        """Queue the selected cue."""
        self.lines.generate("generate")

    def generate_all(self) -> None:
        """Queue every cue that has no fresh take and no job."""
        self.lines.generate("generate_all")

    # --- events ---

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            QTimer.singleShot(0, self.shell.places.rescaled)
        elif event.type() == QEvent.Type.ApplicationFontChange:
            QTimer.singleShot(0, self._show_theme)  # text is as large as the system's
        return super().event(event)

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.guard.look()
            self.media.look()

    def dragEnterEvent(self, event) -> None:
        self.dropping.enter(event)

    def dropEvent(self, event) -> None:
        self.dropping.drop(event)

    def closeEvent(self, event) -> None:
        if self.files.aside.busy or not self._may_leave():
            event.ignore()
            return
        self.support.close()
        self.shell.places.keep()
        self.guard.close()
        self.media.search.cancel()
        self.player.close()
        self.takes.close_threads()
        self.lines.close()
        self.jobs.close()
        self.exports.close()
        self.timeline_view.background.close()
        event.accept()


def _read_ahead() -> None:
    """What the first line, the first painting of many clips and the first job would wait for."""
    read_ahead()
    import_module("numpy.ma")
    if sys.platform != "win32":  # a process of the system's, which the first job would start
        import_module("multiprocessing.resource_tracker").ensure_running()


def _settle() -> None:
    """What is there by now mostly stays; looking through it for garbage would halt the window again and again."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
