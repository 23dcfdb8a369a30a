"""Plays the timeline: sound leads and the picture follows."""

from __future__ import annotations

import time
from fractions import Fraction

from opentimelineio.opentime import RationalTime
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtMultimedia import QAudioDevice, QAudioFormat, QAudioSink, QMediaDevices

from ..media.span import Span
from ..timeline.clips import visible_picture
from ..timeline.timecode import range_of, seconds
from . import model as models
from .frames import FrameReader
from .programme import RATE, Programme, ProgrammeDevice

_FASTEST = 4


class Player(QObject):
    """Plays the model's timeline from the playhead; moves the playhead while it plays.

    `speed` is 1, 2 or 4, negative backwards, 0 when it stands. Only speed 1 has sound,
    and then the sound device's clock leads; else, and without a device, a plain clock.

    Signals:
        speed_changed(int)
    """

    speed_changed = Signal(int)
    _mixed = Signal(int)

    def __init__(self, model: models.StudioModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model, self.speed = model, 0
        self.reader = FrameReader(self)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._mixed.connect(self._begin)
        self._sounds: list[Span] = []
        self._programme: Programme | None = None
        self._device: ProgrammeDevice | None = None
        self._sink: QAudioSink | None = None
        self._output = QAudioDevice()
        self._request, self._put, self._clock = 0, 0.0, 0.0
        for what in (models.PLAYHEAD, models.TIMELINE, models.PROJECT):
            model.listen(what, self._show)
        model.listen(models.PROJECT, self._hear)

    @property
    def playing(self) -> bool:
        """Whether it plays, at any speed."""
        return self.speed != 0

    def toggle(self) -> None:
        """Play at speed 1, or pause."""
        self.pause() if self.playing else self.shuttle(1)

    def shuttle(self, direction: int) -> None:
        """Forwards (1) or backwards (-1): at speed 1 first, each time again twice as fast.

        Forwards begins anew at the timeline's end; backwards at its first frame does nothing.
        """
        if not self.model.timeline:
            return
        at_end = self.model.playhead.value >= self.model.duration.value - 1
        if direction > 0 and at_end and not self.playing:
            self.model.seek(0)
        if direction < 0 and self.model.playhead.value <= 0:
            return
        again = self.speed * direction > 0
        self._run(max(-_FASTEST, min(_FASTEST, 2 * self.speed)) if again else direction)

    def pause(self) -> None:
        """Stop where it is."""
        self._silence()
        self._timer.stop()
        self._set_speed(0)

    def close(self) -> None:
        """Stop, and end the threads."""
        self.pause()
        self.reader.close()

    def _run(self, speed: int) -> None:
        if speed != self.speed:
            self._set_speed(speed)
            self._go()

    def _go(self) -> None:
        """Play from the playhead; with sound as soon as the first of it is mixed."""
        self._silence()
        self._timer.stop()
        self._request += 1
        self._put = self.model.playhead.value
        if self.speed != 1:
            self._begin(self._request)
            return
        begin, end = float(seconds(self.model.playhead)), float(seconds(self.model.duration))
        number, self._sounds = self._request, self.model.sounds()
        self._programme = Programme(lambda: self._sounds, begin, end, lambda: self._say_mixed(number))
        self._output = QMediaDevices.defaultAudioOutput()  # slow the first time, so while that is mixed

    def _say_mixed(self, number: int) -> None:
        try:
            self._mixed.emit(number)
        except RuntimeError:
            pass  # the window is gone

    def _begin(self, number: int) -> None:
        if not self.playing or number != self._request:
            return
        self._clock, self._start = time.monotonic(), self._put
        if self._programme and not self._output.isNull():
            form = QAudioFormat()
            form.setSampleRate(RATE)
            form.setChannelCount(2)
            form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
            self._device = ProgrammeDevice(self._programme, self)
            self._sink = QAudioSink(self._output, form, self)
            self._sink.start(self._device)
        self._timer.start(max(10, round(500 / self.model.rate)))

    def _tick(self) -> None:
        if self.model.playhead.value != self._put:  # someone else has moved it
            self._go()
            return
        elapsed = self._sink.processedUSecs() / 1e6 if self._sink else time.monotonic() - self._clock
        at = self._start + self.speed * elapsed * self.model.rate
        if not 0 <= at < self.model.duration.value:
            self.model.seek(at)
            self.pause()
        elif int(at) != self._put:
            self.model.seek(int(at))
            self._put = self.model.playhead.value

    def _set_speed(self, speed: int) -> None:
        if speed != self.speed:
            self.speed = speed
            self.speed_changed.emit(speed)

    def _silence(self) -> None:
        if self._sink:
            self._sink.stop()
            self._sink.deleteLater()
            self._device.deleteLater()
            self._sink = self._device = None
        if self._programme:
            self._programme.close()
            self._programme = None

    def _hear(self) -> None:
        """What is mixed from now on follows the edit."""
        if self._programme:
            self._sounds = self.model.sounds()

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
