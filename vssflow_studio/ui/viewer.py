"""Picture and sound of the timeline: decode on a thread, sound by the system's clock."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
from opentimelineio.opentime import RationalTime
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices
from PySide6.QtWidgets import QWidget

from ..errors import StudioError
from ..media.mixdown import mix
from ..media.span import Span
from ..media.video import opened
from ..timeline.clips import visible_picture
from ..timeline.timecode import range_of, seconds
from . import model as models
from . import theme as themes

_RATE = 48_000
_AHEAD = 60.0  # seconds of programme mixed when play is pressed


class Screen(QWidget):
    """The picture at the playhead, as large as fits."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.setMinimumSize(240, 135)
        self.setAccessibleName("Viewer")

    def show_image(self, image: QImage | None) -> None:
        """None is black."""
        self.image = image
        self.update()

    def paintEvent(self, event) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), QColor("#000000" if themes.current().dark else "#101216"))
        if self.image is None or self.image.isNull():
            return
        p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = min(self.width() / self.image.width(), self.height() / self.image.height())
        width, height = self.image.width() * scale, self.image.height() * scale
        p.drawImage(QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height), self.image)


class FrameReader(QObject):
    """Decodes the one frame that is wanted most recently, on a thread of its own.

    Signals:
        shown(QImage): the picture; a null image where there is none.
    """

    shown = Signal(QImage)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: tuple[str, float] | None = None
        self._new, self._closed = threading.Condition(), False
        self._thread = threading.Thread(target=self._serve, daemon=True, name="frames")
        self._thread.start()

    def want(self, media: str, second: float) -> None:
        """Show this next; what was wanted before and is not yet shown is dropped."""
        with self._new:
            self._wanted = (media, second)
            self._new.notify()

    def close(self) -> None:
        """End the thread."""
        with self._new:
            self._closed = True
            self._new.notify()
        self._thread.join(timeout=2)

    def _serve(self) -> None:
        media, frames, at = "", None, 0.0
        while True:
            with self._new:
                self._new.wait_for(lambda: self._wanted is not None or self._closed)
                if self._closed:
                    return
                (name, second), self._wanted = self._wanted, None
            image = QImage()
            if name:
                try:
                    if name != media or frames is None or not at - 0.02 <= second < at + 1.0:
                        frames = _Frames(name, second)
                    image, media = frames.at(second), name
                    at = second
                except StudioError:
                    frames = None
            try:
                self.shown.emit(image)
            except RuntimeError:
                return


class _Frames:
    """A file decoded forwards from a time."""

    def __init__(self, media: str, second: float) -> None:
        self._opened = opened(media)
        self._container = self._opened.__enter__()
        self._stream = next(iter(self._container.streams.video), None)
        self._image, self._next = QImage(), None
        if self._stream is None:
            return
        self._stream.thread_type = "AUTO"
        start = (self._stream.start_time or 0) * self._stream.time_base
        self._origin = float(start)
        target = int((second + self._origin) / self._stream.time_base)
        self._container.seek(max(0, target), stream=self._stream, backward=True)
        self._decoder = self._container.decode(self._stream)

    def at(self, second: float) -> QImage:
        """The picture seen at `second`, which may only go forwards."""
        shown = None
        while self._stream is not None:
            frame = self._next or next(self._decoder, None)
            self._next = None
            if frame is None:
                break
            if float(frame.pts * self._stream.time_base) - self._origin > second + 1e-4 and (shown or not self._image.isNull()):
                self._next = frame
                break
            shown = frame
        if shown is not None:
            self._image = _to_image(shown)
        return self._image


