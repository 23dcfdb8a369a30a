"""The main window: puts the panels together and connects them with the model and the jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QInputDialog,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ..errors import ChoiceNeeded, StudioError
from ..models.registry import model_cards
from ..timeline.cues import Project
from ..timeline.files import READABLE
from ..timeline.importing import work_file
from . import commands, recent
from . import model as models
from . import theme as themes
from .conforming import report_or_error
from .cue_files import CueFiles
from .cue_table import CueTable
from .docks import BOTTOM, LEFT, RIGHT, Docks
from .edits import Edits
from .exports import Exports, told
from .inspector import Inspector
from .jobs import Jobs
from .media_watch import MediaWatch
from .offline import OfflineDialog
from .panels import JobStatus, MessageBar, Welcome
from .player import Player
from .saving import Saving
from .timeline_view import TimelineView
from .viewer import Screen, Viewer

_FILTER = f"Timelines ({' '.join('*' + suffix for suffix in READABLE)})"


class MainWindow(QMainWindow):
    """The window of one timeline."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = themes.current()
        self.model = models.StudioModel()
        self.undo_stack = Edits(self.model, self)
        self.jobs = Jobs(self.model, self)
        self.exports = Exports(self.model, self)
        self.saving = Saving(
            self, self.model, self.undo_stack, commit=self._commit, typed=self._typed, reopen=self._open
        )
        self.guard, self.media = self.saving.guard, MediaWatch(self.model, self)
        self.message, self.welcome, self.status = MessageBar(), Welcome(), JobStatus(self.model)
        self.cue_files = CueFiles(self.model, self.undo_stack, self.message, self)
        self.screen_ = Screen()
        self.player = Player(self.model, self)
        # The window generates with the draft; other models are the command line's.
        voices = tuple(voice for card in model_cards() if card.family == "draft" for voice in card.choices)
        self.cue_table, self.inspector = CueTable(self.model), Inspector(self.model, voices)
        self.timeline_view = TimelineView(self.model)
        self.actions_ = commands.build_actions(self, self._slots(), self.undo_stack)
        self.recent_menu = QMenu("Open &Recent", self)
        self.recent_menu.setToolTipsVisible(True)
        self.recent_menu.aboutToShow.connect(lambda: recent.fill(self.recent_menu, self.open))
        commands.build_menus(self.menuBar(), self.actions_, self.recent_menu)
        self.addToolBar(commands.build_toolbar(self.actions_))
        self.viewer = Viewer(self.screen_, [self.actions_[name] for name in ("back", "play", "next")])
        self._build_layout()
        self._connect()
        self.setAcceptDrops(True)
        self.resize(1320, 820)
        self._show_theme()
        self._update()

    # --- building ---

    def _slots(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {
            "open": self.ask_open,
            "conform": self.ask_conform,
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
            "line": lambda: self.add_cue("dialogue"),
            "foley": lambda: self.add_cue("foley"),
            "ambience": lambda: self.add_cue("ambience"),
            "remove": lambda: self.remove_cue(self.model.selected_cue),
            "generate": self.generate_selected,
            "generate_all": self.generate_all,
            "cancel": lambda: self.jobs.cancel(self.model.selected_cue),
            "cancel_all": self.jobs.cancel_all,
            "play": self.player.toggle,
            "shuttle_back": lambda: self.player.shuttle(-1),
            "stop": self.player.pause,
            "shuttle": lambda: self.player.shuttle(1),
            "back": lambda: self.step(-1),
            "next": lambda: self.step(1),
            "home": lambda: self.model.seek(0),
            "end": lambda: self.model.seek(self.model.duration.value),
            "zoom_in": lambda: self.timeline_view.zoom(1.4),
            "zoom_out": lambda: self.timeline_view.zoom(1 / 1.4),
            "fit": self.timeline_view.fit,
        }

    def _build_layout(self) -> None:
        self.docks = Docks(self.viewer)
        for name, title, widget, area in (
            ("cues", "Cues", self.cue_table, LEFT),
            ("inspector", "Inspector", self.inspector, RIGHT),
            ("timeline", "Timeline", self.timeline_view, BOTTOM),
        ):
            self.docks.add(name, title, widget, area)
        sides = [self.docks.docks["cues"], self.docks.docks["inspector"]]
        self.docks.resizeDocks(sides, [500, 300], Qt.Orientation.Horizontal)
        self.docks.resizeDocks([self.docks.docks["timeline"]], [320], Qt.Orientation.Vertical)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.docks)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(themes.S2, 0, themes.S2, themes.S2)
        layout.setSpacing(themes.S2)
        layout.addWidget(self.message)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        ui, jobs, edits = self.inspector, self.jobs, self.undo_stack
        self.welcome.open_asked.connect(self.ask_open)
        self.welcome.sample_asked.connect(self.open_sample)
        ui.add_asked.connect(self.add_cue)
        ui.edited.connect(edits.change)
        ui.generate_asked.connect(jobs.generate)
        ui.cancel_asked.connect(jobs.cancel)
        ui.remove_asked.connect(self.remove_cue)
        ui.cast_changed.connect(edits.change_cast)
        for source in (ui, self.exports, jobs, self.saving):
            source.failed.connect(self.message.show_error)
        jobs.made.connect(edits.add_take)
        self.exports.begun.connect(lambda name: self.message.show_text(f"Exporting {name}…"))
        self.exports.done.connect(lambda made: self.message.show_text(told(made)))
        jobs.made.connect(self.guard.write_aside)
        self.guard.looked.connect(lambda _, missing: self.media.heard(missing))
        self.media.lost.connect(self.message.show_error)
        self.media.back.connect(self.message.hide)
        self.media.back.connect(self.timeline_view.background.retry)
        self.cue_table.text_edited.connect(lambda i, text: edits.change_fields(i, "Edit line", text=text))
        self.cue_table.character_edited.connect(
            lambda i, who: edits.change_fields(i, "Change character", character=who)
        )
        self.timeline_view.range_changed.connect(
            lambda i, range_: edits.change_fields(i, "Change cue range", range=range_)
        )
        self.timeline_view.cue_activated.connect(lambda _: ui.focus_text())
        self.player.reader.shown.connect(self.screen_.show_image)
        self.player.speed_changed.connect(self._speed_changed)
        edits.cleanChanged.connect(self._update)
        self.saving.saved.connect(self._update)
        for what in (models.TIMELINE, models.SELECTION, models.PLAYHEAD, models.JOBS, models.PROJECT):
            self.model.listen(what, self._update)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._show_theme)

    # --- look ---

    def _show_theme(self) -> None:
        self.theme = self.timeline_view.theme = themes.current()
        QGuiApplication.instance().setPalette(themes.palette(self.theme))
        self.setStyleSheet(themes.style_sheet(self.theme))
        for action in self.actions_.values():
            if name := action.property("icon_name"):
                action.setIcon(themes.icon(name, self.theme))
        self._speed_changed(self.player.speed)
        self.timeline_view.viewport().update()

    def _speed_changed(self, speed: int) -> None:
        self.actions_["play"].setIcon(themes.icon("pause" if speed else "play", self.theme))
        self.viewer.show_speed(speed)

    def _update(self) -> None:
        """Title, clock and commands after any change."""
        model, opened = self.model, self.model.timeline is not None
        self._pages.setCurrentIndex(1 if opened else 0)
        name = f"{model.path.name}{' (read-only)' if self.guard.read_only else ''}[*] – " if opened else ""
        self.setWindowTitle(f"{name}VSSFlow Studio{'' if opened else '[*]'}")
        self.setWindowModified(opened and not self.undo_stack.isClean())
        self.viewer.clock.setText(model.timecode(model.playhead))
        self.status.device = self.jobs.queue.device if self.jobs.queue else ""
        commands.enable(self.actions_, model)

    # --- files ---

    def ask_open(self) -> None:
        """Choose a timeline and open it."""
        name, _ = QFileDialog.getOpenFileName(self, "Open timeline", recent.folder(), _FILTER)
        if name:
            self.open(Path(name))

    def ask_conform(self) -> None:
        """Choose the new cut of this timeline, and carry the cues to it."""
        name, _ = QFileDialog.getOpenFileName(self, "Conform to new cut", recent.folder(), _FILTER)
        if name:
            report_or_error(self, Path(name))

    def open_sample(self) -> None:
        """Open the user's own copy of the sample."""
        try:
            self.open(recent.copied_sample())
        except StudioError as error:
            self.message.show_error(error)

    def open(self, path: Path) -> bool:
        """Open `path`; says what is wrong in the window and keeps what is open."""
        return self.saving.may_leave() and self._open(Path(path))

    def _work_file(self, path: Path, **chosen) -> Path | None:
        """The .otio of a timeline of another kind; asks for what the file leaves open."""
        try:
            return work_file(path, **chosen)
        except ChoiceNeeded as error:
            names = [str(choice) for choice in error.choices]
            title = error.option.capitalize()
            name, ok = QInputDialog.getItem(self, title, error.what, names, 0, False)
            choice = dict(zip(names, error.choices, strict=True)).get(name)
            return self._work_file(path, **{**chosen, error.option: choice}) if ok else None

    def _open(self, path: Path) -> bool:
        entry = None
        try:
            path = self._work_file(path)
            if path is None:
                return False
            entry = self.guard.admit(path)
            if entry is None:
                return False
            self.model.open(entry.path)
        except StudioError as error:
            self.message.show_error(error)
            if entry:
                self.guard.refuse(entry)
            return False
        self.guard.enter(entry)
        self.player.pause()
        self.jobs.cancel_all()
        self.undo_stack.clear()
        self.message.hide()
        recent.remember(entry.path)
        if entry.recovered:
            self.undo_stack.change_project(entry.recovered, "Recover unsaved changes")
        self.media.opened()
        self._update()
        return True

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
        self.cue_table.commit()
        self.inspector.commit()

    def _typed(self) -> Project:
        """The project with the text that is half typed."""
        cue, text = self.model.cue, self.inspector.text
        if cue is None or not text.document().isModified():
            return self.model.project
        return self.model.with_cue(replace(cue, text=text.toPlainText().strip()))

    def add_cue(self, kind: str) -> None:
        """A new cue over the selected clip; the cursor goes where its text is typed."""
        self.model.select_cue(self.undo_stack.add(kind).id)
        self.inspector.focus_text()

    def remove_cue(self, cue_id: str) -> None:
        """Take a cue away, and cancel its job."""
        self.jobs.cancel(cue_id)
        self.undo_stack.remove(cue_id)

    def generate_selected(self) -> None:
        """Queue the selected cue."""
        self.inspector.commit()
        if self.model.cue:
            self.jobs.generate(self.model.cue.id)

    def generate_all(self) -> None:
        """Queue every cue that has no fresh take and no job."""
        self.inspector.commit()
        for cue in self.model.project.cues:
            if self.model.state(cue) in ("wanted", "stale", "failed"):
                self.jobs.generate(cue.id)

    def step(self, frames: int) -> None:
        """Pause and move the playhead by whole frames."""
        self.player.pause()
        self.model.seek(self.model.playhead.value + frames)

    # --- events ---

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.guard.look(self.media.paths)

    def dragEnterEvent(self, event) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        urls = event.mimeData().urls()
        if urls:
            self.open(Path(urls[0].toLocalFile()))

    def closeEvent(self, event) -> None:
        if not self.saving.may_leave():
            event.ignore()
            return
        self.guard.close()
        self.media.search.cancel()
        self.player.close()
        self.jobs.close()
        self.exports.close()
        self.timeline_view.background.close()
        event.accept()
