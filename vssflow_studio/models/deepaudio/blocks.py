"""The transformer blocks of MMAudio: three modalities in one attention, then sound alone.

Parameter names are those of the public checkpoints, with the changes of `convert.py`: the
gate's two halves are one tensor, and queries, keys and values stand one behind the other.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .conv import Conv, Filtered, ended, phases, together

Rotary = tuple[Tensor, Tensor] | None
"""Cosines and sines of positions, see `rotary_table`."""


def layer(inner: int, outer: int, kernel: int, bias: bool = False) -> nn.Module:
    """[batch, time, inner] → [batch, time, outer]: a Linear where the kernel is 1, else a Conv."""
    return nn.Linear(inner, outer, bias) if kernel == 1 else Conv(inner, outer, kernel, bias)


class Gated(nn.Module):
    """SwiGLU (Shazeer 2020) over `kernel` neighbours: [batch, time, width] → the same."""

    def __init__(self, width: int, kernel: int = 1) -> None:
        super().__init__()
        hidden = 256 * -(-int(8 * width / 3) // 256)
        self.w13 = layer(width, 2 * hidden, kernel)
        self.w2 = layer(hidden, width, kernel)

    def forward(self, x: Tensor) -> Tensor:
        if not isinstance(self.w13, Filtered):
            return self.w2(self._gated(self.w13(x)))
        middle = ended(self._gated(self.w13.in_phases(phases(x))), x.shape[1])
        return together(self.w2.in_phases(middle), x.shape[1])

    def _gated(self, both: Tensor) -> Tensor:
        gate, value = both.chunk(2, dim=-1)
        return F.silu(gate).mul_(value)


class Modulation(nn.Module):
    """What a condition does to a block: `count` vectors for each of its rows.

    silu(condition) [batch, time or 1, width] → [batch, time or 1, width] each. Named as the
    public Sequential of SiLU and Linear; the SiLU is taken once for all blocks.
    """

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.add_module("1", nn.Linear(width, count * width))
        self.count = count

    def forward(self, active: Tensor, at: Tensor | None = None) -> tuple[Tensor, ...]:
        """With `at` [batch, time], `active` is [rows, width]: each moment takes one of the rows."""
        made = self.get_submodule("1")(active)
        made = made if at is None else made.index_select(0, at.flatten()).unflatten(0, at.shape)
        return made.chunk(self.count, dim=-1)


class Attention(nn.Module):
    """Queries, keys and values with normed, turned heads; attention itself is taken by the block."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.q_norm = nn.RMSNorm(width // heads)
        self.k_norm = nn.RMSNorm(width // heads)

    def forward(self, x: Tensor, rotary: Rotary) -> tuple[Tensor, Tensor, Tensor]:
        """[batch, time, width] → [batch, heads, time, channels] each."""
        made = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        both, shape = made[:2].contiguous(), made.shape[-1:]
        weights = torch.stack([self.q_norm.weight, self.k_norm.weight])[:, None, None, None]
        both = F.rms_norm(both, shape) * weights
        if rotary:
            cos, sin = rotary
            both = torch.addcmul(both * cos, both.roll(shape[0] // 2, -1), sin)
        return both[0], both[1], made[2]


class Stream(nn.Module):
    """One modality's half of a block, before and after attention.

    With `last` only what the others attend to is made, and the stream ends there.
    """

    def __init__(self, width: int, heads: int, kernel: int, last: bool = False) -> None:
        super().__init__()
        self.attn = Attention(width, heads)
        self.adaLN_modulation = Modulation(width, 2 if last else 6)
        self.last = last
        if not last:
            self.linear1 = layer(width, width, kernel, bias=True)
            self.ffn = Gated(width, kernel)

    def before(
        self, x: Tensor, active: Tensor, rotary: Rotary, at: Tensor | None = None
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """(query, key, value), and what `after` needs of the modulation."""
        shift, scale, *rest = self.adaLN_modulation(active, at)
        return self.attn(modulated(x, shift, scale), rotary), tuple(rest)

    def after(self, x: Tensor, attended: Tensor, rest: tuple[Tensor, ...]) -> Tensor:
        """`attended` [batch, time, width] into the residual stream."""
        gate, shift, scale, gate_ffn = rest
        x = torch.addcmul(x, self.linear1(attended), gate)
        return torch.addcmul(x, self.ffn(modulated(x, shift, scale)), gate_ffn)


class JointBlock(nn.Module):
    """Sound, picture and words attend to each other; with `last` only sound goes on."""

    def __init__(self, width: int, heads: int, last: bool = False) -> None:
        super().__init__()
        self.last = last
        self.latent_block = Stream(width, heads, 3)
        self.clip_block = Stream(width, heads, 3, last)
        self.text_block = Stream(width, heads, 1, last)

    def forward(
        self, streams: tuple[Tensor, Tensor, Tensor], now: Moment, clip_rotary: Rotary
    ) -> tuple[Tensor, Tensor, Tensor]:
        latent, clip, text = streams
        made = (
            self.latent_block.before(latent, now.rows, now.rotary, now.at),
            self.clip_block.before(clip, now.whole, clip_rotary),
            self.text_block.before(text, now.whole, None),
        )
        joined = (torch.cat(parts, dim=2) for parts in zip(*(qkv for qkv, _ in made), strict=True))
        lengths = [stream.shape[1] for stream in streams]
        attended = attend(*joined).split(lengths, dim=1)
        latent = self.latent_block.after(latent, attended[0], made[0][1])
        if not self.last:
            clip = self.clip_block.after(clip, attended[1], made[1][1])
            text = self.text_block.after(text, attended[2], made[2][1])
        return latent, clip, text


class FusedBlock(Stream):
    """Sound attends to itself, each moment modulated by what is seen then."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads, 3)

    def forward(self, latent: Tensor, now: Moment) -> Tensor:
        qkv, rest = self.before(latent, now.rows, now.rotary, now.at)
        return self.after(latent, attend(*qkv), rest)


class Moment:
    """What all blocks share in one evaluation.

    `rows` [rows, width] are the distinct conditions of the latent's frames and `at` [batch,
    frames] which of them each frame has; `whole` [batch, 1, width] is everybody's. Both are
    behind their SiLU. `rotary` are the latent's positions.
    """

    def __init__(self, rows: Tensor, at: Tensor, whole: Tensor, rotary: Rotary) -> None:
        self.rows, self.at, self.whole, self.rotary = F.silu(rows), at, F.silu(whole), rotary


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """The norm of `x` without weights of its own, scaled and shifted."""
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:]), scale + 1)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """[batch, heads, time, channels] each → [batch, time, width]."""
    return F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)


def rotary_table(length: int, channels: int, device: torch.device, scale: float = 1.0) -> Rotary:
    """Cosines and sines [length, channels] of positions `scale` apart (Su et al. 2021).

    Channel i turns with the one half a head away; the first half's sines are negative.
    """
    steps = torch.arange(0, channels, 2, device=device, dtype=torch.float32) / channels
    angles = torch.outer(torch.arange(length, device=device).float(), scale / 10_000.0**steps)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([cos, cos], dim=-1), torch.cat([-sin, sin], dim=-1)
