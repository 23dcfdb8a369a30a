"""The panels round the timeline: cue list, inspector, messages."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..errors import StudioError
from ..timeline.cues import Cue
from ..timeline.timecode import range_of
from . import model as models
from .theme import S1, S2, S3

_KIND_NAMES = {"dialogue": "Line", "foley": "Foley", "ambience": "Ambience"}


def panel(title: str, content: QWidget) -> QFrame:
    """A titled frame round `content`."""
    frame = QFrame()
    frame.setObjectName("panel")
    label = QLabel(title.upper())
    label.setObjectName("title")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(S3, S2, S3, S3)
    layout.setSpacing(S2)
    layout.addWidget(label)
    layout.addWidget(content, 1)
    return frame


class MessageBar(QFrame):
    """One message at a time, in the window, until it is closed or replaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setAccessibleName("Message")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("✕")
        close.setAccessibleName("Close message")
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(S3, S2, S2, S2)
        mark = QLabel("⚠")
        layout.addWidget(mark)
        layout.addWidget(self._text, 1)
        layout.addWidget(close)
        self.hide()

    def show_error(self, error: StudioError) -> None:
        """Say what happened, where and what to do."""
        self._text.setText(str(error))
        self.show()

    @property
    def text(self) -> str:
        """The message that stands there."""
        return self._text.text()


class CueTable(QTableWidget):
    """All cues as a script: state, who, in, out, what.

    Signals:
        text_edited(str, str): cue id and its new text.
        character_edited(str, str): cue id and its new character.
    """

    text_edited = Signal(str, str)
    character_edited = Signal(str, str)
    _COLUMNS = ("State", "Character", "In", "Out", "Line or prompt")

    def __init__(self, model: models.StudioModel) -> None:
        super().__init__(0, len(self._COLUMNS))
        self.model, self._late = model, False
        self.setHorizontalHeaderLabels(self._COLUMNS)
        self.setAccessibleName("Cues")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((64, 76, 98, 98)):
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        for what in (models.PROJECT, models.JOBS, models.SELECTION):
            model.listen(what, self.refresh)
        self.itemChanged.connect(self._edited)
        self.itemSelectionChanged.connect(self._selected)

    def refresh(self) -> None:
        """Show the model's cues; while a cell is being typed in, once that is done."""
        self._late = self.state() == QTableWidget.State.EditingState
        if self._late:
            return
        self.blockSignals(True)
        cues = self.model.project.cues
        self.setRowCount(len(cues))
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        for row, cue in enumerate(cues):
            start, end = cue.range.start_time, cue.range.end_time_exclusive()
            values = (
                self.model.state(cue),
                cue.character or _KIND_NAMES[cue.kind],
                self.model.timecode(start),
                self.model.timecode(end),
                cue.text,
            )
            for column, value in enumerate(values):
                self._set(row, column, value, cue)
            if cue.id == self.model.selected_cue and row not in chosen:
                self.selectRow(row)
        if not self.model.selected_cue:
            self.clearSelection()
        self.blockSignals(False)

    def commit(self) -> None:
        """Take over what is typed in a cell."""
        if self.state() == QTableWidget.State.EditingState:
            self.setFocus()

    def closeEditor(self, editor, hint) -> None:
        super().closeEditor(editor, hint)
        if self._late:
            self.refresh()

    def _set(self, row: int, column: int, value: str, cue: Cue) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, column, item)
        editable = column == 4 or (column == 1 and cue.kind == "dialogue")
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if editable else flags)
        item.setData(Qt.ItemDataRole.UserRole, cue.id)
        if item.text() != value:
            item.setText(value)
        item.setToolTip(value if column == 4 else "")

    def _edited(self, item: QTableWidgetItem) -> None:
        cue_id = item.data(Qt.ItemDataRole.UserRole)
        signal = self.text_edited if item.column() == 4 else self.character_edited
        signal.emit(cue_id, item.text())

    def _selected(self) -> None:
        items = self.selectedItems()
        if items and items[0].data(Qt.ItemDataRole.UserRole) != self.model.selected_cue:
            self.model.select_cue(items[0].data(Qt.ItemDataRole.UserRole))


