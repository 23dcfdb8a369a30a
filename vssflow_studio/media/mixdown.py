"""Sound spans summed to one programme, a block at a time however long it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import MediaError
from .sound import read_sound, sound_blocks
from .span import Span

BLOCK = 48_000


def mix(spans: Sequence[Span], total: float, sample_rate: int = 48_000) -> np.ndarray:
    """float32 [samples, 2]; spans whose media is missing or silent are left out.

    A preview must not fail for one offline clip. Peaks over full scale are turned
    down as a whole.
    """
    blocks = list(mix_blocks(spans, total, sample_rate))
    out = np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)
    peak = float(np.abs(out).max(initial=0.0))
    return out / peak if peak > 1 else out


def mix_blocks(
    spans: Sequence[Span], total: float, sample_rate: int = 48_000, channels: int = 2
) -> Iterator[np.ndarray]:
    """The sum of `spans`, float32 [up to BLOCK, channels] at a time, at whatever level it has.

    Holds a block of each span that is heard just then.
    """
    count = round(total * sample_rate)
    waiting = sorted(spans, key=lambda span: span.offset, reverse=True)
    heard: list[_Heard] = []
    for begin in range(0, count, BLOCK):
        out = np.zeros((min(BLOCK, count - begin), channels), np.float32)
        while waiting and round(waiting[-1].offset * sample_rate) < begin + len(out):
            heard.append(_Heard(waiting.pop(), sample_rate, channels))
        heard = [one for one in heard if one.add_to(out, begin)]
        yield out


class Spool:
    """A programme on disk, float32 [samples, channels]: written once, read as often as needed.

    `peak` is the largest sample. A film's stereo sound is some gigabytes, too much for memory.
    """

    def __init__(self, file: BinaryIO, channels: int) -> None:
        self._file, self._frame = file, 4 * channels
        self.channels, self.samples, self.peak = channels, 0, 0.0

    def append(self, block: np.ndarray) -> None:
        """Write what follows. Raises OSError when the disk is full."""
        self._file.seek(self.samples * self._frame)
        self._file.write(np.ascontiguousarray(block, np.float32).tobytes())
        self.samples += len(block)
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))

    def read(self, start: int, stop: int) -> np.ndarray:
        """float32 [stop − start, channels], silence outside the programme."""
        first, last = min(max(0, start), self.samples), max(0, min(stop, self.samples))
        self._file.seek(first * self._frame)
        data = self._file.read(max(0, last - first) * self._frame)
        inside = np.frombuffer(data, np.float32).reshape(-1, self.channels)
        if len(inside) == stop - start:
            return inside
        out = np.zeros((stop - start, self.channels), np.float32)
        out[first - start : first - start + len(inside)] = inside
        return out

    def blocks(self, size: int = BLOCK) -> Iterator[np.ndarray]:
        """From the start to the end."""
        for start in range(0, self.samples, size):
            yield self.read(start, min(start + size, self.samples))


@contextmanager
def spooled(blocks: Iterable[np.ndarray], folder: Path, channels: int = 2) -> Iterator[Spool]:
    """`blocks` in a nameless file in `folder`, gone afterwards. Raises OSError."""
    with tempfile.TemporaryFile(dir=folder) as file:
        spool = Spool(file, channels)
        for block in blocks:
            spool.append(block)
        yield spool


class _Heard:
    """A span being heard: its decoder, and what is decoded but not yet summed."""

    def __init__(self, span: Span, sample_rate: int, channels: int) -> None:
        self._blocks, self._span, self._rate = _sound_of(span, sample_rate, channels), span, sample_rate
        self._at = round(span.offset * sample_rate)
        self._rest = np.zeros((0, channels), np.float32)

    def add_to(self, out: np.ndarray, begin: int) -> bool:
        """Add what falls on `out`, which begins at sample `begin`; whether there is more."""
        while self._at < begin + len(out):
            if not len(self._rest):
                try:
                    self._rest = next(self._blocks)
                except (StopIteration, MediaError):
                    return False
            early = max(0, begin - self._at)  # what lies before the programme
            new = self._rest[early : begin + len(out) - self._at]
            place = self._at + early - begin
            out[place : place + len(new)] += new * self._gain(self._at + early, len(new))
            used = min(len(self._rest), early + len(new))
            self._rest, self._at = self._rest[used:], self._at + used
        return True

    def _gain(self, start: int, count: int) -> np.ndarray | float:
        """The span's level from sample `start` on: one number, or [count, 1] in a dissolve."""
        first, last = self._span.levels
        if first == last:
            return first
        ends = self._span.offset, self._span.offset + self._span.duration
        times = (start + np.arange(count)) / self._rate
        return np.interp(times, ends, (first, last)).astype(np.float32)[:, None]


def _sound_of(span: Span, sample_rate: int, channels: int) -> Iterator[np.ndarray]:
    """The span's sound, sped up or reversed as tape is; a freeze frame is silent."""
    if span.speed == 1:
        yield from sound_blocks(span.media, span.media_start, span.duration, sample_rate, channels)
        return
    step, count = abs(span.speed), round(span.duration * sample_rate) if span.speed else 0
    base = round(span.media_start * sample_rate)
    for begin in range(0, count, BLOCK):
        places = np.arange(begin, min(begin + BLOCK, count)) * step
        first, last = int(places[0]), int(places[-1]) + 2
        # Reversed, the sample before `base` is the first that is heard.
        low, high = (base + first, base + last) if span.speed > 0 else (base - last, base - first)
        low = max(0, low)
        if high <= low:
            return
        start, length = low / sample_rate, (high - low) / sample_rate
        sound = read_sound(span.media, start, length, sample_rate, channels)
        sound = sound[::-1] if span.speed < 0 else sound
        places = places[places - first < len(sound)] - first
        if not len(places):
            return
        known = np.arange(len(sound))
        yield np.stack([np.interp(places, known, one) for one in sound.T], 1).astype(np.float32)
