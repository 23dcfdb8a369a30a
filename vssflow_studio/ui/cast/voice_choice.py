"""A drop-down of voices."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from ...models.interface import Voice


def fill_voices(box: QComboBox, voices: tuple[Voice, ...], chosen: str) -> None:
    """All voices, and `chosen` even where no model has it; the empty one is automatic."""
    box.blockSignals(True)
    box.clear()
    box.addItem("automatic", "")
    if chosen and chosen not in {voice.name for voice in voices}:
        box.addItem(chosen, chosen)  # a recording, of another model, or of an earlier version
    for voice in voices:
        label = f"{voice.name} – {voice.sex}, {voice.age}" if voice.sex else voice.name
        box.addItem(label, voice.name)
        box.setItemData(box.count() - 1, voice.about, Qt.ItemDataRole.ToolTipRole)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)
