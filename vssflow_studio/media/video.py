"""Picture from any media file: facts, small grey frames for the model, thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.stream import Disposition
from av.video.reformatter import Interpolation, VideoReformatter

from ..errors import MediaError
from ..image_sequence import ImageSequence, as_sequence
from .span import Span

_SLACK = 1.0
"""Seconds that the last frame may stand for after the picture has ended."""


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
    sequence = as_sequence(path)
    if sequence:
        first = _picture(sequence.path(sequence.first), Span(str(path), 0.0, 0.0, 0.0))
        rate, duration = float(sequence.rate), float(sequence.duration)
        return MediaInfo(str(path), duration, rate, first.width, first.height, True, False)
    with opened(path) as container:
        video = picture_stream(container)
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

    Frame i is what is seen at i / rate seconds; black where no span lies, mixed where spans
    dissolve into one another. `check` is called for every decoded frame and may raise to
    stop. Raises MediaError.
    """
    frames = np.zeros((round(total * rate), *size), dtype=np.float32)
    for index, frame, level in _scaled(spans, len(frames), rate, size, "gray", check):
        frames[index] += frame * np.float32(level / 255)
    return frames


def colour_frames(
    spans: Sequence[Span],
    total: float,
    rate: float,
    size: tuple[int, int],
    check: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """As grey_frames, but RGB uint8 [round(total · rate), height, width, 3]."""
    frames = np.zeros((round(total * rate), *size, 3), dtype=np.uint8)
    # In planes it is a third faster than packed, and colour keeps all of its detail.
    for index, frame, level in _scaled(spans, len(frames), rate, size, "gbrp", check):
        frames[index] += frame if level == 1 else (frame * level).astype(np.uint8)
    return frames


def thumbnail(path: Path, seconds: float, height: int) -> np.ndarray:
    """The frame seen at `seconds`, uint8 [height, width, 3]. Raises MediaError."""
    span = Span(str(path), seconds, 0.0, 0.0)
    for frame in frames_at(str(path), [seconds], span):
        tall, wide = shown_size(frame, pixel_aspect(str(path)))
        return as_shown(without_combs(frame), (height, max(2, round(height * wide / tall))))
    raise media_error(span, "The media has no picture")


def _scaled(
    spans: Sequence[Span], count: int, rate: float, size: tuple[int, int], pixels: str, check: Callable[[], None]
) -> Iterator[tuple[int, np.ndarray, float]]:
    """(index, picture, how much of it is seen) of each programme frame that a span shows."""
    scaler = VideoReformatter()
    for span in spans:
        first = max(0, int(np.ceil(span.offset * rate - 1e-6)))
        last = min(count, int(np.ceil((span.offset + span.duration) * rate - 1e-6)))
        shown = small = None
        for index, frame in shown_frames(span, range(first, last), rate, check):
            if frame is not shown:
                shown, small = frame, as_shown(frame, size, pixels, scaler, Interpolation.AREA)
            yield index, small, span.level(index / rate)


def as_shown(
    frame: av.VideoFrame,
    size: tuple[int, int],
    pixels: str = "rgb24",
    scaler: VideoReformatter | None = None,
    interpolation: Interpolation = Interpolation.BILINEAR,
) -> np.ndarray:
    """`frame` in `size` (height, width), turned as its file says: a phone's picture lies on its side in there."""
    turns = _turns(frame)
    height, width = size[::-1] if turns % 2 else size
    scaled = (scaler or VideoReformatter()).reformat(frame, width, height, pixels, interpolation=interpolation)
    return np.rot90(scaled.to_ndarray(), turns)


def without_combs(frame: av.VideoFrame) -> av.VideoFrame:
    """Two fields of one frame show two moments: the lines of the second are made of those of the first.

    Alone, without its neighbours, the frame is ready at once after any seek.
    """
    if not frame.interlaced_frame:
        return frame
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    graph.link_nodes(source, graph.add("yadif"), graph.add("buffersink")).configure()
    graph.push(frame)
    graph.push(None)
    return graph.pull()


def shown_size(frame: av.VideoFrame, aspect: float = 1.0) -> tuple[int, int]:
    """(height, width) of `frame` as it is shown, in square pixels; its own are `aspect` times as wide as high."""
    size = frame.height, round(frame.width * aspect)
    return size[::-1] if _turns(frame) % 2 else size


def pixel_aspect(media: str) -> float:
    """How wide the pixels of a file are for their height: DV's and an anamorphic lens's are no squares.

    Raises MediaError.
    """
    if as_sequence(media):
        return 1.0
    with opened(media) as container:
        return aspect_of(picture_stream(container))


def aspect_of(stream: av.VideoStream | None) -> float:
    """As `pixel_aspect`, of an open file's picture."""
    return float(stream and stream.sample_aspect_ratio or 1) or 1.0


def _turns(frame: av.VideoFrame) -> int:
    """Quarters of a turn, against the clock."""
    return round(frame.rotation / 90) % 4


def shown_frames(
    span: Span, indices: range, rate: float, check: Callable[[], None] = lambda: None
) -> Iterator[tuple[int, av.VideoFrame]]:
    """(index, frame) of `span` for programme frames at `rate`; backwards where it runs so.

    Raises MediaError.
    """
    times = [span.media_start + (i / rate - span.offset) * span.speed for i in indices]
    if span.speed < 0:  # in reverse a frame is seen until the one before it begins
        indices = indices[::-1]
        times = [max(0.0, time + span.speed / rate / 2) for time in reversed(times)]
    yield from zip(indices, frames_at(span.media, times, span, check), strict=False)


def frames_at(
    media: str, times: Sequence[float], span: Span, check: Callable[[], None] = lambda: None
) -> Iterator[av.VideoFrame]:
    """The frame seen at each of the ascending `times` (seconds from the file's first frame).

    A still image is seen for ever, the last frame of a film for a second after its end;
    later times are a MediaError that names the span, as is all that can't be decoded.
    `check` is called for every decoded frame and may raise to stop.
    """
    if not times:
        return
    sequence = as_sequence(media)
    if sequence:
        yield from stills_at(sequence, times, span, check)
        return
    with opened(media, span) as container:
        stream = picture_stream(container)
        if stream is None:
            raise media_error(span, "The media has no picture")
        stream.thread_type = "AUTO"
        try:
            yield from _seen(_decoded(container, stream, times[0], check), times, span)
        except (av.FFmpegError, ValueError) as error:
            raise _undecodable(span, error) from error


def stills_at(
    sequence: ImageSequence, times: Sequence[float], span: Span, check: Callable[[], None] = lambda: None
) -> Iterator[av.VideoFrame]:
    """As `frames_at`, of numbered pictures; one that is not there is what the timeline says it is.

    A picture is opened only when another is seen; the last stands for a second.
    """
    number, shown = None, None
    for time in times:
        check()
        if time > float(sequence.duration) + _SLACK:
            raise _ends_early(span, float(sequence.duration))
        wanted = sequence.number_at(time)
        if wanted != number:
            number, shown = wanted, _still(sequence, wanted, shown, span)
        yield shown


def _still(
    sequence: ImageSequence, number: int, shown: av.VideoFrame | None, span: Span
) -> av.VideoFrame:
    """The picture `number`; where it is missing, the one before or black if the sequence allows it."""
    path = sequence.path(number)
    if sequence.missing and not path.exists():
        if sequence.missing == "hold" and shown is not None:
            return shown
        before = range(number - sequence.step, sequence.first - 1, -sequence.step)
        known = next((sequence.path(n) for n in before if sequence.path(n).exists()), None)
        if sequence.missing == "hold" and known is not None:
            path = known
        elif sequence.missing == "black":
            like = shown or (_picture(known, span) if known else None)
            height, width = (like.height, like.width) if like else (2, 2)
            return av.VideoFrame.from_ndarray(np.zeros((height, width, 3), np.uint8), format="rgb24")
    return _picture(path, span)


def _picture(path: Path, span: Span) -> av.VideoFrame:
    here = replace(span, media=str(path))
    with opened(path, here) as container:
        try:
            stream = picture_stream(container)
            if stream is not None and stream.codec_context.name == "exr":
                stream.codec_context.options = {"apply_trc": "iec61966_2_1"}  # it holds linear light
            for frame in container.decode(stream) if stream is not None else ():
                return frame
        except (av.FFmpegError, ValueError) as error:
            raise _undecodable(here, error) from error
    raise media_error(here, "The media has no picture")


def _undecodable(span: Span, error: Exception) -> MediaError:
    return media_error(span, f"The picture can't be decoded: {getattr(error, 'strerror', error)}")


def _ends_early(span: Span, end: float) -> MediaError:
    return media_error(
        span,
        f"The picture ends at {end:.2f} s of its file, before the clip does",
        "The file is cut short or not the one that was edited; relink it.",
    )


def picture_stream(container: av.container.InputContainer) -> av.VideoStream | None:
    """The stream of moving picture; a sound file's cover is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def origin_of(stream: av.stream.Stream) -> float:
    """The stream's first timestamp, in seconds."""
    return float((stream.start_time or 0) * stream.time_base)


_Timed = tuple[float, float, av.VideoFrame]


def _seen(frames: Iterator[_Timed], times: Sequence[float], span: Span) -> Iterator[av.VideoFrame]:
    """What stands at each of `times`; a frame is seen until the next one begins."""
    wanted = iter(times)
    time, shown, count, end = next(wanted), None, 0, 0.0
    try:
        for begin, end, frame in frames:
            while shown is not None and begin > time:
                yield shown
                time = next(wanted)
            shown, count = frame, count + 1
        if shown is None:
            raise media_error(span, "The media has no picture that can be decoded")
        while count == 1 or time <= end + _SLACK:
            yield shown
            time = next(wanted)
    except StopIteration:
        return
    raise _ends_early(span, end)


def _decoded(container, stream: av.VideoStream, start: float, check) -> Iterator[_Timed]:
    """(begin, end, frame) from the keyframe before `start` on, or from the first.

    Begins are a little early, because timestamps are rounded to the stream's time base.
    """
    origin, base = origin_of(stream), float(stream.time_base)
    tick = min(max(1e-4, 0.6 * base), 1e-3)
    step = 1 / float(stream.average_rate or stream.base_rate or 25)
    for keyframe in (start > 0.5, False):
        if keyframe:
            container.seek(int((start + origin) / base), stream=stream, backward=True)
        late, end = False, 0.0
        for count, frame in enumerate(container.decode(stream)):
            check()
            begin = end if frame.pts is None else frame.pts * base - origin
            late = keyframe and count == 0 and begin - tick > start
            if late:  # a container without an index may seek too far
                container.seek(stream.start_time or 0, stream=stream, backward=True)
                break
            end = begin + (float(frame.duration * base) if frame.duration else step)
            yield begin - tick, end, frame
        if not late:
            return


@contextmanager
def opened(path: str | Path, span: Span | None = None) -> Iterator[av.container.InputContainer]:
    """`path` opened for reading; what goes wrong is a MediaError that names it."""
    span = span or Span(str(path), 0.0, 0.0, 0.0)
    if not Path(path).exists():
        raise media_error(span, "The media is missing", "Relink it, or point to the folder it is in.")
    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise media_error(span, f"The media can't be read: {why}") from error
    with container:
        yield container


def media_error(span: Span, what: str, remedy: str = "Check the file in a player.") -> MediaError:
    """A MediaError that names the span's file, clip and timecode."""
    return MediaError(
        what, file=span.media, clip=span.clip, timecode=span.timecode, remedy=remedy
    )
