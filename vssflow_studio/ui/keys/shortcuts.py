"""Puts the keys of the map on the actions."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence

from .commands import plain
from .keymap import Keymap


def apply(actions: dict[str, QAction], keymap: Keymap) -> None:
    """Give every action its keys, and say them in its tool tip."""
    for name, action in actions.items():
        keys = sequences(keymap.keys(name, usual(action)))
        action.setShortcuts(keys)
        text = {"undo": "Undo", "redo": "Redo"}.get(name, plain(action).rstrip("…"))
        action.setToolTip(f"{text} ({shown(action)})" if keys else text)


def sequences(keys: str) -> list[QKeySequence]:
    """`Ctrl+O; F3` as Qt has it; empty is none."""
    return [one for one in QKeySequence.listFromString(keys) if not one.isEmpty()]


def usual(action: QAction) -> str:
    """The keys that it has without a preset."""
    return action.property("keys") or ""


def shown(action: QAction) -> str:
    """Its first keys, as the system writes them; or empty."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
