"""A small .mp4 of the timeline with its sound, to look at and to send round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ..atomic import replacing
from .mixdown import mix
from .span import Span
from .video import frames_at

_RATE = 48_000
OnStep = Callable[[int, int], None]


def write_preview(
    path: Path,
    picture: Sequence[Span],
    sound: Sequence[Span],
    total: float,
    *,
    rate: Fraction,
    size: tuple[int, int] = (360, 640),
    on_step: OnStep = lambda done, frames: None,
) -> None:
    """H.264 (or MPEG-4) with AAC stereo; black where no picture lies. Atomic.

    `size` is (height, width), even. `on_step` may raise to stop. Raises MediaError,
    StorageError.
    """
    count = round(total * float(rate))
    with replacing(Path(path)) as temporary, av.open(str(temporary), "w", format="mp4") as out:
        video = out.add_stream(_picture_codec(), rate=rate)
        video.height, video.width, video.pix_fmt = size[0], size[1], "yuv420p"
        video.options = {"crf": "23", "preset": "veryfast"}
        audio = out.add_stream("aac", rate=_RATE, layout="stereo")
        programme = mix(sound, total, _RATE)
        for index, image in enumerate(_pictures(picture, count, float(rate), size)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = index, 1 / Fraction(rate)
            out.mux(video.encode(frame))
            on_step(index + 1, count)
        out.mux(video.encode(None))
        for frame in _sound_frames(programme):
            out.mux(audio.encode(frame))
        out.mux(audio.encode(None))


def _picture_codec() -> str:
    return "libx264" if "libx264" in av.codecs_available else "mpeg4"


def _pictures(
    spans: Sequence[Span], count: int, rate: float, size: tuple[int, int]
) -> Iterator[np.ndarray]:
    """RGB pictures in order; spans are taken as they follow each other."""
    black, at = np.zeros((*size, 3), np.uint8), 0
    for span in sorted(spans, key=lambda span: span.offset):
        first = min(count, max(at, round(span.offset * rate)))
        last = min(count, round((span.offset + span.duration) * rate))
        yield from (black for _ in range(at, first))
        times = [(i + 0.25) / rate - span.offset + span.media_start for i in range(first, last)]
        image = black
        for frame in frames_at(span.media, times, span):
            image = _fitted(frame, size)
            yield image
        at = max(first, last)
    yield from (black for _ in range(at, count))


def _fitted(frame: av.VideoFrame, size: tuple[int, int]) -> np.ndarray:
    """The frame as large as fits, in the middle of black."""
    scale = min(size[0] / frame.height, size[1] / frame.width)
    height, width = (max(2, round(side * scale / 2) * 2) for side in (frame.height, frame.width))
    image = frame.to_ndarray(format="rgb24", width=width, height=height)
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    return np.pad(
        image, ((top, size[0] - height - top), (left, size[1] - width - left), (0, 0))
    )


def _sound_frames(programme: np.ndarray) -> Iterator[av.AudioFrame]:
    for start in range(0, len(programme), 1024):
        block = np.ascontiguousarray(programme[start : start + 1024].T)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = _RATE, start, Fraction(1, _RATE)
        yield frame
