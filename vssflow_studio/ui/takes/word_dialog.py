"""Other words for a line whose take is to stay as it is otherwise."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from ...engine.request import Sampling
from ...timeline.cues import Take
from ..look.theme import S2, S4, px

_ABOUT = (
    "The take is made again with the same voice, seed and settings. What comes before the changed\n"
    "words stays close to what it was; what comes after keeps its character, not its exact timing."
)


def sampling_of(take: Take) -> Sampling:
    """What makes the take again: its model, seed, steps, guidance and solver."""
    made, usual = take.provenance, Sampling()
    return Sampling(
        model=str(made.get("model") or usual.model),
        seed=int(made.get("seed") or 0),
        steps=made.get("steps") or None,
        guidance=made.get("guidance"),
        solver=str(made.get("solver") or ""),
    )


class WordDialog(QDialog):
    """The line to be changed; its words are `text`."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Change a Word")
        self.editor, about = QPlainTextEdit(text), QLabel(_ABOUT)
        self.editor.setAccessibleName("Line")
        self.editor.setTabChangesFocus(True)
        self.editor.setFixedHeight(px(72))
        about.setObjectName("hint")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.make = buttons.addButton("Make Take", QDialogButtonBox.ButtonRole.AcceptRole)
        self.make.setObjectName("primary")
        self.make.setEnabled(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.editor.textChanged.connect(lambda: self.make.setEnabled(self.text not in ("", text)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S4, S4, S4, S4)
        layout.setSpacing(S2)
        for widget in (self.editor, about, buttons):
            layout.addWidget(widget)

    @property
    def text(self) -> str:
        """The words as they are typed."""
        return self.editor.toPlainText().strip()
