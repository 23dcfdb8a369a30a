"""A stretch of a media file, placed on a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """Seen or heard from `offset` seconds for `duration` seconds.

    The first frame or sample stands `media_start` seconds after the first of the
    file; from there the media runs at `speed` (0 for a freeze frame, negative for
    reverse). `clip` and `timecode` name the span in error messages.
    """

    media: str
    media_start: float
    offset: float
    duration: float
    clip: str = ""
    timecode: str = ""
    speed: float = 1.0
