"""A small .mp4 of the timeline with its sound, to look at and to send round."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ..atomic import replacing
from ..errors import MediaError
from .mixdown import Spool, mix_blocks, spooled
from .span import Span
from .video import as_shown, pixel_aspect, shown_frames, shown_size, without_combs

_RATE = 48_000
OnStep = Callable[[int, int], None]


def write_preview(
    path: Path,
    picture: Sequence[Span],
    sound: Sequence[Span],
    total: float,
    *,
    rate: Fraction | float,
    size: tuple[int, int] = (360, 640),
    comment: str = "",
    on_step: OnStep = lambda done, frames: None,
) -> None:
    """H.264 (or MPEG-4) with AAC stereo; black where no picture lies or it can't be read. Atomic.

    `size` is (height, width); `comment` goes into the file's metadata. `on_step` may raise
    to stop. Raises MediaError when there is nothing to show, StorageError.
    """
    rate, size = Fraction(rate).limit_denominator(1001), tuple(side // 2 * 2 for side in size)
    count = round(total * float(rate))
    if count < 1:
        raise MediaError("There is nothing to show", file=path, remedy="Put a clip on the timeline.")
    sounds = mix_blocks(sound, total, _RATE)
    with (
        replacing(Path(path)) as temporary,
        spooled(sounds, temporary.parent) as programme,
        _muxer(temporary, path) as out,
    ):
        out.metadata["comment"] = comment
        video = out.add_stream(_picture_codec(), rate=rate)
        video.height, video.width, video.pix_fmt = size[0], size[1], "yuv420p"
        video.options = {"crf": "23", "preset": "veryfast"}
        audio = out.add_stream("aac", rate=_RATE, layout="stereo")
        blocks = _sound_frames(programme)
        block = next(blocks, None)
        for index, image in enumerate(_pictures(picture, count, float(rate), size)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = index, 1 / rate
            out.mux(video.encode(frame))
            while block is not None and block.pts * rate <= (index + 1) * _RATE:
                out.mux(audio.encode(block))
                block = next(blocks, None)
            on_step(index + 1, count)
        for stream in (video, audio):
            out.mux(stream.encode(None))


@contextmanager
def _muxer(temporary: Path, path: Path) -> Iterator[av.container.OutputContainer]:
    """An .mp4 being written; FFmpeg's own errors come out as MediaError, the disk's as they are."""
    try:
        with av.open(str(temporary), "w", format="mp4") as out:
            yield out
    except av.FFmpegError as error:
        if isinstance(error, OSError) and error.errno in errno.errorcode:
            raise
        raise MediaError(
            f"The preview can't be encoded: {error.strerror}", file=path, remedy="Run the doctor."
        ) from error


def _picture_codec() -> str:
    return "libx264" if "libx264" in av.codecs_available else "mpeg4"


def _pictures(
    spans: Sequence[Span], count: int, rate: float, size: tuple[int, int]
) -> Iterator[np.ndarray]:
    """RGB pictures in order; where spans dissolve into one another, their sum."""
    waiting = sorted(spans, key=lambda span: span.offset, reverse=True)
    black, shown = np.zeros((*size, 3), np.uint8), []
    for index in range(count):
        while waiting and round(waiting[-1].offset * rate) <= index:
            span = waiting.pop()
            last = min(count, round((span.offset + span.duration) * rate))
            shown.append((last, span, _span_pictures(span, range(index, last), rate, size)))
        shown = [one for one in shown if one[0] > index]
        layers = [(span.level(index / rate), next(images, black)) for _, span, images in shown]
        yield _sum(layers) if layers else black


def _sum(layers: Sequence[tuple[float, np.ndarray]]) -> np.ndarray:
    if len(layers) == 1 and layers[0][0] == 1:
        return layers[0][1]
    mixed = sum(np.float32(level) * image for level, image in layers)
    return np.minimum(mixed + 0.5, 255).astype(np.uint8)


def _span_pictures(
    span: Span, indices: range, rate: float, size: tuple[int, int]
) -> Iterator[np.ndarray]:
    """The span's pictures in order, as many as can be read: one bad clip spoils no preview."""
    try:
        aspect = pixel_aspect(span.media)
        fitted = ((index, _fitted(frame, size, aspect)) for index, frame in shown_frames(span, indices, rate))
        if span.speed < 0:
            fitted = iter(sorted(fitted, key=lambda one: one[0]))
        yield from (image for _, image in fitted)
    except MediaError:
        return


def _fitted(frame: av.VideoFrame, size: tuple[int, int], aspect: float) -> np.ndarray:
    """The frame as large as fits, in the middle of black."""
    shown = shown_size(frame, aspect)
    scale = min(size[0] / shown[0], size[1] / shown[1])
    height, width = (max(2, int(side * scale + 0.5)) for side in shown)
    image = as_shown(without_combs(frame), (height, width))
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    return np.pad(
        image, ((top, size[0] - height - top), (left, size[1] - width - left), (0, 0))
    )


def _sound_frames(programme: Spool) -> Iterator[av.AudioFrame]:
    """Peaks over full scale turn the whole down."""
    level = np.float32(1 / max(1.0, programme.peak))
    for index, block in enumerate(programme.blocks(1024)):
        block = np.ascontiguousarray((block * level).T)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = _RATE, 1024 * index, Fraction(1, _RATE)
        yield frame
