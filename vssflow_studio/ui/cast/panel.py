"""The cast: who speaks, in which colour, with which voice, and what is noted of them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...engine.planner import voice_of
from ...errors import StudioError
from ...models.registry import model_card
from ...timeline.characters import Part, names, parts, removed, renamed, with_character, with_voice
from ...timeline.cues import Cue
from .. import model as models
from ..edits import Edits, counted
from ..look import theme as themes
from ..look.elided import Elided
from ..look.theme import PEOPLE, S1, S2, px
from .audition import RECORDINGS, Auditions, is_recording
from .colours import character_colour, colour_name
from .voice_list import VoiceList

NAME, VOICE, LINES, TIME = range(4)
_COLUMNS = ("Character", "Voice", "Lines", "Time")
_ROW, _HEADER = 28, 36
_ROOMY = 320  # pixels from which on there is room for lines and time
_HINT = "No characters yet.\nThey come with their first line; or add them here."


class CastPanel(QWidget):
    """The list of characters above, and below it what is known of the one that is chosen.

    Signals:
        failed(object): a StudioError.
    """

    failed = Signal(object)

    def __init__(self, model: models.StudioModel, edits: Edits, auditions: Auditions) -> None:
        super().__init__()
        self.model, self.edits, self._stale, self._known = model, edits, True, ()
        self.list = QTableWidget(0, len(_COLUMNS))
        self.colours = {name: _swatch(name) for name in PEOPLE}
        self.notes, self.who, self.use = QLineEdit(), Elided(), QPushButton()
        self.voices = VoiceList(auditions)
        self.add, self.remove, self.reference = QPushButton("Add…"), QPushButton("Remove"), QPushButton("Recording…")
        self._build_list()
        self._build()
        self._connect()
        for what in (models.PROJECT, models.TIMELINE, models.SELECTION):
            model.listen(what, self.refresh)

    # --- building ---

    def _build_list(self) -> None:
        table = self.list
        table.setHorizontalHeaderLabels(_COLUMNS)
        table.setAccessibleName("Characters")
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(px(_ROW))
        table.setShowGrid(False)
        table.setWordWrap(False)  # else a long name ends after its first word
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(56)
        for column in (LINES, TIME):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(VOICE, QHeaderView.ResizeMode.Stretch)
        table.setMinimumWidth(120)

    def _build(self) -> None:
        self.who.setObjectName("headline")
        self.voices.setMinimumWidth(120)
        self.notes.setPlaceholderText("Notes: age, accent, who may play it in the end …")
        self.notes.setAccessibleName("Notes")
        self.use.setObjectName("primary")
        self.reference.setToolTip("A recording of somebody who speaks, for models that can take over a voice")
        head = _row(self.who, *self.colours.values())
        head.setSpacing(0)
        head.setStretch(0, 1)
        self._detail = QWidget()
        below = QVBoxLayout(self._detail)
        below.setContentsMargins(0, S2, 0, 0)
        below.setSpacing(S2)
        below.addLayout(head)
        below.addWidget(self.notes)
        below.addWidget(self.voices, 1)
        below.addLayout(_row(self.use, self.reference))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        buttons = _row(self.add, self.remove)
        buttons.addStretch(1)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        layout.addWidget(self._detail, 2)

    def _connect(self) -> None:
        self.list.itemSelectionChanged.connect(self._show_chosen)
        self.list.itemChanged.connect(self._renamed)
        self.notes.editingFinished.connect(self.commit)
        self.use.clicked.connect(self._use)
        self.voices.chosen.connect(lambda _: self._use())
        self.voices.highlighted.connect(self._show_use)
        self.reference.clicked.connect(self._ask_reference)
        self.add.clicked.connect(self._ask_name)
        self.remove.clicked.connect(self._remove)
        for name, button in self.colours.items():
            button.clicked.connect(lambda _=False, name=name: self._paint_with(name))

    # --- showing ---

    def refresh(self) -> None:
        """Show the model's characters, once anybody sees them."""
        self._stale = True
        if self.isVisible():
            self._show()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if self._stale:
            self._show()

    @property
    def chosen(self) -> str:
        """The character whose row is selected, or empty."""
        item = self.list.item(self.list.currentRow(), NAME)
        return item.data(Qt.ItemDataRole.UserRole) if item and item.isSelected() else ""

    def _show(self) -> None:
        if self.list.state() == QTableWidget.State.EditingState:
            return
        self._stale = False
        project = self.model.project
        known = (project.cues, project.cast, project.characters, themes.current())
        if self._known and all(a is b for a, b in zip(known, self._known, strict=True)):
            return
        self._known = known
        before = self.chosen or (self.model.cue.character if self.model.cue else "")
        people = parts(project)
        self.list.blockSignals(True)
        self.list.setRowCount(len(people))
        for row, part in enumerate(people):
            self._fill(row, part)
        place = next((row for row, part in enumerate(people) if part.name == before), 0)
        self.list.blockSignals(False)
        self.list.setMaximumHeight(px(_HEADER + _ROW * max(3, len(people))))
        if people:
            self.list.selectRow(place)
        self._show_chosen()
        self.list.viewport().update()

    def _fill(self, row: int, part: Part) -> None:
        voice = self.model.project.cast.get(part.name, "")
        said = Path(voice).name if is_recording(voice) else voice or f"{self._automatic(part.name)} (automatic)"
        cells = (part.name, said, str(part.lines), _time(part.seconds))
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if column == NAME else flags)
            item.setData(Qt.ItemDataRole.UserRole, part.name)
            if column == NAME:
                item.setIcon(_chip(character_colour(self.model.project, part.name, themes.current()).name()))
                item.setToolTip(f"{part.name}: {colour_name(self.model.project, part.name)}. F2 renames everywhere.")
            self.list.setItem(row, column, item)

    def _show_chosen(self) -> None:
        name, project = self.chosen, self.model.project
        self._detail.setVisible(bool(name))
        self.remove.setEnabled(bool(name))
        if not name:
            return
        self.who.setText(name)
        colour = colour_name(project, name)
        for each, button in self.colours.items():
            button.setChecked(each == colour)
            button.setIcon(_chip(themes.current().person(each).name(), each == colour))
        known = project.characters.get(name)
        if not self.notes.isModified():
            self.notes.setText(known.notes if known else "")
        self.voices.show_character(name, project.cast.get(name, ""), self._automatic(name))
        self._show_use()

    def _show_use(self) -> None:
        voice = self.voices.voice
        self.use.setText(f"Cast as {self.chosen}" if len(self.chosen) < 16 else "Cast")
        self.use.setEnabled(voice is not None and voice != self.model.project.cast.get(self.chosen, ""))

    def _automatic(self, name: str) -> str:
        """The voice that a character has when none is chosen."""
        nothing = Cue("", "dialogue", TimeRange(RationalTime(0, 24), RationalTime(1, 24)), "", name)
        try:
            return voice_of(nothing, replace(self.model.project, cast={}), model_card("draft"))
        except StudioError:
            return ""

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        if self.list.rowCount() == 0:
            p = QPainter(self)
            p.setPen(QColor(themes.current().dim))
            area = self.list.geometry()
            p.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, _HINT)
        self.list.setVisible(self.list.rowCount() > 0)

    def resizeEvent(self, event) -> None:
        for column in (LINES, TIME):
            self.list.setColumnHidden(column, event.size().width() < px(_ROOMY))
        super().resizeEvent(event)

    # --- changing ---

    def commit(self) -> None:
        """Take over what is typed."""
        name, text = self.chosen, self.notes.text().strip()
        if name and self.notes.isModified():
            self.notes.setModified(False)
            changed = with_character(self.model.project, name, lambda one: replace(one, notes=text))
            self.edits.change_project(changed, f"Change notes on {name}")

    def _renamed(self, item: QTableWidgetItem) -> None:
        old, new = item.data(Qt.ItemDataRole.UserRole), " ".join(item.text().split())
        if item.column() != NAME or new == old:
            return
        project = self.model.project
        heard = any(cue.takes for cue in project.cues if cue.character == old)
        verb = "Merge" if new in names(project) else "Rename"
        changed = renamed(project, old, new, self._automatic(old) if heard else "")
        self._known = ()
        item.setData(Qt.ItemDataRole.UserRole, new or old)
        self.edits.change_project(changed, f"{verb} {old} {'with' if verb == 'Merge' else 'to'} {new}")
        self._stale = True
        self.list.itemDelegate().closeEditor.connect(self._after_typing)
        self._after_typing()

    def _after_typing(self) -> None:
        self._known = ()
        if self.isVisible():
            self._show()

    def _paint_with(self, colour: str) -> None:
        name = self.chosen
        changed = with_character(self.model.project, name, lambda one: replace(one, colour=colour))
        self.edits.change_project(changed, f"Change colour of {name}")

    def _use(self) -> None:
        if self.chosen and self.voices.voice is not None:
            self._cast(self.voices.voice)

    def _cast(self, voice: str) -> None:
        changed = with_voice(self.model.project, self.chosen, voice)
        self.edits.change_project(changed, f"Change voice of {self.chosen}")

    def _ask_reference(self) -> None:
        here = self.model.path.resolve().parent
        kinds = f"Sound ({' '.join('*' + suffix for suffix in RECORDINGS)})"
        name, _ = QFileDialog.getOpenFileName(self, f"A recording of {self.chosen}'s voice", str(here), kinds)
        if name:
            self._cast(_beside(Path(name).resolve(), here))

    def _ask_name(self) -> None:
        name, ok = QInputDialog.getText(self, "Add a character", "Name")
        name = " ".join(name.split())
        if ok and name and name not in names(self.model.project):
            colour = colour_name(self.model.project, name)
            changed = with_character(self.model.project, name, lambda one: replace(one, colour=colour))
            self.edits.change_project(changed, f"Add {name}")

    def _remove(self) -> None:
        name = self.chosen
        part = next(part for part in parts(self.model.project) if part.name == name)
        if part.lines:
            remedy = "Give the lines to somebody else first: rename the character in the list."
            what = f"{name} has {counted(part.lines, 'line')}"
            self.failed.emit(StudioError(what, remedy=remedy))
            return
        self.edits.change_project(removed(self.model.project, name), f"Remove {name}")


def _beside(path: Path, folder: Path) -> str:
    """Relative to the timeline where it lies below it, else absolute."""
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return path.as_posix()


def _time(length: float) -> str:
    return f"{int(length) // 60}:{int(length) % 60:02d}"


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(S1)
    for widget in widgets:
        row.addWidget(widget)
    return row


def _swatch(name: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("quiet")
    button.setCheckable(True)
    button.setToolTip(name.capitalize())
    button.setAccessibleName(f"Colour {name}")
    return button


@lru_cache(128)
def _chip(colour: str, checked: bool = False) -> QIcon:
    """A square of the `colour` #rrggbb, with a tick where it is the chosen one."""
    made = QIcon()
    for size in (16, 32):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        p = QPainter(pixmap)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setBrush(QColor(colour))
        p.setPen(Qt.PenStyle.NoPen)
        p.drawRoundedRect(size // 8, size // 8, size * 3 // 4, size * 3 // 4, size / 6, size / 6)
        if checked:
            p.setPen(QColor("#101010"))
            p.drawText(pixmap.rect(), Qt.AlignmentFlag.AlignCenter, "✓")
        p.end()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # else a selection tints it
            made.addPixmap(pixmap, mode)
    return made
