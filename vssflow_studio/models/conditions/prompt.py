"""A foley prompt as a vector: words and pieces of words, summed."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...script.pieces import pieces as hashed

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
    """Rows of the table for a prompt's words and their pieces."""
    return hashed(prompt, _BUCKETS)
