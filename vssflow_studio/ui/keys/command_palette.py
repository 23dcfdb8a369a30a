"""The command palette: type a few letters of a command, a cue or a recent timeline, and press Enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
)

from ..files import recent
from ..look import icons
from ..look import theme as themes
from ..look.theme import S2, SMALL, px
from .commands import plain
from .shortcuts import shown

_MOST = 60  # rows: who has not found it by then types another letter
_REMEMBERED = 12
_ASIDE, _WHERE = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True)
class Entry:
    """A row: what it says, where that stands, what stands at its right, and what Enter does."""

    text: str
    where: str
    aside: str
    icon: QIcon
    act: Callable[[], object]
    name: str = ""


def score(letters: str, text: str) -> float | None:
    """How well `letters` fit `text`, None where they don't occur in it in this order.

    Beginnings of words and letters that follow each other count for more, late ones for less.
    """
    letters, text = "".join(letters.casefold().split()), text.casefold()
    if not letters:
        return 0.0
    best = None
    for begin in (at for at, letter in enumerate(text) if letter == letters[0]):
        if (found := _from(letters, text, begin)) is not None:
            best = found if best is None else max(best, found)
    return best


def _from(letters: str, text: str, begin: int) -> float | None:
    total, at = 0.0, begin
    for number, letter in enumerate(letters):
        found = at if number == 0 else text.find(letter, at)
        if found < 0:
            return None
        follows, starts = number > 0 and found == at, found == 0 or not text[found - 1].isalnum()
        total += 1 + 2 * follows + 3 * starts - 0.02 * (found - at)
        at = found + 1
    return total - 0.01 * begin - 0.005 * len(text)


class CommandPalette(QDialog):
    """Everything that can be done, found by its letters; what was done last stands first."""

    def __init__(self, window) -> None:
        super().__init__(window, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("palette")
        self.setWindowTitle("Find a command")
        self._window, self._entries = window, self._all(window)
        self.field, self.list = QLineEdit(), QListWidget()
        self.field.setPlaceholderText("A command, words of a cue, a recent timeline")
        self.field.setAccessibleName("Find a command")
        self.list.setAccessibleName("What was found")
        self.list.setItemDelegate(_Row(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S2, S2, S2, S2)
        layout.setSpacing(S2)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self._do())
        self._find("")
        width = min(px(640), window.width() - 4 * S2)
        self.resize(width, min(px(440), window.height() - 8 * S2))
        corner = window.mapToGlobal(QRect(0, 0, window.width(), 0).center())
        self.move(corner.x() - width // 2, corner.y() + 48)

    def open(self) -> None:
        super().open()
        self.field.setFocus()

    def _all(self, window) -> list[Entry]:
        used = _used()
        actions = [one for one in window.actions_.values() if one.isEnabled() and one.objectName() != "palette"]
        actions.sort(key=lambda a: used.index(a.objectName()) if a.objectName() in used else len(used))
        entries = [
            Entry(plain(one), one.property("where") or "", shown(one), one.icon(), one.trigger, one.objectName())
            for one in actions
        ]
        model = window.model
        for cue in model.project.cues:
            who, said = cue.character or cue.kind.capitalize(), cue.text or "(nothing typed yet)"
            at = model.timecode(cue.range.start_time)
            entries.append(Entry(f"{who}: {said}", "Cue", at, icons.icon("cues"), lambda i=cue.id: self._show_cue(i)))
        for path in map(Path, recent.recent()):
            act = lambda path=path: window.open(path)  # noqa: E731
            entries.append(Entry(path.name, str(path.parent), "", icons.icon("film"), act))
        return entries

    def _show_cue(self, cue_id: str) -> None:
        model = self._window.model
        model.select_cue(cue_id)
        model.seek(model.cue.range.start_time.value)

    def _find(self, letters: str) -> None:
        fits = [(score(letters, entry.text), number) for number, entry in enumerate(self._entries)]
        found = sorted((-fit, number) for fit, number in fits if fit is not None)[:_MOST]
        self.list.clear()
        for _, number in found:
            entry = self._entries[number]
            item = QListWidgetItem(entry.icon, entry.text)
            item.setData(Qt.ItemDataRole.UserRole, number)
            item.setData(_ASIDE, entry.aside)
            item.setData(_WHERE, entry.where)
            said = ", ".join(filter(None, (entry.text, entry.where, entry.aside)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            self.list.addItem(item)
        if not found:
            item = QListWidgetItem("Nothing is called that. Try fewer letters.")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.list.setCurrentRow(0 if found else -1)

    def _do(self) -> None:
        item = self.list.currentItem()
        number = item.data(Qt.ItemDataRole.UserRole) if item else None
        if number is None:
            return
        entry = self._entries[number]
        self.close()
        if entry.name:
            _remember(entry.name)
        entry.act()

    def eventFilter(self, watched, event) -> bool:
        """The arrows move in the list while the field keeps the keyboard."""
        if event.type() != QEvent.Type.KeyPress:
            return False
        key, keys = event.key(), Qt.Key
        if key in (keys.Key_Return, keys.Key_Enter):
            self._do()
            return True
        if key in (keys.Key_Up, keys.Key_Down, keys.Key_PageUp, keys.Key_PageDown):
            QApplication.sendEvent(self.list, event)
            return True
        return False


class _Row(QStyledItemDelegate):
    """What it says, then dimmer where it stands; the keys at the right."""

    def sizeHint(self, option, index) -> QSize:
        return QSize(0, px(30))

    def paint(self, painter, option, index) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        super().paint(painter, option, index)
        theme = themes.current()
        painter.save()
        font = painter.font()
        font.setPixelSize(px(SMALL))
        painter.setFont(font)
        painter.setPen(QColor(theme.on_accent if chosen else theme.dim))
        room = option.rect.adjusted(0, 0, -S2, 0)
        aside = index.data(_ASIDE) or index.data(_WHERE) or ""
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, right, painter.fontMetrics().elidedText(aside, Qt.TextElideMode.ElideMiddle, px(200)))
        if index.data(_ASIDE) and index.data(_WHERE):
            room.setRight(room.right() - px(120))
            painter.drawText(room, right, index.data(_WHERE))
        painter.restore()

    def initStyleOption(self, option, index) -> None:
        super().initStyleOption(option, index)
        room = option.rect.width() - px(300)
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, max(120, room))
        option.palette.setColor(QPalette.ColorRole.Text, QColor(themes.current().text))


def _used() -> list[str]:
    value = recent.kept().value("commands", [])
    return [value] if isinstance(value, str) else list(value or [])


def _remember(name: str) -> None:
    used = [name, *(other for other in _used() if other != name)]
    recent.kept().setValue("commands", used[:_REMEMBERED])
