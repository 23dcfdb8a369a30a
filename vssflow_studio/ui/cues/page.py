"""The inspector's page of one cue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ...engine.line import warnings_for
from ...errors import StudioError
from ...timeline.characters import names
from ...timeline.cues import Cue
from ...timeline.timecode import range_of
from .. import model as models
from ..cast.voice_choice import fill_voices
from ..look.scrolled import scrolled
from ..look.theme import S1, S2, px
from .controls import Choice, Controls
from .foley_controls import FoleyControls
from .line_facts import NaturalBar, Pronunciation
from .prompt_tree import PromptCompleter, PromptPopup


class CuePage(QWidget):
    """Who says what, where and how. What is half typed stays until it is taken over.

    Signals: as of Inspector.
    """

    edited = Signal(object, str)
    generate_asked = Signal(str)
    cancel_asked = Signal(str)
    remove_asked = Signal(str)
    cast_changed = Signal(str, str)
    failed = Signal(object)

    def __init__(self, model: models.StudioModel) -> None:
        super().__init__()
        self.model, self.shown = model, ""
        self.character, self.voice, self.text = Choice(), Choice(), _TextField()
        self.start, self.end = QLineEdit(), QLineEdit()
        self.controls, self.foley = Controls(self), FoleyControls()
        self.bar, self.sounds, self.warning, self.takes = NaturalBar(), Pronunciation(model), QLabel(), QLabel()
        self.pick = QPushButton("Choose a sound…")
        self.completer = PromptCompleter(self.text)
        self._labels: dict[str, QLabel] = {}
        self._build()
        self._connect()

    # --- building ---

    def _build(self) -> None:
        self.character.setEditable(True)
        self.character.lineEdit().setPlaceholderText("who speaks")
        self.warning.setObjectName("warning")
        self.takes.setObjectName("hint")
        for label in (self.warning, self.takes):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        form = self._form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(S2)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._ends = _side_by_side(self.start, self.end)
        for field, name in ((self.start, "In"), (self.end, "Out")):
            field.setAccessibleName(name)
        for name, widget in self._rows():
            if name == "-":
                form.addRow(widget)
                continue
            if not name:
                form.addRow("", widget)
                continue
            widget.setAccessibleName(name)
            self._labels[name] = QLabel(name)
            self._labels[name].setBuddy(widget)
            form.addRow(self._labels[name], widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        layout.addWidget(scrolled(form), 1)
        layout.addLayout(self._buttons())

    def _rows(self) -> tuple[tuple[str, QWidget], ...]:
        """Label and field; no label is none, `-` a field over the whole width."""
        controls = self.controls
        return (
            ("Character", self.character),
            ("Voice", self.voice),
            ("Line", self.text),
            ("", self.pick),
            ("", self.warning),
            ("", self.bar),
            ("", self.sounds),
            ("In, out", self._ends),
            ("Delivery", controls.delivery),
            ("Pace", controls.pace),
            ("Pitch", controls.pitch),
            ("Energy", controls.energy),
            ("-", self.foley),
            ("Takes", self.takes),
        )

    def _buttons(self) -> QHBoxLayout:
        self.generate, remove = QPushButton("Generate"), QPushButton("Remove")
        self.generate.setObjectName("primary")
        remove.clicked.connect(lambda: self.remove_asked.emit(self.shown))
        self.generate.clicked.connect(self._generate)
        row = QHBoxLayout()
        row.addWidget(remove)
        row.addStretch(1)
        row.addWidget(self.generate)
        return row

    def _connect(self) -> None:
        self.controls.finished.connect(self.commit)
        self.foley.finished.connect(self.commit)
        self.character.lineEdit().editingFinished.connect(self.commit)
        self.character.activated.connect(self.commit)
        self.voice.activated.connect(self._voice_chosen)
        self.start.editingFinished.connect(self.commit)
        self.end.editingFinished.connect(self.commit)
        self.text.left.connect(self.commit)
        self.pick.clicked.connect(self.choose_sound)
        self.sounds.respelled.connect(self._respelled)
        self.sounds.failed.connect(self.failed)

    # --- showing ---

    def show_cue(self, cue: Cue) -> None:
        """Show a cue; of the one that is shown already, what is being typed stays."""
        speaks, fresh = cue.kind == "dialogue", cue.id != self.shown
        self.shown = cue.id
        self._show_rows(cue, speaks)
        if speaks:
            if fresh or not self.character.lineEdit().isModified():
                self._fill_character(cue)
            fill_voices(self.voice, self.model.voices, cue.voice or self.model.project.cast.get(cue.character, ""))
            self.bar.show_cue(cue)
            self.sounds.show_text(cue.text)
        else:
            self.foley.show_cue(cue, self.model.can_leave_out(cue))
        if fresh or not self.text.document().isModified():
            if self.text.toPlainText() != cue.text:
                self.text.setPlainText(cue.text)
        ends = (cue.range.start_time, cue.range.end_time_exclusive())
        for field, time in zip((self.start, self.end), ends, strict=True):
            if fresh or not field.isModified():
                field.setText(self.model.timecode(time))
        self.controls.show_cue(cue, fresh)
        self.takes.setText(_about_takes(cue, self.model.offline))
        self.show_job()

    def _show_rows(self, cue: Cue, speaks: bool) -> None:
        form, controls = self._form, self.controls
        for widget in (self.character, self.voice, self.sounds, controls.delivery, controls.pace, controls.pitch):
            form.setRowVisible(widget, speaks)
        form.setRowVisible(self.bar, speaks and bool(cue.text.strip()))
        for widget in (self.pick, self.foley):
            form.setRowVisible(widget, not speaks)
        warnings = warnings_for(cue, self.model.project, self.model.path or "", self.model.makers.get(cue.kind, "draft"))
        self.warning.setText("\n".join(f"⚠ {text}" for text in warnings))
        form.setRowVisible(self.warning, bool(warnings))
        self._labels["Line"].setText(models.KIND_NAMES[cue.kind] if speaks else "Prompt")
        self.text.setPlaceholderText("what is said" if speaks else "footsteps on gravel, a door closes …")
        self.completer.on = not speaks

    def show_job(self) -> None:
        """Nothing else: a job's steps must not touch what is being typed."""
        self.generate.setText("Cancel" if self.model.is_busy(self.shown) else "Generate")

    def focus_text(self) -> None:
        """Put the cursor where the line is typed."""
        self.text.setFocus()
        self.text.selectAll()

    def choose_sound(self) -> None:
        """The tree of sounds below its button; what is picked becomes the prompt."""
        popup = PromptPopup(self)
        popup.tree.picked.connect(self._sound_picked)
        popup.move(self.pick.mapToGlobal(QPoint(0, self.pick.height() + S1)))
        popup.open()

    def _fill_character(self, cue: Cue) -> None:
        self.character.blockSignals(True)
        self.character.clear()
        self.character.addItems(names(self.model.project))
        self.character.setCurrentText(cue.character)
        self.character.lineEdit().setCursorPosition(0)  # of a long name, its beginning
        self.character.blockSignals(False)

    # --- changing ---

    def commit(self) -> None:
        """Take over what is typed but not yet confirmed."""
        cue = self.model.cue
        if cue is None or cue.id != self.shown:
            return
        try:
            start, end = self.model.parse(self.start.text()), self.model.parse(self.end.text())
            range_ = range_of(start, end)
            if not end > start or start.value < 0:
                raise ValueError("empty")
        except ValueError:
            self._follow_model()
            remedy = "Write timecode, out after in."
            where = self.start.text()
            self.failed.emit(StudioError("In and out don't make a range", timecode=where, remedy=remedy))
            self.show_cue(cue)
            return
        self._follow_model()
        who = " ".join(self.character.currentText().split()) if cue.kind == "dialogue" else ""
        typed = replace(cue, text=self.text.toPlainText().strip(), character=who, range=range_)
        changed = self.foley.given_to(self.controls.given_to(typed))
        if changed != cue:
            self.edited.emit(changed, _edit_name(cue, changed))

    def _follow_model(self) -> None:
        """What is typed is taken over: from here the fields show the model again."""
        for field in (self.character.lineEdit(), self.start, self.end):
            field.setModified(False)
        self.text.document().setModified(False)
        self.controls.taken()

    def _voice_chosen(self) -> None:
        cue, voice = self.model.cue, self.voice.currentData()
        if cue is None:
            return
        if cue.character:
            self.cast_changed.emit(cue.character, voice)
        elif voice != cue.voice:
            self.edited.emit(replace(cue, voice=voice), "Choose voice")

    def _respelled(self, text: str) -> None:
        if cue := self.model.find(self.shown):
            self.edited.emit(replace(cue, text=text), "Change pronunciation")

    def _sound_picked(self, prompt: str, _: bool) -> None:
        if cue := self.model.find(self.shown):
            self.text.document().setModified(False)
            self.edited.emit(replace(cue, text=prompt), "Choose sound")

    def _generate(self) -> None:
        cue = self.model.cue
        if cue is None:
            return
        if self.model.is_busy(cue.id):
            self.cancel_asked.emit(cue.id)
            return
        self.commit()
        self.generate_asked.emit(cue.id)


class _TextField(QPlainTextEdit):
    """Signals:
        left(): the cursor is elsewhere now.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(px(72))
        self.setTabChangesFocus(True)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


def _side_by_side(*widgets: QWidget) -> QWidget:
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(S1)
    for widget in widgets:
        row.addWidget(widget, 1)
    return both


def _about_takes(cue: Cue, offline: Collection[str]) -> str:
    circled = cue.circled_take
    if circled is None:
        return "none yet: press Generate"
    place = next(number for number, take in enumerate(cue.takes, 1) if take is circled)
    said = "1 take" if len(cue.takes) == 1 else f"{len(cue.takes)} takes, take {place} is circled"
    return f"{said}\n⚠ Its WAV is not there: Generate makes it again" if circled.id in offline else said


def _edit_name(old: Cue, new: Cue) -> str:
    if old.range != new.range:
        return "Change cue range"
    if old.character != new.character:
        return "Change character"
    for field in ("delivery", "pace", "pitch", "energy", "distance", "room", "negative"):
        if getattr(old, field, None) != getattr(new, field, None):
            return "Change what is left out" if field == "negative" else f"Change {field}"
    return "Edit line" if new.kind == "dialogue" else "Edit prompt"
