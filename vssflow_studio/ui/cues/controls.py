"""How a cue is heard: delivery, pace, pitch and energy as an editor sets them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit

from ...errors import TextError
from ...script.markup import parse
from ...timeline.cues import DELIVERIES, LIMITS, Cue
from ..look.numbers import Decimal, Unturned
from ..look.theme import px

_PACE_STEP = 0.05


class Controls(QObject):
    """The fields of a line's delivery, pace and pitch, and of any cue's energy; the inspector lays them out.

    Signals:
        finished(): a field was left or confirmed.
    """

    finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.delivery = Choice()
        self.delivery.addItems(DELIVERIES)
        low, high = LIMITS["pace"]
        self.pace = _field("Pace", "× natural", 2, _PACE_STEP, (low - _PACE_STEP, high))
        self.pace.setSpecialValueText("to fit")
        self.pitch = _field("Pitch", " st", 1, 0.5, LIMITS["pitch"])
        self.energy = _field("Energy", " dB", 1, 1.0, LIMITS["energy"])
        self.pace.setToolTip(
            "Times the natural speed; “to fit”, the lowest, fills the cue's range, slowed to 0.6 at most.\n"
            "Type, or ↑ and ↓."
        )
        self.pitch.setToolTip("Semitones higher or lower; the voice stays who it is.\nType, or ↑ and ↓.")
        self.energy.setToolTip("How much louder or softer than usual.\nType, or ↑ and ↓.")
        self.delivery.setAccessibleName("Delivery")
        self._changed = False
        for field in (self.pace, self.pitch, self.energy):
            field.valueChanged.connect(self._note)
            field.lineEdit().textEdited.connect(self._note)
            field.editingFinished.connect(self.finished)
        self.delivery.activated.connect(self._note)
        self.delivery.activated.connect(self.finished)

    def show_cue(self, cue: Cue, fresh: bool) -> None:
        """Show a cue's controls; what is set but not yet taken over stays, unless `fresh`."""
        own = own_delivery(cue)
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
            delivery=cue.delivery if own_delivery(cue) else self.delivery.currentText(),
        )

    def taken(self) -> None:
        """What is set is taken over: from here the fields show the model again."""
        self._changed = False

    def _note(self) -> None:
        self._changed = True


class Choice(Unturned, QComboBox):
    """As narrow as its panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)


def _value(field: Decimal, old: float | None) -> float:
    """What the field says, or `old` where the field only shows it rounded."""
    shown = field.value()
    return old if old is not None and abs(old - shown) < 0.51 * 10 ** -field.decimals() else shown


def _field(name: str, unit: str, decimals: int, step: float, limits: tuple[float, float]) -> Decimal:
    field = Decimal()
    field.setAccessibleName(name)
    field.setDecimals(decimals)
    field.setRange(*limits)
    field.setSingleStep(step)
    field.setSuffix(unit)
    field.setMinimumWidth(px(72))
    field.findChild(QLineEdit).setAccessibleName(name)
    return field


def own_delivery(cue: Cue) -> str:
    """The delivery that the line itself begins with."""
    try:
        return parse(cue.text).delivery if cue.kind == "dialogue" else ""
    except TextError:
        return ""
