"""Foley for training: rendered scenes as log-mels, motion features and prompts.

`python -m vssflow_studio.training.foley_cache CACHE --scenes 2500`
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..models.codecs.mel import MelCodec
from ..models.conditions.motion import motion_features
from .foley_scenes import scene
from .prompts import KINDS, prompt_for

EVALUATION_SEEDS = 10_000_000
"""Seeds from here on are never trained on."""


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

    def is_bed(self, index: int) -> bool:
        """Whether scene `index` is an ambience."""
        return list(KINDS.values())[self.kinds[index]].is_bed

    def prompt(self, index: int, rng: random.Random) -> str:
        """A wording for scene `index`, another one each time."""
        return prompt_for(list(KINDS)[self.kinds[index]], rng)


def build(path: Path, count: int, first_seed: int = 0) -> None:
    """Render `count` scenes, kinds in turn, and write the cache to `path`."""
    codec, names = MelCodec(), list(KINDS)
    mels, motions, kinds = [], [], []
    for number in range(count):
        kind = number % len(names)
        one = scene(names[kind], first_seed + number)
        mels.append(codec.mel(torch.from_numpy(one.sound)).numpy().T.astype(np.float16))
        motions.append(motion_features(torch.from_numpy(one.frames)).numpy().astype(np.float16))
        kinds.append(kind)
    np.savez(
        path,
        mel=np.stack(mels),
        motion=np.stack(motions),
        kinds=np.array(kinds, dtype=np.uint8),
    )


def main() -> None:
    """Build the cache from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--scenes", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    build(arguments.cache / "foley.npz", arguments.scenes, arguments.seed)


if __name__ == "__main__":
    main()
