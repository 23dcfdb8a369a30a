"""Sound from any media file, and the peaks that a waveform is drawn from."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from .span import Span
from .video import media_error, opened


def read_sound(
    path: str | Path,
    start: float = 0.0,
    duration: float | None = None,
    sample_rate: int = 48_000,
    channels: int = 1,
) -> np.ndarray:
    """float32 [samples, channels], resampled; shorter than asked at the end of the file.

    Raises MediaError when there is no sound or it can't be decoded.
    """
    span = Span(str(path), start, 0.0, duration or 0.0)
    with opened(path) as container:
        if not container.streams.audio:
            raise media_error(span, "The media has no sound")
        stream = container.streams.audio[0]
        layout = "mono" if channels == 1 else "stereo"
        resampler = av.AudioResampler("flt", layout, sample_rate)
        if start > 1:
            container.seek(int((start - 0.5) / stream.time_base), stream=stream, backward=True)
        blocks, first, have = [], None, 0
        skip, want = round(start * sample_rate), None if duration is None else round(duration * sample_rate)
        try:
            for frame in container.decode(stream):
                if first is None:
                    at = float((frame.pts or 0) * stream.time_base)
                    first = round(max(0.0, at - float((stream.start_time or 0) * stream.time_base)) * sample_rate)
                for block in resampler.resample(frame):
                    blocks.append(block.to_ndarray().reshape(-1, channels))
                    have += len(blocks[-1])
                if want is not None and first + have > skip + want + sample_rate:
                    break
            blocks += [block.to_ndarray().reshape(-1, channels) for block in resampler.resample(None)]
        except av.FFmpegError as error:
            if not blocks:
                raise media_error(span, f"The sound can't be decoded: {error.strerror}") from error
    sound = np.concatenate(blocks) if blocks else np.zeros((0, channels), np.float32)
    begin = max(0, skip - (first or 0))
    return sound[begin : None if want is None else begin + want]


def peaks(path: str | Path, count: int) -> np.ndarray:
    """Lowest and highest sample of `count` equal stretches: float32 [count, 2]."""
    sound = read_sound(path, sample_rate=8_000)[:, 0]
    edges = np.linspace(0, len(sound), count + 1).astype(int)
    out = np.zeros((count, 2), np.float32)
    for index, (a, b) in enumerate(zip(edges, edges[1:], strict=False)):
        if b > a:
            out[index] = sound[a:b].min(), sound[a:b].max()
    return out
