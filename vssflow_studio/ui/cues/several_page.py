"""The inspector's page of several cues: what they share, and changing it in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ...errors import StudioError
from ...timeline.characters import names, with_voice
from ...timeline.cues import DELIVERIES, Cue, checked_control
from .. import model as models
from ..cast.voice_choice import fill_voices
from ..edits import counted
from ..look.scrolled import scrolled
from ..look.theme import S2
from .controls import Choice

MIXED = "mixed"
_NAMES = {"dialogue": "line", "foley": "foley cue", "ambience": "ambience"}
_NUMBERS = {"pace": "to fit", "pitch": "0", "energy": "0"}
_UNITS = {"pace": "× natural", "pitch": "semitones", "energy": "dB"}


class SeveralPage(QWidget):
    """Shared values are shown, others are said to be mixed; a change goes to all as one edit.

    Signals:
        changed(object, str): the changed Cues and the name of the edit.
        project_changed(object, str): another Project and the name of the edit.
        command(str): generate, merge or remove the selected cues.
        failed(object): a StudioError.
    """

    changed = Signal(object, str)
    project_changed = Signal(object, str)
    command = Signal(str)
    failed = Signal(object)

    def __init__(self, model: models.StudioModel) -> None:
        super().__init__()
        self.model, self.cues = model, ()
        self.title, self.facts = QLabel(), QLabel()
        self.character, self.voice, self.delivery = Choice(), Choice(), Choice()
        self.numbers = {name: QLineEdit() for name in _NUMBERS}
        self.generate, self.merge, self.remove = QPushButton(), QPushButton("Merge"), QPushButton("Remove")
        self._build()
        self.character.activated.connect(self._set_character)
        self.character.lineEdit().returnPressed.connect(self._set_character)
        self.voice.activated.connect(self._set_voice)
        self.delivery.activated.connect(self._set_delivery)
        for name, field in self.numbers.items():
            field.editingFinished.connect(lambda name=name: self._set_number(name))
        for name, button in (("generate", self.generate), ("merge", self.merge), ("remove", self.remove)):
            button.clicked.connect(lambda _=False, name=name: self.command.emit(name))

    def _build(self) -> None:
        self.title.setObjectName("headline")
        self.facts.setObjectName("hint")
        self.facts.setWordWrap(True)
        self.character.setEditable(True)
        self.generate.setObjectName("primary")
        form = self._form = QFormLayout()
        form.setSpacing(S2)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields = {"Character": self.character, "Voice": self.voice, "Delivery": self.delivery}
        fields |= {name.capitalize(): field for name, field in self.numbers.items()}
        for name, widget in fields.items():
            widget.setAccessibleName(name)
            form.addRow(name, widget)
        for name, field in self.numbers.items():
            field.setToolTip(f"In {_UNITS[name]}; all selected cues get it")
        row = QHBoxLayout()
        row.addWidget(self.remove)
        row.addWidget(self.merge)
        row.addStretch(1)
        row.addWidget(self.generate)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        for widget in (self.title, self.facts, scrolled(form)):
            layout.addWidget(widget)
        layout.addLayout(row)

    # --- showing ---

    def show_cues(self, cues: Sequence[Cue]) -> None:
        """Show what the cues share."""
        self.cues = tuple(cues)
        lines = [cue for cue in cues if cue.kind == "dialogue"]
        kinds = Counter(cue.kind for cue in cues)
        states = Counter(self.model.state(cue) for cue in cues)
        said = [counted(kinds[kind], name) for kind, name in _NAMES.items() if kinds[kind]]
        said += [f"{count:,} {state}" for state, count in states.most_common(3)]
        self.title.setText(counted(len(cues)))
        self.facts.setText(", ".join(said))
        for widget in (self.character, self.voice, self.delivery, self.numbers["pace"], self.numbers["pitch"]):
            self._form.setRowVisible(widget, bool(lines))
        if lines:
            self._show_lines(lines)
        self._show_number("energy", cues)
        self.generate.setText(f"Generate {len(cues):,}")
        alike = len({(cue.kind, cue.character) for cue in cues}) == 1
        self.merge.setEnabled(alike)
        self.merge.setToolTip("Make one cue of them" if alike else "Only cues of one kind and character can be merged")

    def _show_lines(self, lines: Sequence[Cue]) -> None:
        project = self.model.project
        who = _shared(lines, lambda cue: cue.character)
        self.character.blockSignals(True)
        self.character.clear()
        self.character.addItems(names(project))
        self.character.setCurrentIndex(-1)
        self.character.setEditText(who or "")
        others = ", ".join(sorted({cue.character for cue in lines if cue.character})[:3])
        self.character.lineEdit().setPlaceholderText(f"{MIXED}: {others} …" if who is None else "who speaks")
        self.character.blockSignals(False)
        voice = _shared(lines, lambda cue: cue.voice or project.cast.get(cue.character, ""))
        fill_voices(self.voice, self.model.voices, voice or "")
        _offer(self.delivery, DELIVERIES, _shared(lines, lambda cue: cue.delivery))
        if voice is None:
            self.voice.insertItem(0, MIXED, None)
            self.voice.setCurrentIndex(0)
        for name in ("pace", "pitch"):
            self._show_number(name, lines)

    def _show_number(self, name: str, cues: Sequence[Cue]) -> None:
        field = self.numbers[name]
        if field.isModified():
            return
        mixed = len({getattr(cue, name) for cue in cues}) > 1
        value = None if mixed else getattr(cues[0], name)
        field.setPlaceholderText(MIXED if mixed else _NUMBERS[name])
        field.setText("" if mixed or value in (None, 0) else f"{value:g}")

    # --- changing ---

    def commit(self) -> None:
        """Take over a number that is typed."""
        for name, field in self.numbers.items():
            if field.isModified():
                self._set_number(name)

    def _set_character(self) -> None:
        who = " ".join(self.character.currentText().split())
        if who:
            self._change("character", lambda cue: replace(cue, character=who), "dialogue")

    def _set_delivery(self) -> None:
        said = self.delivery.currentText()
        if said in DELIVERIES:
            self._change("delivery", lambda cue: replace(cue, delivery=said), "dialogue")

    def _set_voice(self) -> None:
        """Characters are cast; lines of nobody get the voice themselves."""
        voice = self.voice.currentData()
        if voice is None:
            return
        project = self.model.project
        lines = [cue for cue in self.cues if cue.kind == "dialogue"]
        for who in {cue.character for cue in lines if cue.character}:
            project = with_voice(project, who, voice)
        nobody = {cue.id for cue in lines if not cue.character}
        cues = tuple(replace(cue, voice=voice) if cue.id in nobody else cue for cue in project.cues)
        self.project_changed.emit(replace(project, cues=cues), f"Change voice of {counted(len(lines), 'line')}")

    def _set_number(self, name: str) -> None:
        field = self.numbers[name]
        if not field.isModified():
            return
        field.setModified(False)
        written = field.text().strip().replace(",", ".").replace("−", "-")
        try:
            value = checked_control(name, written) if written and written != "to fit" else None
        except ValueError as error:
            self.failed.emit(StudioError(f"“{written}” can't be used: {error}", remedy="Write a number, or nothing."))
            self.show_cues(self.cues)
            return
        value = value if name == "pace" else value or 0.0
        kind = "" if name == "energy" else "dialogue"
        self._change(name, lambda cue: replace(cue, **{name: value}), kind)

    def _change(self, what: str, change: Callable[[Cue], Cue], kind: str = "") -> None:
        cues = [change(cue) for cue in self.cues if not kind or cue.kind == kind]
        self.changed.emit(cues, f"Change {what} of {counted(len(cues), 'line' if kind else 'cue')}")


def _shared(cues: Sequence[Cue], of: Callable[[Cue], str]) -> str | None:
    """What all have, None where they differ."""
    values = {of(cue) for cue in cues}
    return values.pop() if len(values) == 1 else None


def _offer(box: Choice, choices: Sequence[str], chosen: str | None) -> None:
    box.blockSignals(True)
    box.clear()
    box.addItems([MIXED, *choices] if chosen is None else list(choices))
    box.setCurrentText(chosen or MIXED)
    box.blockSignals(False)
