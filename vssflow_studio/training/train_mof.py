"""Trains the gate of the mixture of modality fusion (DeepAudio-V1 §3.3, its third stage).

    python -m vssflow_studio.training.train_mof OUT.safetensors

Cross-entropy over the tasks, batches of 32, 5,000 updates, as in the paper's §4.
"""

from __future__ import annotations

import random
import sys
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..models.deepaudio.mof import TABLE, TASKS, features
from .checkpoint import write_tensors
from .instructions import instructions

UPDATES, BATCH = 5000, 32
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


def train(updates: int = UPDATES, seed: int = 0) -> GateNetwork:
    """A gate trained on `updates` batches of written instructions."""
    torch.manual_seed(seed)
    network, source = GateNetwork(), instructions(random.Random(seed))
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, updates)
    for _ in range(updates):
        texts, tasks = zip(*islice(source, BATCH), strict=True)
        wanted = torch.tensor([TASKS.index(task) for task in tasks])
        loss = F.cross_entropy(network(list(texts), drop=0.15), wanted, label_smoothing=0.02)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


def main() -> None:
    """Train and write."""
    out = Path(sys.argv[1])
    torch.set_num_threads(1)
    network = train()
    tensors = {name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}
    write_tensors(out, tensors, {"tasks": ",".join(TASKS)})


if __name__ == "__main__":
    main()
