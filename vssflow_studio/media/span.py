"""A stretch of a media file, placed on a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """Seen or heard from `offset` seconds for `duration` seconds.

    The first frame or sample stands `media_start` seconds after the first of the
    file; from there the media runs at `speed` (0 for a freeze frame, negative for
    reverse). `media` is a file, or numbered pictures as `ImageSequence` writes them.
    `clip` and `timecode` name the span in error messages. `levels` is how much of it is
    seen or heard at its beginning and its end; spans that overlap are added up.
    """

    media: str
    media_start: float
    offset: float
    duration: float
    clip: str = ""
    timecode: str = ""
    speed: float = 1.0
    levels: tuple[float, float] = (1.0, 1.0)

    def level(self, time: float) -> float:
        """How much of it is seen or heard at `time`, in seconds as `offset` is."""
        first, last = self.levels
        if first == last or self.duration <= 0:
            return first
        return first + (last - first) * min(1.0, max(0.0, (time - self.offset) / self.duration))
