"""How a line is said: delivery, pace, pitch and energy as an editor sets them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from ..errors import TextError
from ..script.markup import parse
from ..timeline.cues import DELIVERIES, LIMITS, Cue
from .theme import S1

_PACE_STEP = 0.05


class Controls(QWidget):
    """A row with a line's delivery and pace; the row `voice` has its pitch, and any cue's energy.

    Signals:
        finished(): a field was left or confirmed.
    """

    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.delivery = QComboBox()
        self.delivery.addItems(DELIVERIES)
        low, high = LIMITS["pace"]
        self.pace = _field("Pace", "× pace", 2, _PACE_STEP, (low - _PACE_STEP, high), 96)
        self.pace.setSpecialValueText("pace to fit")
        self.pitch = _field("Pitch", " st", 1, 0.5, LIMITS["pitch"], 64)
        self.energy = _field("Energy", " dB", 1, 1.0, LIMITS["energy"], 80)
        self.pace.setToolTip(
            "Times the natural speed; “to fit”, the lowest, fills the cue's range.\nType, or ↑ and ↓."
        )
        self.pitch.setToolTip("Semitones higher or lower; the voice stays who it is.\nType, or ↑ and ↓.")
        self.energy.setToolTip("How much louder or softer than usual.\nType, or ↑ and ↓.")
        self.delivery.setAccessibleName("Delivery")
        self.voice, self._energy_label = QWidget(), QLabel("Energy")
        self._changed = False
        _fill(self, self.delivery, self.pace)
        _fill(self.voice, self.pitch, self._energy_label, self.energy)
        for field in (self.pace, self.pitch, self.energy):
            field.valueChanged.connect(self._note)
            field.lineEdit().textEdited.connect(self._note)
            field.editingFinished.connect(self.finished)
        self.delivery.activated.connect(self._note)
        self.delivery.activated.connect(self.finished)

    def show_cue(self, cue: Cue, fresh: bool) -> None:
        """Show a cue's controls; what is set but not yet taken over stays, unless `fresh`."""
        own = _own_delivery(cue)
        for widget in (self.pitch, self._energy_label):
            widget.setVisible(cue.kind == "dialogue")
        self.delivery.setEnabled(not own)
        self.delivery.setToolTip(
            f"The line itself says ({own})" if own else "Or begin the line with (whisper) or (shout)"
        )
        if self._changed and not fresh:
            return
        self.pace.setValue(self.pace.minimum() if cue.pace is None else cue.pace)
        self.pitch.setValue(cue.pitch)
        self.energy.setValue(cue.energy)
        self.delivery.setCurrentText(own or cue.delivery)
        self._changed = False

    def given_to(self, cue: Cue) -> Cue:
        """The cue with what is set here."""
        for field in (self.pace, self.pitch, self.energy):
            field.interpretText()
        cue = replace(cue, energy=_value(self.energy, cue.energy))
        if cue.kind != "dialogue":
            return cue
        fits = self.pace.value() < LIMITS["pace"][0]
        return replace(
            cue,
            pace=None if fits else _value(self.pace, cue.pace),
            pitch=_value(self.pitch, cue.pitch),
            delivery=cue.delivery if _own_delivery(cue) else self.delivery.currentText(),
        )

    def taken(self) -> None:
        """What is set is taken over: from here the fields show the model again."""
        self._changed = False

    def _note(self) -> None:
        self._changed = True


class _Spin(QDoubleSpinBox):
    """Is not turned by a wheel that only passes over it."""

    def wheelEvent(self, event) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _value(field: QDoubleSpinBox, old: float | None) -> float:
    """What the field says, or `old` where the field only shows it rounded."""
    shown = field.value()
    return old if old is not None and abs(old - shown) < 0.51 * 10 ** -field.decimals() else shown


def _fill(row: QWidget, *widgets: QWidget) -> None:
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(S1)
    for widget in widgets:
        layout.addWidget(widget, int(isinstance(widget, QDoubleSpinBox)))


def _field(
    name: str, unit: str, decimals: int, step: float, limits: tuple[float, float], width: int
) -> QDoubleSpinBox:
    field = _Spin()
    field.setAccessibleName(name)
    field.setDecimals(decimals)
    field.setRange(*limits)
    field.setSingleStep(step)
    field.setSuffix(unit)
    field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.setMinimumWidth(width)
    field.findChild(QLineEdit).setAccessibleName(name)
    return field


def _own_delivery(cue: Cue) -> str:
    """The delivery that the line itself begins with."""
    try:
        return parse(cue.text).delivery if cue.kind == "dialogue" else ""
    except TextError:
        return ""
