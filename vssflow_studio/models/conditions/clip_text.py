"""CLIP's ear for words (Radford et al. 2021): each word of a prompt in the words round it.

Parameter names are those of OpenCLIP's checkpoints.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .clip import ClipBlock


class ClipText(nn.Module):
    """Token ids [batch, length] → [batch, length, width], every row of unit length."""

    def __init__(self, width: int = 1024, layers: int = 24, length: int = 77, words: int = 49_408) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(words, width)
        self.positional_embedding = nn.Parameter(torch.zeros(length, width))
        self.transformer = nn.Module()
        self.transformer.resblocks = nn.ModuleList(ClipBlock(width) for _ in range(layers))
        self.ln_final = nn.LayerNorm(width)

    def forward(self, ids: Tensor) -> Tensor:
        length = ids.shape[1]
        hidden = self.token_embedding(ids) + self.positional_embedding[:length]
        ahead = torch.ones(length, length, dtype=torch.bool, device=ids.device).triu(1)
        for block in self.transformer.resblocks:
            hidden = block(hidden, ahead)
        return F.normalize(self.ln_final(hidden), dim=-1)


def text_sizes(tensors: dict[str, Tensor]) -> tuple[int, int, int, int]:
    """Width, layers, length and words; of ViT-H/14 where the tensor that tells is missing."""
    table, seats = tensors.get("token_embedding.weight"), tensors.get("positional_embedding")
    words, width = table.shape if table is not None and table.ndim == 2 else (49_408, 1024)
    length = len(seats) if seats is not None and seats.ndim else 77
    layers = sum(name.startswith("transformer.") and name.endswith(".attn.in_proj_weight") for name in tensors)
    return width, layers or 24, length, words