class Inspector(QStackedWidget):
    """What can be done with what is selected: nothing, a clip, or a cue.

    Signals:
        add_asked(str): a cue of this kind is wanted.
        edited(object, str): a changed Cue and the name of the edit.
        generate_asked(str), cancel_asked(str), remove_asked(str): for a cue id.
        cast_changed(str, str): character and voice.
    """

    add_asked = Signal(str)
    edited = Signal(object, str)
    generate_asked = Signal(str)
    cancel_asked = Signal(str)
    remove_asked = Signal(str)
    cast_changed = Signal(str, str)
    failed = Signal(object)

    def __init__(self, model: models.StudioModel, voices: tuple[str, ...]) -> None:
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
        self.takes = QListWidget()
        self.generate, self.remove = QPushButton("Generate"), QPushButton("Remove cue")
        self.generate.setObjectName("primary")
        self.text.setFixedHeight(72)
        self.text.setTabChangesFocus(True)
        self.takes.setMaximumHeight(110)
        self.takes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        form = QFormLayout(self._cue)
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
            ("Takes", self.takes),
        ):
            self._labels[name] = QLabel(name)
            widget.setAccessibleName(name)
            self._labels[name].setBuddy(widget)
            form.addRow(self._labels[name], widget)
        row = QHBoxLayout()
        row.setSpacing(S1)
        row.addWidget(self.remove)
        row.addStretch(1)
        row.addWidget(self.generate)
        form.addRow(row)
        self.character.lineEdit().editingFinished.connect(self._commit)
        self.character.activated.connect(self._commit)
        self.voice.activated.connect(self._voice_chosen)
        self.start.editingFinished.connect(self._commit)
        self.end.editingFinished.connect(self._commit)
        self.text.focusOutEvent = self._text_left
        self.takes.itemClicked.connect(self._take_chosen)
        self.generate.clicked.connect(self._generate)
        self.remove.clicked.connect(lambda: self.remove_asked.emit(self._shown))

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
        for name, widget in (("Character", self.character), ("Voice", self.voice)):
            widget.setVisible(speaks)
            self._labels[name].setVisible(speaks)
        self._labels["Line"].setText(_KIND_NAMES[cue.kind] if speaks else "Prompt")
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
        self._fill_takes(cue)
        self._show_job()

    def _show_job(self) -> None:
        """Nothing else: a job's steps must not touch what is being typed."""
        job = self.model.jobs.get(self._shown)
        busy = job is not None and not job.is_over
        self.generate.setText("Cancel" if busy else "Generate")

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
        for voice in self.voices:
            self.voice.addItem(voice, voice)
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
        self._commit()

    def commit(self) -> None:
        """Take over what is typed but not yet confirmed."""
        self._commit()

    def _commit(self) -> None:
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
            self.failed.emit(StudioError("In and out don't make a range", timecode=self.start.text(), remedy="Write timecode, out after in."))
            self.refresh()
            return
        self._follow_model()
        who = self.character.currentText().strip() if cue.kind == "dialogue" else ""
        changed = replace(cue, text=self.text.toPlainText().strip(), character=who, range=range_)
        if changed != cue:
            self.edited.emit(changed, _edit_name(cue, changed))

    def _follow_model(self) -> None:
        """What is typed is taken over: from here the fields show the model again."""
        for field in (self.character.lineEdit(), self.start, self.end):
            field.setModified(False)
        self.text.document().setModified(False)

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
        job = self.model.jobs.get(cue.id)
        if job and not job.is_over:
            self.cancel_asked.emit(cue.id)
            return
        self._commit()
        self.generate_asked.emit(cue.id)


def _edit_name(old: Cue, new: Cue) -> str:
    if old.range != new.range:
        return "Change cue range"
    if old.character != new.character:
        return "Change character"
    return "Edit line" if new.kind == "dialogue" else "Edit prompt"
