"""The diffusion transformer of VSSFlow, in the style of Stable Audio's.

Parameter names follow the public Stable Audio layout, so that checkpoints trained
elsewhere load. The timestep is a token at the front of the sequence; blocks have no
adaptive norm.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import VSSFlowConfig

_ROUGHEST = 0.1
"""The variance of noise in a log-mel of the draft's spread, 5.6 dB (Rayleigh's distribution); what strays
farther is no grain but in doubt, and a doubtful tone would come out as noise far louder than it is."""
_SMOOTH = -6.0  # before a sigmoid: next to nothing, for a layer that has learned nothing yet


class DiT(nn.Module):
    """Velocity (or clean latent) of the joined channels.

    forward: joined [batch, channels, frames], time [batch], context [batch or fewer (see
    Block), 1 + frames, cross_channels], and what is added to the input embedding, if
    anything is [batch, frames, width] → [batch, channels, frames]. With `rough` bool [batch], where grain
    is left in: [batch, the latent's channels, frames].
    """

    def __init__(self, config: VSSFlowConfig) -> None:
        super().__init__()
        channels, width = config.joined_channels, config.width
        self.time_proj = FourierTime(config.time_channels)
        self.timestep_proj = nn.Sequential(
            nn.Linear(config.time_channels, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.preprocess_conv = nn.Conv1d(channels, channels, 1, bias=False)
        self.proj_in = nn.Linear(channels, width, bias=False)
        self.transformer_blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.proj_out = nn.Linear(width, channels, bias=False)
        self.postprocess_conv = nn.Conv1d(channels, channels, 1, bias=False)
        self.rotary_channels = config.head_channels // 2
        self.grain = Grain(width, config.latent_channels) if config.grain else None

    def forward(
        self,
        joined: Tensor,
        time: Tensor,
        context: Tensor,
        added: Tensor | None = None,
        rough: Tensor | None = None,
    ) -> Tensor:
        time_token = self.timestep_proj(self.time_proj(time).to(joined.dtype)).unsqueeze(1)
        hidden = joined + self.preprocess_conv(joined)
        hidden = self.proj_in(hidden.transpose(1, 2))
        if added is not None:
            hidden = hidden + added
        hidden = torch.cat([time_token, hidden], dim=1)
        rotary = rotary_tables(hidden.shape[1], self.rotary_channels, hidden.device)
        for block in self.transformer_blocks:
            hidden = block(hidden, context, rotary)
        out = self.proj_out(hidden[:, 1:]).transpose(1, 2)
        out = out + self.postprocess_conv(out)
        return out if rough is None else self.grain(hidden[:, 1:], out, joined, time, rough)


class Grain(nn.Module):
    """What is noise by nature, in a prediction that would leave it smooth.

    A small network can't carry a hundred channels' noise from its input to its output, so of rain
    it predicts the mean. Beside it this layer says how far each channel strays from that (a
    variance v, cf. Nichol & Dhariwal 2021, §3.1), and by Wiener's rule as much is kept of what
    the noisy latent x is other than the prediction's share of it: at the end of the path noise of
    variance v is left, at its beginning none.

    forward: hidden [batch, frames, width], predicted and joined [batch, at least the latent's
    channels, frames], time [batch], rough bool [batch], where it is left in → the clean latent
    [batch, the latent's channels, frames].
    """

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.strays = nn.Linear(width, channels)
        nn.init.zeros_(self.strays.weight)
        nn.init.constant_(self.strays.bias, _SMOOTH)

    def forward(self, hidden: Tensor, predicted: Tensor, joined: Tensor, time: Tensor, rough: Tensor) -> Tensor:
        channels, time = self.strays.out_features, time[:, None, None].float()
        clean, noisy = predicted[:, :channels].float(), joined[:, :channels].float()
        strays = self.strays(hidden).float().sigmoid().transpose(1, 2)
        variance = _ROUGHEST * strays * rough[:, None, None]
        kept = time * variance / (time**2 * variance + (1 - time).clamp(min=1e-3) ** 2)
        return clean + kept * (noisy - time * clean)


class Block(nn.Module):
    """Self-attention, cross-attention and SwiGLU, each behind a LayerNorm, all residual.

    A context of fewer than the batch is that of the first of it. The others have zeros, and what
    is made of those is zero, since no layer on the way has a bias: it is left out.
    """

    def __init__(self, config: VSSFlowConfig) -> None:
        super().__init__()
        width = config.width
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, width, config.heads, config.heads, config.head_channels)
        self.norm2 = nn.LayerNorm(width)
        self.attn2 = Attention(
            width,
            config.cross_channels,
            config.heads,
            config.cross_heads,
            config.head_channels,
            turned_keys=config.turned_context,
        )
        self.norm3 = nn.LayerNorm(width)
        self.ff = FeedForward(width, config.ff_mult)

    def forward(self, hidden: Tensor, context: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
        normed = self.norm1(hidden)
        hidden = hidden + self.attn1(normed, normed, rotary)
        heard = self.attn2(self.norm2(hidden[: len(context)]), context, rotary)
        hidden = hidden + F.pad(heard, (0, 0, 0, 0, 0, len(hidden) - len(context)))
        return hidden + self.ff(self.norm3(hidden))


class Attention(nn.Module):
    """Attention with rotary positions on queries and, unless `turned_keys` is off, on keys.

    With both turned in the cross-attention too, position i of the picture is position i
    of the sound, since both sides have a token for each frame behind one leading token
    (VSSFlow, §3.2).
    """

    def __init__(
        self,
        width: int,
        context: int,
        heads: int,
        key_heads: int,
        channels: int,
        turned_keys: bool = True,
    ) -> None:
        super().__init__()
        self.heads, self.key_heads, self.turned_keys = heads, key_heads, turned_keys
        self.to_q = nn.Linear(width, heads * channels, bias=False)
        self.to_k = nn.Linear(context, key_heads * channels, bias=False)
        self.to_v = nn.Linear(context, key_heads * channels, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(heads * channels, width, bias=False)])

    def forward(self, hidden: Tensor, context: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
        query = rotate(_heads(self.to_q(hidden), self.heads), rotary)
        key = _heads(self.to_k(context), self.key_heads)
        if self.turned_keys:
            key = rotate(key, rotary)
        value = _heads(self.to_v(context), self.key_heads)
        if self.key_heads != self.heads:
            repeats = self.heads // self.key_heads
            key, value = (x.repeat_interleave(repeats, dim=1) for x in (key, value))
        return self.to_out[0](_attended(query, key, value).transpose(1, 2).flatten(2))


def _attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention over [batch, heads, length, channels]."""
    if query.dtype == torch.bfloat16 and query.device.type == "cpu":
        # The fused kernel takes twice as long as plain products there.
        weights = (query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)).float().softmax(-1)
        return weights.to(value.dtype) @ value
    return F.scaled_dot_product_attention(query, key, value)


class FeedForward(nn.Module):
    """SwiGLU. `net` keeps the public names: net.0.proj and net.2."""

    def __init__(self, width: int, mult: float) -> None:
        super().__init__()
        inner = round(width * mult / 8) * 8
        self.net = nn.ModuleList([_Gate(width, inner), nn.Identity(), nn.Linear(inner, width)])

    def forward(self, hidden: Tensor) -> Tensor:
        return self.net[2](self.net[0](hidden))


class _Gate(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * inner)

    def forward(self, hidden: Tensor) -> Tensor:
        value, gate = self.proj(hidden).chunk(2, dim=-1)
        return value * F.silu(gate)


class FourierTime(nn.Module):
    """Random Fourier features of the time: [batch] → [batch, channels], cosines first."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels // 2), requires_grad=False)

    def forward(self, time: Tensor) -> Tensor:
        angles = 2 * math.pi * time[:, None].float() * self.weight[None].float()
        return torch.cat([angles.cos(), angles.sin()], dim=-1)


def rotary_tables(length: int, channels: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines [length, channels] of rotary positions (Su et al. 2021), halves repeated."""
    steps = torch.arange(0, channels, 2, device=device, dtype=torch.float32) / channels
    angles = torch.outer(torch.arange(length, device=device).float(), 1 / 10_000.0**steps)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def rotate(heads: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
    """Turn the first channels of [batch, heads, length, channels] by their position."""
    cos, sin = (table[: heads.shape[2]].to(heads.dtype) for table in rotary)
    turned, kept = heads.split([cos.shape[-1], heads.shape[-1] - cos.shape[-1]], dim=-1)
    first, second = turned.chunk(2, dim=-1)
    turned = turned * cos + torch.cat([-second, first], dim=-1) * sin
    return torch.cat([turned, kept], dim=-1)


def _heads(x: Tensor, count: int) -> Tensor:
    return x.unflatten(-1, (count, -1)).transpose(1, 2)
