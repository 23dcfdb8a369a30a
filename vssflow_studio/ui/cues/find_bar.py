"""Find and replace above the cue list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from ...timeline.find_text import Found, Search
from .. import model as models
from ..edits import Edits, counted
from ..look.theme import S1, px


class FindBar(QWidget):
    """Looks through all lines, prompts and characters; Enter goes on to the next, Shift+Enter back.

    What is found is selected in the list. Replacing is one edit, however many places it has.
    """

    def __init__(self, model: models.StudioModel, edits: Edits) -> None:
        super().__init__()
        self.model, self.edits, self._at = model, edits, -1
        self.what, self.by = QLineEdit(), QLineEdit()
        self.count = QLabel()
        self.count.setObjectName("hint")
        self.case, self.whole = quiet_button("Aa", "Match case"), quiet_button("W|", "Whole words only")
        self.next, self.previous = quiet_button("↓", "Next"), quiet_button("↑", "Previous")
        self.close_ = quiet_button("✕", "Close")
        self.one, self.all = QPushButton("Replace"), QPushButton("Replace all")
        self._build()
        self.what.textChanged.connect(self._typed)
        for box in (self.case, self.whole):
            box.setCheckable(True)
            box.toggled.connect(self._typed)
        self.next.clicked.connect(lambda: self.step(1))
        self.previous.clicked.connect(lambda: self.step(-1))
        self.close_.clicked.connect(self.hide)
        self.one.clicked.connect(self.replace_one)
        self.all.clicked.connect(self.replace_all)
        model.listen(models.PROJECT, self._show_count)
        self.hide()

    def _build(self) -> None:
        self.what.setPlaceholderText("Find in lines, prompts, characters")
        self.by.setPlaceholderText("Replace by")
        for field, name in ((self.what, "Find"), (self.by, "Replace by")):
            field.setAccessibleName(name)
        first, self.second = QHBoxLayout(), QWidget()
        first.setSpacing(0)
        first.addWidget(self.what, 1)
        for widget in (self.case, self.whole, self.previous, self.next, self.close_):
            first.addWidget(widget)
        row = QHBoxLayout(self.second)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        row.addWidget(self.by, 1)
        row.addWidget(self.one)
        row.addWidget(self.all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, S1)
        layout.setSpacing(S1)
        layout.addLayout(first)
        layout.addWidget(self.second)
        layout.addWidget(self.count)

    @property
    def search(self) -> Search:
        """What is looked for."""
        return Search(self.what.text(), self.case.isChecked(), self.whole.isChecked())

    def open(self, with_replace: bool) -> None:
        """Show it, the cursor where it is typed what to find."""
        self.second.setVisible(with_replace)
        self.show()
        self.what.setFocus()
        self.what.selectAll()
        self._typed()

    def step(self, by: int) -> None:
        """Select the cue of the next place, or of the one before."""
        found = self.search.find(self.model.project.cues)
        if found:
            self._at = self._place(found, by) % len(found)
            self.model.select_cue(found[self._at].cue_id)
        self._show_count()

    def replace_one(self) -> None:
        """Replace the present place and go on to the next."""
        found = self.search.find(self.model.project.cues)
        if not found:
            return
        if not 0 <= self._at < len(found) or found[self._at].cue_id != self.model.selected_cue:
            self.step(1)
            return
        here = found[self._at]
        cue = self.model.find(here.cue_id)
        self.edits.change(self.search.replaced(cue, self.by.text(), here), "Replace")
        self._at -= 1  # what comes now at this place is the next one
        after = self.search.find(self.model.project.cues)
        past = (here.field, here.start + len(self.by.text()))
        beyond = [i for i, one in enumerate(after) if not self._is_before(one, here.cue_id, past)]
        if beyond:
            self._at = beyond[0]
            self.model.select_cue(after[self._at].cue_id)
        self._show_count()

    def replace_all(self) -> None:
        """Replace everything, as one edit."""
        count = len(self.search.find(self.model.project.cues))
        if count:
            changed = self.search.replaced_everywhere(self.model.project, self.by.text())
            self.edits.change_project(changed, f"Replace in {counted(count, 'place')}")
            self.count.setText(f"{counted(count, 'place')} replaced")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.by.hasFocus():
                self.replace_one()
            else:
                self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def _is_before(self, one: Found, cue_id: str, past: tuple[str, int]) -> bool:
        """Whether a place is passed, going on from one in the cue `cue_id`."""
        order = [cue.id for cue in self.model.project.cues]
        here, there = order.index(one.cue_id), order.index(cue_id)
        if here != there:
            return here < there
        fields = self.search.fields
        return (fields.index(one.field), one.start) < (fields.index(past[0]), past[1])

    def _place(self, found: tuple[Found, ...], by: int) -> int:
        """Where to go: from the place that is shown, else from the cue that is selected."""
        if 0 <= self._at < len(found) and found[self._at].cue_id == self.model.selected_cue:
            return self._at + by
        order = {cue.id: place for place, cue in enumerate(self.model.project.cues)}
        here = order.get(self.model.selected_cue, -1)
        if by > 0:
            return next((i for i, one in enumerate(found) if order[one.cue_id] >= here), 0)
        return next((i for i in reversed(range(len(found))) if order[found[i].cue_id] <= here), -1)

    def _typed(self) -> None:
        self._at = -1
        self._show_count()

    def _show_count(self) -> None:
        if not self.isVisible():
            return
        found = self.search.find(self.model.project.cues)
        if not self.what.text():
            self.count.setText("")
        elif 0 <= self._at < len(found):
            self.count.setText(f"{self._at + 1} of {len(found)}")
        else:
            self.count.setText(counted(len(found), "place") if found else "nothing found")
        for button in (self.next, self.previous, self.one, self.all):
            button.setEnabled(bool(found))


def quiet_button(text: str, name: str) -> QToolButton:
    """A small button without a frame; `name` is its tooltip, and is read out."""
    button = QToolButton()
    button.setObjectName("quiet")
    button.setMinimumWidth(px(26))
    button.setText(text)
    button.setToolTip(name)
    button.setAccessibleName(name)
    return button
