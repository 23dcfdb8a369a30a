"""Spoil timelines at random and see that each ends in a timeline or a StudioError.

    python tests/benchmarks/fuzz_timelines.py 10000
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from timeline_fuzz import check


def show(done: int) -> None:
    """A line for every thousand."""
    if done % 1000 == 0:
        print(f"{done:6} done", file=sys.stderr, flush=True)


def main(count: int) -> None:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        came = check(count, Path(folder), show)
    for (kind, what), times in sorted(came.items()):
        print(f"{kind:<14} {what:<8} {times:6}")
    print(f"{sum(came.values())} timelines in {time.monotonic() - begun:.0f} s, no traceback, none over 5 s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
