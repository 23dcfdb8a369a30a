"""The level that is played: peaks of left and right, −60 to 0 dBFS."""

from __future__ import annotations

import time
from math import log10

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..look import theme as themes
from .monitor import Monitor

LOWEST = -60.0
_FALL = 24.0  # dB a second
_HOLD = 1.5  # seconds that the highest peak is held
_TURN = 33  # milliseconds
_TICKS = (0, -6, -12, -20, -30, -40, -60)


class Meter(QWidget):
    """Two bars; a click forgets the held peaks. Red at full scale."""

    def __init__(self, monitor: Monitor) -> None:
        super().__init__()
        self._monitor, self._then = monitor, time.monotonic()
        self.levels, self._held = [LOWEST, LOWEST], [(LOWEST, 0.0), (LOWEST, 0.0)]
        self.setAccessibleName("Level")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)

    def sizeHint(self) -> QSize:
        return QSize(20 + themes.px(20), 120)

    def showEvent(self, event) -> None:
        self._timer.start(_TURN)

    def hideEvent(self, event) -> None:
        self._timer.stop()

    def look(self) -> None:
        """Take the peaks since the last look."""
        now = time.monotonic()
        fall, self._then = _FALL * (now - self._then), now
        before = list(self.levels)
        for side, peak in enumerate(self._monitor.peaks()):
            level = max(LOWEST, 20 * log10(peak)) if peak > 0 else LOWEST
            self.levels[side] = max(level, max(LOWEST, before[side] - fall))
            held, since = self._held[side]
            if level >= held or now - since > _HOLD:
                self._held[side] = (self.levels[side], now)
        if self.levels != before or self.levels != [LOWEST, LOWEST]:
            highest = max(self.levels)
            self.setAccessibleDescription(f"{highest:.0f} dBFS" if highest > LOWEST else "silent")
            self.update()

    def mousePressEvent(self, event) -> None:
        self._held = [(LOWEST, 0.0), (LOWEST, 0.0)]
        self.update()

    def _y(self, level: float) -> float:
        return 4 + (self.height() - 8) * (level / LOWEST)

    def paintEvent(self, event) -> None:
        p, t = QPainter(self), themes.current()
        bottom = self.height() - 4
        colours = QLinearGradient(0, 4, 0, bottom)
        for place, colour in ((0.0, t.bad), (0.05, t.bad), (0.1, t.warning), (0.3, t.warning), (0.35, t.good), (1, t.good)):
            colours.setColorAt(place, QColor(colour))
        for side in range(2):
            bar = QRectF(2 + side * 8, 4, 6, bottom - 4)
            p.fillRect(bar, QColor(t.window))
            top = self._y(self.levels[side])
            p.fillRect(QRectF(bar.left(), top, 6, bottom - top), colours)
            held = self._held[side][0]
            if held > LOWEST:
                p.fillRect(QRectF(bar.left(), self._y(held), 6, 1.5), QColor(t.bad if held > -0.1 else t.text))
        font = QFont(self.font())
        font.setPixelSize(themes.px(9))
        p.setFont(font)
        p.setPen(QColor(t.dim))
        last, half = -99.0, themes.px(6)
        for tick in _TICKS:
            if self._y(tick) - last > themes.px(12):
                last = self._y(tick)
                p.drawText(QRectF(20, min(last, self.height() - half) - half, themes.px(20), 2 * half), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(-tick))
