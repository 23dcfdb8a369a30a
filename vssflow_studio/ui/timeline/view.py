"""The timeline: shows what is painted, scrolls and zooms, and takes mouse and keyboard.

Where things stand is `timeline_geometry.py`'s business, how they look `timeline_paint.py`'s,
what a drag does `timeline_mouse.py`'s.
"""

from __future__ import annotations

from opentimelineio.opentime import TimeRange
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QToolTip

from .. import model as models
from ..background import Background
from ..look import theme as themes
from . import hover
from .access import CueList, announce, install
from .geometry import MARGIN, RULER, SCALES, SIZES, Geometry, Row
from .headers import NARROWEST, WIDEST, WIDTH, TrackHeaders
from .look import Look
from .mouse import Drag, Hand, part_at, pressed
from .paint import paint_timeline
from .paint_time import Overlay
from .pictures import Pictures

_STATE = 110  # pixels that a state may take before a name
_STRIP = 9  # pixels to each side of the playhead that change with it
_PAGE = 0.08  # of the width that stays left of the playhead on a new page
_STILL = 120  # milliseconds after which a zoom is over
_PUSH = 40  # milliseconds between two steps while a drag is held beyond the edge


class TimelineView(QAbstractScrollArea):
    """Shows the model's timeline and lets the editor select, seek, zoom, mark and set cue ranges.

    `hand` is what the mouse works with. `actions_` are the window's commands, for the menus.

    Signals:
        range_changed(str, object): a cue's edge or body was dragged to a new TimeRange.
        ranges_changed(object, str): several were: {cue id: TimeRange}, and what was done.
        cue_activated(str): a cue was double-clicked, or Enter pressed on it.
    """

    range_changed = Signal(str, object)
    ranges_changed = Signal(object, str)
    cue_activated = Signal(str)
    accessible_as = CueList

    def __init__(self, model: models.StudioModel, parent=None) -> None:
        super().__init__(parent)
        install()
        self.model, self.places, self.overlay = model, Geometry(model), Overlay()
        self.actions_: dict[str, QAction] = {}
        self._rescaled = False  # while nothing that is painted is of use any more
        self.hand = Hand(self.places, self.overlay, self.change_ranges)
        self._fitted, self._playhead = True, 0.0
        self.background = Background(self, threads=2)
        self.pictures = Pictures(self.background)
        self.background.ready.connect(self._redraw_tracks)
        self._drag: Drag | None = None
        self._last: tuple[QPointF, Qt.KeyboardModifier] = (QPointF(), Qt.KeyboardModifier.NoModifier)
        self._jobs: dict[str, object] = {}
        self._still = QTimer(self, interval=_STILL, singleShot=True)
        self._still.timeout.connect(self._zoomed)
        self._push = QTimer(self, interval=_PUSH)
        self._push.timeout.connect(self._pushed)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName("Timeline")
        self.setMinimumHeight(RULER + 120)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.headers = TrackHeaders(self)
        self.setTabOrder(self, self.headers)
        self.theme = themes.current()
        self.set_header_width(themes.px(WIDTH))
        self._listen()

    def _listen(self) -> None:
        listen = self.model.listen
        listen(models.TIMELINE, self.fit)
        listen(models.PROJECT, self._changed)
        listen(models.SELECTION, self._selected)
        listen(models.JOBS, self._jobs_moved)
        listen(models.PLAYHEAD, self._playhead_moved)
        for what in (models.MARKS, models.TRACKS):
            listen(what, self.viewport().update)

    @property
    def theme(self) -> themes.Theme:
        """The colours that it is painted with."""
        return self.look.theme

    @theme.setter
    def theme(self, theme: themes.Theme) -> None:
        self.look = Look(theme, self.font(), self.devicePixelRatioF())
        self.places.text = self.look.text_scale
        self.pictures.density = self.devicePixelRatioF()
        self.viewport().update()
        self.headers.update()

    # --- zoom and scrolling ---

    def sizeHint(self) -> QSize:
        return QSize(900, 320)

    def fit(self) -> None:
        """Zoom so that the whole timeline shows, and keep it so when the window changes."""
        self._fitted = True
        self.show_range(0, self.places.seconds * self.model.rate)
        self._fitted = True

    def show_range(self, first: float, last: float) -> None:
        """Zoom so that the frames from `first` to `last` fill the width."""
        room, seconds = self.viewport().width() - MARGIN, (last - first) / self.model.rate
        self._fitted = False
        self._rescale(room / max(0.04, seconds), first, MARGIN / 2 * (first > 0))

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Zoom about a place, else about the playhead, or the middle where that is out of sight."""
        places, self._fitted = self.places, False
        if x is None:
            x = places.x_of(self.model.playhead.value)
            x = x if 0 <= x <= self.viewport().width() else self.viewport().width() / 2
        places.zooming = True
        self._still.start()
        self._rescale(places.scale * factor, places.frame_at(x), x)

    def _rescale(self, scale: float, frame: float, x: float) -> None:
        """Show so many pixels a second, and a frame at a place."""
        self.places.scale = min(SCALES[1], max(SCALES[0], scale))
        self._rescaled = True
        self._changed()
        self.horizontalScrollBar().setValue(round(frame / self.model.rate * self.places.scale - x))
        self._rescaled = False

    def _zoomed(self) -> None:
        """Zooming has come to rest: now everything is painted."""
        self.places.zooming = False
        self.viewport().update()

    def set_track_size(self, size: str) -> None:
        """Make the tracks small, medium or large."""
        self.places.size = size
        self._changed()
        self.headers.update()

    def change_track_size(self, step: int) -> None:
        """One step taller or flatter."""
        at = SIZES.index(self.places.size) + step
        self.set_track_size(SIZES[max(0, min(len(SIZES) - 1, at))])

    def set_header_width(self, width: int) -> None:
        """Give the tracks' names some room."""
        width = max(NARROWEST, min(WIDEST, width))
        self.setViewportMargins(width, 0, 0, 0)
        self._place_headers(width)

    def _place_headers(self, width: int) -> None:
        self.headers.setGeometry(0, 0, width, self.viewport().height())

    def show_frame(self, frame: float) -> None:
        """Scroll so that a frame shows, in the middle where it didn't."""
        x, width = self.places.x_of(frame), self.viewport().width()
        if not 0 <= x < width:
            self.horizontalScrollBar().setValue(round(x + self.places.scroll_x - width / 2))

    def show_row(self, row: Row) -> None:
        """Scroll so that a track shows."""
        top, bar = self.places.row_top(row), self.verticalScrollBar()
        if top < self.places.top:
            bar.setValue(round(bar.value() + top - self.places.top))
        elif top + row.height > self.viewport().height():
            bar.setValue(round(bar.value() + top + row.height - self.viewport().height()))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        held = self._held() if dx and not dy and not self._rescaled else 0
        self.places.scroll_x = self.horizontalScrollBar().value()
        self.places.scroll_y = self.verticalScrollBar().value()
        if held and self.devicePixelRatioF().is_integer() and self._drag is None:
            # What is painted already is moved; only what comes in, and names held at the edge, is painted.
            self.viewport().scroll(dx, 0)
            self.viewport().update(0, 0, max(held, self._held()) + abs(dx), self.viewport().height())
        else:
            self.viewport().update()
        if dy:
            self.headers.update()

    def _held(self) -> int:
        """Pixels from the left edge that words take which stay there while their blocks are scrolled."""
        frame, labels, lanes = self.places.frame_at(0), self.look.labels, self.places.lanes()
        cues = (f"{cue.character}: {cue.text}" for cue in self.places.cues.spans.over(frame, frame))
        clips = (view.name for lane in lanes.values() for view in lane.spans.over(frame, frame))
        return round(max(map(labels.width, (*cues, *clips)), default=0.0)) + _STATE

    def _changed(self) -> None:
        shown, down = self.viewport().width(), self.viewport().height()
        width = self.places.seconds * self.places.scale + MARGIN
        self.horizontalScrollBar().setRange(0, max(0, round(width - shown)))
        self.horizontalScrollBar().setPageStep(max(1, shown))
        self.horizontalScrollBar().setSingleStep(40)
        self.verticalScrollBar().setRange(0, max(0, round(self.places.height - down)))
        self.verticalScrollBar().setPageStep(max(1, round(down - self.places.top)))
        self.verticalScrollBar().setSingleStep(24)
        self.viewport().update()

    def resizeEvent(self, event) -> None:
        self._place_headers(self.headers.width())
        self.fit() if self._fitted else self._changed()

    # --- what changes ---

    def _selected(self) -> None:
        cues, clips = self.model.selected_cues, self.model.selected_clips
        words = self.words_of(cues[-1]) if cues else ", ".join(hover.clip_words(self.places, clips[-1])) if clips else ""
        count = len(cues) + len(clips)
        announce(self, f"{count} selected, the last: {words}" if count > 1 else words)
        self.viewport().update()

    def words_of(self, cue_id: str) -> str:
        """A cue as it is read out."""
        cue = self.places.cues.cue(cue_id)
        return ", ".join(hover.cue_words(self.places, cue)) if cue else ""

    def _redraw_tracks(self) -> None:
        top = round(self.places.top)
        self.viewport().update(0, top, self.viewport().width(), max(0, self.viewport().height() - top))

    def _jobs_moved(self) -> None:
        """Paint the cues whose jobs have moved, and their takes."""
        jobs, before = self.model.jobs, self._jobs
        self._jobs = dict(jobs)
        moved = [one for one in jobs.keys() | before.keys() if jobs.get(one) is not before.get(one)]
        for cue in filter(None, map(self.places.cues.cue, moved)):
            rect = self.places.cue_rect(cue).adjusted(-2, 0, 2, 0)
            across = QRectF(rect.left(), self.places.top, rect.width(), self.viewport().height())
            for place in (rect, across) if cue.takes else (rect,):
                self.viewport().update(place.toAlignedRect())

    def _playhead_moved(self) -> None:
        """Paint the two narrow strips that change; turn the page where it goes out of sight."""
        x, width = self.places.x_of(self.model.playhead.value), self.viewport().width()
        before, self._playhead = self._playhead, x
        in_sight, was_in_sight = 0 <= x < width, 0 <= before < width
        jumped = abs(x - before) > 2 * self.places.scale
        if not in_sight and (was_in_sight or jumped) and self._drag is None:
            keep = _PAGE if x > before else 1 - _PAGE
            self.horizontalScrollBar().setValue(round(x + self.places.scroll_x - keep * width))
            return
        for place in (before, x):
            self.viewport().update(QRect(round(place) - _STRIP, 0, 2 * _STRIP, self.viewport().height()))

    # --- painting ---

    def paintEvent(self, event) -> None:
        p, region = QPainter(self.viewport()), event.region()
        if region.contains(self.viewport().rect()):
            self.background.renew()
        self._playhead = self.places.x_of(self.model.playhead.value)
        for part in region:
            paint_timeline(p, self.places, self.look, self.pictures, self.overlay, QRectF(part))
        p.end()

    def event(self, event) -> bool:
        kind = event.type()
        look_changed = kind in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.DevicePixelRatioChange)
        if look_changed and hasattr(self, "look"):  # not while it is being built
            self.theme = self.theme
        dragging = getattr(self, "_drag", None) is not None
        if kind == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape and dragging:
            event.accept()
            return True
        return super().event(event)

    # --- mouse ---

    def change_ranges(self, ranges: dict[str, TimeRange], what: str) -> None:
        """Tell of new ranges."""
        if len(ranges) == 1:
            self.range_changed.emit(*next(iter(ranges.items())))
        elif ranges:
            self.ranges_changed.emit(ranges, f"{what} {len(ranges)} cues")

    def mousePressEvent(self, event) -> None:
        if self.model.timeline and event.button() == Qt.MouseButton.LeftButton:
            self._last = event.position(), event.modifiers()
            self._drag = pressed(self.hand, *self._last)

    def mouseMoveEvent(self, event) -> None:
        at = event.position()
        if self._drag is None:
            cue = self.places.cue_at(at)
            edge = cue is not None and part_at(self.places.cue_rect(cue), at.x()) != "body"
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)
            return
        self._last = at, event.modifiers()
        self._drag.move(*self._last)
        beyond = not 0 <= at.x() < self.viewport().width()
        self._push.start() if beyond and not self._push.isActive() else None
        self.viewport().update()

    def _pushed(self) -> None:
        """A drag that is held beyond the edge goes on."""
        at, width = self._last[0], self.viewport().width()
        if self._drag is None or 0 <= at.x() < width:
            self._push.stop()
            return
        beyond = at.x() if at.x() < 0 else at.x() - width
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() + round(max(-60.0, min(60.0, beyond / 2))))
        self._drag.move(*self._last)
        self.viewport().update()

    def mouseReleaseEvent(self, event) -> None:
        self._end_drag(done=True)

    def _end_drag(self, done: bool) -> None:
        drag, self._drag = self._drag, None
        self._push.stop()
        if drag is not None:
            drag.finish() if done else drag.abandon()
        self.places.preview = {}
        self.overlay.guide = self.overlay.band = self.overlay.tip = None
        self.viewport().update()

    def mouseDoubleClickEvent(self, event) -> None:
        at = event.position()
        cue, clip = self.places.cue_at(at), self.places.clip_at(at)
        cue_id = cue.id if cue else self.places.cue_of(clip) if clip else ""
        if cue_id:
            self.cue_activated.emit(cue_id)
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event) -> None:
        fine, coarse = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            delta = coarse.y() or coarse.x() or fine.y()
            self.zoom(1.2 ** (delta / 120), event.position().x())
            return
        x, y = (fine.x(), fine.y()) if not fine.isNull() else (coarse.x(), coarse.y())
        upright = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if fine.isNull() and not upright:  # a plain wheel goes along the timeline
            x, y = x or y, 0
        elif upright:
            x, y = 0, y or x
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - x)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - y)

    def scroll_tracks(self, event) -> None:
        """A wheel over the tracks' names."""
        delta = event.pixelDelta().y() if not event.pixelDelta().isNull() else event.angleDelta().y()
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - delta)

    def viewportEvent(self, event) -> bool:
        if event.type() == QEvent.Type.NativeGesture and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(max(0.1, 1 + event.value()), event.position().x())
            return True
        if event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), hover.tooltip(self.places, QPointF(event.pos())), self.viewport())
            return True
        return super().viewportEvent(event)

    # --- keyboard and menus ---

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape and self._drag is not None:
            self._end_drag(done=False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.model.selected_cue:
            self.cue_activated.emit(self.model.selected_cue)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event) -> None:
        at = QPointF(self.viewport().mapFromGlobal(event.globalPos()))
        if event.reason() == event.Reason.Keyboard:
            self.show_menu(hover.selected(self.model), self._menu_place())
            return
        self.show_menu(hover.select_under(self.places, at), event.globalPos())

    def _menu_place(self) -> QPoint:
        cue = self.model.cue
        at = self.places.cue_rect(cue).bottomLeft() if cue else QPointF(20, RULER)
        return self.viewport().mapToGlobal(at.toPoint())

    def show_menu(self, which: str, at: QPoint) -> QMenu:
        """Show the commands for a cue, a clip, the tracks or an empty place."""
        menu = hover.menu(self.actions_, which, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)
        return menu
