"""The shortcut editor: find a command, press its new keys; what they called before is said and given up."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...errors import StudioError
from ..look.theme import S2, S3, px_size
from .commands import plain
from .keymap import PRESETS, Keymap, write_keymap
from .shortcuts import sequences, usual

_NATIVE = QKeySequence.SequenceFormat.NativeText
_HINT = "Choose a command, then press its keys in the field below."


class ShortcutEditor(QDialog):
    """Changes a map of keys; nothing holds before OK.

    Signals:
        chosen(object): the Keymap that is kept and to be used.
    """

    chosen = Signal(object)

    def __init__(self, actions: dict[str, QAction], keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(px_size(640, 560))
        self._actions, self.keymap = actions, keymap
        self.search, self.preset, self.list = QLineEdit(), QComboBox(), QTreeWidget()
        self.record, self.said = QKeySequenceEdit(), QLabel(_HINT)
        self.set_, self.clear_ = QPushButton("&Set"), QPushButton("&Clear")
        self.reset, self.reset_all = QPushButton("&Reset"), QPushButton("Reset &All")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        self._name_widgets()
        self._lay_out()
        self._connect()
        self._fill()

    def _name_widgets(self) -> None:
        self.search.setPlaceholderText("Find by name or by keys")
        self.search.setAccessibleName("Find a command")
        self.search.setClearButtonEnabled(True)
        self.preset.addItems(list(PRESETS))
        self.preset.setCurrentText(self.keymap.preset)
        self.preset.setAccessibleName("Keys as in")
        self.list.setColumnCount(3)
        self.list.setHeaderLabels(["Command", "Menu", "Keys"])
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName("Commands")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.record.setMaximumSequenceLength(1)
        self.record.setAccessibleName("New keys")
        self.record.setClearButtonEnabled(True)
        self.said.setWordWrap(True)
        self.said.setObjectName("lead")
        self.said.setMinimumHeight(2 * self.said.fontMetrics().lineSpacing())

    def _lay_out(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        label = QLabel("Keys &as in")
        label.setBuddy(self.preset)
        rows = (above, (self.search, label, self.preset)), (below, (self.record, self.set_, self.clear_))
        for row, widgets in rows:
            row.setSpacing(S2)
            for widget in widgets:
                row.addWidget(widget, widget in (self.search, self.record))
        for button in (self.reset, self.reset_all):
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ResetRole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S3, S3, S3, S3)
        layout.setSpacing(S2)
        layout.addLayout(above)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)
        layout.addWidget(self.said)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.preset.currentTextChanged.connect(lambda name: self._use(replace(self.keymap, preset=name)))
        self.list.currentItemChanged.connect(self._show_chosen)
        self.record.keySequenceChanged.connect(self._say_conflict)
        self.set_.clicked.connect(self._set)
        self.clear_.clicked.connect(lambda: self._give(""))
        self.reset.clicked.connect(self._reset_one)
        self.reset_all.clicked.connect(lambda: self._use(Keymap(self.preset.currentText())))
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)

    # --- the list ---

    def keys(self, name: str) -> str:
        """The keys of a command as they are now."""
        return self.keymap.keys(name, usual(self._actions[name]))

    def _fill(self) -> None:
        chosen = self._chosen()
        self.list.clear()
        for name, action in self._actions.items():
            text = {"undo": "Undo", "redo": "Redo"}.get(name, plain(action))
            item = QTreeWidgetItem([text, action.property("where") or "", _native(self.keys(name))])
            item.setData(0, Qt.ItemDataRole.UserRole, name)
            item.setIcon(0, action.icon())
            if name in self.keymap.own:
                font = item.font(2)
                font.setBold(True)
                item.setFont(2, font)
                item.setToolTip(2, "Your own")
            self.list.addTopLevelItem(item)
            if name == chosen:
                self.list.setCurrentItem(item)
        self.list.resizeColumnToContents(1)
        self.list.resizeColumnToContents(2)
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            said = " ".join(item.text(column) for column in range(3)).casefold()
            item.setHidden(not all(word in said for word in words))

    def _chosen(self) -> str:
        item = self.list.currentItem()
        return item.data(0, Qt.ItemDataRole.UserRole) if item else ""

    def choose(self, name: str) -> None:
        """Go to a command in the list."""
        for row in range(self.list.topLevelItemCount()):
            if self.list.topLevelItem(row).data(0, Qt.ItemDataRole.UserRole) == name:
                self.list.setCurrentItem(self.list.topLevelItem(row))

    def _show_chosen(self) -> None:
        self.record.clear()
        self.said.setText("Press the new keys, then Set." if self._chosen() else _HINT)

    # --- changes ---

    def holders(self, keys: str, name: str) -> list[str]:
        """The other commands that have one of `keys` now."""
        wanted = set(_each(keys))
        return [other for other in self._actions if other != name and wanted & set(_each(self.keys(other)))]

    def _say_conflict(self) -> None:
        held = self.holders(self.record.keySequence().toString(), self._chosen())
        names = " and ".join(f"“{plain(self._actions[other]).rstrip('…')}”" for other in held)
        self.said.setText(f"⚠ These keys call {names} now, which Set leaves without them." if held else "")

    def _set(self) -> None:
        keys = self.record.keySequence().toString()
        if keys and self._chosen():
            self._give(keys)

    def _give(self, keys: str) -> None:
        name = self._chosen()
        if not name:
            self.said.setText(_HINT)
            return
        keymap, taken = self.keymap, set(_each(keys))
        for other in self.holders(keys, name):
            left = "; ".join(one for one in _each(self.keys(other)) if one not in taken)
            keymap = keymap.with_keys(other, left, usual(self._actions[other]))
        self._use(keymap.with_keys(name, keys, usual(self._actions[name])))

    def _reset_one(self) -> None:
        if name := self._chosen():
            self._give(self.keymap.preset_keys(name, usual(self._actions[name])))

    def _use(self, keymap: Keymap) -> None:
        self.keymap = keymap
        self._fill()
        self._show_chosen()

    def _accept(self) -> None:
        try:
            write_keymap(self.keymap)
        except StudioError as error:
            self.said.setText(f"⚠ {error}")
            return
        self.chosen.emit(self.keymap)
        self.accept()


def _each(keys: str) -> list[str]:
    return [one.toString() for one in sequences(keys)]


def _native(keys: str) -> str:
    return ", ".join(one.toString(_NATIVE) for one in sequences(keys))
