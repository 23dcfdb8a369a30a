"""The timeline's sound while it plays, mixed a stretch at a time and a little ahead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from ...media.mixdown import mix
from ...media.sound_cache import RATE, SoundCache
from ...media.span import Span

_FIRST = RATE // 4  # samples that play waits for; the stretches then grow
_LONGEST = RATE  # samples mixed at a time
_AHEAD = 3 * RATE  # samples that may wait to be heard
_LEAD = RATE // 50  # samples that are heard yet of what was mixed before a change
_TINY = 1e-7  # seconds by which sums of floats are off
_JOINT = RATE // 100  # samples over which one sound fades into another


def summed(spans: list[Span], at: int, count: int, cache: SoundCache) -> np.ndarray:
    """float32 [count, 2] of all spans from sample `at` of the timeline on, at whatever level it has."""
    out = np.zeros((count, 2), np.float32)
    for span in spans:
        if span.offset * RATE >= at + count or (span.offset + span.duration) * RATE <= at:
            continue
        heard = _window(span, at / RATE, count / RATE)
        if heard.duration <= 0:
            continue
        place, length = round(heard.offset * RATE), round(heard.duration * RATE)
        length = min(length, count - place)
        if span.speed == 1:
            sound = cache.read(span.media, round(heard.media_start * RATE), length)
        else:
            sound = mix([replace(heard, offset=0.0, levels=(1.0, 1.0))], length / RATE, RATE)
        first, last = heard.levels
        level = first if first == last else np.linspace(first, last, length, dtype=np.float32)[:, None]
        out[place : place + length] += sound[:length] * level
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


class Course:
    """Which second of the timeline is heard when: from `begin` to `end`, at a speed, or round and round.

    At negative speeds it runs back to the timeline's first frame. `loop` (begin, end in
    seconds, of whole samples) is for speed 1: at its end the course goes on at its begin.
    """

    def __init__(
        self, begin: float, end: float, speed: float = 1.0, loop: tuple[float, float] | None = None
    ) -> None:
        self.begin, self.speed, self.loop = begin, speed, None
        if loop:
            self.begin, *ends = (round(time * RATE) / RATE for time in (begin, *loop))
            self.loop = tuple(ends)
        self.end = self.loop[1] if self.loop else end

    @property
    def length(self) -> float:
        """Seconds until it is over."""
        if self.loop:
            return float("inf")
        return (self.end - self.begin if self.speed > 0 else self.begin) / abs(self.speed)

    def place(self, passed: float) -> float:
        """The second of the timeline that is heard `passed` seconds after the begin."""
        at = self.begin + passed * self.speed
        if self.loop and at >= self.loop[1] - _TINY:
            begin, end = self.loop
            at = begin + max(0.0, (at - begin + _TINY) % (end - begin) - _TINY)
        return at

    def runs(self, first: int, count: int) -> Iterator[tuple[int, int, float, bool]]:
        """(sample of the output, samples, second of the timeline, whether it begins anew) up to each wrap."""
        done = 0
        while done < count:
            at = self.place((first + done) / RATE)
            left = count - done
            if self.loop:
                left = max(1, min(left, round((self.loop[1] - at) * RATE)))
            anew = self.loop is not None and first + done > 0 and at - self.loop[0] < 0.5 / RATE
            yield done, left, at, anew
            done += left


class Programme:
    """A course through the timeline's sound, mixed on a thread while it is read.

    `sounds` is asked on that thread before each stretch; `renew` lets a change be heard
    at once, without a gap. `on_begun` is called there when the first of it can be heard.
    What is too loud is turned down, and stays so: a level that went up and down would be
    heard. Where nothing is ready in time there is silence, which is made up for.
    """

    def __init__(
        self,
        sounds: Callable[[], list[Span]],
        course: Course,
        cache: SoundCache,
        on_begun: Callable[[], None] = lambda: None,
    ) -> None:
        self._sounds, self.course, self._cache, self._on_begun = sounds, course, cache, on_begun
        self._total = course.length * RATE
        self._read, self._next, self._length = 0, 0, _FIRST
        self._ready, self._level = np.zeros((0, 2), np.float32), 1.0
        self._changed, self._closed, self._edition = threading.Condition(), False, 0
        self._thread = threading.Thread(target=self._fill, daemon=True, name="mix")
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether all of it was read."""
        return self._read >= self._total

    @property
    def waiting(self) -> int:
        """Samples that are mixed and not yet read."""
        return len(self._ready)

    def read(self, count: int) -> np.ndarray:
        """The next float32 [count, 2]."""
        out = np.zeros((count, 2), np.float32)
        with self._changed:
            piece = self._ready[:count]
            out[: len(piece)] = piece
            self._ready = self._ready[len(piece) :]
            self._read += count
            self._changed.notify()
        return out

    def renew(self) -> None:
        """Mix what is not read yet anew; what was mixed before is heard until that is ready."""
        with self._changed:
            self._edition += 1
            self._next, self._length = self._read + _LEAD, _FIRST
            self._changed.notify()

    def close(self, wait: bool = False) -> None:
        """Mix no more; `wait` until the thread has ended."""
        with self._changed:
            self._closed, self._on_begun, self._sounds = True, None, list  # nobody is to be asked any more
            self._changed.notify()
        if wait:
            self._thread.join(timeout=3)

    def _fill(self) -> None:
        try:
            while (stretch := self._wanted()) is not None:
                edition, first, length = stretch
                sound = self._mixed(first, length)
                with self._changed:
                    if edition == self._edition:
                        self._append(first, sound)
                self._say_begun()
        finally:
            self._say_begun()  # no sound at all; the picture still plays

    def _say_begun(self) -> None:
        on_begun, self._on_begun = self._on_begun, None
        if on_begun:
            on_begun()

    def _wanted(self) -> tuple[int, int, int] | None:
        """(edition, first sample, samples) to mix next; None when there is no more to do."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or (self._next < self._read + _AHEAD and self._next < self._total)
            )
            if self._closed:
                return None
            first, length = max(self._next, self._read), self._length
            self._length = min(_LONGEST, 2 * length)
            return self._edition, first, int(min(length, self._total - first)) or 1

    def _mixed(self, first: int, count: int) -> np.ndarray:
        """float32 [count, 2] of the course from its sample `first` on."""
        spans, out = self._sounds(), np.zeros((count, 2), np.float32)
        for start, length, at, anew in self.course.runs(first, count):
            piece = self._played(spans, at, length)
            if anew:  # what would have followed fades into what does
                fade = np.linspace(0, 1, min(_JOINT, length), dtype=np.float32)[:, None]
                tail = self._played(spans, self.course.loop[1], len(fade))
                piece[: len(fade)] = piece[: len(fade)] * fade + tail * (1 - fade)
            out[start : start + length] = piece
        return out

    def _played(self, spans: list[Span], at: float, count: int) -> np.ndarray:
        """float32 [count, 2] from second `at`, sped up, slowed or reversed as tape is."""
        speed = self.course.speed
        if speed == 1:
            return summed(spans, round(at * RATE), count, self._cache)
        if not spans:
            return np.zeros((count, 2), np.float32)
        places = at * RATE + np.arange(count) * speed
        first, last = int(np.floor(places.min())), int(np.ceil(places.max())) + 1
        sound = summed(spans, first, last - first + 1, self._cache)
        known = np.arange(first, last + 1)
        return np.stack([np.interp(places, known, one) for one in sound.T], 1).astype(np.float32)

    def _append(self, first: int, sound: np.ndarray) -> None:
        """Put `sound` where it belongs; what stood there fades into it."""
        level = min(self._level, 1 / max(1.0, float(np.abs(sound).max(initial=0.0))))
        late = min(len(sound), max(0, self._read - first))  # silence was heard in its place
        sound, first = sound[late:] * np.float32(level), first + late
        place = first - self._read
        self._lower(level, place)
        kept = self._ready[:place]
        if len(kept) < place:
            kept = np.concatenate([kept, np.zeros((place - len(kept), 2), np.float32)])
        old = self._ready[place : place + min(_JOINT, len(sound))]
        if len(old):
            fade = np.linspace(0, 1, len(old), dtype=np.float32)[:, None]
            sound[: len(old)] = sound[: len(old)] * fade + old * (1 - fade)
        self._ready = np.concatenate([kept, sound])
        self._next = first + len(sound)

    def _lower(self, level: float, place: int) -> None:
        """From `place` on the level is lower: what comes before goes down to it."""
        if level < self._level and len(self._ready):
            ramp = np.full(len(self._ready), level / self._level, np.float32)
            begin = max(0, min(place, len(ramp)) - 2 * _JOINT)
            ramp[:begin] = 1
            down = min(place, len(ramp)) - begin
            ramp[begin : begin + down] = np.linspace(1, level / self._level, down)
            self._ready = self._ready * ramp[:, None]
        self._level = level
