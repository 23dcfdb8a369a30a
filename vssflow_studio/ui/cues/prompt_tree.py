"""Sounds to pick from: categories of the Universal Category System, their kinds, and prompts for each."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...engine.foley_kinds import KINDS, Kind
from ..look.theme import S1, S2, px_size

CATEGORIES = {
    "AMB": "Ambience", "ANML": "Animals", "BEEP": "Beeps", "BELL": "Bells", "CERM": "Ceramics",
    "CLOCK": "Clocks", "CLOTH": "Cloth", "CMPT": "Computers", "COM": "Communications", "CRWD": "Crowds",
    "DOOR": "Doors", "EXPL": "Explosions", "FEET": "Feet", "FGHT": "Fight", "FIRE": "Fire",
    "FOLY": "Foley", "FOOD": "Food and drink", "GLAS": "Glass", "GUN": "Guns", "MECH": "Mechanical",
    "METL": "Metal", "MOTR": "Motors", "OBJ": "Objects", "PAPR": "Paper", "RAIN": "Rain",
    "ROCK": "Rocks", "RUBR": "Rubber", "THUN": "Weather", "VEH": "Vehicles", "WATR": "Water",
    "WEAP": "Weapons", "WHSH": "Swooshes", "WIND": "Wind", "WOOD": "Wood",
}  # fmt: skip
"""What UCS calls the categories that its CatIDs begin with."""
_LIMIT = 12  # completions shown


def category(kind: Kind) -> str:
    """The category of a kind as people read it."""
    known = (name for cat, name in CATEGORIES.items() if re.match(rf"{cat}($|[A-Z][a-z])", kind.category))
    return next(known, None) or next(
        (name for cat, name in CATEGORIES.items() if kind.category.startswith(cat)), kind.category
    )


def all_prompts() -> list[str]:
    """Every prompt of the tree, sorted."""
    return sorted({phrase for kind in KINDS.values() for phrase in (*kind.phrases, *kind.synonyms)})


class PromptTree(QWidget):
    """Category → kind → prompts, narrowed down as one types; Enter or a double click picks.

    Signals:
        picked(str, bool): a prompt, and whether it is an ambience.
    """

    picked = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filter, self.tree = QLineEdit(), QTreeWidget()
        self.filter.setPlaceholderText("Find a sound: gravel, door, rain …")
        self.filter.setAccessibleName("Find a sound")
        self.filter.setClearButtonEnabled(True)
        self.tree.setAccessibleName("Sounds by category")
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S1)
        layout.addWidget(self.filter)
        layout.addWidget(self.tree, 1)
        self._fill()
        self.filter.textChanged.connect(self._narrow)
        self.filter.installEventFilter(self)
        self.tree.itemDoubleClicked.connect(self._pick)
        self.tree.installEventFilter(self)

    def _fill(self) -> None:
        tops: dict[str, QTreeWidgetItem] = {}
        for kind in sorted(KINDS.values(), key=lambda kind: (category(kind), kind.name)):
            top = tops.get(category(kind)) or QTreeWidgetItem([category(kind)])
            tops[category(kind)] = top
            item = QTreeWidgetItem(top, [kind.name.capitalize()])
            item.setToolTip(0, f"{kind.category}{' – an ambience' if kind.bed else ''}")
            item.setData(0, Qt.ItemDataRole.UserRole, (kind.phrases[0], kind.bed))
            for phrase in (*kind.phrases, *kind.synonyms):
                leaf = QTreeWidgetItem(item, [phrase])
                leaf.setData(0, Qt.ItemDataRole.UserRole, (phrase, kind.bed))
        self.tree.addTopLevelItems([tops[name] for name in sorted(tops)])

    def _narrow(self, text: str) -> None:
        """Show what has all the words; a category or kind that has them shows all below it."""
        words = text.casefold().split()
        first = None
        for row in range(self.tree.topLevelItemCount()):
            top = self.tree.topLevelItem(row)
            self._show(top, words, "")
            first = first or (top if words and not top.isHidden() else None)
        if not words:
            self.tree.collapseAll()
        while first is not None and first.childCount():
            first = next((first.child(i) for i in range(first.childCount()) if not first.child(i).isHidden()), None)
        self.tree.setCurrentItem(first)

    def _show(self, item: QTreeWidgetItem, words: list[str], above: str) -> bool:
        said = f"{above} {item.text(0)}".casefold()
        found = all(word in said for word in words)
        if item.childCount():
            below = [self._show(item.child(i), words, said) for i in range(item.childCount())]
            found = any(below)
            item.setExpanded(bool(words) and found)
        item.setHidden(not found)
        return found

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and self.tree.currentItem():
                self._pick(self.tree.currentItem())
                return True
            if watched is self.filter and event.key() == Qt.Key.Key_Down:
                self.tree.setFocus()
                return True
        if event.type() == QEvent.Type.ShortcutOverride and watched is self.tree:
            event.accept()  # arrows and letters walk the tree
        return super().eventFilter(watched, event)

    def _pick(self, item: QTreeWidgetItem) -> None:
        if chosen := item.data(0, Qt.ItemDataRole.UserRole):
            self.picked.emit(*chosen)


class PromptPopup(QDialog):
    """The tree below a button; closes when a prompt is picked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName("Sounds")
        self.tree = PromptTree(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S2, S2, S2, S2)
        layout.addWidget(self.tree)
        self.resize(px_size(320, 380))
        self.tree.picked.connect(lambda *_: self.accept())
        self.tree.filter.setFocus()


class PromptCompleter(QCompleter):
    """Offers prompts below a field of several lines, while it asks for a sound."""

    def __init__(self, field: QPlainTextEdit) -> None:
        super().__init__(QStringListModel(all_prompts(), field), field)
        self.on, self._field = True, field
        self.setWidget(field)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(_LIMIT)
        self.activated.connect(self._take)
        field.textChanged.connect(self._offer)

    def _offer(self) -> None:
        text = self._field.toPlainText().strip()
        if not (self.on and self._field.hasFocus() and len(text) > 1 and self._field.document().isModified()):
            self.popup().hide()
            return
        self.setCompletionPrefix(text)
        if self.completionCount() == 0 or (self.completionCount() == 1 and self.currentCompletion() == text):
            self.popup().hide()
            return
        self.complete()

    def _take(self, text: str) -> None:
        self._field.setPlainText(text)
        self._field.document().setModified(True)
        self._field.moveCursor(self._field.textCursor().MoveOperation.End)
        self.popup().hide()
