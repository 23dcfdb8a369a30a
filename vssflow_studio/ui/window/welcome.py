"""The first page: open a timeline, try the sample, go on with a recent one, or drop something."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileInfo, QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..files import recent
from ..look import icons
from ..look.theme import S1, S2, S3, S4, px

_CARDS = 6
_WIDTH = 620


class Welcome(QWidget):
    """The page that is shown while no timeline is open.

    Signals:
        open_asked(): a timeline is to be chosen.
        sample_asked(): the sample is to be opened.
        file_asked(object): this recent timeline's Path is to be opened.
    """

    open_asked = Signal()
    sample_asked = Signal()
    file_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        headline, lead = QLabel("Give your cut its first sound"), QLabel()
        headline.setObjectName("headline")
        lead.setObjectName("lead")
        lead.setText(
            "Open the timeline you are cutting, or drop it here.\nSelect a clip, type what is said, press Generate."
        )
        lead.setWordWrap(True)
        self.open_button, self.sample_button = QPushButton("&Open a timeline…"), QPushButton("Try the &sample")
        self.open_button.setIcon(icons.icon("open", "on_accent"))
        self.sample_button.setIcon(icons.icon("film"))
        self.open_button.setObjectName("primary")
        for button in (self.open_button, self.sample_button):
            button.setAutoDefault(True)  # Enter presses it, as in a dialog
        self.open_button.clicked.connect(self.open_asked)
        self.sample_button.clicked.connect(self.sample_asked)
        self._recent = QLabel("Go on where you were")
        self._recent.setObjectName("hint")
        self.cards, self._grid = [], QGridLayout()
        self._grid.setSpacing(S2)
        self._lay_out(headline, lead)

    def _lay_out(self, headline: QLabel, lead: QLabel) -> None:
        row = QHBoxLayout()
        row.setSpacing(S2)
        row.addWidget(self.open_button)
        row.addWidget(self.sample_button)
        row.addStretch(1)
        middle = QWidget()
        middle.setFixedWidth(px(_WIDTH))
        column = QVBoxLayout(middle)
        column.setSpacing(S3)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(headline)
        column.addWidget(lead)
        column.addLayout(row)
        column.addSpacing(S4)
        column.addWidget(self._recent)
        column.addLayout(self._grid)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(middle, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addStretch(1)

    def showEvent(self, event) -> None:
        self._fill()
        self.open_button.setFocus()
        super().showEvent(event)

    def _fill(self) -> None:
        """A card for each timeline that was opened last and is still there."""
        for card in self.cards:
            self._grid.removeWidget(card)
            card.deleteLater()
        there = [path for path in map(Path, recent.recent()) if path.is_file()]
        self.cards = [self._card(path) for path in there[:_CARDS]]
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // 2, number % 2)
        self._recent.setVisible(bool(self.cards))

    def _card(self, path: Path) -> QPushButton:
        when = QFileInfo(str(path)).lastModified()
        card = QPushButton()
        card.setObjectName("card")
        card.setAutoDefault(True)
        card.setAccessibleName(f"Open {path.name}, in {path.parent}")
        card.setToolTip(str(path))
        name, where = QLabel(path.name), QLabel()
        name.setObjectName("strong")
        where.setObjectName("hint")
        width = px(_WIDTH) // 2 - 2 * S4
        folder = where.fontMetrics().elidedText(str(path.parent), Qt.TextElideMode.ElideMiddle, width)
        said = QLocale().toString(when, QLocale.FormatType.ShortFormat)
        where.setText(f"{folder}\n{said}")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(S3, S2, S3, S2)
        inside.setSpacing(S1)
        for label in (name, where):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inside.addWidget(label)
        card.setMinimumHeight(inside.sizeHint().height())
        card.setIconSize(QSize(0, 0))
        card.clicked.connect(lambda: self.file_asked.emit(path))
        return card
