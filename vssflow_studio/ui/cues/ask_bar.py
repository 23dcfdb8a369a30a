"""Ask in words, above the cue list: “make Anna say 'get down' under the thunder” fills the right cues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ...engine.import_cues import natural_seconds
from ...engine.instruct import asked
from ...errors import StudioError
from ...timeline.cues import Cue
from .. import model as models
from ..edits import Edits, counted
from ..look.theme import S1
from .find_bar import quiet_button

_EXAMPLE = "make Anna say 'get down' under the thunder"
_PAUSE = 200  # milliseconds without a key after which what is typed is understood


class AskBar(QWidget):
    """Shows what would be added while it is typed; Enter adds it, Shift+Enter generates it too."""

    def __init__(self, model: models.StudioModel, edits: Edits, generate: Callable[[str], None]) -> None:
        super().__init__()
        self.model, self.edits, self._generate = model, edits, generate
        self.field, self.said = QLineEdit(), QLabel()
        self.add, self.make, self.close_ = QPushButton("Add"), QPushButton("Add and generate"), quiet_button("✕", "Close")
        self._pause = QTimer(self, interval=_PAUSE, singleShot=True)
        self._build()
        self.field.textChanged.connect(lambda _: self._pause.start())
        self._pause.timeout.connect(self.understand)
        self.add.clicked.connect(lambda: self.accept(False))
        self.make.clicked.connect(lambda: self.accept(True))
        self.close_.clicked.connect(self.hide)
        for what in (models.SELECTION, models.MARKS, models.PROJECT):
            model.listen(what, self._pause.start)
        self.hide()

    def _build(self) -> None:
        self.field.setPlaceholderText(_EXAMPLE)
        self.field.setAccessibleName("Ask in words")
        self.field.setClearButtonEnabled(True)
        self.said.setObjectName("hint")
        self.said.setWordWrap(True)
        self.said.setAccessibleName("What would be added")
        self.make.setObjectName("primary")
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, widgets in ((first, (self.field, self.close_)), (second, (self.make, self.add))):
            row.setSpacing(S1)
            for widget in widgets:
                row.addWidget(widget)
        second.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, S1)
        layout.setSpacing(S1)
        layout.addLayout(first)
        layout.addWidget(self.said)
        layout.addLayout(second)

    def open(self) -> None:
        """Show it, the cursor in the field."""
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        self.understand()

    def understand(self) -> tuple[Cue, ...]:
        """Say what would be added; gives the new cues, none where nothing can be heard in the words."""
        if not self.isVisible() or self.model.timeline is None:
            return ()
        cues: tuple[Cue, ...] = ()
        text = self.field.text().strip()
        try:
            cues = self._asked(text) if text else ()
            said = "\n".join(map(self._line, cues)) or "Say who speaks and what in quotes, or name a sound; or both."
        except StudioError as error:
            said = f"⚠ {error}"
        self.said.setText(said)
        for button in (self.add, self.make):
            button.setEnabled(bool(cues))
        self.add.setText(f"Add {counted(len(cues))}" if cues else "Add")
        return cues

    def accept(self, generating: bool) -> None:
        """Put the cues in, as one edit, and generate them where asked."""
        cues = self.understand()
        if not cues:
            return
        self.edits.change_cues(cues, f"Ask for {counted(len(cues))}")
        self.field.setText("")  # not `clear`, which undo would take back instead of the cues
        self.model.select_cues(tuple(cue.id for cue in cues))
        for cue in cues if generating else ():
            self._generate(cue.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def _asked(self, text: str) -> tuple[Cue, ...]:
        """New cues where a new cue goes, with the clip that is seen there."""
        where = self.model.new_cue("foley")
        _, cues = asked(text, where.range, self.model.project.cues, natural_seconds)
        return tuple(replace(cue, clip=self._clip_at(cue) or where.clip) for cue in cues)

    def _clip_at(self, cue: Cue) -> str | None:
        view = self.model.picture_at(cue.range.start_time)
        return view.key if view else None

    def _line(self, cue: Cue) -> str:
        kind = models.KIND_NAMES[cue.kind]
        who = f"{cue.character}: " if cue.character else ""
        how = f" ({cue.delivery})" if cue.delivery != "normal" else ""
        times = (self.model.timecode(at) for at in (cue.range.start_time, cue.range.end_time_exclusive()))
        return f"{kind}{how}  {who}{cue.text}   {' – '.join(times)}"
