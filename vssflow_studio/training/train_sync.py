"""Train the sync encoder: rendered motion in, moments of contact out.

`python -m vssflow_studio.training.train_sync CACHE --scenes 44000 --steps 6000`
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from ..atomic import replacing
from ..engine.foley_kinds import KINDS
from ..models.conditions.motion import motion_features
from ..models.conditions.sync import RATE, SyncEncoder, bumps
from .foley_scenes import moving, scene
from .prompts import MOTIONS

FIRST_SEED = 1_000_000
"""Far from the scenes the flow learns from, on which this encoder must err as it errs on
scenes that nobody has seen; else the flow would trust it too much."""

_MOTIONS = tuple(dict.fromkeys(motion for motions in MOTIONS.values() for motion in motions))
_RARE = 4.0  # how much more a moment of contact counts than one without


def render(seeds: range) -> tuple[Tensor, Tensor]:
    """Motion features [scenes, time, channels] and targets [scenes, 2 · time], motions in turn."""
    moves, targets = [], []
    for seed in seeds:
        frames, onsets = moving(_MOTIONS[seed % len(_MOTIONS)], seed, eventful=False)
        moves.append(motion_features(torch.from_numpy(frames)))
        targets.append(bumps(onsets, 2 * len(frames)))
    return torch.stack(moves).half(), torch.stack(targets).half()


def rendered(first: int, count: int, workers: int = 2) -> tuple[Tensor, Tensor]:
    """`render` of `count` scenes from seed `first` on, in `workers` processes."""
    ranges = [range(s, min(s + 200, first + count)) for s in range(first, first + count, 200)]
    with ProcessPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        moves, targets = zip(*pool.map(render, ranges), strict=True)
    return torch.cat(moves), torch.cat(targets)


def train(moves: Tensor, targets: Tensor, steps: int, batch: int = 64, seed: int = 0) -> SyncEncoder:
    """One-cycle AdamW on cross-entropy."""
    torch.manual_seed(seed)
    encoder = SyncEncoder()
    optimiser = torch.optim.AdamW(encoder.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for step in range(steps):
        index = torch.randint(len(moves), (batch,))
        wanted = targets[index].float()
        weight = 1 + (_RARE - 1) * wanted
        loss = F.binary_cross_entropy_with_logits(encoder(moves[index].float()), wanted, weight)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 250 == 249:
            print(f"step {step + 1}   loss {float(loss):.4f}", flush=True)
    return encoder.eval()


@torch.inference_mode()
def score(encoder: SyncEncoder, seeds: range) -> str:
    """How the likelihood's peaks lie against the true contacts."""
    missed, strayed, kinds = [], [], list(KINDS)
    for seed in seeds:
        one = scene(kinds[seed % len(kinds)], seed, eventful=True)
        if not one.onsets:
            continue
        found = peaks(encoder(motion_features(torch.from_numpy(one.frames))[None])[0].sigmoid())
        missed += _distances(np.array(one.onsets), found)
        strayed += _distances(found, np.array(one.onsets))
    recall, precision = (np.mean(np.array(d) <= 0.06) for d in (missed, strayed))
    return f"contact found within {1000 * median(missed):.0f} ms, recall {recall:.0%}, precision {precision:.0%}"


def peaks(likely: Tensor, least: float = 0.35) -> np.ndarray:
    """Seconds of the local maxima of `likely` [tokens] that reach `least`."""
    highest = F.max_pool1d(likely[None], 5, 1, 2)[0]
    at = torch.nonzero((likely == highest) & (likely >= least))[:, 0]
    return (at.double().numpy() + 0.5) / RATE


def _distances(points: np.ndarray, others: np.ndarray) -> list[float]:
    if not len(others):
        return [1.0] * len(points)
    return [float(np.abs(others - point).min()) for point in points]


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--scenes", type=int, default=44_000)
    parser.add_argument("--steps", type=int, default=6000)
    arguments = parser.parse_args()
    moves, targets = rendered(FIRST_SEED, arguments.scenes)
    print(f"{len(moves)} scenes rendered", flush=True)
    encoder = train(moves, targets, arguments.steps)
    print(score(encoder, range(170)))
    with replacing(arguments.cache / "sync.safetensors") as temporary:
        save_file(encoder.state_dict(), temporary)


if __name__ == "__main__":
    main()
