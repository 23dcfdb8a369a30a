"""A foley prompt as a vector: words and pieces of words, summed.

Pieces (3 to 5 letters, as fastText has them) let a word that was never trained on
land near its relatives: “footfall” shares pieces with “footsteps”.
"""

from __future__ import annotations

import re
import zlib

import torch
from torch import Tensor, nn

_BUCKETS = 4096


class PromptEncoder(nn.Module):
    """Prompts → [batch, channels]. An empty prompt is the zero vector."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(_BUCKETS, channels, mode="mean")
        nn.init.normal_(self.table.weight, std=1.0)

    def forward(self, prompts: list[str]) -> Tensor:
        bags = [pieces(prompt) for prompt in prompts]
        starts = torch.tensor([0, *[len(bag) for bag in bags[:-1]]]).cumsum(0)
        flat = torch.tensor([index for bag in bags for index in bag], dtype=torch.long)
        device = self.table.weight.device
        return self.table(flat.to(device), starts.to(device)) * 4.0


def pieces(prompt: str) -> list[int]:
    """Bucket of each word (counted thrice, as it says more than its pieces) and piece."""
    found = []
    for word in re.findall(r"[a-z]+", prompt.lower()):
        marked = f"<{word}>"
        grams = [marked[i : i + n] for n in (3, 4, 5) for i in range(len(marked) - n + 1)]
        found += [_bucket(marked)] * 3 + [_bucket(gram) for gram in grams if gram != marked]
    return found


def _bucket(piece: str) -> int:
    return zlib.crc32(piece.encode()) % _BUCKETS
