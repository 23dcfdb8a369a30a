"""A training small enough for a test: caches made of arrays, a model of one layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from vssflow_studio.models.conditions import motion
from vssflow_studio.models.conditions.sync import SyncEncoder
from vssflow_studio.training.prompts import KINDS

CONFIG = """
[data]
cache = "{caches}/cache"
duration_steps = 3
foley = 0.4
joint = 0.3

[model]
layers = 1
heads = 2
cross_heads = 1
head_channels = 32
cross_channels = 32
condition_hidden = 16
semantic_raw = 62

[loop]
steps = 30
batch = 4
warm_up = 5
save_minutes = 0
precision = "fp32"
compile = false
device = "cpu"
seed = 3

[out]
run = "{folder}/{run}"
model = "{folder}/model"
"""


@pytest.fixture(scope="session")
def caches(tmp_path_factory) -> Path:
    """A folder whose `cache` holds 8 utterances and 17 scenes of noise. Don't change it."""
    folder = tmp_path_factory.mktemp("training")
    (folder / "cache").mkdir()
    rng = np.random.default_rng(0)
    _speech(folder / "cache" / "speech.npz", rng)
    np.savez(
        folder / "cache" / "foley.npz",
        mel=rng.normal(-6, 2, (len(KINDS), 500, 80)).astype(np.float16),
        motion=rng.normal(0, 1, (len(KINDS), 125, motion.CHANNELS)).astype(np.float16),
        kinds=np.arange(len(KINDS), dtype=np.uint8),
    )
    torch.manual_seed(0)
    save_file(SyncEncoder().state_dict(), folder / "cache" / "sync.safetensors")
    return folder


def _speech(path: Path, rng: np.random.Generator) -> None:
    lengths = rng.integers(80, 160, 8)
    phones = [np.stack([rng.integers(1, 70, 9), rng.integers(40, 120, 9)], 1) for _ in lengths]
    np.savez(
        path,
        mel=rng.normal(-5, 2, (lengths.sum(), 80)).astype(np.float16),
        ids=rng.integers(1, 70, lengths.sum()).astype(np.uint8),
        bounds=np.cumsum([0, *lengths]),
        voices=np.arange(8, dtype=np.uint8) % 2,
        phones=np.concatenate(phones).astype(np.int16),
        phone_bounds=np.cumsum([0, *map(len, phones)]),
    )


@pytest.fixture(scope="session")
def configure(caches: Path):
    """`configure(folder, name, **loop)` writes a configuration whose run is `folder / name`."""

    def write(folder: Path, name: str = "run", **changes: object) -> Path:
        text = CONFIG.format(caches=caches.as_posix(), folder=folder.as_posix(), run=name)
        lines = text.splitlines()
        for key, value in changes.items():
            lines = [line for line in lines if not line.startswith(f"{key} =")]
            lines.insert(lines.index("[loop]") + 1, f"{key} = {value}")
        path = folder / f"{name}.toml"
        path.write_text("\n".join(lines))
        return path

    return write


@pytest.fixture
def tiny(configure, tmp_path: Path):
    """`tiny(name, **loop)`: the same in the test's own folder."""
    return lambda name, **changes: configure(tmp_path, name, **changes)
