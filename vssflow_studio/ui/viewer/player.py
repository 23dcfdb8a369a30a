"""Plays the timeline: sound leads and the picture follows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtMultimedia import QMediaDevices

from ...media.sound_cache import RATE, SoundCache
from ...media.span import Span
from ...timeline.clips import ClipView, visible_picture
from ...timeline.cues import Cue, Take
from ...timeline.timecode import range_of, seconds
from .. import model as models
from ..takes.sound import with_other_take
from .frames import FrameReader
from .grains import Grains
from .monitor import Monitor, Output, open_output
from .programme import Course, Programme

SLOW, _FASTEST = 0.25, 8
_SOUND_UP_TO = 2  # times the natural speed; faster sound tells nothing
_PREROLL = 0.5  # seconds before a looped cue
_TURN = 8  # milliseconds between two looks at the clock
_IDLE = 4000  # milliseconds of silence after which the sound device is let go


class Player(QObject):
    """Plays the model's timeline from the playhead; moves the playhead while it plays.

    `speed` is 1, 2, 4 or 8, ¼ for slow, negative backwards, 0 when it stands. Time is always
    what the output has let be heard; without a sound device that is a plain clock. `dropped`
    counts the pictures that were not shown in time since play began.

    Signals:
        speed_changed(float)
        dropped_changed(int)
        noted(str): what to read where there is no picture; empty where there is one.
        take_played(float): where in its WAV the take that sounds alone is, −1 when it is over.
        audition_changed(): another take is heard in place of the circled one, or none any more.
    """

    speed_changed = Signal(float)
    dropped_changed = Signal(int)
    noted = Signal(str)
    take_played = Signal(float)
    audition_changed = Signal()
    _mixed = Signal(int)

    def __init__(
        self,
        model: models.StudioModel,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
        opened: Callable[[Monitor, Callable[[], float]], Output] = open_output,
    ) -> None:
        super().__init__(parent)
        self.model, self.speed, self.scrubbing, self.dropped = model, 0.0, False, 0
        self.reader, self.monitor, self.cache = FrameReader(self), Monitor(), SoundCache()
        self.reader.failed.connect(lambda name: self.noted.emit(f"Can't be shown: {os.path.basename(name)}"))
        self.auditioned: tuple[str, Take] | None = None
        self._clock, self._opened, self._output = clock, opened, None
        self._timer, self._idle = QTimer(self), QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._let_go)
        self._mixed.connect(self._begin)
        self._sounds: list[Span] | None = None
        self._programme: Programme | None = None
        self._alone: Programme | None = None
        self._loop: tuple[float, float] | None = None
        self._end: float | None = None
        self._request, self._put, self._base, self._skipped = 0, 0.0, 0, 0
        self._begun_at, self._alone_begin = 0.0, 0.0
        self.grains = Grains(self.monitor, self.cache, lambda: self._sounds or [])
        self._devices: QMediaDevices | None = None
        for what in (models.PLAYHEAD, models.TIMELINE, models.PROJECT):
            model.listen(what, self._show)
        model.listen(models.PLAYHEAD, self._scrubbed)
        for what in (models.PROJECT, models.TRACKS, models.TIMELINE):
            model.listen(what, self._renew)
        model.listen(models.SELECTION, self._selected)

    # --- what the editor does ---

    @property
    def playing(self) -> bool:
        """Whether it plays, at any speed."""
        return self.speed != 0

    @property
    def looping(self) -> bool:
        """Whether it plays round and round."""
        return self.playing and self._loop is not None

    @property
    def begun_at(self) -> float:
        """The frame at which it last began to play."""
        return self._begun_at

    def toggle(self) -> None:
        """Play at speed 1, or pause."""
        self.pause() if self.playing else self.shuttle(1)

    def shuttle(self, direction: int) -> None:
        """Forwards (1) or backwards (-1): at speed 1 first, each time again twice as fast.

        Forwards begins anew at the timeline's end; backwards at its first frame does nothing.
        """
        if not self._may_go(direction):
            return
        again = self.speed * direction >= 1
        self._run(max(-_FASTEST, min(_FASTEST, 2 * self.speed)) if again else direction)

    def slow(self, direction: int) -> None:
        """A quarter of the speed, as long as the keys are held."""
        if self._may_go(direction):
            self._run(direction * SLOW)

    def loop(self) -> None:
        """Round and round the marked range, else the selected cue with some pre-roll; again, and it stops."""
        if self.looping:
            self.pause()
            return
        around = self._looped_range()
        if around is not None:
            self._play_from(around[0], loop=around)

    def play_marked(self) -> None:
        """From the in point (else the first frame) to the out point (else the end), and stop there."""
        begin, end = self.model.marks
        if self.model.timeline:
            first = float(seconds(begin)) if begin is not None else 0.0
            self._play_from(first, end=float(seconds(end)) if end is not None else None)

    def play_range(self, range_: TimeRange) -> None:
        """From its first frame to its last, and stop there."""
        if self.model.timeline:
            self._play_from(float(seconds(range_.start_time)), end=float(seconds(range_.end_time_exclusive())))

    def step(self, frames: int) -> None:
        """Pause and move the playhead by whole frames; the sound of the frame is heard."""
        self.pause()
        self.model.seek(self.model.playhead.value + frames)
        self._sound_frame()

    def pause(self) -> None:
        """Stop where it is."""
        self._silence()
        self._timer.stop()
        self._set_speed(0)
        self._loop = self._end = None
        self.audition(None, None)
        self._idle.start(_IDLE)

    def close(self) -> None:
        """Stop, and end the threads: none of them may outlive the window."""
        for programme in (self._programme, self._alone):
            if programme:
                programme.close(wait=True)
        self.pause()
        self.stop_take()
        self._let_go(True)
        self.grains.close()
        self.reader.close()

    # --- takes ---

    def play_take(self, path: Path, begin: float, end: float) -> None:
        """Let the WAV of a take sound alone, from `begin` to `end` seconds of it; the timeline stands."""
        self.pause()
        self.stop_take()
        span = Span(str(path), begin, 0.0, end - begin)
        self._request += 1
        number, self._alone_begin = self._request, begin
        course = Course(0.0, end - begin)
        self._alone = Programme(lambda: [span], course, self.cache, lambda: self._say_mixed(number))
        self._open()

    def stop_take(self) -> None:
        """Let the take that sounds alone be silent."""
        if self._alone:
            programme, self._alone = self._alone, None
            self.monitor.remove(programme)
            programme.close()
            self.take_played.emit(-1.0)
            self._idle.start(_IDLE)

    def audition(self, cue: Cue | None, take: Take | None) -> None:
        """While it plays, hear `take` in place of the cue's circled one, without a gap; None ends that."""
        wanted = (cue.id, take) if cue and take and self.playing else None
        if wanted == self.auditioned:
            return
        self.auditioned = wanted
        self._renew()
        self.audition_changed.emit()

    # --- playing ---

    def _may_go(self, direction: int) -> bool:
        if not self.model.timeline:
            return False
        at_end = self.model.playhead.value >= self.model.duration.value - 1
        if direction > 0 and at_end and not self.playing:
            self.model.seek(0)
        return direction > 0 or self.model.playhead.value > 0

    def _run(self, speed: float) -> None:
        if speed != self.speed:
            self._set_speed(speed)
            self._go()

    def _play_from(self, begin: float, end: float | None = None, loop=None) -> None:
        self.pause()
        self.model.seek(begin * self.model.rate)
        self._loop, self._end = loop, end
        self._run(1)

    def _looped_range(self) -> tuple[float, float] | None:
        """Seconds: the marked range, else the selected cue with pre-roll, else nothing."""
        range_, early = self.model.marked, 0.0
        if range_ is None and self.model.cue:
            range_, early = self.model.cue.range, _PREROLL
        if range_ is None or not self.model.timeline:
            return None
        begin = max(0.0, float(seconds(range_.start_time)) - early)
        end = min(float(seconds(range_.end_time_exclusive())), float(seconds(self.model.duration)))
        return (begin, end) if end - begin > 0.05 else None

    def _go(self) -> None:
        """Play from the playhead, as soon as the first of its sound is mixed."""
        self.stop_take()
        self._silence()
        self._timer.stop()
        self._request += 1
        self._put, self._skipped, self.reader.replaced = self.model.playhead.value, 0, 0
        self._count_drops()
        number, begin = self._request, float(seconds(self.model.playhead))
        self._begun_at = self._put
        end = self._end if self._end is not None else float(seconds(self.model.duration))
        inside = self._loop and self._loop[0] <= begin < self._loop[1] and self.speed == 1
        self._loop = self._loop if inside else None
        course = Course(begin, max(begin, end), self.speed, self._loop)
        heard = self._heard if abs(self.speed) <= _SOUND_UP_TO else list
        self._programme = Programme(heard, course, self.cache, lambda: self._say_mixed(number))
        self._heard()
        self._open()  # slow the first time, so while that is mixed

    def _say_mixed(self, number: int) -> None:
        try:
            self._mixed.emit(number)
        except RuntimeError:
            pass  # the window is gone

    def _begin(self, number: int) -> None:
        programme = self._alone or self._programme
        if programme and number == self._request:
            self._output.heard()  # a window that was busy has no sound to catch up with
            self._base = self.monitor.add(programme)
            self._timer.start(_TURN)

    def tick(self) -> None:
        """Put the playhead where the sound is."""
        if self._output and not self._output.works:
            self._reopen()
        if self._alone:
            self._follow_take()
            return
        if self.model.playhead.value != self._put:  # someone else has moved it
            self._go()
            return
        course = self._programme.course
        passed = max(0.0, (self._output.heard() - self._base) / RATE)
        at = course.place(passed) * float(self._exact_rate())
        if passed >= course.length:
            last = course.end * self.model.rate - (1 if self._end is not None else 0)
            self.model.seek(last if self.speed > 0 else 0)
            self.pause()
        elif int(at + 1e-6) != self._put:
            if self.speed == 1 and at > self._put:
                self._skipped += int(at + 1e-6) - int(self._put) - 1
            self.model.seek(int(at + 1e-6))
            self._put = self.model.playhead.value
            self._count_drops()

    def _exact_rate(self) -> Fraction:
        one = RationalTime(1, self.model.rate)
        return 1 / seconds(one)

    def _count_drops(self) -> None:
        dropped = self._skipped + self.reader.replaced if self.speed == 1 else 0
        if dropped != self.dropped:
            self.dropped = dropped
            self.dropped_changed.emit(dropped)

    def _follow_take(self) -> None:
        passed = (self._output.heard() - self._base) / RATE
        if passed >= self._alone.course.length:
            self._timer.stop()
            self.stop_take()
        else:
            self.take_played.emit(self._alone_begin + max(0.0, passed))

    def _set_speed(self, speed: float) -> None:
        if speed != self.speed:
            self.speed = speed
            self.speed_changed.emit(speed)

    def _silence(self) -> None:
        if self._programme:
            self.monitor.remove(self._programme)
            self._programme.close()
            self._programme = None

    # --- the output ---

    def _open(self) -> None:
        self._idle.stop()
        if self._output is None:
            self._output = self._opened(self.monitor, self._clock)
        if self._devices is None and self._opened is open_output:
            self._devices = QMediaDevices(self)
            self._devices.audioOutputsChanged.connect(self._reopen)

    def _reopen(self) -> None:
        """Another device is there, or the one that was is gone: go on with what there is."""
        if self._output:
            self._output.close()  # what it still held is not heard any more, and the picture skips it too
            self._output = self._opened(self.monitor, self._clock)

    def _let_go(self, at_once: bool = False) -> None:
        if self._output and (at_once or not (self.playing or self._alone)):
            self._output.close()
            self._output = None

    # --- what is heard and seen ---

    def _heard(self) -> list[Span]:
        if self._sounds is None:
            sounds = self.model.sounds()
            self._sounds = self._with_audition(sounds)
        return self._sounds

    def _with_audition(self, sounds: list[Span]) -> list[Span]:
        cue = self.model.find(self.auditioned[0]) if self.auditioned else None
        if cue is None or self.model.path is None:
            return sounds
        model = self.model
        return with_other_take(sounds, cue, self.auditioned[1], model.path.resolve().parent, model.relinked)

    def _renew(self) -> None:
        """What is heard follows the edit, at once."""
        if not self._programme:
            self._sounds = None
            return
        before, self._sounds = self._sounds, None
        if self._heard() != before:
            self._programme.renew()

    def _selected(self) -> None:
        if self.auditioned and self.model.selected_cue != self.auditioned[0]:
            self.audition(None, None)

    def _scrubbed(self) -> None:
        if self.scrubbing and not self.playing:
            self._sound_frame()

    def _sound_frame(self) -> None:
        if self.model.timeline:
            self._heard()
            self._open()
            self.grains.want(float(seconds(self.model.playhead)), 1 / self.model.rate)
            self._idle.start(_IDLE)

    def _show(self) -> None:
        """Ask for the picture at the playhead."""
        if not self.model.timeline:
            return
        now = self.model.playhead
        pieces = visible_picture(self.model.views, range_of(now, now + RationalTime(1, now.rate)))
        view = pieces[0][0] if pieces else None
        if view is None or view.media is None:
            self.noted.emit(_offline(view) if view else "")
            self.reader.want("", 0.0)
            return
        self.noted.emit("")
        into = float(seconds(now - view.record.start_time)) * view.speed
        self.reader.want(str(view.media), float(view.media_start + Fraction(into)) + 0.25 / now.rate)


def _offline(view: ClipView) -> str:
    return f"Offline: {os.path.basename(view.media_name or view.name)}\nTimeline ▸ Offline Media… finds it."
