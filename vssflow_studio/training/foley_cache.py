"""Foley for training: rendered scenes as log-mels, motion features and prompts.

`python -m vssflow_studio.training.foley_cache CACHE --scenes 2500`
"""

from __future__ import annotations

import argparse
import os
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..engine.foley_kinds import KINDS
from ..models.codecs.mel import MelCodec
from ..models.conditions.motion import motion_features
from .foley_scenes import scene
from .prompts import prompt_for

EVALUATION_SEEDS = 10_000_000
"""Seeds from here on are never trained on."""

_PART = 100  # scenes that a process renders at a time


@dataclass(frozen=True)
class FoleyCache:
    """mel float16 [scenes, frames, bins]; motion float16 [scenes, time, features]; kinds
    [scenes] (index into KINDS)."""

    mel: np.ndarray
    motion: np.ndarray
    kinds: np.ndarray

    @classmethod
    def load(cls, path: Path) -> FoleyCache:
        """Read what `build` wrote."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})

    def kind(self, index: int) -> str:
        """What scene `index` is of."""
        return list(KINDS)[self.kinds[index]]

    def is_bed(self, index: int) -> bool:
        """Whether it is an ambience."""
        return KINDS[self.kind(index)].bed

    def prompt(self, index: int, rng: random.Random) -> str:
        """A wording for it, another one each time."""
        return prompt_for(self.kind(index), rng)


def build(path: Path, count: int, first_seed: int = 0, workers: int = 1) -> None:
    """Render `count` scenes, kinds in turn, in `workers` processes, and write the cache to `path`."""
    parts = [range(start, min(start + _PART, count)) for start in range(0, count, _PART)]
    with ProcessPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        mels, motions, kinds = zip(*pool.map(_render, parts, [first_seed] * len(parts)), strict=True)
    np.savez(path, mel=np.concatenate(mels), motion=np.concatenate(motions), kinds=np.concatenate(kinds))


def _render(numbers: range, first_seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codec, names = MelCodec(), list(KINDS)
    mels, motions = [], []
    for number in numbers:
        one = scene(names[number % len(names)], first_seed + number)
        mels.append(codec.mel(torch.from_numpy(one.sound)).numpy().T.astype(np.float16))
        motions.append(motion_features(torch.from_numpy(one.frames)).numpy().astype(np.float16))
    kinds = np.array([number % len(names) for number in numbers], dtype=np.uint8)
    return np.stack(mels), np.stack(motions), kinds


def main() -> None:
    """Build the cache from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--scenes", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    build(arguments.cache / "foley.npz", arguments.scenes, arguments.seed, os.cpu_count() or 1)


if __name__ == "__main__":
    main()
