"""Put trained parts together as a model that ships: half-precision weights and a card.

`python -m vssflow_studio.training.ship RUN_FLOW RUN_DURATIONS SYNC OUT`
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..atomic import replacing, write_bytes
from ..engine.foley_kinds import KINDS
from ..models.checkpoints import file_hash
from ..models.interface import WEIGHTS, ModelCard
from ..models.vssflow.config import draft
from .cast import CAST
from .speech_cache import VOICES

LICENCE = "Apache-2.0"
BAND = "band.safetensors"
"""The band extension, beside the durations; a model without it ends at 8 kHz when it speaks."""


def ship(flow: Path, durations: Path, sync: Path, out: Path) -> None:
    """Write weights.safetensors and card.json to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Tensor] = {}
    for name, tensor in load_file(flow / "average.safetensors").items():
        parts[name if name.startswith("codec.") else f"draft.{name}"] = tensor
    for name, tensor in load_file(durations / "durations.safetensors").items():
        parts[f"durations.{name}"] = tensor
    for name, tensor in load_file(sync / "sync.safetensors").items():
        parts[f"sync.{name}"] = tensor
    if (durations / BAND).is_file():
        parts |= {f"band.{name}": tensor for name, tensor in load_file(durations / BAND).items()}
    facts = {"config": draft().to_json(), "voices": json.dumps(VOICES)}
    _save(out / WEIGHTS, parts, facts)
    card = ModelCard(
        name="draft",
        title="Draft",
        licence=LICENCE,
        checkpoint=file_hash(out / WEIGHTS),
        voices=VOICES,
        sample_rate=24_000,
        steps=9,
        guidance=2.0,
        foley_guidance=1.25,
        solver="adams",
        cast=CAST,
        kinds=tuple(KINDS),
    )
    text = json.dumps(asdict(card), indent=2) + "\n"
    write_bytes(out / "card.json", text.encode())


def _save(path: Path, tensors: dict[str, Tensor], facts: dict[str, str]) -> None:
    # The codec's statistics stay exact; everything else is half as large and no worse.
    halved = {
        name: (t if name.startswith("codec.") else t.to(torch.float16)).contiguous()
        for name, t in tensors.items()
    }
    with replacing(path) as temporary:
        save_file(halved, temporary, facts)


def main() -> None:
    """Ship from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("flow", "durations", "sync", "out"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    ship(arguments.flow, arguments.durations, arguments.sync, arguments.out)


if __name__ == "__main__":
    main()
