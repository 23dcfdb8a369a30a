"""Ruler, marks, markers and playhead, and what a drag shows while it lasts."""

from __future__ import annotations

from dataclasses import dataclass

from opentimelineio.opentime import RationalTime
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from .geometry import RULER, Geometry, pixel
from .look import Look, with_alpha
from .markers import Mark
from .ruler import Clock

_LABELS = 88  # pixels between two labels
_TICKS = 5  # pixels between two small ticks, at least
FLAG = 5
"""Half the width of a marker."""


@dataclass
class Overlay:
    """What a drag shows: the frame that it snapped to, a rubber band, a text at a place."""

    guide: float | None = None
    band: QRectF | None = None
    tip: tuple[QPointF, str] | None = None


class TimePainter:
    """All that tells time, within `wanted`."""

    def __init__(self, p: QPainter, geometry: Geometry, look: Look, wanted: QRectF) -> None:
        self.p, self.geometry, self.look, self.wanted = p, geometry, look, wanted
        self.model = geometry.model
        self.first, self.last = geometry.frame_at(wanted.left() - 100), geometry.frame_at(wanted.right() + 8)

    # --- ruler ---

    def paint_ruler(self) -> None:
        """Ticks and timecode, the marked range and the timeline's markers."""
        p, look = self.p, self.look
        p.fillRect(QRectF(self.wanted.left(), 0, self.wanted.width(), self.geometry.top), look.panel)
        p.fillRect(QRectF(self.wanted.left(), self.geometry.top - 1, self.wanted.width(), 1), look.border)
        if self.model.timeline is None:
            return
        self._marked_in_ruler()
        self._ticks()
        for mark in self.geometry.markers().over(self.first, self.last):
            if mark.track is None:
                self._flag(mark, RULER - 1)

    def _ticks(self) -> None:
        clock, scale = Clock.of(self.model.timeline), self.geometry.scale
        wide, high = _LABELS * self.look.text_scale, 16 * self.look.text_scale
        step = clock.step(wide / scale)
        fine = step / clock.base * scale / clock.parts(step) >= _TICKS
        lines = []
        self.p.setPen(self.look.dim)
        for frame, labelled in clock.ticks(max(0.0, self.first), self.last, step):
            x = pixel(self.geometry.x_of(frame)) + 0.5
            if labelled or fine:
                lines.append(QLineF(x, RULER - (9 if labelled else 4), x, RULER - 1))
            if labelled:
                text = self.geometry.timecode(frame)
                self.look.labels.draw(self.p, QRectF(x + 4, 2, wide, high), text)
        self.p.setPen(self.look.border)
        self.p.drawLines(lines)
        self.p.fillRect(QRectF(self.wanted.left(), RULER - 1, self.wanted.width(), 1), self.look.border)

    def _marked_in_ruler(self) -> None:
        begin, end = self.model.marks
        if self.model.marked:
            left, right = (self.geometry.x_of(time.value) for time in (begin, end))
            self.p.fillRect(QRectF(left, 0, right - left, RULER - 1), with_alpha(self.look.accent, 0.22))
        for time, inward in ((begin, 1), (end, -1)):
            if time is not None:  # brackets: the shape tells in from out
                x = self.geometry.x_of(time.value)
                for height, top in ((RULER - 2, 0), (2, 0), (2, RULER - 3)):
                    width = 2 if height > 2 else 6
                    self.p.fillRect(QRectF(min(x, x + inward * width), top, width, height), self.look.accent)

    def _flag(self, mark: Mark, bottom: float) -> None:
        """A pentagon for the timeline's own markers; its length as a line."""
        p, x = self.p, self.geometry.x_of(mark.frame)
        if mark.length > 1:
            width = self.geometry.x_of(mark.frame + mark.length) - x
            p.fillRect(QRectF(x, bottom - 3, width, 2), QColor(mark.colour))
        top = bottom - 13
        points = ((-FLAG, top), (FLAG, top), (FLAG, top + 7), (0, bottom - 1), (-FLAG, top + 7))
        self._shape(mark.colour, [QPointF(x + dx, y) for dx, y in points])

    def _shape(self, colour: str, points: list[QPointF]) -> None:
        p = self.p
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(QPen(self.look.panel, 1))
        p.setBrush(QColor(colour))
        p.drawPolygon(QPolygonF(points))
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # --- tracks ---

    def paint_body(self) -> None:
        """The marked range over the tracks, and the markers of tracks and clips."""
        if self.model.marked:
            begin, end = (self.geometry.x_of(time.value) for time in self.model.marks)
            self.p.fillRect(QRectF(begin, self.wanted.top(), end - begin, self.wanted.height()), self.look.shade)
        rows = self.geometry.rows()
        for mark in self.geometry.markers().over(self.first, self.last):
            row = rows.get(mark.track) if mark.track is not None else None
            if row:
                self._diamond(mark, self.geometry.row_top(row) + 1)

    def _diamond(self, mark: Mark, top: float) -> None:
        if top + 2 * FLAG < self.wanted.top() or top > self.wanted.bottom():
            return
        x, middle = self.geometry.x_of(mark.frame), top + FLAG
        if mark.length > 1:
            width = self.geometry.x_of(mark.frame + mark.length) - x
            self.p.fillRect(QRectF(x, middle - 1, width, 2), QColor(mark.colour))
        corners = ((0, top), (FLAG, middle), (0, middle + FLAG), (-FLAG, middle))
        self._shape(mark.colour, [QPointF(x + dx, y) for dx, y in corners])

    # --- over all ---

    def paint_over(self, overlay: Overlay) -> None:
        """Playhead and what a drag shows."""
        p, look, bottom = self.p, self.look, self.wanted.bottom() + 1
        if self.model.timeline is None:
            return
        if overlay.guide is not None:
            x = pixel(self.geometry.x_of(overlay.guide)) + 0.5
            p.setPen(QPen(look.warning, 1, Qt.PenStyle.DashLine))
            p.drawLine(QLineF(x, 0, x, bottom))
        self._playhead(bottom)
        if overlay.band is not None:
            p.setPen(QPen(look.accent, 1))
            p.setBrush(with_alpha(look.accent, 0.15))
            p.drawRect(overlay.band.adjusted(0.5, 0.5, -0.5, -0.5))
        if overlay.tip is not None:
            self._tip(*overlay.tip)

    def _playhead(self, bottom: float) -> None:
        p, x, top = self.p, pixel(self.geometry.x_of(self.model.playhead.value)) + 0.5, RULER - 13
        p.setPen(QPen(self.look.playhead, 1))
        p.drawLine(QLineF(x, top, x, bottom))
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(self.look.playhead)
        p.drawPolygon(QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x + 6, top + 4), QPointF(x, top + 11), QPointF(x - 6, top + 4)]))
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _tip(self, at: QPointF, text: str) -> None:
        p, look = self.p, self.look
        width = look.bold.width(text) + 16
        left = max(4.0, at.x())
        rect = QRectF(left, at.y(), width, round(20 * look.text_scale))
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(QPen(look.border, 1))
        p.setBrush(look.raised)
        p.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        p.setPen(look.text)
        look.bold.draw(p, rect.adjusted(8, 0, -6, 0), text)


def length_text(frames: int, rate: float) -> str:
    """A length as editors read it: seconds and frames."""
    base = max(1, round(rate))
    seconds, rest = divmod(round(frames), base)
    return f"{seconds} s {rest:02d} fr" if seconds else f"{rest} fr"


def range_text(geometry: Geometry, start: RationalTime, length: RationalTime) -> str:
    """From, to, and how long."""
    begin, end = (geometry.timecode(round(time.value)) for time in (start, start + length))
    return f"{begin} – {end}   {length_text(length.value, length.rate)}"
