"""A take drawn: waveform over spectrogram, the cue's range, and handles for trims and fades."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...media.sound_picture import SoundPicture
from ...timeline.adjustments import bounded
from ...timeline.cues import Adjustment, Take
from ...timeline.timecode import seconds
from ..look import theme as themes

_GRAB = 7  # pixels within which a handle is grabbed
_KNOB = 4  # pixels, half of a fade's handle
_NAMES = {"trim_in": "Trim take", "trim_out": "Trim take", "fade_in": "Fade take", "fade_out": "Fade take", "slip": "Slip take"}


def spectrum_image(spectrum: np.ndarray, theme: themes.Theme) -> QImage:
    """A spectrogram in the theme's colours: nothing is the panel's, full is the accent's."""
    low, high = (np.array(QColor(c).getRgb()[:3], float) for c in (theme.window, theme.accent))
    level = (spectrum[::-1].astype(float) / 255)[..., None]
    bright = np.array([255, 255, 255] if theme.dark else QColor(theme.text).getRgb()[:3], float)
    colours = low + (high - low) * np.minimum(1, level * 1.6) + (bright - high) * np.maximum(0, level - 0.62) * 2.2
    pixels = np.ascontiguousarray(np.clip(colours, 0, 255).astype(np.uint8))
    height, width = spectrum.shape
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def draw_wave(p: QPainter, area: QRectF, peaks: np.ndarray, colour: QColor, gain: float = 1.0) -> None:
    """The waveform as one shape, full scale as high as `area`."""
    if not len(peaks):
        return
    middle, half, step = area.center().y(), area.height() / 2, area.width() / len(peaks)
    low, high = (np.clip(peaks * gain, -1, 1)).T
    xs = area.left() + (np.arange(len(peaks)) + 0.5) * step
    upper = [QPointF(x, y) for x, y in zip(xs, middle - high * half - 0.3, strict=True)]
    lower = [QPointF(x, y) for x, y in zip(xs, middle - low * half + 0.3, strict=True)]
    path = QPainterPath()
    path.addPolygon(upper + lower[::-1])
    p.fillPath(path, colour)


