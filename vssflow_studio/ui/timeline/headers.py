"""The tracks' names with their buttons for mute and solo, left of the timeline."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from .. import model as models
from ..look.theme import S1, S2
from .access import TrackList, announce
from .geometry import RULER, Geometry, Row
from .look import Look, outlined

WIDTH, NARROWEST, WIDEST = 148, 72, 320
_BUTTON = 18, 16
_GRIP = 5  # pixels at the right edge by which the width is dragged
_MEANINGS = {"M": ("Mute", "muted"), "S": ("Solo", "soloed")}


class TrackHeaders(QWidget):
    """Names, mute and solo. Up and Down go from track to track, M and S press its buttons."""

    accessible_as = TrackList

    def __init__(self, view) -> None:
        super().__init__(view)
        self.view, self.model = view, view.model
        self.current = 0  # in the order of the rows
        self._pulled = False
        self.setAccessibleName("Tracks")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        for what in (models.TRACKS, models.TIMELINE, models.PROJECT):
            self.model.listen(what, self._changed)

    @property
    def places(self) -> Geometry:
        """The timeline's geometry."""
        return self.view.places

    def rows(self) -> list[Row]:
        """The tracks from top to bottom."""
        return list(self.places.rows().values())

    def button(self, row: Row, which: str) -> QRectF:
        """Where the button M or S of a track is; none on a picture track, which has no sound of its own."""
        if row.kind != "Audio":
            return QRectF()
        width, height = (side * self.places.text for side in _BUTTON)
        left = self.width() - S2 - width - (width + S1) * (which == "M")
        return QRectF(left, self.places.row_top(row) + (row.height - height) / 2, width, height)

    def is_pressed(self, row: Row, which: str) -> bool:
        """Whether a track is muted (M) or soloed (S)."""
        return row.track in (self.model.muted if which == "M" else self.model.soloed)

    def press(self, row: Row, which: str, alone: bool = False) -> None:
        """Mute or solo a track, or take that back; `alone`: no other one."""
        if row.kind != "Audio":
            return
        muted, soloed = self.model.muted, self.model.soloed
        now = muted if which == "M" else soloed
        after = frozenset({row.track}) - (now if len(now) == 1 else frozenset()) if alone else now ^ {row.track}
        self.model.set_heard(*((after, soloed) if which == "M" else (muted, after)))

    def describe(self, row: Row) -> str:
        """The track in words."""
        kind = "picture" if row.kind == "Video" else "sound"
        states = [_MEANINGS[which][1] for which in "MS" if self.is_pressed(row, which)]
        silent = row.kind == "Audio" and not self.model.is_heard(row.track) and "muted" not in states
        return ", ".join([row.name, kind, *states, *(["not heard while another track is soloed"] if silent else [])])

    def _changed(self) -> None:
        self.current = min(self.current, max(0, len(self.places.rows()) - 1))
        self._tell()

    def _tell(self) -> None:
        rows = self.rows()
        announce(self, self.describe(rows[self.current]) if rows else "")
        self.update()

    # --- painting ---

    def paintEvent(self, event) -> None:
        p, look, top = QPainter(self), self.view.look, self.places.top
        p.fillRect(self.rect(), look.panel)
        p.setClipRect(QRectF(0, top, self.width(), self.height()))
        for number, row in enumerate(self.rows()):
            y = self.places.row_top(row)
            if y < self.height() and y + row.height > top:
                self._row(p, look, row, y, number == self.current and self.hasFocus())
        p.setClipping(False)
        p.setPen(look.dim)
        cues = QRectF(S2 + S1, RULER, self.width() - 2 * S2, top - RULER)
        look.bold.draw(p, cues, "Cues")
        p.fillRect(QRectF(0, top - 1, self.width(), 1), look.border)
        p.fillRect(QRectF(0, RULER - 1, self.width(), 1), look.border)
        p.fillRect(QRectF(self.width() - 1, 0, 1, self.height()), look.border)
        p.end()

    def _row(self, p: QPainter, look: Look, row: Row, y: float, focused: bool) -> None:
        rect = QRectF(0, y, self.width() - 1, row.height)
        p.fillRect(rect, look.raised)
        p.fillRect(QRectF(0, y, 3, row.height), QColor(look.theme.picture if row.kind == "Video" else look.theme.sound))
        heard = row.kind != "Audio" or self.model.is_heard(row.track)
        p.setPen(look.text if heard else look.dim)
        right = self.button(row, "M").left() if row.kind == "Audio" else self.width() - S1
        look.labels.draw(p, QRectF(S2 + S1, y, right - S2 - 2 * S1, row.height), row.name)
        if row.kind == "Audio":
            self._button(p, look, row, "M", QColor(look.theme.warning))
            self._button(p, look, row, "S", look.accent)
        if focused:
            outlined(p, rect.adjusted(1, 0, 0, 0), QPen(look.accent, 1.5), 2)

    def _button(self, p: QPainter, look: Look, row: Row, which: str, colour: QColor) -> None:
        """A letter in a frame; pressed it is full, so the shape tells as well as the colour."""
        rect, pressed = self.button(row, which), self.is_pressed(row, which)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(QPen(colour if pressed else look.border, 1))
        p.setBrush(colour if pressed else look.panel)
        p.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        p.setPen(look.ink if pressed else look.dim)
        look.bold.draw(p, rect, which, Qt.AlignmentFlag.AlignHCenter)

    # --- mouse and keyboard ---

    def _hit(self, at: QPointF) -> tuple[Row | None, str]:
        row = self.places.row_at(at.y())
        found = (which for which in "MS" if row and self.button(row, which).adjusted(-1, -2, 1, 2).contains(at))
        return row, next(found, "")

    def mousePressEvent(self, event) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.position().x() >= self.width() - _GRIP:
            self._pulled = True
            return
        row, which = self._hit(event.position())
        if row:
            self.current = self.rows().index(row)
        if which:
            self.press(row, which, alone=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        self.update()

    def mouseMoveEvent(self, event) -> None:
        if self._pulled:
            self.view.set_header_width(round(event.position().x()))
            return
        grip = event.position().x() >= self.width() - _GRIP
        self.setCursor(Qt.CursorShape.SplitHCursor if grip else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event) -> None:
        self._pulled = False

    def wheelEvent(self, event) -> None:
        self.view.scroll_tracks(event)

    def keyPressEvent(self, event) -> None:
        rows, key = self.rows(), event.key()
        if not rows:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.current = max(0, min(len(rows) - 1, self.current + (1 if key == Qt.Key.Key_Down else -1)))
            self.view.show_row(rows[self.current])
            self._tell()
        elif key in (Qt.Key.Key_M, Qt.Key.Key_S):
            self.press(rows[self.current], "M" if key == Qt.Key.Key_M else "S")
        else:
            super().keyPressEvent(event)

    def event(self, event) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and not event.modifiers():
            if event.key() in (Qt.Key.Key_M, Qt.Key.Key_S, Qt.Key.Key_Up, Qt.Key.Key_Down):
                event.accept()
                return True
        if event.type() == QEvent.Type.ToolTip:
            row, which = self._hit(QPointF(event.pos()))
            told = f"{_MEANINGS[which][0]} {row.name}" if which else self.describe(row) if row else ""
            QToolTip.showText(event.globalPos(), told, self)
            return True
        return super().event(event)

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.update()

    def contextMenuEvent(self, event) -> None:
        self.view.show_menu("tracks", event.globalPos())
