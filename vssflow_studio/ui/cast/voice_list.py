"""All voices to choose from: a click lets one speak, Enter or a double click takes it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate

from ..look import theme as themes
from ..look.theme import S1, S2, SMALL, px
from .audition import Auditions, is_recording

_VOICE, _ABOUT, _MARK = (Qt.ItemDataRole.UserRole + n for n in range(3))


class VoiceList(QListWidget):
    """The voices with sex, age and a sentence, the present one ticked.

    Signals:
        highlighted(): another voice is highlighted.
        chosen(str): this voice is to be the character's; empty is automatic.
    """

    highlighted = Signal()
    chosen = Signal(str)

    def __init__(self, auditions: Auditions) -> None:
        super().__init__()
        self.auditions, self._character = auditions, ""
        self.setAccessibleName("Voices")
        self.setItemDelegate(_VoiceRow(auditions, self))
        self.setToolTip("Click: hear it. Double click: cast it.\nWith keys: Space and Enter.")
        self.itemClicked.connect(self._hear)
        self.itemDoubleClicked.connect(lambda item: self.chosen.emit(item.data(_VOICE)))
        self.currentItemChanged.connect(lambda *_: self.highlighted.emit())
        auditions.changed.connect(self.viewport().update)

    @property
    def voice(self) -> str | None:
        """The highlighted voice, empty for automatic; None where none is."""
        item = self.currentItem()
        return item.data(_VOICE) if item else None

    def show_character(self, character: str, voice: str, automatic: str) -> None:
        """Show whose voice is chosen, with the present one highlighted."""
        voices = self.auditions.model.voices
        shown = (character, voice, automatic, voices)
        if shown == self._character:
            return
        self._character = shown
        self.blockSignals(True)
        self.clear()
        self._add("", "Automatic", f"{automatic or 'the model chooses'}, until you choose", voice == "")
        if is_recording(voice):
            self._add(voice, Path(voice).stem, f"reference recording: {voice}", True)
        elif voice and voice not in {one.name for one in voices}:
            self._add(voice, voice, "of another model, or of an earlier version", True)
        for one in voices:
            self._add(one.name, one.name, one.about, one.name == voice)
        self.blockSignals(False)

    def keyPressEvent(self, event) -> None:
        item = self.currentItem()
        if item and event.key() == Qt.Key.Key_Space:
            self._hear(item)
        elif item and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(item.data(_VOICE))
        else:
            super().keyPressEvent(event)

    def event(self, event) -> bool:
        if event.type() == event.Type.ShortcutOverride and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.accept()
            return True
        return super().event(event)

    def _add(self, voice: str, name: str, about: str, present: bool) -> None:
        item = QListWidgetItem(name)
        item.setData(_VOICE, voice)
        item.setData(_ABOUT, about)
        item.setData(_MARK, present)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}, {about}{', cast' if present else ''}")
        self.addItem(item)
        if present:
            self.setCurrentItem(item)

    def _hear(self, item: QListWidgetItem) -> None:
        character, _, automatic, _ = self._character
        self.auditions.play(character, item.data(_VOICE) or automatic)


class _VoiceRow(QStyledItemDelegate):
    """The name with its tick, what kind of voice it is, and how much of it is made."""

    def __init__(self, auditions: Auditions, parent) -> None:
        super().__init__(parent)
        self._auditions = auditions

    def sizeHint(self, option, index) -> QSize:
        return QSize(120, 2 * option.fontMetrics.lineSpacing() + S2)

    def paint(self, p: QPainter, option, index) -> None:
        theme, chosen = themes.current(), option.state & QStyle.StateFlag.State_Selected
        if chosen:
            p.fillRect(option.rect, QColor(theme.accent))
        ink, dim = (theme.on_accent, theme.on_accent) if chosen else (theme.text, theme.dim)
        area = QRectF(option.rect).adjusted(S2, S1, -S2, -S1)
        mark, half = QRectF(area.left(), area.top(), px(18), area.height()), area.height() / 2
        p.save()
        p.setPen(QColor(ink))
        p.drawText(mark, Qt.AlignmentFlag.AlignVCenter, self._sign(index))
        name = QRectF(area.left() + px(22), area.top(), area.width() - px(22), half)
        tick = "   ✓ cast" if index.data(_MARK) else ""
        p.drawText(name, Qt.AlignmentFlag.AlignVCenter, f"{index.data()}{tick}")
        font = p.font()
        font.setPixelSize(px(SMALL))
        p.setFont(font)
        p.setPen(QColor(dim))
        about = p.fontMetrics().elidedText(index.data(_ABOUT), Qt.TextElideMode.ElideRight, int(name.width()))
        p.drawText(name.translated(0, half), Qt.AlignmentFlag.AlignVCenter, about)
        if self._is_heard(index) and self._auditions.making:
            done = QRectF(option.rect.left(), option.rect.bottom() - 2, option.rect.width() * self._auditions.fraction, 2)
            p.fillRect(done, QColor(ink if chosen else theme.accent))
        p.restore()

    def _is_heard(self, index) -> bool:
        return bool(self._auditions.voice) and self._auditions.voice == index.data(_VOICE)

    def _sign(self, index) -> str:
        if not self._is_heard(index):
            return "▷"
        return "◔" if self._auditions.making else "▶"
