"""Picture from any media file: facts, small grey frames for the model, thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from ..errors import MediaError
from .span import Span


_TICK = 1e-4  # timestamps are rounded to the container's time base


@dataclass(frozen=True)
class MediaInfo:
    """`duration` in seconds; `rate` in frames a second, 0 without picture."""

    path: str
    duration: float
    rate: float
    width: int
    height: int
    has_video: bool
    has_audio: bool


def probe(path: Path) -> MediaInfo:
    """What `path` holds. Raises MediaError."""
    with opened(path) as container:
        video = container.streams.video[0] if container.streams.video else None
        duration = container.duration / av.time_base if container.duration else 0.0
        return MediaInfo(
            path=str(path),
            duration=duration,
            rate=float(video.average_rate or video.base_rate or 0) if video else 0.0,
            width=video.codec_context.width if video else 0,
            height=video.codec_context.height if video else 0,
            has_video=video is not None,
            has_audio=bool(container.streams.audio),
        )


def grey_frames(
    spans: Sequence[Span],
    total: float,
    rate: float,
    size: tuple[int, int],
    check: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Grey picture float32 [round(total · rate), height, width] in 0…1.

    Frame i is what is seen at i / rate seconds; black where no span lies. `check` is
    called for every decoded frame and may raise to stop. Raises MediaError.
    """
    frames = np.zeros((round(total * rate), *size), dtype=np.float32)
    for span in spans:
        first = max(0, int(np.ceil(span.offset * rate - 1e-6)))
        last = min(len(frames), int(np.ceil((span.offset + span.duration) * rate - 1e-6)))
        times = [i / rate - span.offset + span.media_start for i in range(first, last)]
        scaler = VideoReformatter()
        shown = frames_at(span.media, times, span)
        for index, frame in zip(range(first, last), shown, strict=False):
            check()
            grey = scaler.reformat(frame, size[1], size[0], "gray", interpolation=Interpolation.AREA)
            frames[index] = grey.to_ndarray() / 255.0
    return frames


def thumbnail(path: Path, seconds: float, height: int) -> np.ndarray:
    """The frame seen at `seconds`, uint8 [height, width, 3]. Raises MediaError."""
    span = Span(str(path), seconds, 0.0, 0.0)
    for frame in frames_at(str(path), [seconds], span):
        width = max(2, round(height * frame.width / frame.height))
        return frame.to_ndarray(format="rgb24", width=width, height=height)
    raise media_error(span, "The media has no picture")


def frames_at(media: str, times: Sequence[float], span: Span) -> Iterator[av.VideoFrame]:
    """The frame seen at each of the ascending `times` (seconds from the file's first frame).

    The last frame stands after the end. Raises MediaError naming the span.
    """
    if not times:
        return
    with opened(media, span) as container:
        if not container.streams.video:
            raise media_error(span, "The media has no picture")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        origin = (stream.start_time or 0) * stream.time_base
        if times[0] > 0.5:
            target = int((times[0] + float(origin)) / stream.time_base)
            container.seek(target, stream=stream, backward=True)
        wanted, shown = iter(times), None
        time = next(wanted)
        try:
            for frame in container.decode(stream):
                at = float(frame.pts * stream.time_base - origin) if frame.pts is not None else 0.0
                while shown is not None and at > time + _TICK:
                    yield shown
                    time = next(wanted)
                shown = frame
            while shown is not None:
                yield shown
                time = next(wanted)
        except StopIteration:
            return
        except av.FFmpegError as error:
            raise media_error(span, f"The picture can't be decoded: {error.strerror}") from error
        raise media_error(span, "The media has no picture that can be decoded")


@contextmanager
def opened(path: str | Path, span: Span | None = None) -> Iterator[av.container.InputContainer]:
    """`path` opened for reading; what goes wrong is a MediaError that names it."""
    span = span or Span(str(path), 0.0, 0.0, 0.0)
    if not Path(path).exists():
        raise media_error(span, "The media is missing", "Relink it, or point to the folder it is in.")
    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError) as error:
        raise media_error(span, "The media can't be read") from error
    with container:
        yield container


def media_error(span: Span, what: str, remedy: str = "Check the file in a player.") -> MediaError:
    """A MediaError that names the span's file, clip and timecode."""
    return MediaError(
        what, file=span.media, clip=span.clip, timecode=span.timecode, remedy=remedy
    )
