"""The timeline: ruler, cues, tracks and clips to scale, playhead.

Only what is visible is painted, text only where it fits, one colour for one meaning.
"""

from __future__ import annotations

from functools import partial

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractScrollArea

from ..media.sound import peaks
from ..media.video import thumbnail
from ..timeline.clips import ClipView
from ..timeline.cues import Cue
from . import model as models
from . import theme as themes
from .background import Background

HEADER, RULER, CUES, PICTURE, SOUND = 120, 28, 46, 58, 46
_EDGE = 6  # pixels within which an edge is grabbed
_PEAKS = 2000


class TimelineView(QAbstractScrollArea):
    """Shows the model's timeline and lets the editor select, seek, zoom and set cue ranges.

    Signals:
        range_changed(str, object): a cue's edge or body was dragged to a new TimeRange.
        cue_activated(str): a cue was double-clicked.
    """

    range_changed = Signal(str, object)
    cue_activated = Signal(str)

    def __init__(self, model: models.StudioModel, parent=None) -> None:
        super().__init__(parent)
        self.model, self.theme = model, themes.current()
        self.background = Background(self)
        self.background.ready.connect(self.viewport().update)
        self.scale = 40.0  # pixels a second
        self._drag: tuple[str, str, float, TimeRange] | None = None
        self._preview: tuple[str, TimeRange] | None = None
        self._laned: tuple[tuple[Cue, ...] | None, dict[str, tuple[int, int]]] = (None, {})
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName("Timeline")
        self.setMinimumHeight(RULER + CUES + PICTURE + SOUND)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        model.listen(models.TIMELINE, self.fit)
        for what in (models.PROJECT, models.SELECTION, models.PLAYHEAD, models.JOBS):
            model.listen(what, self._changed)

    # --- geometry ---

    def sizeHint(self) -> QSize:
        return QSize(900, RULER + CUES + 2 * PICTURE + 2 * SOUND)

    def x_of(self, frame: float) -> float:
        """Window x of a timeline frame."""
        return HEADER + frame / self.model.rate * self.scale - self.horizontalScrollBar().value()

    def frame_at(self, x: float) -> float:
        """Timeline frame at a window x."""
        return (x - HEADER + self.horizontalScrollBar().value()) / self.scale * self.model.rate

    def tracks(self) -> list[tuple[str, str, float, float]]:
        """(name, kind, top, height) of each track, picture above sound, V2 above V1."""
        if not self.model.timeline:
            return []
        all_tracks = list(enumerate(self.model.timeline.tracks))
        picture = [(i, t) for i, t in all_tracks if getattr(t, "kind", "Video") == "Video"]
        sound = [(i, t) for i, t in all_tracks if getattr(t, "kind", "Video") != "Video"]
        rows, top = [], RULER + CUES - self.verticalScrollBar().value()
        for index, track in [*reversed(picture), *sound]:
            kind = "Video" if (index, track) in picture else "Audio"
            height = PICTURE if kind == "Video" else SOUND
            rows.append((track.name or f"{kind[0]}{index + 1}", kind, top, height, index))
            top += height + 2
        return rows

    def clip_rect(self, view: ClipView) -> QRectF:
        """Where a clip is drawn."""
        for _, _, top, height, index in self.tracks():
            if index == view.track:
                return self._block(view.record, top, height)
        return QRectF()

    def cue_rect(self, cue: Cue) -> QRectF:
        """Where a cue is drawn."""
        range_ = cue.range
        if self._preview and self._preview[0] == cue.id:
            range_ = self._preview[1]
        lane, lanes = self._lanes().get(cue.id, (0, 1))
        height = (CUES - 8) / lanes
        return self._block(range_, RULER + 3 + lane * height, height - (lanes > 1))

    def _lanes(self) -> dict[str, tuple[int, int]]:
        """(lane, lanes) of each cue: cues that overlap share the height of the row."""
        cues = self.model.project.cues
        if cues is not self._laned[0]:
            self._laned = (cues, lanes(cues))
        return self._laned[1]

    def _block(self, range_: TimeRange, top: float, height: float) -> QRectF:
        left = self.x_of(range_.start_time.value)
        width = range_.duration.value / self.model.rate * self.scale
        return QRectF(left, top, max(2.0, width - 1), height)

    def fit(self) -> None:
        """Zoom so that the whole timeline shows."""
        seconds = max(1.0, self.model.duration.value / self.model.rate)
        self.scale = max(0.5, (self.viewport().width() - HEADER - 24) / seconds)
        self._changed()

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Zoom about a window x, else about the playhead."""
        x = self.x_of(self.model.playhead.value) if x is None else x
        frame = self.frame_at(x)
        self.scale = min(4000.0, max(0.2, self.scale * factor))
        self._changed()
        at = HEADER + frame / self.model.rate * self.scale - x
        self.horizontalScrollBar().setValue(round(at))
        self.viewport().update()

    def _changed(self) -> None:
        seconds = self.model.duration.value / self.model.rate
        width = seconds * self.scale + 24 - (self.viewport().width() - HEADER)
        self.horizontalScrollBar().setRange(0, max(0, round(width)))
        self.horizontalScrollBar().setPageStep(max(1, self.viewport().width() - HEADER))
        rows = self.tracks()
        bottom = rows[-1][2] + rows[-1][3] + self.verticalScrollBar().value() if rows else 0
        self.verticalScrollBar().setRange(0, max(0, round(bottom - self.viewport().height())))
        self.viewport().update()

    def resizeEvent(self, event) -> None:
        if event.oldSize().width() <= 0 and self.model.timeline:
            self.fit()
        self._changed()

    # --- painting ---

    def paintEvent(self, event) -> None:
        p = QPainter(self.viewport())
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        t = self.theme
        area = QRectF(self.viewport().rect())
        p.fillRect(area, QColor(t.panel))
        self._font(p, themes.SMALL)
        rows = self.tracks()
        p.setClipRect(QRectF(HEADER, 0, area.width() - HEADER, area.height()))
        for _, _, top, height, _ in rows:
            p.fillRect(QRectF(HEADER, top, area.width(), height), QColor(t.window))
        for view in self.model.views:
            rect = self.clip_rect(view) if rows else QRectF()
            if rect.right() >= HEADER and rect.left() <= area.width():
                self._paint_clip(p, view, rect)
        p.fillRect(QRectF(HEADER, 0, area.width(), RULER + CUES), QColor(t.panel))
        self._paint_ruler(p, area)
        for cue in self.model.project.cues:
            self._paint_cue(p, cue, self.cue_rect(cue))
        if self.model.timeline:
            self._paint_playhead(p, area)
        p.setClipping(False)
        self._paint_headers(p, rows, area)

    def _font(self, p: QPainter, size: int, bold: bool = False) -> None:
        font = QFont(self.font())
        font.setPixelSize(size)
        font.setBold(bold)
        p.setFont(font)

    def _paint_clip(self, p: QPainter, view: ClipView, rect: QRectF) -> None:
        t = self.theme
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
            self._paint_thumbnails(p, view, rect)
        else:
            self._paint_waveform(p, view, rect)
        if rect.width() > 44:
            name = view.name if view.media else f"⚠ offline  {view.name}"
            label = QRectF(rect.left(), rect.top(), rect.width(), 15)
            p.fillRect(label, QColor(0, 0, 0, 110) if t.dark else QColor(255, 255, 255, 170))
            self._text(p, label.adjusted(5, 0, -4, 0), name, t.text)
        if view == self.model.selected_clip:
            p.setPen(QPen(QColor(t.accent), 2))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 3, 3)

    def _paint_thumbnails(self, p: QPainter, view: ClipView, rect: QRectF) -> None:
        height = int(rect.height()) - 17
        width = height * 16 / 9
        left = rect.left()
        while left < rect.right() - 8:
            if left + width > HEADER and left < self.viewport().width():
                into = (left - rect.left()) / self.scale * view.speed
                second = round(float(view.media_start) + into, 1)
                image = self.background.get(
                    (str(view.media), second, height), partial(_thumbnail, view.media, second, 2 * height)
                )
                if image:
                    place = QRectF(left, rect.top() + 16, image.width() / 2, height)
                    shown = place.intersected(rect)
                    part = QRectF(0, 0, shown.width() * 2, image.height())
                    p.drawImage(shown, image, part)
            left += width + 1

    def _paint_waveform(self, p: QPainter, view: ClipView, rect: QRectF) -> None:
        answer = self.background.get(("peaks", str(view.media)), partial(_waveform, view.media))
        if not answer:
            return
        rows, total = answer
        middle, half = rect.center().y() + 7, (rect.height() - 18) / 2
        p.setPen(QPen(QColor(self.theme.text), 1))
        first, last = max(int(rect.left()), HEADER), min(int(rect.right()), self.viewport().width())
        for x in range(first, last):
            second = float(view.media_start) + (x - rect.left()) / self.scale
            index = int(second / total * len(rows)) if total else 0
            if 0 <= index < len(rows):
                low, high = rows[index]
                p.drawLine(QPointF(x, middle - high * half * 1.8), QPointF(x, middle - low * half * 1.8))

    def _paint_cue(self, p: QPainter, cue: Cue, rect: QRectF) -> None:
        if rect.right() < HEADER or rect.left() > self.viewport().width():
            return
        t, state = self.theme, self.model.state(cue)
        colour = t.kind(cue.kind)
        fill = QColor(colour)
        fill.setAlphaF(0.85 if state == "ready" else 0.28)
        wanted = state in ("wanted", "stale", "failed")
        p.setPen(QPen(colour, 1.5, Qt.PenStyle.DashLine if wanted else Qt.PenStyle.SolidLine))
        p.setBrush(fill)
        p.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
        job = self.model.jobs.get(cue.id)
        if job and job.state == "running":
            done = QRectF(rect.left() + 2, rect.bottom() - 5, (rect.width() - 4) * job.fraction, 3)
            p.fillRect(done, colour)
        if cue.id == self.model.selected_cue:
            p.setPen(QPen(QColor(t.accent), 2))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        if rect.width() > 34:
            ink = ("#141414" if t.dark else "#ffffff") if state == "ready" else t.text
            who = f"{cue.character}: " if cue.character else ""
            mark, words = _MARKS.get(state, "◔"), f"{who}{cue.text}" or "…"
            inner = rect.adjusted(6, 3, -4, -3)
            if rect.height() < 36:  # one line: the words, and the state by its mark
                percent = f" {state}" if mark == "◔" else ""
                self._text(p, rect.adjusted(6, 0, -4, 0), f"{mark}{percent} {words}", ink)
                return
            line = QRectF(inner.left(), inner.top(), inner.width(), 15)
            self._text(p, line, words, ink)
            self._text(p, line.translated(0, 15), f"{mark} {state}", ink)

    def _text(self, p: QPainter, rect: QRectF, text: str, colour: str) -> None:
        left = max(rect.left(), HEADER + 4.0)
        rect = QRectF(left, rect.top(), rect.right() - left, rect.height())
        if rect.width() < 14:
            return
        p.setPen(QColor(colour))
        elided = p.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
        p.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)

    def _paint_ruler(self, p: QPainter, area: QRectF) -> None:
        t, rate = self.theme, self.model.rate
        p.setPen(QPen(QColor(t.border), 1))
        p.drawLine(QPointF(HEADER, RULER - 0.5), QPointF(area.width(), RULER - 0.5))
        if not self.model.timeline:
            return
        step = next((s for s in _STEPS if s * self.scale >= 96), _STEPS[-1])
        first = int(max(0.0, self.frame_at(HEADER)) / rate / step)
        second = first * step
        while (x := self.x_of(round(second * rate))) < area.width():
            p.setPen(QColor(t.border))
            p.drawLine(QPointF(x, RULER - 8), QPointF(x, RULER))
            for part in range(1, 4):
                minor = self.x_of((second + step * part / 4) * rate)
                p.drawLine(QPointF(minor, RULER - 4), QPointF(minor, RULER))
            p.setPen(QColor(t.dim))
            label = self.model.timecode(RationalTime(round(second * rate), rate))
            p.drawText(QPointF(x + 4, RULER - 10), label)
            second += step

    def _paint_playhead(self, p: QPainter, area: QRectF) -> None:
        x = self.x_of(self.model.playhead.value)
        p.setPen(QPen(QColor(self.theme.playhead), 1.5))
        p.drawLine(QPointF(x, RULER - 12), QPointF(x, area.height()))
        p.setBrush(QColor(self.theme.playhead))
        p.setPen(Qt.PenStyle.NoPen)
        top = RULER - 14
        p.drawPolygon(QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, top + 10)]))

    def _paint_headers(self, p: QPainter, rows, area: QRectF) -> None:
        t = self.theme
        p.fillRect(QRectF(0, 0, HEADER - 1, area.height()), QColor(t.panel))
        for name, kind, top, height, index in rows:
            rect = QRectF(0, top, HEADER - 4, height)
            p.fillRect(rect, QColor(t.raised))
            p.fillRect(QRectF(0, top, 3, height), QColor(t.picture if kind == "Video" else t.sound))
            self._left_text(p, rect.adjusted(12, 0, -4, 0), name, t.text)
        p.fillRect(QRectF(0, 0, HEADER - 1, RULER + CUES), QColor(t.panel))
        self._left_text(p, QRectF(12, RULER, HEADER - 20, CUES), "CUES", t.dim)
        p.setPen(QColor(t.border))
        p.drawLine(QPointF(HEADER - 0.5, 0), QPointF(HEADER - 0.5, area.height()))

    def _left_text(self, p: QPainter, rect: QRectF, text: str, colour: str) -> None:
        p.setPen(QColor(colour))
        elided = p.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
        p.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)

    # --- mouse and keys ---

    def mousePressEvent(self, event) -> None:
        at = event.position()
        if not self.model.timeline or event.button() != Qt.MouseButton.LeftButton:
            return
        if at.y() < RULER or at.x() < HEADER:
            self._drag = ("", "seek", at.x(), TimeRange())
            self.model.seek(self.frame_at(at.x()))
            return
        cue = self._cue_at(at)
        if cue:
            self.model.select_cue(cue.id)
            self._drag = (cue.id, self._part(cue, at.x()), at.x(), cue.range)
            return
        view = next((v for v in reversed(self.model.views) if self.clip_rect(v).contains(at)), None)
        self.model.select_clip(view)
        if view:
            self.model.seek(self.frame_at(at.x()))

    def mouseMoveEvent(self, event) -> None:
        at = event.position()
        if self._drag is None:
            cue = self._cue_at(at)
            edge = cue is not None and self._part(cue, at.x()) != "body"
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)
            return
        cue_id, part, start, range_ = self._drag
        if part == "seek":
            self.model.seek(self.frame_at(at.x()))
        elif abs(at.x() - start) > 2 or self._preview:
            frames = round((at.x() - start) / self.scale * self.model.rate)
            self._preview = (cue_id, dragged(range_, part, frames))
            self.viewport().update()

    def mouseReleaseEvent(self, event) -> None:
        preview, self._drag, self._preview = self._preview, None, None
        if preview:
            self.range_changed.emit(*preview)

    def mouseDoubleClickEvent(self, event) -> None:
        cue = self._cue_at(event.position())
        if cue:
            self.cue_activated.emit(cue.id)

    def wheelEvent(self, event) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.2 ** (delta / 120), event.position().x())
        else:
            upright = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            bar = self.verticalScrollBar() if upright else self.horizontalScrollBar()
            bar.setValue(bar.value() - delta)

    def _cue_at(self, at: QPointF) -> Cue | None:
        cues = reversed(self.model.project.cues)
        return next((c for c in cues if self.cue_rect(c).adjusted(-2, 0, 2, 0).contains(at)), None)

    def _part(self, cue: Cue, x: float) -> str:
        rect = self.cue_rect(cue)
        if x - rect.left() < _EDGE:
            return "start"
        return "end" if rect.right() - x < _EDGE else "body"


_STEPS = (0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_MARKS = {"wanted": "○", "queued": "◌", "ready": "●", "stale": "△", "failed": "✕"}


def dragged(range_: TimeRange, part: str, frames: int) -> TimeRange:
    """The range after its start, end or body was dragged by whole frames; at least one long."""
    start, length = range_.start_time.value, range_.duration.value
    rate = range_.start_time.rate
    if part == "start":
        moved = min(max(-start, frames), length - 1)
        start, length = start + moved, length - moved
    elif part == "end":
        length = max(1, length + frames)
    else:
        start = max(0, start + frames)
    return TimeRange(RationalTime(start, rate), RationalTime(length, rate))


def lanes(cues: tuple[Cue, ...]) -> dict[str, tuple[int, int]]:
    """(lane, lanes of its group) by cue id; a group is cues that hang together by overlaps.

    `cues` are in the order of their starts.
    """
    placed: dict[str, tuple[int, int]] = {}
    group: list[tuple[str, int]] = []
    ends: list[float] = []  # where each lane of the group is free again

    def close() -> None:
        placed.update({cue_id: (lane, len(ends)) for cue_id, lane in group})
        group.clear()
        ends.clear()

    for cue in cues:
        start, end = cue.range.start_time.value, cue.range.end_time_exclusive().value
        if ends and start >= max(ends):
            close()
        lane = next((i for i, free in enumerate(ends) if free <= start), len(ends))
        ends[lane : lane + 1] = [end]
        group.append((cue.id, lane))
    close()
    return placed


def _thumbnail(media, second: float, height: int) -> QImage:
    pixels = thumbnail(media, second, height)
    rows, columns, _ = pixels.shape
    return QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()


def _waveform(media):
    from ..media.video import probe

    return peaks(media, _PEAKS), probe(media).duration
