"""Films whose frames carry their own number, written by the tests that need them.

The number stands as eight bars (white is 1, the lowest bit at the left), so that a test
can tell which frame it was shown; the sound is silent but for a click of two
milliseconds at every whole second.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np

SOUND_RATE = 48_000


def numbered_frame(number: int, size: tuple[int, int]) -> np.ndarray:
    """RGB uint8 [height, width, 3] with `number` (modulo 256) in eight bars."""
    bits = [(number >> bit) & 1 for bit in range(8)]
    row = np.repeat(np.array(bits, np.uint8) * 255, size[1] // 8)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (*size, 3)))


def read_frame_number(image: np.ndarray) -> int:
    grey = image.astype(np.float64)
    if grey.ndim == 3:
        grey = grey.mean(-1) / 255
    bars = grey[:, : grey.shape[1] // 8 * 8].mean(0).reshape(8, -1).mean(1)
    return sum(1 << bit for bit, level in enumerate(bars) if level > 0.5)


def clicks(seconds: float, sample_rate: int = SOUND_RATE) -> np.ndarray:
    """float32 [samples]: a click at every whole second."""
    out = np.zeros(round(seconds * sample_rate), np.float32)
    for second in range(int(np.ceil(seconds))):
        at = second * sample_rate
        out[at : at + sample_rate // 500] = 0.8
    return out


def write_movie(
    path: Path,
    seconds: float = 2,
    rate: float | Fraction = 24,
    size: tuple[int, int] = (72, 128),
    sound: bool = True,
    codec: str = "libx264",
) -> Path:
    """An .mp4, .mov or .mkv with numbered frames, a keyframe at every second."""
    import av

    rate = Fraction(rate).limit_denominator(1001)
    with av.open(str(path), "w") as out:
        video = out.add_stream(codec, rate=rate)
        video.height, video.width, video.pix_fmt = size[0], size[1], "yuv420p"
        video.gop_size = round(rate)
        audio = out.add_stream("aac", rate=SOUND_RATE, layout="mono") if sound else None
        for index in range(round(seconds * rate)):
            frame = av.VideoFrame.from_ndarray(numbered_frame(index, size), format="rgb24")
            frame.pts, frame.time_base = index, 1 / rate
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        for frame in _sound_frames(seconds) if audio else ():
            out.mux(audio.encode(frame))
        if audio:
            out.mux(audio.encode(None))
    return path


def turn(path: Path, quarters: int) -> Path:
    """Let the .mp4 or .mov say that it is to be shown turned by so many quarters against the clock, as a phone does.

    That is the matrix in its picture track's header (ISO 14496-12, §8.3.2), which PyAV can't write in all versions that are allowed.
    """
    matrix = {1: (0, -1, 1, 0), 2: (-1, 0, 0, -1), 3: (0, 1, -1, 0)}[quarters]
    a, b, c, d = (number << 16 for number in matrix)
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # the first track is the picture's
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def _sound_frames(seconds: float):
    import av

    programme = clicks(seconds)
    for start in range(0, len(programme), 1024):
        frame = av.AudioFrame.from_ndarray(
            programme[None, start : start + 1024], format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
        yield frame


def write_grey(path: Path, frames: np.ndarray, rate: float | Fraction) -> Path:
    """A silent film of grey `frames` [time, height, width] in 0…1."""
    import av

    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=Fraction(rate).limit_denominator(1001))
        video.height, video.width, video.pix_fmt = *frames.shape[1:], "yuv420p"
        for picture in frames:
            grey = np.ascontiguousarray((255 * np.clip(picture, 0, 1)).astype(np.uint8))
            out.mux(video.encode(av.VideoFrame.from_ndarray(grey, format="gray")))
        out.mux(video.encode())
    return path


def write_interlaced(path: Path) -> Path:
    """Ten frames, upper field first; a bar moves by 4 pixels from one field to the next."""
    import av
    from av.codec.context import Flags

    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        video.codec_context.flags |= Flags.interlaced_dct | Flags.interlaced_me
        video.options = {"x264opts": "tff=1"}
        for number in range(10):
            picture = np.full((240, 320, 3), 20, np.uint8)
            for field in (0, 1):
                left = 60 + 8 * number + 4 * field
                picture[field::2, left : left + 40] = 230
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(video.encode(None))
    return path


def combed(picture: np.ndarray) -> float:
    """How much each line differs from both its neighbours."""
    return float(np.abs(2 * picture[1:-1] - picture[:-2] - picture[2:]).mean())
