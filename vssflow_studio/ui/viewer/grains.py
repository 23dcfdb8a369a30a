"""Short grains of the timeline's sound, for stepping and scrubbing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from ...media.sound_cache import RATE, SoundCache
from ...media.span import Span
from .latest import Latest
from .monitor import Monitor, Samples
from .programme import summed

_SHORTEST = 0.05  # seconds; less is a click and tells nothing
_EDGE = RATE // 200  # samples in which a grain comes and goes


def grain(spans: list[Span], second: float, length: float, cache: SoundCache) -> np.ndarray:
    """float32 [samples, 2]: what sounds from `second` on for `length` seconds, with soft ends."""
    count = round(max(length, _SHORTEST) * RATE)
    sound = summed(spans, round(second * RATE), count, cache)
    sound /= max(1.0, float(np.abs(sound).max(initial=0.0)))
    ramp = np.linspace(0, 1, _EDGE, dtype=np.float32)[:, None]
    sound[:_EDGE] *= ramp
    sound[-_EDGE:] *= ramp[::-1]
    return sound


class Grains:
    """Mixes the grain that is wanted most recently, on a thread of its own, and lets it sound."""

    def __init__(self, monitor: Monitor, cache: SoundCache, sounds: Callable[[], list[Span]]) -> None:
        self._monitor, self._cache, self._sounds = monitor, cache, sounds
        self._wanted: Latest[tuple[float, float]] = Latest()
        self._sounding: Samples | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True, name="grains")
        self._thread.start()

    def want(self, second: float, length: float) -> None:
        """Let `length` seconds from `second` on sound; what was wanted before and isn't mixed is dropped."""
        self._wanted.put((second, length))

    def close(self) -> None:
        """End the thread."""
        self._wanted.close()
        self._thread.join(timeout=2)

    def _serve(self) -> None:
        while wanted := self._wanted.take():
            samples = Samples(grain(self._sounds(), *wanted, self._cache))
            self._monitor.remove(self._sounding)
            self._monitor.add(samples)
            self._sounding = samples
