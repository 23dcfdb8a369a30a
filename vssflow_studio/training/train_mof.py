"""Trains the gate of the mixture of modality fusion (DeepAudio-V1 §3.3, its third stage).

`vssflow-studio train mof`, or `… train my.toml` whose `mof.t5` names a folder with FLAN-T5. Or

    python -m vssflow_studio.training.train_mof OUT.safetensors
    python -m vssflow_studio.training.train_mof --t5 FOLDER      # FLAN-T5 lies there; its gate beside it

Cross-entropy over the tasks, batches of 32, 5,000 updates, as in the paper's §4.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..models.deepaudio.mof import TABLE, TASKS, features
from ..models.deepaudio.mof_t5 import FILE, T5Encoder
from .checkpoint import write_tensors
from .config import Mof
from .instructions import instructions

UPDATES, BATCH = Mof.updates, 32
_WIDTH, _MIDDLE = 48, 64


class GateNetwork(nn.Module):
    """As `models.deepaudio.mof.Gate`, to be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(TABLE, _WIDTH, mode="mean")
        self.hidden, self.out = nn.Linear(_WIDTH, _MIDDLE), nn.Linear(_MIDDLE, len(TASKS))
        nn.init.normal_(self.table.weight, std=0.3)

    def forward(self, texts: list[str], drop: float = 0.0) -> Tensor:
        """[batch, tasks], before the softmax; `drop` leaves out words, as unseen ones are."""
        bags = [torch.tensor(features(text)) for text in texts]
        if drop:
            bags = [bag[torch.rand(len(bag)) > drop] for bag in bags]
            bags = [bag if len(bag) else torch.zeros(1, dtype=torch.long) for bag in bags]
        starts = torch.tensor([0, *[len(bag) for bag in bags[:-1]]]).cumsum(0)
        return self.out(F.relu(self.hidden(self.table(torch.cat(bags), starts))))


class T5GateNetwork(nn.Module):
    """The MLP of `models.deepaudio.mof_t5.T5Gate`, to be trained; the encoder is not."""

    def __init__(self, encoder: T5Encoder) -> None:
        super().__init__()
        self._encode = encoder
        width = encoder(["a"]).shape[1]
        self.hidden, self.out = nn.Linear(width, _MIDDLE), nn.Linear(_MIDDLE, len(TASKS))

    def forward(self, texts: list[str], drop: float = 0.0) -> Tensor:
        """[batch, tasks], before the softmax."""
        return self.out(F.relu(self.hidden(F.dropout(self._encode(texts).float().clone(), drop, self.training))))


@dataclass(frozen=True)
class Updates:
    """How far it is; `left` in seconds."""

    done: int
    total: int
    loss: float
    left: float

    @property
    def fraction(self) -> float:
        """Part of the whole, 0 … 1."""
        return self.done / self.total

    def __str__(self) -> str:
        return f"update {self.done} of {self.total}  loss {self.loss:.3f}  {self.left:.0f} s left"


OnUpdate = Callable[[Updates], None]


def train(network: nn.Module, updates: int, seed: int = 0, on_update: OnUpdate = lambda progress: None) -> nn.Module:
    """The network trained on `updates` batches of written instructions."""
    source, begun = instructions(random.Random(seed)), time.monotonic()
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, updates)
    for done in range(1, updates + 1):
        texts, tasks = zip(*islice(source, BATCH), strict=True)
        wanted = torch.tensor([TASKS.index(task) for task in tasks])
        loss = F.cross_entropy(network(list(texts), drop=0.15), wanted, label_smoothing=0.02)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        left = (time.monotonic() - begun) / done * (updates - done)
        on_update(Updates(done, updates, loss.item(), left))
    return network.eval()


def out_of(mof: Mof) -> Path:
    """Where the gate is written."""
    return mof.t5 / FILE if mof.t5 else mof.out


def run(mof: Mof, on_update: OnUpdate = lambda progress: None) -> None:
    """Train and write. Raises StudioError."""
    torch.set_num_threads(1)
    torch.manual_seed(mof.seed)
    network = T5GateNetwork(T5Encoder(mof.t5)) if mof.t5 else GateNetwork()
    train(network, mof.updates, mof.seed, on_update)
    tensors = {name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}
    out = out_of(mof)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_tensors(out, tensors, {"tasks": ",".join(TASKS)})


def main() -> None:
    """Train from the command line."""
    if sys.argv[1] == "--t5":
        run(Mof(UPDATES, t5=Path(sys.argv[2])))
    else:
        run(Mof(UPDATES, out=Path(sys.argv[1])))


if __name__ == "__main__":
    main()