class TakeWave(QWidget):
    """One take, its time counted from the cue's first frame.

    Drag an end to trim, a round handle to fade, the middle with Alt to slip. `span` (seconds
    before and after the cue's start) and `full` (the sample that fills the height) are the
    scale, so that two of them can be compared.

    Signals:
        adjusted(object, str): an Adjustment and the name of the edit.
        play_asked(float): play from this second after the cue's start.
    """

    adjusted = Signal(object, str)
    play_asked = Signal(float)

    def __init__(self, title: str = "Take") -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setMinimumHeight(64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.take: Take | None = None
        self.picture: SoundPicture | None = None
        self.label, self.note = "", ""
        self.span, self.full, self.cursor_at = (0.0, 1.0), 1.0, None
        self._shown, self._drag = Adjustment(), None
        self._image: tuple[int, bool, QImage] | None = None

    def sizeHint(self) -> QSize:
        return QSize(280, 104)

    def show_take(
        self,
        take: Take | None,
        picture: SoundPicture | None,
        adjustment: Adjustment,
        label: str,
        note: str = "",
    ) -> None:
        """Draw another take, or the same one otherwise adjusted; `note` is read where there is no picture."""
        self.take, self.picture, self.label, self.note = take, picture, label, note
        if not self._drag:
            self._shown = adjustment
        self.update()

    def show_cursor(self, at: float | None) -> None:
        """Where it is heard now, in seconds from the cue's start."""
        if at != self.cursor_at:
            self.cursor_at = at
            self.update()

    # --- places ---

    def x_of(self, second: float) -> float:
        """The x of a second counted from the cue's start."""
        begin, end = self.span
        return (second - begin) / (end - begin) * self.width()

    def second_at(self, x: float) -> float:
        """The second, counted from the cue's start, at an x."""
        begin, end = self.span
        return begin + x / max(1, self.width()) * (end - begin)

    def handles(self) -> dict[str, QPointF]:
        """Where each handle is."""
        one, length = self._shown, float(seconds(self.take.duration))
        begin, end, half = one.trim_in, length - one.trim_out, self._wave_height() / 2
        return {
            "fade_in": QPointF(self.x_of(begin + one.fade_in), _KNOB + 2),
            "fade_out": QPointF(self.x_of(end - one.fade_out), _KNOB + 2),
            "trim_in": QPointF(self.x_of(begin), half + _GRAB),
            "trim_out": QPointF(self.x_of(end), half + _GRAB),
        }

    def _wave_height(self) -> float:
        return self.height() * 0.55

    def _handle_at(self, at: QPointF) -> str:
        if self.take is None:
            return ""
        for name, place in self.handles().items():
            near = abs(at.x() - place.x()) <= _GRAB
            if near and (name.startswith("trim") or at.y() <= place.y() + _GRAB):
                return name
        return ""

    # --- painting ---

    def paintEvent(self, event) -> None:
        p, t = QPainter(self), themes.current()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        p.fillRect(self.rect(), QColor(t.window))
        if self.take is None or self.picture is None:
            p.setPen(QColor(t.dim))
            p.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.note)
            return
        self._paint_sound(p, t)
        self._paint_adjustment(p, t)
        self._paint_label(p, t)
        if self.cursor_at is not None:
            x = self.x_of(self.cursor_at)
            p.setPen(QPen(QColor(t.playhead), 1.5))
            p.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_label(self, p: QPainter, t: themes.Theme) -> None:
        wide = p.fontMetrics().horizontalAdvance(self.label) + 8
        where, ground = QRectF(3, self.height() - themes.px(17) - 3, wide, themes.px(17)), QColor(t.panel)
        ground.setAlpha(215)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(ground)
        p.drawRoundedRect(where, 3, 3)
        p.setPen(QColor(t.text))
        p.drawText(where, Qt.AlignmentFlag.AlignCenter, self.label)

    def _paint_sound(self, p: QPainter, t: themes.Theme) -> None:
        head, picture = float(seconds(self.take.head)), self.picture
        left = self.x_of(self._shown.slip - head)
        width = self.x_of(self._shown.slip - head + picture.seconds) - left
        wave = self._wave_height()
        if self._image is None or self._image[:2] != (id(picture), t.dark):
            self._image = id(picture), t.dark, spectrum_image(picture.spectrum, t)
        p.drawImage(QRectF(left, wave, width, self.height() - wave), self._image[2])
        gain = 10 ** (self._shown.gain / 20) / self.full
        draw_wave(p, QRectF(left, 1, width, wave - 2), picture.peaks, QColor(t.accent), gain)

    def _paint_adjustment(self, p: QPainter, t: themes.Theme) -> None:
        places, one = self.handles(), self._shown
        begin, end = places["trim_in"].x(), places["trim_out"].x()
        veil = QColor(t.panel)
        veil.setAlpha(190)
        p.fillRect(QRectF(0, 0, begin, self.height()), veil)
        p.fillRect(QRectF(end, 0, self.width() - end, self.height()), veil)
        for x in (self.x_of(0), self.x_of(float(seconds(self.take.duration)))):  # the cue's own ends
            p.setPen(QPen(QColor(t.dim), 1, Qt.PenStyle.DashLine))
            p.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        p.setPen(QPen(QColor(t.text), 1.5))
        for x in (begin, end):
            p.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        bottom, top = self._wave_height(), _KNOB + 2.0
        for edge, place, fade in ((begin, places["fade_in"], one.fade_in), (end, places["fade_out"], one.fade_out)):
            if fade:
                curve = QPainterPath(QPointF(edge, bottom))
                middle = (edge + place.x()) / 2
                curve.cubicTo(QPointF(middle, bottom), QPointF(middle, top), QPointF(place.x(), top))
                p.drawPath(curve)
            p.setBrush(QColor(t.panel))
            p.drawEllipse(place, _KNOB, _KNOB)
            p.setBrush(Qt.BrushStyle.NoBrush)

    # --- mouse ---

    def mousePressEvent(self, event) -> None:
        if self.take is None or self.picture is None or event.button() != Qt.MouseButton.LeftButton:
            return
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        name = "slip" if alt else self._handle_at(event.position())
        self._drag = (name, event.position().x(), self._shown)

    def mouseMoveEvent(self, event) -> None:
        at = event.position()
        if self._drag is None:
            handle = self._handle_at(at)
            self.setCursor(Qt.CursorShape.SizeHorCursor if handle else Qt.CursorShape.ArrowCursor)
            self.setToolTip(_HINTS.get(handle.split("_")[0], _HINTS[""]))
            return
        name, x, before = self._drag
        if name:
            moved = self.second_at(at.x()) - self.second_at(x)
            moved = -moved if name in ("trim_out", "fade_out") else moved
            changed = replace(before, **{name: getattr(before, name) + moved})
            self._shown = bounded(changed, self.take)
            self.update()

    def mouseReleaseEvent(self, event) -> None:
        if self._drag is None:
            return
        (name, x, before), self._drag = self._drag, None
        if name and self._shown != before:
            self.adjusted.emit(self._shown, _NAMES[name])
        elif not name and abs(event.position().x() - x) < 4:
            self.play_asked.emit(self.second_at(x))


_HINTS = {
    "": "Click to play from here; drag an end to trim it, a round handle to fade.\nHold Alt and drag to slip the sound.",
    "trim": "Drag to trim; the WAV stays whole.",
    "fade": "Drag to fade.",
}
