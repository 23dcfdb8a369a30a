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

    try:
        with av.open(str(file)) as container:
            video = next((one for one in container.streams.video), None)
            audio = next((one for one in container.streams.audio), None)
            return FileFacts(
                width=video.codec_context.width if video else 0,
                height=video.codec_context.height if video else 0,
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
