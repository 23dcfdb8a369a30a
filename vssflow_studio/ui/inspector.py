"""The inspector: what can be done with what is selected."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ..engine.line import warnings_for
from ..errors import StudioError
from ..models.interface import Voice
from ..timeline.cues import Cue
from ..timeline.timecode import range_of
from . import model as models
from .controls import Controls
from .theme import S1, S2


class Inspector(QStackedWidget):
    """What can be done with what is selected: nothing, a clip, or a cue.

    Signals:
        add_asked(str): a cue of this kind is wanted.
        edited(object, str): a changed Cue and the name of the edit.
        generate_asked(str), cancel_asked(str), remove_asked(str): for a cue id.
        cast_changed(str, str): character and voice.
        failed(object): a StudioError.
    """

    add_asked = Signal(str)
    edited = Signal(object, str)
    generate_asked = Signal(str)
    cancel_asked = Signal(str)
    remove_asked = Signal(str)
    cast_changed = Signal(str, str)
    failed = Signal(object)

    def __init__(self, model: models.StudioModel, voices: tuple[Voice, ...]) -> None:
        super().__init__()
        self.model, self.voices, self._shown = model, voices, ""
        self._hint, self._clip, self._cue = QLabel(), QWidget(), QWidget()
        self._hint.setText("Select a clip to give it a line or a sound,\nor a cue to change it.")
        self._hint.setObjectName("hint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._build_clip()
        self._build_cue()
        for page in (self._hint, self._clip, self._cue):
            self.addWidget(page)
        for what in (models.SELECTION, models.PROJECT):
            model.listen(what, self.refresh)
        model.listen(models.JOBS, self._show_job)

    def _build_clip(self) -> None:
        layout = QVBoxLayout(self._clip)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        self._clip_name = QLabel()
        self._clip_name.setObjectName("headline")
        self._clip_name.setWordWrap(True)
        self._clip_facts = QLabel()
        self._clip_facts.setObjectName("hint")
        self._clip_facts.setWordWrap(True)
        layout.addWidget(self._clip_name)
        layout.addWidget(self._clip_facts)
        layout.addSpacing(S2)
        self.add_buttons = {}
        for kind, text in (("dialogue", "Add line"), ("foley", "Add foley"), ("ambience", "Add ambience")):
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, kind=kind: self.add_asked.emit(kind))
            self.add_buttons[kind] = button
            layout.addWidget(button)
        layout.addStretch(1)

    def _build_cue(self) -> None:
        self.character, self.voice, self.text = QComboBox(), QComboBox(), QPlainTextEdit()
        self.character.setEditable(True)
        self.character.lineEdit().setPlaceholderText("who speaks")
        self.start, self.end = QLineEdit(), QLineEdit()
        self.controls, self.warning, self.takes = Controls(), QLabel(), QListWidget()
        self.warning.setObjectName("warning")
        self.warning.setWordWrap(True)
        self.warning.setMinimumHeight(2 * self.warning.fontMetrics().lineSpacing())
        self.text.setFixedHeight(72)
        self.text.setTabChangesFocus(True)
        self.takes.setMaximumHeight(110)
        self.takes.setMinimumHeight(48)
        self.takes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        form = self._form = QFormLayout(self._cue)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(S2)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._labels = {}
        for name, widget in (
            ("Character", self.character),
            ("Voice", self.voice),
            ("Line", self.text),
            ("In", self.start),
            ("Out", self.end),
            ("Delivery", self.controls),
            ("Pitch", self.controls.voice),
            ("Takes", self.takes),
        ):
            self._labels[name] = QLabel(name)
            widget.setAccessibleName(name)
            self._labels[name].setBuddy(widget)
            form.addRow(self._labels[name], widget)
        form.insertRow(form.getWidgetPosition(self.text)[0] + 1, self.warning)
        form.addRow(self._buttons())
        self.controls.finished.connect(self.commit)
        self.character.lineEdit().editingFinished.connect(self.commit)
        self.character.activated.connect(self.commit)
        self.voice.activated.connect(self._voice_chosen)
        self.start.editingFinished.connect(self.commit)
        self.end.editingFinished.connect(self.commit)
        self.text.focusOutEvent = self._text_left
        self.takes.itemClicked.connect(self._take_chosen)

    def _buttons(self) -> QHBoxLayout:
        self.generate, self.remove = QPushButton("Generate"), QPushButton("Remove cue")
        self.generate.setObjectName("primary")
        self.generate.clicked.connect(self._generate)
        self.remove.clicked.connect(lambda: self.remove_asked.emit(self._shown))
        row = QHBoxLayout()
        row.setSpacing(S1)
        row.addWidget(self.remove)
        row.addStretch(1)
        row.addWidget(self.generate)
        return row

    def refresh(self) -> None:
        """Show what is selected."""
        cue, clip = self.model.cue, self.model.selected_clip
        if self._shown and (cue is None or cue.id != self._shown):
            self._shown = ""
        if cue:
            self._show_cue(cue)
            self.setCurrentWidget(self._cue)
        elif clip:
            start, end = clip.record.start_time, clip.record.end_time_exclusive()
            media = clip.media_name or "no media"
            where = media if clip.media else f"⚠ offline: {media}"
            self._clip_name.setText(clip.name)
            times = f"{self.model.timecode(start)} – {self.model.timecode(end)}"
            self._clip_facts.setText(f"{clip.track_name}\n{times}\n{where}")
            self.setCurrentWidget(self._clip)
        else:
            self.setCurrentWidget(self._hint)

    def focus_text(self) -> None:
        """Put the cursor where the line is typed."""
        self.text.setFocus()
        self.text.selectAll()

    def _show_cue(self, cue: Cue) -> None:
        speaks, fresh = cue.kind == "dialogue", cue.id != self._shown
        self._shown = cue.id
        for widget in (self.character, self.voice, self.controls):
            self._form.setRowVisible(widget, speaks)
        self._labels["Pitch"].setText("Pitch" if speaks else "Energy")
        self._labels["Line"].setText(models.KIND_NAMES[cue.kind] if speaks else "Prompt")
        self.text.setPlaceholderText("what is said" if speaks else "footsteps on gravel, a door closes …")
        if speaks:
            if fresh or not self.character.lineEdit().isModified():
                self._fill_character(cue)
            self._fill_voice(cue)
        if fresh or not self.text.document().isModified():
            if self.text.toPlainText() != cue.text:
                self.text.setPlainText(cue.text)
        ends = (cue.range.start_time, cue.range.end_time_exclusive())
        for field, time in zip((self.start, self.end), ends, strict=True):
            if fresh or not field.isModified():
                field.setText(self.model.timecode(time))
        self.controls.show_cue(cue, fresh)
        warnings = warnings_for(cue, self.model.project, self.model.path or "")
        self.warning.setText("\n".join(f"⚠ {text}" for text in warnings))
        self._form.setRowVisible(self.warning, bool(warnings))
        self._fill_takes(cue)
        self._show_job()

    def _show_job(self) -> None:
        """Nothing else: a job's steps must not touch what is being typed."""
        self.generate.setText("Cancel" if self.model.is_busy(self._shown) else "Generate")

    def _fill_character(self, cue: Cue) -> None:
        people = sorted({c.character for c in self.model.project.cues if c.character})
        self.character.blockSignals(True)
        self.character.clear()
        self.character.addItems(people)
        self.character.setCurrentText(cue.character)
        self.character.blockSignals(False)

    def _fill_voice(self, cue: Cue) -> None:
        chosen = cue.voice or self.model.project.cast.get(cue.character, "")
        self.voice.blockSignals(True)
        self.voice.clear()
        self.voice.addItem("automatic", "")
        names = [voice.name for voice in self.voices]
        if chosen and chosen not in names:
            self.voice.addItem(chosen, chosen)  # of another model, or of an earlier version
        for voice in self.voices:
            label = f"{voice.name} – {voice.sex}, {voice.age}" if voice.sex else voice.name
            self.voice.addItem(label, voice.name)
            self.voice.setItemData(self.voice.count() - 1, voice.about, Qt.ItemDataRole.ToolTipRole)
        self.voice.setCurrentIndex(max(0, self.voice.findData(chosen)))
        self.voice.blockSignals(False)

    def _fill_takes(self, cue: Cue) -> None:
        self.takes.clear()
        circled = cue.circled_take
        for number, take in enumerate(cue.takes, start=1):
            mark = "◉" if take is circled else "○"
            item = QListWidgetItem(f"{mark}  Take {number}, seed {take.provenance.get('seed', '–')}")
            item.setToolTip("Circled: stands on the timeline" if take is circled else "Click to circle")
            item.setData(Qt.ItemDataRole.UserRole, take.id)
            self.takes.addItem(item)
        if not cue.takes:
            item = QListWidgetItem("none yet")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.takes.addItem(item)

    def _text_left(self, event) -> None:
        QPlainTextEdit.focusOutEvent(self.text, event)
        self.commit()

    def commit(self) -> None:
        """Take over what is typed but not yet confirmed."""
        cue = self.model.cue
        if cue is None or cue.id != self._shown:
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
            self.refresh()
            return
        self._follow_model()
        who = self.character.currentText().strip() if cue.kind == "dialogue" else ""
        typed = replace(cue, text=self.text.toPlainText().strip(), character=who, range=range_)
        changed = self.controls.given_to(typed)
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

    def _take_chosen(self, item: QListWidgetItem) -> None:
        cue, take = self.model.cue, item.data(Qt.ItemDataRole.UserRole)
        if cue and take and take != cue.circled:
            self.edited.emit(replace(cue, circled=take), "Circle take")

    def _generate(self) -> None:
        cue = self.model.cue
        if cue is None:
            return
        if self.model.is_busy(cue.id):
            self.cancel_asked.emit(cue.id)
            return
        self.commit()
        self.generate_asked.emit(cue.id)


def _edit_name(old: Cue, new: Cue) -> str:
    if old.range != new.range:
        return "Change cue range"
    if old.character != new.character:
        return "Change character"
    for field in ("delivery", "pace", "pitch", "energy"):
        if getattr(old, field) != getattr(new, field):
            return f"Change {field}"
    return "Edit line" if new.kind == "dialogue" else "Edit prompt"
