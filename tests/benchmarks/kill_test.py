"""Kill saving and generating at random moments, and look at what is left each time.

    python tests/benchmarks/kill_test.py [N]

Half of the N kills hit a process that saves without a pause, half hit
`vssflow-studio generate` anywhere between its first instruction and its end, with and
without its worker. Ends with a traceback at the first file that does not open or the first
finished take that is not there.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import opentimelineio as otio  # noqa: E402
from conftest import build_timeline  # noqa: E402
from films import write_movie  # noqa: E402
from kills import examine, kill_while_saving, with_cues, without_takes  # noqa: E402

TEXTS = ("One.", "Two.", "Three.")


def main() -> None:
    """Kill, look, count."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    folder = Path(tempfile.mkdtemp())
    movie = write_movie(folder / "film.mp4", 4)
    begun = time.monotonic()
    print(kill_saves(_timeline(folder / "saved.otio", movie), count // 2))
    print(kill_runs(_timeline(folder / "made.otio", movie), count - count // 2))
    print(f"{time.monotonic() - begun:.0f} s")


def kill_saves(path: Path, count: int) -> str:
    """Kill a saver of `path` that often."""
    finished = halves = 0
    for seed in range(count):
        done = kill_while_saving(path, seed)
        left = examine(path)
        assert {f"{name}.wav" for name in done} <= left.takes <= left.wavs, "a finished take is not there"
        finished, halves = finished + len(done), left.temporary
        if seed % 10 == 9:
            without_takes(path)
    return f"{count} kills while saving: {finished} takes finished, all there; {halves} temporary files left"


def kill_runs(path: Path, count: int) -> str:
    """Kill `generate` that often; when all cues have a take, the next seed begins."""
    longest, seed, again = _run(path, 0, None), 1, 0
    before = examine(path)
    for number in range(count):
        _run(path, seed, random.Random(number).uniform(0, longest))
        left = examine(path)
        assert before.wavs <= left.wavs and before.takes <= left.takes, "a finished take is gone"
        if len(left.takes) >= len(TEXTS) * (seed + 1):
            seed += 1
        before = left
    _run(path, seed, None)
    whole = examine(path)
    again = len(whole.wavs) - len(TEXTS) * (seed + 1)
    unused = whole.wavs - whole.takes
    assert len(unused) <= again, "a finished take was not used"
    return (
        f"{count} kills while generating (within {longest:.1f} s): {len(whole.takes)} takes, all there; "
        f"{again} made twice, while a killed run's worker was still at them; {whole.temporary} temporary files left"
    )


def _run(path: Path, seed: int, patience: float | None) -> float:
    """Seconds that `generate` took; killed after `patience`, every second time with its worker."""
    command = [sys.executable, "-m", "vssflow_studio", "generate", str(path), "--seed", str(seed)]
    begun = time.monotonic()
    process = subprocess.Popen(
        [*command, "--steps", "4", "--device", "cpu"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        if random.random() < 0.5:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    return time.monotonic() - begun


def _timeline(path: Path, movie: Path) -> Path:
    otio.adapters.write_to_file(build_timeline(movie, frames=96), str(path))
    return with_cues(path, *TEXTS)


if __name__ == "__main__":
    main()
