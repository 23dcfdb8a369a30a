"""What a farm costs for each cue besides the model, and what that makes of a season.

    OMP_NUM_THREADS=1 python tests/benchmarks/farm_overhead.py [CUES, default 1000] [WORKERS, default 2]

A scheduler and workers run as their own processes, started as a studio starts them, and
`generate` runs against them with media by a shared path and uploaded. The workers answer with a
WAV of three seconds at once, so that all that is left is planning, sending, checking, placing
and writing. The farm is this one machine, whose cores `generate`, scheduler and workers
share: what each of them uses of a core is told, too.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

sys.path.insert(0, str(Path(__file__).parents[1]))

from films import write_movie
from vssflow_studio.engine import generate as engine
from vssflow_studio.engine.memory import resident
from vssflow_studio.engine.request import SAMPLE_RATE
from vssflow_studio.engine.takes import TakeStore
from vssflow_studio.farm.media import PathMap
from vssflow_studio.farm.queue import FarmQueue
from vssflow_studio.media.bwf import write_bwf
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.metadata import write_project

SEASON, FARMS, MODELS = 10_000, (1, 4, 16, 64), (1.0, 5.0, 20.0)
"""Cues of a season, workers of a farm, seconds that a model takes for a cue."""

_RATE, _SHOT, _STEPS = 24, 48, 25
_PROCESSES = ("generate", "scheduler", "workers")
_SCHEDULER = """
import asyncio
from distributed import Scheduler
async def run():
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()
asyncio.run(run())
"""


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with tempfile.TemporaryDirectory(prefix="farm-") as folder:
        _measure(Path(folder), count, workers)


def _measure(folder: Path, count: int, workers: int) -> None:
    film = write_movie(folder / "film.mov", 4, _RATE, (360, 640))
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * SAMPLE_RATE).astype(np.float32)
    write_bwf(folder / "take.wav", noise, time_reference=0, description="", provenance={})
    with _farm(workers) as (address, scheduler, others):
        asyncio.run(_answer_at_once(address, (folder / "take.wav").read_bytes(), workers))
        for name, paths in (("by a shared path", PathMap(((str(folder), str(folder)),))), ("uploaded", PathMap())):
            memory, used = resident(scheduler), [_used(scheduler), sum(map(_used, others))]
            spent = _run(folder / f"{name}.otio", film, count, address, {"paths": paths})
            spent["scheduler"] = _used(scheduler) - used[0]
            spent["workers"] = sum(map(_used, others)) - used[1]
            _tell(f"{count} cues, media {name}, {workers} workers", spent, count)
            print(f"  scheduler's memory: {memory / 1e6:.0f} MB before, {resident(scheduler) / 1e6:.0f} MB after")
    _season(spent, count)


def _run(path: Path, film: Path, count: int, address: str, options: dict) -> dict[str, float]:
    """Seconds spent in each part of `generate` for `count` cues, and in the whole."""
    _write(path, film, count)
    spent: dict[str, float] = defaultdict(float)
    times: dict[str, int] = defaultdict(int)
    parts = {
        "plan": (engine.Session, "plan"),
        "warn": (engine.Session, "warnings"),
        "order": (TakeStore, "order"),
        "look for takes": (TakeStore, "found"),
        "send": (FarmQueue, "submit"),
        "check and write WAVs": (FarmQueue, "_ended"),
        "index of takes": (TakeStore, "remember"),
        "write timeline": (engine.Session, "save"),
    }
    with _timed(parts, spent, times):
        begun, used = time.perf_counter(), time.process_time()
        report = engine.generate(path, make_queue=lambda told: FarmQueue(address, told, **options))
        spent["whole"], spent["generate"] = time.perf_counter() - begun, time.process_time() - used
    spent["saves"] = times["write timeline"]
    assert len(report.takes) == count and not report.errors, list(report.errors.values())[:1]
    return spent


def _write(path: Path, film: Path, count: int) -> None:
    """One shot and one cue after the other: a line, then a sound that looks at the picture."""
    timeline = otio.schema.Timeline(path.stem, global_start_time=RationalTime(0, _RATE))
    track, cues = otio.schema.Track("V1", kind="Video"), []
    shot, available = RationalTime(_SHOT, _RATE), RationalTime(96, _RATE)
    for index in range(count):
        media = otio.schema.ExternalReference(str(film), TimeRange(RationalTime(0, _RATE), available))
        track.append(otio.schema.Clip(f"shot {index}", media, TimeRange(RationalTime(24, _RATE), shot)))
        place = TimeRange(RationalTime(index * _SHOT, _RATE), shot)
        line = index % 2 == 0
        said = f"Line number {index}." if line else f"footsteps {index}"
        cues.append(Cue(f"c{index}", "dialogue" if line else "foley", place, said, "ANNA" if line else ""))
    timeline.tracks.append(track)
    write_project(timeline, Project(cues=tuple(cues)))
    otio.adapters.write_to_file(timeline, str(path))


@contextmanager
def _timed(parts: dict[str, tuple[type, str]], spent: dict[str, float], times: dict[str, int]):
    """Let these methods add the seconds they take to `spent`, and each call to `times`."""

    def timer(name: str, function: Callable) -> Callable:
        def timed(*arguments, **named):
            begun = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent[name] += time.perf_counter() - begun
                times[name] += 1

        return timed

    originals = {name: getattr(*where) for name, where in parts.items()}
    for name, (owner, method) in parts.items():
        setattr(owner, method, timer(name, originals[name]))
    try:
        yield
    finally:
        for name, (owner, method) in parts.items():
            setattr(owner, method, originals[name])


@contextmanager
def _farm(workers: int):
    """(address, process id, the workers' ids) of a scheduler with workers that the command line starts."""
    own = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    scheduler = subprocess.Popen([sys.executable, "-c", _SCHEDULER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=own)
    address = scheduler.stdout.readline().strip()
    worker = [sys.executable, "-m", "vssflow_studio", "worker", address, "--device", "cpu"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": own}
    others = [subprocess.Popen(worker, **quiet) for _ in range(workers)]
    try:
        yield address, scheduler.pid, [one.pid for one in others]
    finally:
        for process in (*others, scheduler):
            process.terminate()
            process.wait()


async def _answer_at_once(address: str, wav: bytes, workers: int) -> None:
    """From now on the workers give `wav` for every request, as fast as they can write it."""
    from distributed import Client

    def patch(wav: bytes) -> None:
        from vssflow_studio.engine import worker

        def at_once(models, device, request, order, progress, killed=False) -> str:
            for step in range(_STEPS):
                progress.step(step + 1, _STEPS)
            order.path.write_bytes(wav)
            return ""

        worker.make_take = at_once

    async with Client(address, asynchronous=True) as client:
        await client.wait_for_workers(workers)
        await client.run(patch, wav)


def _used(process: int) -> float:
    """Seconds of a core that a process and what it has started have used."""
    import psutil

    family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in family)


def _tell(title: str, spent: dict[str, float], count: int) -> None:
    print(f"\n{title}: {1000 * spent['whole'] / count:.1f} ms a cue")
    print("  of a core: " + ", ".join(f"{name} {1000 * spent[name] / count:.1f} ms" for name in _PROCESSES))
    parts = [(name, seconds) for name, seconds in spent.items() if name not in ("whole", "saves", *_PROCESSES)]
    for name, seconds in sorted(parts, key=lambda one: -one[1]):
        print(f"  {name:<22} {1000 * seconds / count:8.2f} ms a cue")
    each = spent["write timeline"] / spent["saves"]
    print(f"  written {spent['saves']} times, {each:.2f} s each; after every take it were {each * count:.0f} s")


def _season(spent: dict[str, float], count: int) -> None:
    """Hours for a season: takes come home one after the other, the workers share the model's time."""
    each, worker = spent["whole"] / count, spent["workers"] / count
    print(f"\nhours for {SEASON} cues; whatever the number of workers, {SEASON * each / 3600:.2f} at least")
    print("workers   " + "".join(f"{f'{model:g} s a cue':>14}" for model in MODELS))
    for workers in FARMS:
        hours = [max(SEASON * each, SEASON * (model + worker) / workers) / 3600 for model in MODELS]
        print(f"{workers:7d}   " + "".join(f"{hour:14.2f}" for hour in hours))


if __name__ == "__main__":
    main()
