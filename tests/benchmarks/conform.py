"""500 random re-cuts of real-shaped timelines: is every cue found, and none on a wrong picture?

    PYTHONPATH=tests python tests/benchmarks/conform.py [CUTS]
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import recuts


def main() -> int:
    """Print how many cues went which way and all mistakes; the exit code is 1 when there are any."""
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    fates: Counter[str] = Counter()
    wrong, began = [], time.process_time()
    for seed in range(cuts):
        wrong += recuts.mistakes(recuts.Editor(10_000 + seed), 1 + seed % 9, fates)
    print(", ".join(f"{number} {state}" for state, number in sorted(fates.items())))
    print(f"{cuts} re-cuts, {len(wrong)} mistakes, {time.process_time() - began:.0f} s")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