def _to_image(frame) -> QImage:
    scale = min(1.0, 960 / frame.width)
    width, height = round(frame.width * scale / 2) * 2, round(frame.height * scale / 2) * 2
    pixels = np.ascontiguousarray(frame.to_ndarray(format="rgb24", width=width, height=height))
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class Player(QObject):
    """Plays the model's timeline from the playhead; moves the playhead while it plays.

    The system's sound clock leads and picture follows; without a sound device a plain
    clock leads.

    Signals:
        playing_changed(bool)
        failed(object): a StudioError.
    """

    playing_changed = Signal(bool)
    failed = Signal(object)
    _mixed = Signal(object, int)

    def __init__(self, model: models.StudioModel, screen: Screen, parent=None) -> None:
        super().__init__(parent)
        self.model, self.playing = model, False
        self.reader = FrameReader(self)
        self.reader.shown.connect(screen.show_image)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._mixed.connect(self._begin)
        self._sink: QAudioSink | None = None
        self._buffer: QBuffer | None = None
        self._request = 0
        for what in (models.PLAYHEAD, models.TIMELINE, models.PROJECT):
            model.listen(what, self._show)

    def toggle(self) -> None:
        """Play or pause."""
        self.pause() if self.playing else self.play()

    def play(self) -> None:
        """From the playhead; from the start when it stands at the end."""
        if not self.model.timeline or self.playing:
            return
        if self.model.playhead.value >= self.model.duration.value - 1:
            self.model.seek(0)
        self.playing, self._request = True, self._request + 1
        self.playing_changed.emit(True)
        start, number = float(seconds(self.model.playhead)), self._request
        spans = [s for span in self.model.sounds() if (s := _from(span, start)).duration > 0]
        total = min(_AHEAD, float(seconds(self.model.duration)) - start)

        def work() -> None:
            try:
                programme = mix([s for s in spans if s.offset < total], total, _RATE)
            except StudioError as error:  # the picture still plays
                self.failed.emit(error)
                programme = np.zeros((round(total * _RATE), 2), np.float32)
            self._mixed.emit((programme.clip(-1, 1) * 32767).astype(np.int16).tobytes(), number)

        threading.Thread(target=work, daemon=True, name="mix").start()

    def pause(self) -> None:
        """Stop where it is."""
        self._timer.stop()
        if self._sink:
            self._sink.stop()
            self._sink = None
        if self.playing:
            self.playing = False
            self.playing_changed.emit(False)

    def close(self) -> None:
        """Stop, and end the threads."""
        self.pause()
        self.reader.close()

    def _begin(self, programme: bytes, number: int) -> None:
        if not self.playing or number != self._request:
            return
        self._start, self._length = self.model.playhead.value, len(programme) / 4 / _RATE
        self._clock = time.monotonic()
        device = QMediaDevices.defaultAudioOutput()
        if not device.isNull():
            form = QAudioFormat()
            form.setSampleRate(_RATE)
            form.setChannelCount(2)
            form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
            self._buffer = QBuffer(self)
            self._buffer.setData(QByteArray(programme))
            self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
            self._sink = QAudioSink(device, form, self)
            self._sink.start(self._buffer)
        self._timer.start(max(10, round(500 / self.model.rate)))

    def _tick(self) -> None:
        elapsed = time.monotonic() - self._clock
        if self._sink:
            elapsed = self._sink.processedUSecs() / 1e6
        if elapsed >= self._length:
            self.model.seek(self._start + self._length * self.model.rate)
            self.pause()
            if self.model.playhead.value < self.model.duration.value - 1:
                self.play()  # only _AHEAD seconds are mixed at a time
            return
        frame = int(self._start + elapsed * self.model.rate)
        if frame != self.model.playhead.value:
            self.model.seek(frame)

    def _show(self) -> None:
        """Ask for the picture at the playhead."""
        if not self.model.timeline:
            return
        now = self.model.playhead
        one = range_of(now, now + RationalTime(1, now.rate))
        pieces = visible_picture(self.model.views, one)
        if not pieces or pieces[0][0].media is None:
            self.reader.want("", 0.0)
            return
        view = pieces[0][0]
        into = float(seconds(now - view.record.start_time)) * view.speed
        self.reader.want(str(view.media), float(view.media_start + Fraction(into)) + 0.25 / now.rate)


def _from(span: Span, start: float) -> Span:
    """The span as heard when playing begins at `start`."""
    late = max(0.0, start - span.offset)
    return replace(
        span,
        media_start=span.media_start + late * span.speed,
        offset=max(0.0, span.offset - start),
        duration=max(0.0, span.duration - late),
    )
