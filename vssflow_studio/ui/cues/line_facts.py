"""What a line takes: its natural length beside its range, and how each word is said."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...engine.import_cues import natural_seconds
from ...errors import StudioError, TextError
from ...models.conditions.phonemes import FASTEST, SLOWEST
from ...script.lexicon import own_lexicon
from ...script.pronunciation import Word, with_sounds, words
from ...timeline.cues import Cue
from ...timeline.timecode import seconds
from ..look import theme as themes
from ..look.theme import S1, SMALL, px
from ..model import StudioModel

_HEARD_SILENCE = 0.3  # seconds


class NaturalBar(QWidget):
    """The range as a bar, the line's natural length on it, and the speed that comes of both."""

    def __init__(self) -> None:
        super().__init__()
        self.natural = self.room = 0.0
        self.pace: float | None = None
        self.setAccessibleName("Natural length")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("How long the line is when nothing presses, beside its range")

    def show_cue(self, cue: Cue) -> None:
        """Measure a line."""
        self.natural = natural_seconds(cue.text) if cue.text.strip() else 0.0
        self.room, self.pace = float(seconds(cue.range.duration)), cue.pace
        self.setAccessibleDescription(self.said)
        self.updateGeometry()
        self.update()

    @property
    def speed(self) -> float:
        """Times the natural speed at which the line is said."""
        return max(SLOWEST if self.pace is None else self.pace, self.natural / max(self.room, 1e-3))

    @property
    def said(self) -> str:
        """`natural 2.1 s in 2.9 s: 0.7×`."""
        if not self.natural:
            return ""
        silent = self.room - self.natural / self.speed
        then = f", {silent:.1f} s silent" if silent > _HEARD_SILENCE else ""
        return f"natural {self.natural:.1f} s in {self.room:.1f} s: {self.speed:.1f}×{then}"

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() + 10)

    def paintEvent(self, event) -> None:
        if not self.natural:
            return
        p, theme = QPainter(self), themes.current()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = p.font()
        font.setPixelSize(px(SMALL))
        p.setFont(font)
        longest = max(self.natural, self.room)
        ends = not SLOWEST <= self.speed <= FASTEST
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(theme.border))
        p.drawRoundedRect(QRectF(0, 1, self.width() * self.room / longest, 5), 2, 2)
        p.setBrush(QColor(theme.warning if ends else theme.good))
        p.drawRoundedRect(QRectF(0, 2, self.width() * self.natural / longest, 3), 1.5, 1.5)
        p.setPen(QColor(theme.warning if ends else theme.dim))
        how = " – slow" if self.speed < SLOWEST else " – fast" if self.speed > FASTEST else ""
        text = p.fontMetrics().elidedText(self.said + how, Qt.TextElideMode.ElideRight, self.width())
        p.drawText(QRectF(0, 8, self.width(), self.height() - 8), Qt.AlignmentFlag.AlignVCenter, text)


class Pronunciation(QWidget):
    """How each word is said, shown when asked for; typing another way writes it into the line.

    Signals:
        respelled(str): the line with another pronunciation.
        failed(object): a StudioError.
    """

    respelled = Signal(str)
    failed = Signal(object)

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self.model, self._text, self._words = model, "", ()
        self.toggle, self.table = QToolButton(), QTableWidget(0, 2)
        self.toggle.setText("Phonemes")
        self.toggle.setCheckable(True)
        self.toggle.setArrowType(Qt.ArrowType.RightArrow)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.setToolTip("How each word is said, in ARPAbet; type to change it, empty is as in the dictionary")
        self.table.setAccessibleName("Phonemes")
        self.table.setHorizontalHeaderLabels(("Word", "Said"))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(px(24))
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setFixedHeight(px(150))
        self.table.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S1)
        layout.addWidget(self.toggle)
        layout.addWidget(self.table)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggle.toggled.connect(self._open)
        self.table.itemChanged.connect(self._typed)

    def show_text(self, text: str) -> None:
        """Show another line; its words are looked up only while they are seen."""
        self._text = text
        if self.toggle.isChecked() and self.table.state() != QTableWidget.State.EditingState:
            self._fill()

    def _open(self, shown: bool) -> None:
        self.toggle.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self.table.setVisible(shown)
        if shown:
            self._fill()

    def _fill(self) -> None:
        self.table.blockSignals(True)
        self._words = words(self._text, self._lexicon())
        self.table.setRowCount(len(self._words))
        for row, word in enumerate(self._words):
            self._set(row, word)
        self.table.blockSignals(False)

    def _set(self, row: int, word: Word) -> None:
        name, said = QTableWidgetItem(word.text), QTableWidgetItem(word.sounds)
        name.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        if word.own:
            said.setToolTip("The line says so itself")
            font = said.font()
            font.setBold(True)
            said.setFont(font)
        self.table.setItem(row, 0, name)
        self.table.setItem(row, 1, said)

    def _lexicon(self):
        lexicon = self.model.project.lexicon
        try:
            return own_lexicon(Path(self.model.path).parent / lexicon) if lexicon else None
        except TextError:
            return None

    def _typed(self, item: QTableWidgetItem) -> None:
        word = self._words[item.row()]
        if item.column() != 1 or " ".join(item.text().split()) == word.sounds:
            return
        try:
            text = with_sounds(self._text, word, item.text())
        except ValueError as error:
            remedy = "Write ARPAbet such as K EY1 L, or nothing."
            self.failed.emit(StudioError(f"“{word.text}” can't be said so: {error}", remedy=remedy))
            self._fill()
            return
        self.respelled.emit(text)
