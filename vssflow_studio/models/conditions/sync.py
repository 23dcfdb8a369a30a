"""When what moves makes contact: the draft model's own small sync encoder.

The paper takes its sync stream from an encoder that was trained beforehand to tell
sound and picture apart in time (Synchformer; VSSFlow §3.2). Ours is trained to mark, in
rendered scenes, the moments that sound.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from . import motion

RATE = 2 * motion.FRAME_RATE
"""Contact likelihoods a second."""

_SPREAD = 0.02  # seconds; a contact is a bump this wide
_DILATIONS = (1, 2, 4, 8, 1)


class SyncEncoder(nn.Module):
    """Motion features [batch, time, motion.CHANNELS] → logits of a contact [batch, 2 · time].

    It stands outside the flow and learns nothing from it: a flow that may bend it to its
    own ends forgets what a contact looks like.
    """

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        self.enter = nn.Linear(motion.CHANNELS, width)
        self.blocks = nn.ModuleList(_Block(width, dilation) for dilation in _DILATIONS)
        self.leave = nn.Linear(width, 2)

    def forward(self, moves: Tensor) -> Tensor:
        hidden = self.enter(moves)
        for block in self.blocks:
            hidden = block(hidden)
        return self.leave(hidden).flatten(1)

    @torch.inference_mode()
    def contacts(self, moves: Tensor) -> Tensor:
        """How likely a contact is, 0 … 1 [batch, 2 · time]."""
        return self(moves).sigmoid()


class _Block(nn.Module):
    """Depth by residuals, reach by dilation: five of these see 1.3 s each way."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.reach = nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation)
        self.mix = nn.Linear(width, width)

    def forward(self, hidden: Tensor) -> Tensor:
        reached = self.reach(self.norm(hidden).transpose(1, 2)).transpose(1, 2)
        return hidden + self.mix(nn.functional.gelu(reached))


def bumps(moments: Sequence[float], count: int) -> Tensor:
    """Certain contacts at `moments` (seconds) [count], each a Gaussian in time."""
    if not moments:
        return torch.zeros(count)
    at = (torch.arange(count) + 0.5) / RATE
    away = (at[None] - torch.tensor(moments)[:, None]).abs().amin(0)
    return torch.exp(-0.5 * (away / _SPREAD) ** 2)
