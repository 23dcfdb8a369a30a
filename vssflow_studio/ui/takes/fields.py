"""A take's trims, fades, gain and slip as numbers."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from ...timeline.adjustments import GAIN, SLIP
from ...timeline.cues import Adjustment
from ..look.numbers import Decimal
from ..look.theme import S1, S2, px

_FIELDS = (
    ("trim_in", "Trim in", "Trim take"),
    ("fade_in", "Fade in", "Fade take"),
    ("slip", "Slip", "Slip take"),
    ("trim_out", "Trim out", "Trim take"),
    ("fade_out", "Fade out", "Fade take"),
    ("gain", "Gain", "Change take gain"),
)
_HINTS = {
    "trim": "Milliseconds that are cut from the cue's end; less than 0 opens the handle.",
    "fade": "Milliseconds in which the sound comes or goes.",
    "slip": "Milliseconds that the sound comes later, to a fifth of a millisecond.",
    "gain": "How much louder or softer.",
}


class TakeFields(QWidget):
    """Six numbers, each an edit of its own when it is left or confirmed.

    Signals:
        adjusted(object, str): an Adjustment and the name of the edit.
    """

    adjusted = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._shown = Adjustment()
        self.fields: dict[str, Decimal] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S2)
        grid.setVerticalSpacing(S1)
        for place, (name, title, edit) in enumerate(_FIELDS):
            field, label = _field(name, title), QLabel(title)
            label.setObjectName("hint")
            label.setBuddy(field)
            row, column = divmod(place, 3)
            grid.addWidget(label, 2 * row, column)
            grid.addWidget(field, 2 * row + 1, column)
            field.editingFinished.connect(lambda name=name, edit=edit: self._finished(name, edit))
            self.fields[name] = field
            grid.setColumnStretch(column, 1)

    def show_adjustment(self, adjustment: Adjustment, enabled: bool) -> None:
        """Show other numbers; a field that is being typed in stays as it is until it is left."""
        before, self._shown = self._shown, adjustment
        for name, field in self.fields.items():
            value = getattr(adjustment, name)
            if not field.hasFocus() or value != getattr(before, name):
                field.setValue(value if name == "gain" else 1000 * value)
            field.setEnabled(enabled)

    def _finished(self, name: str, edit: str) -> None:
        field = self.fields[name]
        value = field.value() if name == "gain" else field.value() / 1000
        if abs(value - getattr(self._shown, name)) >= 0.5 * 10 ** -field.decimals() * (1 if name == "gain" else 1e-3):
            self.adjusted.emit(replace(self._shown, **{name: value}), edit)


def _field(name: str, title: str) -> Decimal:
    field, is_gain = Decimal(), name == "gain"
    field.setAccessibleName(title)
    field.setToolTip(_HINTS[name.split("_")[0]] + "\nType, or ↑ and ↓.")
    field.setDecimals(1)
    field.setRange(*(GAIN if is_gain else (-1000 * SLIP, 1000 * SLIP) if name == "slip" else (-5000, 600_000)))
    if name.startswith("fade"):
        field.setMinimum(0)
    field.setSingleStep(0.5 if is_gain else 1.0 if name == "slip" else 10.0)
    field.setSuffix(" dB" if is_gain else " ms")
    field.setKeyboardTracking(False)
    field.setMinimumWidth(px(56))
    field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return field
