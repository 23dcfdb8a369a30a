"""The timeline: shows what is painted, and takes the mouse.

Where things stand is `timeline_geometry.py`'s business, how they look `timeline_paint.py`'s.
"""

from __future__ import annotations

from opentimelineio.opentime import TimeRange
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractScrollArea

from ..timeline.cues import Cue
from . import model as models
from . import theme as themes
from .background import Background
from .timeline_geometry import CUES, HEADER, MARGIN, PICTURE, RULER, SOUND, Geometry, dragged
from .timeline_paint import TimelinePainter

_EDGE = 6  # pixels within which an edge is grabbed


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
        self.model, self.theme, self.places = model, themes.current(), Geometry(model)
        self.background = Background(self)
        self.background.ready.connect(self.viewport().update)
        self._drag: tuple[str, str, float, TimeRange] | None = None
        self._fitted, self._playhead = True, 0.0
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName("Timeline")
        self.setMinimumHeight(RULER + CUES + PICTURE + SOUND)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        model.listen(models.TIMELINE, self.fit)
        for what in (models.PROJECT, models.SELECTION):
            model.listen(what, self._changed)
        model.listen(models.JOBS, lambda: self.viewport().update(0, RULER, self.width(), CUES))
        model.listen(models.PLAYHEAD, self._playhead_moved)

    # --- zoom and scrolling ---

    def sizeHint(self) -> QSize:
        return QSize(900, RULER + CUES + 2 * PICTURE + 2 * SOUND)

    def fit(self) -> None:
        """Zoom so that the whole timeline shows, and keep it so when the window changes."""
        self._fitted = True
        room = self.viewport().width() - HEADER - MARGIN
        self.places.scale = max(0.5, room / max(1.0, self.places.seconds))
        self._changed()

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Zoom about a window x, else about the playhead."""
        places, self._fitted = self.places, False
        x = places.x_of(self.model.playhead.value) if x is None else x
        frame = places.frame_at(x)
        places.scale = min(4000.0, max(0.2, places.scale * factor))
        self._changed()
        at = HEADER + frame / self.model.rate * places.scale - x
        self.horizontalScrollBar().setValue(round(at))
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.places.scroll_x = self.horizontalScrollBar().value()
        self.places.scroll_y = self.verticalScrollBar().value()
        self.viewport().update()

    def _changed(self) -> None:
        shown = self.viewport().width() - HEADER
        width = self.places.seconds * self.places.scale + MARGIN
        self.horizontalScrollBar().setRange(0, max(0, round(width - shown)))
        self.horizontalScrollBar().setPageStep(max(1, shown))
        self.verticalScrollBar().setRange(0, max(0, round(self.places.height - self.viewport().height())))
        self.viewport().update()

    def _playhead_moved(self) -> None:
        """Paint the two narrow strips that change."""
        for x in (self._playhead, self.places.x_of(self.model.playhead.value)):
            self.viewport().update(round(x) - 8, 0, 16, self.viewport().height())
        self._playhead = x

    def resizeEvent(self, event) -> None:
        self.fit() if self._fitted else self._changed()

    def paintEvent(self, event) -> None:
        p, area = QPainter(self.viewport()), QRectF(self.viewport().rect())
        p.setFont(self.font())
        self._playhead = self.places.x_of(self.model.playhead.value)
        wanted = QRectF(event.rect())
        TimelinePainter(p, self.places, self.theme, self.background, area, wanted).paint()
        p.end()

    # --- mouse ---

    def mousePressEvent(self, event) -> None:
        at = event.position()
        if not self.model.timeline or event.button() != Qt.MouseButton.LeftButton:
            return
        if at.y() < RULER or at.x() < HEADER:
            self._drag = ("", "seek", at.x(), TimeRange())
            self.model.seek(self.places.frame_at(at.x()))
            return
        cue = self._cue_at(at)
        if cue:
            self.model.select_cue(cue.id)
            self._drag = (cue.id, self._part(cue, at.x()), at.x(), cue.range)
            return
        view = next((v for v in reversed(self.model.views) if self.places.clip_rect(v).contains(at)), None)
        self.model.select_clip(view)
        if view:
            self.model.seek(self.places.frame_at(at.x()))

    def mouseMoveEvent(self, event) -> None:
        at = event.position()
        if self._drag is None:
            cue = self._cue_at(at)
            edge = cue is not None and self._part(cue, at.x()) != "body"
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)
            return
        cue_id, part, start, range_ = self._drag
        if part == "seek":
            self.model.seek(self.places.frame_at(at.x()))
        elif abs(at.x() - start) > 2 or self.places.preview:
            frames = round((at.x() - start) / self.places.scale * self.model.rate)
            self.places.preview = (cue_id, dragged(range_, part, frames))
            self.viewport().update()

    def mouseReleaseEvent(self, event) -> None:
        preview, self._drag, self.places.preview = self.places.preview, None, None
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
        return next((c for c in cues if self.places.cue_rect(c).adjusted(-2, 0, 2, 0).contains(at)), None)

    def _part(self, cue: Cue, x: float) -> str:
        rect = self.places.cue_rect(cue)
        if x - rect.left() < _EDGE:
            return "start"
        return "end" if rect.right() - x < _EDGE else "body"
