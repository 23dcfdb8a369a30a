"""How long the draft takes for 10 s of sound to a 1080p clip, and how much memory.

    python tests/benchmarks/draft_speed.py [--seconds 10] [--repeats 3] [--threads N] [--model draft]

A take is made as the worker makes it, from the clip on disk to the WAV on disk; the first
one, which loads the model, is told apart. Under it what the parts of a take cost by themselves.
CPU seconds are of all threads: on a machine that others use too they say more.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path


class _Unwatched:
    """Progress that nobody looks at."""

    def check(self) -> None: ...

    def step(self, done: int, total: int) -> None: ...


def timed(work: Callable, repeats: int = 1):
    """(what `work` answered, median wall seconds, median CPU seconds)."""
    found = []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        answer = work()
        found.append((time.perf_counter() - wall, time.process_time() - processor))
    return answer, *(statistics.median(column) for column in zip(*found, strict=True))


def clip(folder: Path, seconds: float) -> Path:
    """A film of 24 fps, made in a process of its own: its memory isn't the draft's."""
    from av_sync import write_film

    path = folder / "clip.mp4"
    maker = get_context("spawn").Process(target=write_film, args=(path, Fraction(24), seconds))
    maker.start()
    maker.join()
    return path


def parts(model, request, conditions) -> list[tuple[str, Callable]]:
    """What a take is made of: (name, the work)."""
    import torch

    from vssflow_studio.engine.post import finish
    from vssflow_studio.media.video import grey_frames
    from vssflow_studio.models.conditions.motion import motion_features

    size, rate = model.frame_size, model.card.sample_rate
    latent = model.latent(conditions, request.sampling)
    sound = model.generate(conditions, request.sampling)
    return [
        ("picture, decoded and made small", lambda: grey_frames(request.picture, request.total, model.frame_rate, size)),
        ("picture features", lambda: motion_features(torch.from_numpy(conditions.frames))),
        ("conditions and sampling", lambda: model.latent(conditions, request.sampling)),
        ("vocoder", torch.inference_mode()(lambda: model.vocoder(model.codec.untokens(latent)))),
        ("finish, to 48 kHz", lambda: finish(sound, rate, request, (), None)),
    ]


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--model", default="draft")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in the worker
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments, Path(folder), clip(Path(folder), arguments.seconds))


def measure(arguments: argparse.Namespace, folder: Path, film: Path) -> None:
    """Print everything."""
    from vssflow_studio.engine.request import Request, Sampling
    from vssflow_studio.engine.takes import Order
    from vssflow_studio.engine.worker import make_take
    from vssflow_studio.media.span import Span
    from vssflow_studio.media.video import grey_frames
    from vssflow_studio.models.interface import Conditions

    span = Span(str(film), 0.0, 0.0, arguments.seconds)
    request = Request(
        "foley", arguments.seconds, 0.0, 0.0, prompt="footsteps on gravel", picture=(span,),
        sampling=Sampling(arguments.model, seed=1),
    )
    models: dict = {}

    order = Order("cue", "take", "", folder / "take.wav", "", 0)

    def take() -> None:
        make_take(models, "cpu", request, order, _Unwatched())

    print(f"{platform.machine()}, {os.cpu_count()} cores, {arguments.threads} threads, {arguments.seconds:g} s of sound,"
          f" 1080p H.264 of {8 * film.stat().st_size / arguments.seconds / 1e6:.0f} Mbit/s")
    print(f"{'':34}   wall s    CPU s")
    _, wall, processor = timed(take)
    print(f"{'first take, the model loaded':34} {wall:8.2f} {processor:8.2f}")
    _, wall, processor = timed(take, arguments.repeats)
    print(f"{'a take':34} {wall:8.2f} {processor:8.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    (model,) = models.values()
    seen = grey_frames(request.picture, request.total, model.frame_rate, model.frame_size)
    conditions = Conditions(request.total, speech=(0.0, request.duration), prompt=request.prompt, frames=seen)
    for name, work in parts(model, request, conditions):
        _, wall, processor = timed(work, arguments.repeats)
        print(f"    {name:30} {wall:8.2f} {processor:8.2f}")
    print(f"{'memory at its highest':34} {peak:8.0f} MB")


if __name__ == "__main__":
    main()
