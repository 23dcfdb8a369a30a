"""The inspector: what can be done with what is selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ...timeline.clips import ClipView
from ...timeline.timecode import seconds
from .. import model as models
from ..edits import counted
from ..look.theme import S2
from .page import CuePage
from .several_page import SeveralPage

_EMPTY = "Select a clip and press D to give it a line, F for a foley sound, B for an ambience. Select a cue to change it."
_START = "Nothing is selected"


class Inspector(QStackedWidget):
    """What can be done with what is selected: nothing, clips, a cue, or several.

    Signals:
        add_asked(str): a cue of this kind is wanted.
        edited(object, str): a changed Cue and the name of the edit.
        several_edited(object, str): changed Cues and the name of the edit.
        project_edited(object, str): another Project and the name of the edit.
        generate_asked(str), cancel_asked(str), remove_asked(str): for a cue id.
        command(str): generate, merge or remove the selected cues.
        cast_changed(str, str): character and voice.
        failed(object): a StudioError.
    """

    add_asked = Signal(str)
    edited = Signal(object, str)
    several_edited = Signal(object, str)
    project_edited = Signal(object, str)
    generate_asked = Signal(str)
    cancel_asked = Signal(str)
    remove_asked = Signal(str)
    command = Signal(str)
    cast_changed = Signal(str, str)
    failed = Signal(object)

    def __init__(self, model: models.StudioModel) -> None:
        super().__init__()
        self.model = model
        self.setAccessibleName("Inspector")
        self.page, self.several = CuePage(model), SeveralPage(model)
        self._empty, self._clip = QWidget(), QWidget()
        self._build_empty()
        self._build_clip()
        for page in (self._empty, self._clip, self.page, self.several):
            self.addWidget(page)
        self._connect()
        for what in (models.SELECTION, models.PROJECT):
            model.listen(what, self.refresh)
        model.listen(models.JOBS, self.page.show_job)

    def _connect(self) -> None:
        for name in ("edited", "generate_asked", "cancel_asked", "remove_asked", "cast_changed", "failed"):
            getattr(self.page, name).connect(getattr(self, name))
        self.several.changed.connect(self.several_edited)
        self.several.project_changed.connect(self.project_edited)
        self.several.command.connect(self.command)
        self.several.failed.connect(self.failed)

    # What others reach for on the page of one cue.
    character = property(lambda self: self.page.character)
    voice = property(lambda self: self.page.voice)
    text = property(lambda self: self.page.text)
    start = property(lambda self: self.page.start)
    end = property(lambda self: self.page.end)
    controls = property(lambda self: self.page.controls)
    warning = property(lambda self: self.page.warning)
    generate = property(lambda self: self.page.generate)

    def _build_empty(self) -> None:
        headline, hint = QLabel(_START), QLabel(_EMPTY)
        headline.setObjectName("headline")
        hint.setObjectName("hint")
        hint.setWordWrap(True)
        layout = QVBoxLayout(self._empty)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        for widget in (headline, hint):
            widget.setWordWrap(True)
            layout.addWidget(widget)
        layout.addStretch(1)

    def _build_clip(self) -> None:
        layout = QVBoxLayout(self._clip)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        self._clip_name, self._clip_facts = QLabel(), QLabel()
        self._clip_name.setObjectName("headline")
        self._clip_facts.setObjectName("hint")
        for label in (self._clip_name, self._clip_facts):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)
        layout.addSpacing(S2)
        self.add_buttons = {}
        for kind, text in (("dialogue", "Add line"), ("foley", "Add foley"), ("ambience", "Add ambience")):
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, kind=kind: self.add_asked.emit(kind))
            self.add_buttons[kind] = button
            layout.addWidget(button)
        layout.addStretch(1)

    def refresh(self) -> None:
        """Show what is selected; what is being typed stays."""
        cues, clips = self.model.chosen_cues, self.model.selected_clips
        if len(cues) > 1:
            self.page.shown = ""
            self.several.show_cues(cues)
            self.setCurrentWidget(self.several)
        elif cues:
            self.page.show_cue(cues[0])
            self.setCurrentWidget(self.page)
        elif clips:
            self._show_clips(clips)
            self.setCurrentWidget(self._clip)
        else:
            self.setCurrentWidget(self._empty)

    def focus_text(self) -> None:
        """Put the cursor where the line is typed."""
        self.page.focus_text()

    def commit(self) -> None:
        """Take over what is typed but not yet confirmed."""
        if self.currentWidget() is self.several:
            self.several.commit()
        else:
            self.page.commit()

    def _show_clips(self, clips: Sequence[ClipView]) -> None:
        clip, many = clips[-1], len(clips) > 1
        start, end = clip.record.start_time, clip.record.end_time_exclusive()
        if many:
            length = sum(float(seconds(one.record.duration)) for one in clips)
            missing = sum(one.media is None for one in clips)
            facts = f"{length:.1f} s in all" + (f"\n⚠ {counted(missing, 'clip')} offline" if missing else "")
            self._clip_name.setText(counted(len(clips), "clip"))
            self._clip_facts.setText(facts)
        else:
            media = clip.media_name or "no media"
            where = media if clip.media else f"⚠ offline: {media}"
            speed = "" if clip.speed == 1 else f"\n{100 * clip.speed:g} % speed"
            self._clip_name.setText(clip.name)
            times = f"{self.model.timecode(start)} – {self.model.timecode(end)}"
            length = f"{float(seconds(clip.record.duration)):.2f} s"
            self._clip_facts.setText(f"{clip.track_name}\n{times}, {length}{speed}\n{where}")
        for kind, (one, several) in _ADD.items():
            self.add_buttons[kind].setText(f"Add {len(clips)} {several}" if many else f"Add {one}")


_ADD = {"dialogue": ("line", "lines"), "foley": ("foley", "foley cues"), "ambience": ("ambience", "ambiences")}
