"""Short texts painted many times: measured and laid out once."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGlyphRun, QPainter, QTextLayout

from .geometry import pixel

_LONGEST = 160  # characters that are ever shown
_KEPT = 20_000
_STEP = 8  # pixels: zooming finds most texts cut as they were before


class Labels:
    """Draws texts of one font, shortened by “…” to the room that they have.

    Glyphs are kept, not QStaticText, which Qt misplaces on displays with a scale.
    """

    def __init__(self, font: QFont) -> None:
        self._font, self._metrics = font, QFontMetricsF(font)
        self.height, self._dots = self._metrics.height(), self._metrics.horizontalAdvance("…")
        self._advances: dict[str, float] = {}
        self._ends: dict[str, list[float]] = {}
        self._laid: dict[str, list[QGlyphRun]] = {}
        self._runs: dict[tuple[str, int], list[QGlyphRun]] = {}

    def width(self, text: str) -> float:
        """Pixels that the whole text takes."""
        return self._prefixes(text)[-1]

    def fitted(self, text: str, width: float) -> str:
        """The text, or as much of it as goes into `width` pixels; empty where nothing does."""
        ends = self._prefixes(text)
        if ends[-1] <= width and len(text) <= _LONGEST:
            return text
        count = bisect_right(ends, width - self._dots) - 1
        return f"{text[:count].rstrip()}…" if count > 0 else ""

    def draw(self, p: QPainter, rect: QRectF, text: str, align=Qt.AlignmentFlag.AlignLeft) -> None:
        """The text in the middle of the rectangle's height, in the pen's colour."""
        room = int(rect.width()) // _STEP * _STEP
        runs = self._runs.get((text, room))
        if runs is None:
            runs = self._runs[text, room] = self._fit(text, room)
        left = rect.left()
        if align == Qt.AlignmentFlag.AlignHCenter:
            left += (rect.width() - self.width(text)) / 2
        top = rect.top() + (rect.height() - self.height) / 2
        place = QPointF(pixel(left), pixel(top))
        for run in runs:
            p.drawGlyphRun(place, run)

    def _fit(self, text: str, room: int) -> list[QGlyphRun]:
        if len(self._runs) > _KEPT:
            self._runs.clear()
            self._laid.clear()
        shown = self.fitted(text, room)
        if shown not in self._laid:
            self._laid[shown] = self._lay(shown) if shown else []
        return self._laid[shown]

    def _lay(self, text: str) -> list[QGlyphRun]:
        layout = QTextLayout(text, self._font)
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        return layout.glyphRuns()

    def _prefixes(self, text: str) -> list[float]:
        """The width of each beginning of the text, the empty one first."""
        if text not in self._ends:
            if len(self._ends) > _KEPT:
                self._ends.clear()
            self._ends[text] = list(accumulate(map(self._advance, text[:_LONGEST]), initial=0.0))
        return self._ends[text]

    def _advance(self, letter: str) -> float:
        if letter not in self._advances:
            self._advances[letter] = self._metrics.horizontalAdvance(letter)
        return self._advances[letter]
