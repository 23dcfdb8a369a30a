"""How long the picture of a clip takes to read for MMAudio: ours, and a plain reader beside it.

    python tests/benchmarks/reading.py [FILM …] [--seconds 8] [--repeats 2]

Without films, moving texture is filmed in 1080p and 4K, 24 frames a second, H.264. The plain
reader makes every frame that it needs an RGB array of full size, gathers those of each stream
(8 and 25 a second) and only then scales them down. Where `mmaudio` can be imported, its own
`load_video` is a third row. Seconds of processor time and of the clock, the best of the repeats;
4K takes the plain readers 12 GB for 8 s.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch
from torch.nn import functional as F

sys.path.pop(0)  # where a benchmark of ours is called mmaudio too

from vssflow_studio.media.span import Span  # noqa: E402
from vssflow_studio.media.video import colour_frames  # noqa: E402
from vssflow_studio.models.conditions import clip  # noqa: E402
from vssflow_studio.models.conditions.picture import SIDE, squares  # noqa: E402
from vssflow_studio.models.deepaudio.features import CLIP_SIDE  # noqa: E402
from vssflow_studio.models.deepaudio.model import MMAudioModel  # noqa: E402

CLIP_RATE, SYNC_RATE = 8.0, 25.0
SIZES = {"1080p": (1080, 1920, 8), "4K": (2160, 3840, 30)}
"""Height, width and at most so many megabits a second, as films come from the web and proxies from cameras."""
_RATE, _HALF = 24, (0.5, 0.5, 0.5)


def ours(film: Path, seconds: float) -> tuple[torch.Tensor, torch.Tensor]:
    """What CLIP and Synchformer see, read as the engine reads it and scaled as the encoders scale it."""
    span = Span(str(film), 0.0, 0.0, seconds)
    frames = torch.from_numpy(colour_frames([span], seconds, SYNC_RATE, MMAudioModel.frame_size))
    times = (torch.arange(int(CLIP_RATE * seconds)) * (SYNC_RATE / CLIP_RATE)).ceil().long()
    device = torch.device("cpu")
    seen = squares(frames[times], clip.MEAN, clip.SPREAD, device, cropped=False, side=CLIP_SIDE)
    return seen, squares(frames, _HALF, _HALF, device, cropped=True)


def plain(film: Path, seconds: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The same two streams without a thought for what a frame weighs."""
    gathered: dict[float, list[np.ndarray]] = {CLIP_RATE: [], SYNC_RATE: []}
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            if frame.time > seconds:
                break
            picture = None
            for rate, kept in gathered.items():
                while len(kept) / rate <= frame.time:
                    picture = frame.to_ndarray(format="rgb24") if picture is None else picture
                    kept.append(picture)
    seen, synced = (torch.from_numpy(np.stack(kept)).permute(0, 3, 1, 2) for kept in gathered.values())
    height, width = synced.shape[2:]
    wide = round(SIDE * width / height)
    synced = F.interpolate(synced, (SIDE, wide), mode="bicubic", antialias=True)
    synced = synced[..., (wide - SIDE) // 2 :][..., :SIDE]
    seen = F.interpolate(seen, (CLIP_SIDE, CLIP_SIDE), mode="bicubic", antialias=True)
    return seen.float() / 255, (synced.float() / 255 - 0.5) / 0.5


def public() -> Callable | None:
    """The published reader, where its package is here."""
    try:
        from mmaudio.eval_utils import load_video
    except ImportError:
        return None
    return lambda film, seconds: load_video(film, seconds, load_all_frames=False)


def filmed(path: Path, size: tuple[int, int, int], seconds: float) -> Path:
    """Texture of many grains that wanders, with a bright square crossing it."""
    numbers, (height, width, megabits) = np.random.default_rng(0), size
    big = np.zeros((height + 400, width + 800), np.float32)
    for grain in (2, 8, 32, 128):
        coarse = numbers.normal(0, 14 * grain**0.4, (big.shape[0] // grain + 1, big.shape[1] // grain + 1))
        big += np.kron(coarse, np.ones((grain, grain)))[: big.shape[0], : big.shape[1]].astype(np.float32)
    texture = np.clip(128 + big, 16, 235).astype(np.uint8)
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=_RATE, options={"preset": "veryfast"})
        video.bit_rate = 1_000_000 * megabits
        video.height, video.width, video.pix_fmt = height, width, "yuv420p"
        for index in range(round(_RATE * seconds) + 1):
            top, left = (round(room * (1 + np.sin(index / slow))) for room, slow in ((200, 41), (400, 30)))
            picture = np.full((height * 3 // 2, width), 128, np.uint8)
            picture[:height] = texture[top : top + height, left : left + width]
            picture[height // 3 :][:200, 7 * index % (width - 200) :][:, :200] = 235
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, _RATE)
            out.mux(video.encode(frame))
        out.mux(video.encode())
    return path


def timed(read: Callable, film: Path, seconds: float, repeats: int) -> tuple[float, float]:
    """Seconds of processors and of the clock, the best of each."""
    spent = []
    for _ in range(repeats):
        processor, clock = time.process_time(), time.perf_counter()
        read(film, seconds)
        spent.append((time.process_time() - processor, time.perf_counter() - clock))
    return tuple(min(column) for column in zip(*spent, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("films", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--repeats", type=int, default=2)
    arguments = parser.parse_args()
    readers = {"ours": ours, "plain": plain, "mmaudio": public()}
    print(f"{'film':<24} {'reader':<8} processor s   clock s   ours is")
    with tempfile.TemporaryDirectory() as folder:
        films = arguments.films or (filmed(Path(folder, f"{n}.mp4"), s, arguments.seconds) for n, s in SIZES.items())
        for film in films:
            rows = {n: timed(r, film, arguments.seconds, arguments.repeats) for n, r in readers.items() if r}
            for name, (processor, clock) in rows.items():
                ratios = "" if name == "ours" else "   {:.2f}× {:.2f}×".format(
                    rows["ours"][0] / processor, rows["ours"][1] / clock
                )
                print(f"{film.name:<24} {name:<8} {processor:11.2f} {clock:9.2f}{ratios}", flush=True)


if __name__ == "__main__":
    main()
