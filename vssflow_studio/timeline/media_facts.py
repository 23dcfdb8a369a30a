"""What a media file says of itself: what finds it again when its name is not enough."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from .timecode import parse_timecode, seconds


@dataclass(frozen=True)
class MediaFacts:
    """Bytes, frames a second (0 without picture), start timecode and length in seconds, reel.

    What the file does not say, or what can't be read, is None or empty.
    """

    size: int
    rate: float = 0.0
    start: float | None = None
    duration: float | None = None
    reel: str = ""


def media_facts(path: Path) -> MediaFacts:
    """The facts of `path`, as far as it has them."""
    import av

    size = os.stat(path).st_size
    try:
        with av.open(str(path)) as container:
            video = next(iter(container.streams.video), None)
            rate = float(video.average_rate or video.base_rate or 0) if video else 0.0
            said: dict[str, str] = {}
            for holder in (*container.streams, container):
                said |= {name.lower(): value for name, value in holder.metadata.items()}
            sound = next(iter(container.streams.audio), None)
            start = _start(said, rate, sound.rate if sound else 0)
            reel = said.get("reel_name") or said.get("tape", "")
            return MediaFacts(size, rate, start, _length(container, video), reel)
    except (av.FFmpegError, OSError, ValueError):
        return MediaFacts(size)


def _length(container, video) -> float | None:
    """Of the picture where there is one: sound is padded to whole blocks."""
    import av

    if video and video.duration:
        return float(video.duration * video.time_base)
    return container.duration / av.time_base if container.duration else None


def _start(said: dict[str, str], rate: float, sample_rate: int) -> float | None:
    """Start timecode of a picture, or the time reference of a broadcast WAV, in seconds."""
    if rate and (written := said.get("timecode")):
        try:
            return float(seconds(parse_timecode(written, rate)))
        except ValueError:
            return None
    if sample_rate and said.get("time_reference", "").isdigit():
        return float(Fraction(int(said["time_reference"]), sample_rate))
    return None
