"""The timeline's sound while it plays, mixed a stretch at a time and a little ahead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QIODevice, QObject

from ..media.mixdown import mix
from ..media.span import Span

RATE = 48_000
_FIRST = RATE  # samples that play waits for; each stretch gives time to mix one twice as long
_LONGEST = 4 * RATE  # samples mixed at a time after that
_JOINT = RATE // 50  # samples over which one stretch fades into the next
_AHEAD = 8 * RATE  # samples that may wait to be heard
_FRAME = 4  # bytes of a stereo sample of 16 bits


def stretches(sounds: Callable[[], list[Span]], begin: float, end: float) -> Iterator[np.ndarray]:
    """float32 [samples, 2] one after the other, from `begin` to `end` seconds of the timeline.

    What is too loud is turned down, and stays so: a level that went up and down would
    be heard. Each stretch is mixed some samples too long and fades into the next, so
    that neither a new level nor a decoder that began elsewhere clicks.
    """
    at, last, length = round(begin * RATE), round(end * RATE), _FIRST
    level, tail = 1.0, np.zeros((0, 2), np.float32)
    while at < last:
        sound = _summed(sounds(), at, min(length + _JOINT, last - at))
        level = min(level, 1 / max(1.0, float(np.abs(sound).max(initial=0.0))))
        sound *= level
        fade = np.linspace(0, 1, len(tail), dtype=np.float32)[:, None]
        head = sound[: len(tail)]
        head[:] = head * fade + tail[: len(head)] * (1 - fade[: len(head)])
        yield sound[:length]
        tail = sound[length:]
        at += length
        length = min(_LONGEST, 2 * length)


def _summed(spans: list[Span], at: int, length: int) -> np.ndarray:
    """float32 [length, 2] from sample `at` on. One span at a time: `mix` would level their sum."""
    out = np.zeros((length, 2), np.float32)
    for span in spans:
        heard = _window(span, at / RATE, length / RATE)
        if heard.duration > 0:
            out += mix([heard], length / RATE, RATE)[:length]
    return out


def _window(span: Span, begin: float, length: float) -> Span:
    """What is heard of the span in `length` seconds from `begin`, counted from there."""
    late = max(0.0, begin - span.offset)
    offset = max(0.0, span.offset - begin)
    duration = min(span.duration - late, length - offset)
    return replace(
        span,
        media_start=span.media_start + late * span.speed,
        offset=offset,
        duration=duration,
        levels=(span.level(begin + offset), span.level(begin + offset + duration)),
    )


class Programme:
    """Sound from `begin` to `end` seconds, mixed on a thread while it is read.

    `on_begun` is called on that thread when the first stretch can be heard. `sounds` is
    asked again before each stretch, also there: a new take is heard without a stop.
    """

    def __init__(
        self, sounds: Callable[[], list[Span]], begin: float, end: float, on_begun: Callable[[], None]
    ) -> None:
        self._stretches, self._on_begun = stretches(sounds, begin, end), on_begun
        self._ready, self._missed = bytearray(), 0
        self._changed, self._closed = threading.Condition(), False
        threading.Thread(target=self._fill, daemon=True, name="mix").start()

    def read(self, most: int) -> bytes:
        """The next `most` bytes (int16 stereo); silence, which is made up for, where nothing is ready."""
        most -= most % _FRAME
        with self._changed:
            piece = bytes(self._ready[:most])
            del self._ready[:most]
            self._missed += most - len(piece)
            self._changed.notify()
        return piece.ljust(most, b"\0")

    def close(self) -> None:
        """Mix no more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _fill(self) -> None:
        begun = False
        try:
            for stretch in self._stretches:
                self._append((stretch * 32767).astype(np.int16).tobytes())
                if not begun:
                    begun = True
                    self._on_begun()
                if not self._wait():
                    return
        finally:
            if not begun:  # no sound at all; the picture still plays
                self._on_begun()

    def _append(self, piece: bytes) -> None:
        with self._changed:
            late = min(self._missed, len(piece))  # silence was heard in its place
            self._ready += piece[late:]
            self._missed -= late

    def _wait(self) -> bool:
        """Until more is needed; False when it never will be."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._ready) <= _AHEAD * _FRAME)
            return not self._closed


class ProgrammeDevice(QIODevice):
    """A programme as a sound device reads it: never at an end, until it is stopped."""

    def __init__(self, programme: Programme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._programme = programme
        self.open(QIODevice.OpenModeFlag.ReadOnly | QIODevice.OpenModeFlag.Unbuffered)

    def isSequential(self) -> bool:
        return True

    def bytesAvailable(self) -> int:
        return _LONGEST * _FRAME + super().bytesAvailable()

    def readData(self, most: int) -> bytes:
        return self._programme.read(most)

    def writeData(self, data: bytes) -> int:
        return -1
