"""Train the window's small model of how things move, for its suggestions of foley.

`python -m vssflow_studio.training.train_motions OUT.safetensors --scenes 3000`
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from ..atomic import replacing
from ..engine.picture_events import Event
from ..engine.picture_kinds import MotionKinds, features_of
from ..models.conditions.motion import motion_features
from .foley_scenes import moving
from .prompts import MOTIONS

FIRST_SEED = 3_000_000
"""Far from the scenes of the flow and of the sync encoder."""
TEST_SEED = 3_900_000


def examples(first: int, count: int) -> tuple[np.ndarray, list[str]]:
    """Features [scenes, features] and the motion of each, all motions alike often."""
    motions = sorted({motion for those in MOTIONS.values() for motion in those} - {"bed"})
    rows, named, seed = [], [], first
    while len(rows) < count:
        seed, motion = seed + 1, motions[len(rows) % len(motions)]
        frames, onsets = moving(motion, seed)
        if onsets:
            moves = motion_features(torch.from_numpy(frames)).numpy()
            rows.append(features_of(moves, [Event(onset, 1.0) for onset in onsets]))
            named.append(motion)
    return np.stack(rows).astype(np.float32), named


def train(rows: np.ndarray, named: list[str], steps: int = 600) -> MotionKinds:
    """Softmax regression with weight decay."""
    motions = tuple(sorted(set(named)))
    mean, scale = rows.mean(0), rows.std(0) + 0.05
    inputs = torch.from_numpy((rows - mean) / scale)
    targets = torch.tensor([motions.index(name) for name in named])
    torch.manual_seed(0)
    layer = torch.nn.Linear(rows.shape[1], len(motions))
    optimiser = torch.optim.AdamW(layer.parameters(), 1e-2, weight_decay=0.3)
    for _ in range(steps):
        noisy = inputs + 0.3 * torch.randn_like(inputs)  # contacts are found a frame early or late
        loss = torch.nn.functional.cross_entropy(layer(noisy), targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    kinds = {motion: tuple(kind for kind, ms in MOTIONS.items() if motion in ms) for motion in motions}
    return MotionKinds(motions, kinds, mean, scale, layer.weight.detach().numpy(), layer.bias.detach().numpy())


def main() -> None:
    """Train, test, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scenes", type=int, default=3000)
    chosen = parser.parse_args()
    made = train(*examples(FIRST_SEED, chosen.scenes))
    rows, named = examples(TEST_SEED, chosen.scenes // 5)
    order = [list(made.likely(row)) for row in rows]
    for most in (1, 2, 3):
        print(f"motion among the first {most}:", np.mean([n in o[:most] for n, o in zip(named, order, strict=True)]))
    facts = {"motions": json.dumps(made.motions), "kinds": json.dumps(made.kinds)}
    tensors = {name: np.ascontiguousarray(getattr(made, name)) for name in ("mean", "scale", "weight", "bias")}
    with replacing(chosen.out) as path:
        save_file(tensors, path, facts)


if __name__ == "__main__":
    main()
