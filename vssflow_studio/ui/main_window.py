"""The main window: viewer, cue list, inspector, timeline, jobs, and every command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QUndoCommand, QUndoStack
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..errors import StudioError
from ..models.registry import model_cards
from ..paths import sample, settings
from ..timeline.cues import Cue, Project
from . import model as models
from . import theme as themes
from .jobs import Jobs
from .panels import CueTable, Inspector, MessageBar, panel
from .timeline_view import TimelineView
from .viewer import Player, Screen

_FILTER = "Timelines (*.otio *.otioz)"
_RECENT = 10  # timelines that File > Open Recent keeps


class Edit(QUndoCommand):
    """One named edit: the project before and after."""

    def __init__(self, model: models.StudioModel, after: Project, name: str) -> None:
        super().__init__(name)
        self._model, self._before, self._after = model, model.project, after

    def redo(self) -> None:
        self._model.apply(self._after)

    def undo(self) -> None:
        self._model.apply(self._before)


class MainWindow(QMainWindow):
    """The window of one timeline."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = themes.current()
        self.model = models.StudioModel()
        self.undo_stack = QUndoStack(self)
        self.jobs = Jobs(self.model, self)
        self.message = MessageBar()
        self.screen_ = Screen()
        self.player = Player(self.model, self.screen_, self)
        voices = tuple(voice for card in model_cards() for voice in card.voices)
        self.cue_table, self.inspector = CueTable(self.model), Inspector(self.model, voices)
        self.timeline_view = TimelineView(self.model)
        self.actions_: dict[str, QAction] = {}
        self._build_actions()
        self._build_layout()
        self._connect()
        self.setAcceptDrops(True)
        self.resize(1320, 820)
        self._show_theme()
        self._update()

    # --- building ---

    def _build_actions(self) -> None:
        for name, text, keys, slot, icon in (
            ("open", "&Open…", "Ctrl+O", self.ask_open, "open"),
            ("save", "&Save", "Ctrl+S", self.save, "save"),
            ("save_as", "Save &As…", "Ctrl+Shift+S", self.ask_save_as, ""),
            ("quit", "&Quit", "Ctrl+Q", self.close, ""),
            ("line", "Add &Line", "D", lambda: self.add_cue("dialogue"), "line"),
            ("foley", "Add &Foley", "F", lambda: self.add_cue("foley"), "foley"),
            ("ambience", "Add &Ambience", "B", lambda: self.add_cue("ambience"), ""),
            ("remove", "&Remove Cue", "Del", self._remove_selected, "trash"),
            ("generate", "&Generate Cue", "Ctrl+G", self.generate_selected, "generate"),
            ("generate_all", "Generate &All", "Ctrl+Shift+G", self.generate_all, "generate"),
            ("cancel", "&Cancel Jobs", "Esc", self.jobs.cancel_all, "cancel"),
            ("play", "&Play / Pause", "Space", self.player.toggle, "play"),
            ("forward", "Play", "L", self.player.play, ""),
            ("stop", "Stop", "K", self.player.pause, ""),
            ("second_back", "Back One Second", "J", lambda: self.step(-round(self.model.rate)), ""),
            ("back", "Step &Back", "Left", lambda: self.step(-1), "step-back"),
            ("next", "Step &Forward", "Right", lambda: self.step(1), "step-forward"),
            ("home", "Go to Start", "Home", lambda: self.model.seek(0), ""),
            ("end", "Go to End", "End", lambda: self.model.seek(1e12), ""),
            ("zoom_in", "Zoom &In", "+", lambda: self.timeline_view.zoom(1.4), ""),
            ("zoom_out", "Zoom &Out", "-", lambda: self.timeline_view.zoom(1 / 1.4), ""),
            ("fit", "Zoom to &Fit", "Shift+Z", self.timeline_view.fit, "fit"),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setProperty("icon_name", icon)
            action.triggered.connect(lambda _=False, slot=slot: slot())
            self.actions_[name] = action
            self.addAction(action)
        for name, action, keys in (
            ("undo", self.undo_stack.createUndoAction(self, "&Undo"), "Ctrl+Z"),
            ("redo", self.undo_stack.createRedoAction(self, "&Redo"), "Ctrl+Shift+Z"),
        ):
            action.setShortcut(QKeySequence(keys))
            action.setProperty("icon_name", name)
            self.actions_[name] = action
        self._build_menus()

    def _build_menus(self) -> None:
        for title, names in (
            ("&File", "open save save_as - quit"),
            ("&Edit", "undo redo - remove"),
            ("&Cue", "line foley ambience - generate generate_all cancel"),
            ("&Playback", "play forward stop second_back back next - home end"),
            ("&View", "zoom_in zoom_out fit"),
        ):
            menu = self.menuBar().addMenu(title)
            for name in names.split():
                menu.addSeparator() if name == "-" else menu.addAction(self.actions_[name])
                if name == "open":
                    self.recent_menu = menu.addMenu("Open &Recent")
                    self.recent_menu.setToolTipsVisible(True)
                    menu.aboutToShow.connect(self._fill_recent)

    def _build_layout(self) -> None:
        bar = QToolBar("Commands")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for name in ("open", "save", "", "undo", "redo", "", "line", "foley", "", "generate", "generate_all", "cancel"):
            bar.addAction(self.actions_[name]) if name else bar.addSeparator()
        for name in ("undo", "redo"):
            bar.widgetForAction(self.actions_[name]).setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.addToolBar(bar)
        top = QSplitter(Qt.Orientation.Horizontal)
        for title, widget, stretch in (
            ("Cues", self.cue_table, 5),
            ("Viewer", self._viewer(), 6),
            ("Inspector", self.inspector, 3),
        ):
            top.addWidget(panel(title, widget))
            top.setStretchFactor(top.count() - 1, stretch)
        top.setSizes([560, 470, 280])
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(top)
        whole.addWidget(panel("Timeline", self.timeline_view))
        whole.setStretchFactor(0, 3)
        whole.setStretchFactor(1, 2)
        whole.setSizes([430, 330])
        for splitter in (top, whole):
            splitter.setHandleWidth(themes.S2)
            splitter.setChildrenCollapsible(False)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._welcome())
        self._pages.addWidget(whole)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(themes.S2, 0, themes.S2, themes.S2)
        layout.setSpacing(themes.S2)
        layout.addWidget(self.message)
        layout.addWidget(self._pages, 1)
        layout.addLayout(self._foot())
        self.setCentralWidget(centre)

    def _viewer(self) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.S2)
        layout.addWidget(self.screen_, 1)
        row = QHBoxLayout()
        row.setSpacing(themes.S1)
        self.clock = QLabel("00:00:00:00")
        self.clock.setObjectName("timecode")
        self.clock.setAccessibleName("Playhead timecode")
        row.addWidget(self.clock)
        row.addStretch(1)
        for name in ("back", "play", "next"):
            button = QToolButton()
            button.setDefaultAction(self.actions_[name])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            row.addWidget(button)
        layout.addLayout(row)
        return box

    def _welcome(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.setSpacing(themes.S3)
        headline = QLabel("Give your cut its first sound")
        headline.setObjectName("headline")
        hint = QLabel("Open the timeline you are cutting (.otio), or drop it here.\nSelect a clip, type what is said or heard, press Generate.")
        hint.setObjectName("hint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open_button, self.sample_button = QPushButton("Open a timeline…"), QPushButton("Try the sample")
        self.open_button.setObjectName("primary")
        self.open_button.clicked.connect(self.ask_open)
        self.sample_button.clicked.connect(self.open_sample)
        row = QHBoxLayout()
        row.addWidget(self.open_button)
        row.addWidget(self.sample_button)
        layout.addWidget(headline, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(hint)
        layout.addLayout(row)
        return page

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(themes.S2)
        self.status, self.progress = QLabel(), QProgressBar()
        self.status.setObjectName("status")
        self.progress.setFixedWidth(220)
        self.progress.setFixedHeight(6)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the running job")
        row.addWidget(self.status)
        row.addStretch(1)
        row.addWidget(self.progress)
        return row

    def _connect(self) -> None:
        ui, jobs = self.inspector, self.jobs
        ui.add_asked.connect(self.add_cue)
        ui.edited.connect(self.change_cue)
        ui.generate_asked.connect(jobs.generate)
        ui.cancel_asked.connect(jobs.cancel)
        ui.remove_asked.connect(self.remove_cue)
        ui.cast_changed.connect(self.change_cast)
        for source in (ui, jobs, self.player):
            source.failed.connect(self.message.show_error)
        jobs.made.connect(self._take_made)
        self.cue_table.text_edited.connect(lambda i, text: self._change_by_id(i, "Edit line", text=text))
        self.cue_table.character_edited.connect(
            lambda i, who: self._change_by_id(i, "Change character", character=who)
        )
        self.timeline_view.range_changed.connect(
            lambda i, range_: self._change_by_id(i, "Change cue range", range=range_)
        )
        self.timeline_view.cue_activated.connect(lambda _: self.inspector.focus_text())
        self.player.playing_changed.connect(self._playing)
        self.undo_stack.cleanChanged.connect(self._update)
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
        self.timeline_view.viewport().update()

    def _playing(self, playing: bool) -> None:
        self.actions_["play"].setIcon(themes.icon("pause" if playing else "play", self.theme))

    def _update(self) -> None:
        """Titles, buttons and status after any change."""
        model, opened = self.model, self.model.timeline is not None
        self._pages.setCurrentIndex(1 if opened else 0)
        name = model.path.name if opened else "VSSFlow Studio"
        self.setWindowTitle(f"{name}[*] – VSSFlow Studio" if opened else name + "[*]")
        self.setWindowModified(opened and not self.undo_stack.isClean())
        self.clock.setText(model.timecode(model.playhead))
        has_cues = bool(model.project.cues)
        for action, wanted in (
            ("save", opened),
            ("save_as", opened),
            ("line", opened),
            ("foley", opened),
            ("ambience", opened),
            ("remove", model.cue is not None),
            ("generate", model.cue is not None),
            ("generate_all", has_cues),
            ("cancel", self.jobs.busy),
            ("play", opened),
            ("back", opened),
            ("next", opened),
        ):
            self.actions_[action].setEnabled(wanted)
        self._show_jobs()

    def _show_jobs(self) -> None:
        jobs = self.model.jobs.values()
        running = next((job for job in jobs if job.state == "running"), None)
        waiting = sum(job.state == "queued" for job in jobs)
        self.progress.setVisible(running is not None)
        if running is None:
            ready = sum(cue.circled_take is not None for cue in self.model.project.cues)
            total = len(self.model.project.cues)
            self.status.setText(f"{ready} of {total} cues have a take" if total else "")
            return
        self.progress.setRange(0, running.steps)
        self.progress.setValue(running.step)
        left = f", {running.eta:.0f} s left" if running.eta is not None else ""
        more = f", {waiting} waiting" if waiting else ""
        what = running.order.description[:50]
        device = self.jobs.queue.device.upper() if self.jobs.queue else ""
        self.status.setText(f"Generating “{what}” on {device}{left}{more}")

    # --- files ---

    def ask_open(self) -> None:
        """Choose a timeline and open it."""
        name, _ = QFileDialog.getOpenFileName(self, "Open timeline", self._folder(), _FILTER)
        if name:
            self.open(Path(name))

    def open_sample(self) -> None:
        """Open a copy of the sample in the user's own folder, so that it can be saved."""
        import shutil

        folder = settings() / "sample"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file in sample().iterdir():
                if not (folder / file.name).exists():
                    shutil.copyfile(file, folder / file.name)
        except OSError as error:
            self.message.show_error(StudioError(f"The sample can't be copied: {error}", file=folder))
            return
        self.open(folder / "animatic.otio")

    def open(self, path: Path) -> bool:
        """Open `path`; says what is wrong in the window and keeps what is open."""
        if not self._may_leave():
            return False
        try:
            self.model.open(path)
        except StudioError as error:
            self.message.show_error(error)
            return False
        self.player.pause()
        self.jobs.cancel_all()
        self.undo_stack.clear()
        self.message.hide()
        self._settings().setValue("folder", str(path.resolve().parent))
        self._remember(path)
        return True

    def save(self, path: Path | None = None) -> bool:
        """Write the timeline; says what is wrong in the window."""
        self._commit()
        folder = self.model.path.resolve().parent
        try:
            self.model.save(path)
        except StudioError as error:
            self.message.show_error(error)
            return False
        if self.model.path.resolve().parent != folder:
            self.undo_stack.clear()  # earlier states name their takes from the old folder
        self.undo_stack.setClean()
        self._update()
        return True

    def ask_save_as(self) -> None:
        """Choose another file and write the timeline there."""
        name, _ = QFileDialog.getSaveFileName(self, "Save timeline as", str(self.model.path), _FILTER)
        if name:
            self.save(Path(name))

    def _recent(self) -> list[str]:
        value = self._settings().value("recent", [])
        return [value] if isinstance(value, str) else list(value or [])

    def _remember(self, path: Path) -> None:
        """Put `path` first among the recent timelines."""
        name = str(path.resolve())
        others = [other for other in self._recent() if other != name]
        self._settings().setValue("recent", [name, *others][:_RECENT])

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for name in self._recent():
            action = self.recent_menu.addAction(Path(name).name)
            action.setToolTip(name)
            action.triggered.connect(lambda _=False, name=name: self.open(Path(name)))
        self.recent_menu.setEnabled(not self.recent_menu.isEmpty())

    def _folder(self) -> str:
        return str(self._settings().value("folder", str(Path.home())))

    def _settings(self) -> QSettings:
        return QSettings(str(settings() / "window.ini"), QSettings.Format.IniFormat)

    def _may_leave(self) -> bool:
        """Ask about unsaved edits, half-typed ones too; whether to go on."""
        self._commit()
        if self.model.timeline is None or self.undo_stack.isClean():
            return True
        kinds = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self,
            "Unsaved changes",
            f"Save the changes to {self.model.path.name}?",
            kinds.Save | kinds.Discard | kinds.Cancel,
        )
        return self.save() if answer == kinds.Save else answer == kinds.Discard

    # --- edits ---

    def _commit(self) -> None:
        """Take over what is typed anywhere but not yet confirmed."""
        self.cue_table.commit()
        self.inspector.commit()

    def _push(self, project: Project, name: str) -> None:
        if project != self.model.project:
            self.undo_stack.push(Edit(self.model, project, name))

    def add_cue(self, kind: str) -> None:
        """A new cue over the selected clip; the cursor goes where its text is typed."""
        cue = self.model.new_cue(kind)
        names = {"dialogue": "Add line", "foley": "Add foley", "ambience": "Add ambience"}
        self._push(self.model.with_cue(cue), names[kind])
        self.model.select_cue(cue.id)
        self.inspector.focus_text()

    def change_cue(self, cue: Cue, name: str) -> None:
        """Put a changed cue in place of the old one."""
        self._push(self.model.with_cue(cue), name)

    def _change_by_id(self, cue_id: str, name: str, **changes) -> None:
        cue = self.model.find(cue_id)
        if cue:
            self.change_cue(replace(cue, **changes), name)

    def change_cast(self, character: str, voice: str) -> None:
        """Give a character a voice, for all its lines."""
        cast = {who: v for who, v in self.model.project.cast.items() if who != character}
        if voice:
            cast[character] = voice
        self._push(replace(self.model.project, cast=cast), "Change voice")

    def remove_cue(self, cue_id: str) -> None:
        """Take a cue away; its takes' files stay on disk."""
        self.jobs.cancel(cue_id)
        self._push(self.model.without_cue(cue_id), "Remove cue")

    def _remove_selected(self) -> None:
        if self.model.cue:
            self.remove_cue(self.model.cue.id)

    def _take_made(self, cue_id: str, take) -> None:
        project = self.model.with_take(cue_id, take)
        if project:
            self._push(project, "Add take")

    # --- generation and playback ---

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
        """Pause and move the playhead."""
        self.player.pause()
        self.model.seek(self.model.playhead.value + frames)

    # --- events ---

    def dragEnterEvent(self, event) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        urls = event.mimeData().urls()
        if urls:
            self.open(Path(urls[0].toLocalFile()))

    def closeEvent(self, event) -> None:
        if not self._may_leave():
            event.ignore()
            return
        self.player.close()
        self.jobs.close()
        self.timeline_view.background.close()
        event.accept()
