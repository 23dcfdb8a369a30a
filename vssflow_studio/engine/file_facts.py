"""What interchange formats want to know of a media file, told by its own headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from ..timeline.flat import FileFacts, FlatClip


def facts_reader() -> Callable[[FlatClip], FileFacts]:
    """A function that gives the facts of a clip's file; each file is looked into once."""
    known = cache(_facts)
    return lambda clip: known(clip.file) if clip.file else FileFacts()


def _facts(file: Path) -> FileFacts:
    """All zeros where the file can't be read: an export is no judge of media."""
    import av

    from ..media.video import picture_stream, shown_size

    try:
        with av.open(str(file)) as container:
            video = picture_stream(container)
            audio = next((one for one in container.streams.audio), None)
            first = next(container.decode(video), None) if video else None  # it knows whether it lies on its side
            height, width = shown_size(first) if first else (0, 0)
            return FileFacts(
                width=width,
                height=height,
                channels=audio.channels if audio else 0,
                sample_rate=audio.rate if audio else 0,
                bits=_bits(audio) if audio else 0,
                samples=int(audio.duration or 0) if audio and audio.time_base == 1 / audio.rate else 0,
            )
    except (av.FFmpegError, OSError, ValueError):
        return FileFacts()


def _bits(audio) -> int:
    """Of PCM as its codec's name says (`pcm_s24le`), else what NLEs decode to."""
    name = audio.codec_context.name
    digits = "".join(sign for sign in name if sign.isdigit()) if name.startswith("pcm_") else ""
    return int(digits) if digits in ("8", "16", "24", "32") else 16
