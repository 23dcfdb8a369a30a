"""Sound from any media file, and the peaks that a waveform is drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from .span import Span
from .video import media_error, opened, origin_of, picture_stream

_GATHERED = 1 << 15  # samples


def read_sound(
    path: str | Path,
    start: float = 0.0,
    duration: float | None = None,
    sample_rate: int = 48_000,
    channels: int = 1,
) -> np.ndarray:
    """float32 [samples, channels], resampled; shorter than asked at the end of the file.

    Time counts from the first frame of the picture where there is one, so that sound
    and picture stay together. Mono goes to both of two channels at full level; stereo
    to mono is the mean. Raises MediaError when there is no sound or it can't be decoded.
    """
    pieces = list(sound_blocks(path, start, duration, sample_rate, channels))
    return np.concatenate(pieces) if pieces else np.zeros((0, channels), np.float32)


def sound_blocks(
    path: str | Path,
    start: float = 0.0,
    duration: float | None = None,
    sample_rate: int = 48_000,
    channels: int = 1,
) -> Iterator[np.ndarray]:
    """What `read_sound` gives, a decoded block at a time: float32 [samples, channels]."""
    span = Span(str(path), start, 0.0, duration or 0.0)
    have = round(start * sample_rate)
    end = None if duration is None else have + round(duration * sample_rate)
    with opened(path) as container:
        for at, block in _blocks(container, span, sample_rate):
            if at > have:  # sound that begins after the picture
                silent = (at if end is None else min(at, end)) - have
                yield np.zeros((silent, channels), np.float32)
                have += silent
            new = block[max(0, have - at) : None if end is None else max(0, end - at)]
            if len(new):
                have += len(new)
                yield _with_channels(new, channels)
            if end is not None and have >= end:
                return


def peaks(path: str | Path, count: int) -> np.ndarray:
    """Lowest and highest sample of `count` equal stretches: float32 [count, 2].

    Holds a few seconds at a time, however long the file is. Raises MediaError.
    """
    out = np.zeros((count, 2), np.float32)
    with opened(path) as container:
        rate = _sound_stream(container, Span(str(path), 0.0, 0.0, 0.0)).rate
        total = max(1, round((container.duration or 0) / av.time_base * rate))
        for at, block in _gathered(_blocks(container, Span(str(path), 0.0, 0.0, 0.0), rate)):
            block = block[max(0, -at) :].mean(1)
            places = np.minimum((max(0, at) + np.arange(len(block))) * count // total, count - 1)
            starts = np.flatnonzero(np.diff(places, prepend=-1))
            if len(starts):
                low, high = out[places[starts]].T
                out[places[starts], 0] = np.minimum(low, np.minimum.reduceat(block, starts))
                out[places[starts], 1] = np.maximum(high, np.maximum.reduceat(block, starts))
    return out


def _gathered(blocks: Iterator[tuple[int, np.ndarray]]) -> Iterator[tuple[int, np.ndarray]]:
    """Larger blocks: many small steps would keep the window's thread from its turn."""
    start, held = 0, []
    for at, block in blocks:
        start = start if held else at
        held.append(block)
        if at + len(block) - start >= _GATHERED:
            yield start, np.concatenate(held)
            held = []
    if held:
        yield start, np.concatenate(held)


def _sound_stream(container: av.container.InputContainer, span: Span) -> av.AudioStream:
    if not container.streams.audio:
        raise media_error(span, "The media has no sound")
    return container.streams.audio[0]


def _blocks(container, span: Span, sample_rate: int) -> Iterator[tuple[int, np.ndarray]]:
    """(place in samples, float32 [samples, 1 or 2]) from a little before the span's start on."""
    stream = _sound_stream(container, span)
    origin = origin_of(picture_stream(container) or stream)
    resampler = av.AudioResampler("flt", "mono" if stream.channels == 1 else "stereo", sample_rate)
    at = None
    try:
        if span.media_start > 1:
            target = int((span.media_start - 0.5 + origin) / stream.time_base)
            container.seek(target, stream=stream, backward=True)
        for frame in _and_none(container.decode(stream)):
            if at is None and frame is not None:
                at = round((float((frame.pts or 0) * stream.time_base) - origin) * sample_rate)
            for block in resampler.resample(frame) if at is not None else ():
                array = block.to_ndarray().reshape(-1, len(block.layout.channels))
                yield at, array
                at += len(array)
    except (av.FFmpegError, ValueError) as error:
        if at is None:
            why = getattr(error, "strerror", None) or error
            raise media_error(span, f"The sound can't be decoded: {why}") from error


def _and_none(frames: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame | None]:
    """The frames, then None, at which a resampler gives what it still holds."""
    yield from frames
    yield None


def _with_channels(sound: np.ndarray, channels: int) -> np.ndarray:
    if sound.shape[1] == channels:
        return sound
    if channels == 1:
        return sound.mean(1, keepdims=True)
    return np.repeat(sound.mean(1, keepdims=True), channels, 1)
