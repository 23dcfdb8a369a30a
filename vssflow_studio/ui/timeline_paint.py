"""What the timeline looks like: ruler, cues, clips with thumbnails and waveforms, playhead.

Only what is visible is painted, text only where it fits, one colour for one meaning.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from opentimelineio.opentime import RationalTime
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

from ..media.sound import peaks
from ..media.video import probe, thumbnail
from ..timeline.clips import ClipView
from ..timeline.cues import Cue
from .background import Background
from .theme import SMALL, Theme, mark
from .timeline_geometry import CUES, HEADER, RULER, Geometry

_PEAKS = 2000  # lowest and highest samples kept of a file
_LABEL = 15  # pixels of a line of text
_STEPS = (0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)


class TimelinePainter:
    """One painting of `wanted`, a part of `area`; what is slow comes from `background` later."""

    def __init__(
        self,
        p: QPainter,
        geometry: Geometry,
        theme: Theme,
        background: Background,
        area: QRectF,
        wanted: QRectF,
    ) -> None:
        self.p, self.geometry, self.theme, self.area = p, geometry, theme, area
        self.model, self.background = geometry.model, background
        self.left, self.right = max(float(HEADER), wanted.left()), wanted.right()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(p.font())
        font.setPixelSize(SMALL)
        p.setFont(font)

    def paint(self) -> None:
        """Everything, back to front."""
        p, t, area, geometry = self.p, self.theme, self.area, self.geometry
        p.fillRect(area, QColor(t.panel))
        p.setClipRect(QRectF(HEADER, 0, area.width() - HEADER, area.height()))
        for row in geometry.rows().values():
            p.fillRect(QRectF(HEADER, geometry.row_top(row), area.width(), row.height), QColor(t.window))
        for view in geometry.clips_between(self.left, self.right):
            self._clip(view, geometry.clip_rect(view))
        p.fillRect(QRectF(HEADER, 0, area.width(), RULER + CUES), QColor(t.panel))
        self._ruler()
        for cue in self.model.project.cues:
            self._cue(cue, geometry.cue_rect(cue))
        if self.model.timeline:
            self._playhead()
        p.setClipping(False)
        self._headers()

    # --- clips ---

    def _clip(self, view: ClipView, rect: QRectF) -> None:
        p, t = self.p, self.theme
        colour = QColor(t.picture if view.kind == "Video" else t.sound)
        if not view.enabled:
            colour.setAlphaF(0.35)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(colour)
        p.drawRoundedRect(rect, 3, 3)
        if view.media is None:
            p.setBrush(Qt.BrushStyle.BDiagPattern)
            p.drawRoundedRect(rect, 3, 3)
        elif view.kind == "Video":
            self._thumbnails(view, rect)
        else:
            self._waveform(view, rect)
        if rect.width() > 44:
            name = view.name if view.media else f"⚠ offline  {view.name}"
            label = QRectF(rect.left(), rect.top(), rect.width(), _LABEL)
            p.fillRect(label, QColor(0, 0, 0, 110) if t.dark else QColor(255, 255, 255, 170))
            self._text(label.adjusted(5, 0, -4, 0), name, t.text)
        if view == self.model.selected_clip:
            self._selection(rect, 3)

    def _thumbnails(self, view: ClipView, rect: QRectF) -> None:
        height = int(rect.height()) - _LABEL - 2
        width = height * 16 / 9 + 1
        left = rect.left() + max(0, int((self.left - rect.left()) / width)) * width
        while left < min(rect.right() - 8, self.right):
            into = (left - rect.left()) / self.geometry.scale * view.speed
            second = round(float(view.media_start) + into, 1)
            image = self.background.get(
                (str(view.media), second, height), partial(_thumbnail, view.media, second, 2 * height)
            )
            if image:
                place = QRectF(left, rect.top() + _LABEL + 1, image.width() / 2, height)
                shown = place.intersected(rect)
                self.p.drawImage(shown, image, QRectF(0, 0, shown.width() * 2, image.height()))
            left += width

    def _waveform(self, view: ClipView, rect: QRectF) -> None:
        answer = self.background.get(("peaks", str(view.media)), partial(_waveform, view.media))
        if not answer:
            return
        rows, total = answer
        middle, half = rect.center().y() + 7, (rect.height() - 18) / 2
        xs = np.arange(max(rect.left(), self.left), min(rect.right(), self.right))
        into = (xs - rect.left()) / self.geometry.scale * view.speed
        lows, highs = extremes(rows, (float(view.media_start) + into) / max(total, 1e-6))
        tops, bottoms = (middle - half * np.clip(1.8 * ends, -1, 1) for ends in (highs, lows))
        self.p.setPen(QPen(QColor(self.theme.text), 1))
        self.p.drawLines([QLineF(x, top, x, bottom) for x, top, bottom in zip(xs, tops, bottoms, strict=True)])

    # --- cues ---

    def _cue(self, cue: Cue, rect: QRectF) -> None:
        if not self._is_visible(rect):
            return
        p, t, state = self.p, self.theme, self.model.state(cue)
        colour = t.kind(cue.kind)
        fill = QColor(colour)
        fill.setAlphaF(1.0 if state == "ready" else 0.28)
        wanted = state in ("wanted", "stale", "failed", "orphaned")
        p.setPen(QPen(colour, 1.5, Qt.PenStyle.DashLine if wanted else Qt.PenStyle.SolidLine))
        p.setBrush(fill)
        p.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
        job = self.model.jobs.get(cue.id)
        if job and job.state == "running":
            done = QRectF(rect.left() + 2, rect.bottom() - 5, (rect.width() - 4) * job.fraction, 3)
            p.fillRect(done, colour)
        if cue.id == self.model.selected_cue:
            self._selection(rect, 4)
        if rect.width() > 34:
            self._cue_text(cue, rect, state)

    def _cue_text(self, cue: Cue, rect: QRectF, state: str) -> None:
        t = self.theme
        ink = ("#141414" if t.dark else "#ffffff") if state == "ready" else t.text
        who = f"{cue.character}: " if cue.character else ""
        words = f"{who}{cue.text}" or "…"
        if rect.height() < 36:  # one line: the words, and the state by its mark
            percent = f" {state}" if "%" in state else ""
            self._text(rect.adjusted(6, 0, -4, 0), f"{mark(state)}{percent} {words}", ink)
            return
        line = QRectF(rect.left() + 6, rect.top() + 3, rect.width() - 10, _LABEL)
        self._text(line, words, ink)
        self._text(line.translated(0, _LABEL), f"{mark(state)} {state}", ink)

    # --- ruler, playhead, headers ---

    def _ruler(self) -> None:
        p, t, geometry, rate = self.p, self.theme, self.geometry, self.model.rate
        p.setPen(QPen(QColor(t.border), 1))
        p.drawLine(QPointF(HEADER, RULER - 0.5), QPointF(self.area.width(), RULER - 0.5))
        if not self.model.timeline:
            return
        step = next((s for s in _STEPS if s * geometry.scale >= 96), _STEPS[-1])
        second = int(max(0.0, geometry.frame_at(HEADER)) / rate / step) * step
        while (x := geometry.x_of(round(second * rate))) < self.area.width():
            p.setPen(QColor(t.border))
            p.drawLine(QPointF(x, RULER - 8), QPointF(x, RULER))
            for part in range(1, 4):
                minor = geometry.x_of((second + step * part / 4) * rate)
                p.drawLine(QPointF(minor, RULER - 4), QPointF(minor, RULER))
            p.setPen(QColor(t.dim))
            label = self.model.timecode(RationalTime(round(second * rate), rate))
            p.drawText(QPointF(x + 4, RULER - 10), label)
            second += step

    def _playhead(self) -> None:
        p, x, top = self.p, self.geometry.x_of(self.model.playhead.value), RULER - 14
        p.setPen(QPen(QColor(self.theme.playhead), 1.5))
        p.drawLine(QPointF(x, RULER - 12), QPointF(x, self.area.height()))
        p.setBrush(QColor(self.theme.playhead))
        p.setPen(Qt.PenStyle.NoPen)
        p.drawPolygon(QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, top + 10)]))

    def _headers(self) -> None:
        p, t, height = self.p, self.theme, self.area.height()
        p.fillRect(QRectF(0, 0, HEADER - 1, height), QColor(t.panel))
        for row in self.geometry.rows().values():
            rect = QRectF(0, self.geometry.row_top(row), HEADER - 4, row.height)
            colour = QColor(t.picture if row.kind == "Video" else t.sound)
            p.fillRect(rect, QColor(t.raised))
            p.fillRect(QRectF(0, rect.top(), 3, row.height), colour)
            self._elided(rect.adjusted(12, 0, -4, 0), row.name, t.text)
        p.fillRect(QRectF(0, 0, HEADER - 1, RULER + CUES), QColor(t.panel))
        self._elided(QRectF(12, RULER, HEADER - 20, CUES), "CUES", t.dim)
        p.setPen(QColor(t.border))
        p.drawLine(QPointF(HEADER - 0.5, 0), QPointF(HEADER - 0.5, height))

    # --- what several need ---

    def _is_visible(self, rect: QRectF) -> bool:
        return rect.right() + 2 >= self.left and rect.left() - 2 <= self.right

    def _selection(self, rect: QRectF, radius: float) -> None:
        self.p.setPen(QPen(QColor(self.theme.accent), 2))
        self.p.setBrush(Qt.BrushStyle.NoBrush)
        self.p.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)

    def _text(self, rect: QRectF, text: str, colour: str) -> None:
        """Text that stays readable while its block begins left of the window."""
        left = max(rect.left(), HEADER + 4.0)
        rect = QRectF(left, rect.top(), rect.right() - left, rect.height())
        if rect.width() >= 14:
            self._elided(rect, text, colour)

    def _elided(self, rect: QRectF, text: str, colour: str) -> None:
        self.p.setPen(QColor(colour))
        shown = self.p.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
        self.p.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def extremes(rows: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest of `rows` [n, 2] from each place (0 … 1) to the next; 0 outside.

    A peak shows however small the file is drawn.
    """
    if len(places) > 1 and places[1] < places[0]:
        rows, places = rows[::-1], 1 - places
    at = np.floor(places * len(rows)).astype(int)
    inside = (at >= 0) & (at < len(rows))
    starts = np.clip(at, 0, len(rows) - 1)
    if not len(starts):
        return np.zeros(0), np.zeros(0)
    step = max(1, int(np.median(np.diff(starts)))) if len(starts) > 1 else 1
    heard = rows[: starts[-1] + step]  # else the last would reach to the end of the file
    return (
        np.where(inside, np.minimum.reduceat(heard[:, 0], starts), 0.0),
        np.where(inside, np.maximum.reduceat(heard[:, 1], starts), 0.0),
    )


def _thumbnail(media, second: float, height: int) -> QImage:
    pixels = thumbnail(media, second, height)
    rows, columns, _ = pixels.shape
    return QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()


def _waveform(media):
    return peaks(media, _PEAKS), probe(media).duration
