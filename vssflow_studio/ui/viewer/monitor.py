"""What sounds just now, summed, at the editor's volume, on its way to a sound device or to none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Protocol

import numpy as np
from PySide6.QtCore import QIODevice, QLoggingCategory, QObject, Qt, QTimer
from PySide6.QtMultimedia import QAudio, QAudioDevice, QAudioFormat, QAudioSink, QMediaDevices

from ...media.sound_cache import RATE
from ...settings import read_settings

_FRAME = 4  # bytes of a stereo sample of 16 bits
_FADE = RATE // 200  # samples in which what is stopped goes
_BUFFER = 0.06  # seconds that a device may hold; a change is heard that much later
_TURN = 0.01  # seconds between two pulls where there is no device
_STEP = 0.02  # seconds by which devices count what they have played


class Source(Protocol):
    """Something that sounds: `read` gives float32 [count, 2] until it is `over`."""

    over: bool

    def read(self, count: int) -> np.ndarray: ...


class Samples:
    """A few samples, float32 [samples, 2], as a source."""

    def __init__(self, samples: np.ndarray) -> None:
        self._left = samples

    @property
    def over(self) -> bool:
        return not len(self._left)

    def read(self, count: int) -> np.ndarray:
        out = np.zeros((count, 2), np.float32)
        piece, self._left = self._left[:count], self._left[count:]
        out[: len(piece)] = piece
        return out


class Monitor:
    """The sum of some sources, pulled by an output on whatever thread it has.

    `pulled` counts samples. `volume` is 0 … 1 and `muted` silences; the meter shows what
    is played before either.
    """

    def __init__(self) -> None:
        self.pulled, self.volume, self.muted = 0, 1.0, False
        self._sources: list[Source] = []
        self._gain, self._peaks = 1.0, np.zeros(2, np.float32)
        self._lock = threading.Lock()

    def add(self, source: Source) -> int:
        """Let it sound from now on; gives the sample at which it begins."""
        with self._lock:
            self._sources.append(source)
            return self.pulled

    def remove(self, source: Source | None) -> None:
        """Let it go, without a click."""
        with self._lock:
            if source in self._sources:
                self._sources.remove(source)
                fade = np.linspace(1, 0, _FADE, dtype=np.float32)[:, None]
                self._sources.append(Samples(source.read(_FADE) * fade))

    @property
    def sounding(self) -> bool:
        """Whether anything sounds."""
        return bool(self._sources)

    def pull(self, count: int) -> np.ndarray:
        """The next int16 [count, 2]."""
        with self._lock:
            out = np.zeros((count, 2), np.float32)
            for source in self._sources:
                out += source.read(count)
            self._sources = [source for source in self._sources if not source.over]
            self.pulled += count
            gain = 0.0 if self.muted else self.volume**2  # as loudness is felt
            ramp = np.linspace(self._gain, gain, count, dtype=np.float32)[:, None]
            self._gain = gain
            if count:
                self._peaks = np.maximum(self._peaks, np.abs(out).max(0))
        return (np.clip(out * ramp, -1, 1) * 32767).astype(np.int16)

    def peaks(self) -> tuple[float, float]:
        """The highest samples of left and right since this was last asked."""
        with self._lock:
            left, right = self._peaks.tolist()
            self._peaks = np.zeros(2, np.float32)
        return left, right


class MonitorDevice(QIODevice):
    """A monitor as a sound device reads it: never at an end."""

    def __init__(self, monitor: Monitor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._monitor = monitor
        self.open(QIODevice.OpenModeFlag.ReadOnly | QIODevice.OpenModeFlag.Unbuffered)

    def isSequential(self) -> bool:
        return True

    def bytesAvailable(self) -> int:
        return RATE * _FRAME + super().bytesAvailable()

    def readData(self, most: int) -> bytes:
        return self._monitor.pull(most // _FRAME).tobytes()

    def writeData(self, data: bytes) -> int:
        return -1


class Output(Protocol):
    """Pulls from a monitor. `heard` is the sample that is heard just now; `works` until it fails."""

    works: bool

    def heard(self) -> float: ...

    def close(self) -> None: ...


class SteadyClock:
    """Seconds that go on evenly between a device's steps, and never far from what it says.

    A device counts in steps, runs a little fast or slow, and stands still when it stalls.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._then, self._at = clock, clock(), 0.0

    def at(self, said: float) -> float:
        """Now, where the device says `said`."""
        now = self._clock()
        shown = self._at + now - self._then
        shown += 0.1 * (said - shown)
        shown = min(max(shown, said - _STEP), said + _STEP)
        self._then, self._at = now, max(shown, self._at) if shown > self._at - _STEP else shown
        return self._at


class DeviceOutput(QObject):
    """A sound device."""

    def __init__(self, monitor: Monitor, device: QAudioDevice, clock: Callable[[], float]) -> None:
        super().__init__()
        form = QAudioFormat()
        form.setSampleRate(RATE)
        form.setChannelCount(2)
        form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        self._begun, self._clock = monitor.pulled, SteadyClock(clock)
        self._device = MonitorDevice(monitor, self)
        self._sink = QAudioSink(device, form, self)
        self._sink.setBufferSize(round(_BUFFER * RATE) * _FRAME)
        self._sink.start(self._device)

    @property
    def works(self) -> bool:
        return self._sink.error() in (QAudio.Error.NoError, QAudio.Error.UnderrunError)

    def heard(self) -> float:
        waiting = max(0, self._sink.bufferSize() - self._sink.bytesFree()) / (_FRAME * RATE)
        said = max(0.0, self._sink.processedUSecs() / 1e6 - waiting)
        return self._begun + self._clock.at(said) * RATE

    def close(self) -> None:
        self._sink.stop()
        self.deleteLater()


class SilentOutput(QObject):
    """No device: what would be heard is pulled as fast as the clock goes, and let go."""

    works = True

    def __init__(self, monitor: Monitor, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monitor, self._clock = monitor, clock
        self._begun, self._start = monitor.pulled, clock()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.heard)
        self._timer.start(round(1000 * _TURN))

    def heard(self) -> float:
        at = self._begun + (self._clock() - self._start) * RATE
        while (due := int(at) - self._monitor.pulled) > 0:
            self._monitor.pull(min(due, RATE))
        return at

    def close(self) -> None:
        self._timer.stop()
        self.deleteLater()


@cache
def find_devices() -> None:
    """Let Qt load its sound plugin, which takes a moment: better not the one in which somebody presses play.

    It talks while the system's loader is locked. A message handler in Python would wait there for a
    thread that waits for the loader.
    """
    QLoggingCategory.setFilterRules("qt.multimedia.*=false")
    QMediaDevices.defaultAudioOutput()


def open_output(monitor: Monitor, clock: Callable[[], float]) -> Output:
    """The device of the settings, else the system's, else none."""
    find_devices()
    wanted = read_settings().audio_output
    known = QMediaDevices.audioOutputs() if wanted else []
    device = next((one for one in known if one.description() == wanted), QMediaDevices.defaultAudioOutput())
    return SilentOutput(monitor, clock) if device.isNull() else DeviceOutput(monitor, device, clock)
