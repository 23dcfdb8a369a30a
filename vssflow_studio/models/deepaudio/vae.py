"""The decoder of MMAudio's mel VAE: layers that keep magnitudes (Karras et al. 2024, EDM2).

Parameter names are those of the public checkpoints below `decoder.`; their forced weight
norm and the gain of the last layer are in the weights already, see `convert.py`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import layer
from .config import CodecConfig

_MULTIPLES = (1, 2, 4)  # of the width, from the mel's rate inwards
_BLOCKS = 3
_DOUBLED = 1  # the level whose time is doubled
_SHARE = 0.3  # of a block's answer in the residual stream
_BOUND = 256.0


class MelDecoder(nn.Module):
    """Latent [batch, frames, latent_channels] → log-mel [batch, 2 · frames, bins]."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.register_buffer("data_mean", torch.zeros(1, config.mel_bins, 1))
        self.register_buffer("data_std", torch.ones(1, config.mel_bins, 1))
        self.decoder = _Decoder(config)

    def forward(self, latent: Tensor) -> Tensor:
        mean, spread = self.data_mean.transpose(1, 2), self.data_std.transpose(1, 2)
        return self.decoder(latent) * spread + mean


class _Decoder(nn.Module):
    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        widths = [config.width * multiple for multiple in _MULTIPLES]
        deepest = widths[-1]
        self.conv_in = layer(config.latent_channels, deepest, 3)
        self.mid = nn.Module()
        self.mid.block_1, self.mid.block_2 = _Block(deepest, deepest), _Block(deepest, deepest)
        self.mid.attn_1 = _Attention(deepest)
        entering = [*widths[1:], deepest]
        self.up = nn.ModuleList(
            _Level(enters, width, doubled=level == _DOUBLED)
            for level, (enters, width) in enumerate(zip(entering, widths, strict=True))
        )
        self.conv_out = layer(widths[0], config.mel_bins, 3)

    def forward(self, latent: Tensor) -> Tensor:
        hidden = self.mid.block_1(self.conv_in(latent))
        hidden = self.mid.block_2(self.mid.attn_1(hidden)).clamp(-_BOUND, _BOUND)
        for level in reversed(self.up):
            hidden = level(hidden)
        return self.conv_out(_silu(hidden))


class _Level(nn.Module):
    def __init__(self, enters: int, width: int, doubled: bool) -> None:
        super().__init__()
        self.block = nn.ModuleList(_Block(enters if i == 0 else width, width) for i in range(_BLOCKS))
        self.upsample = None
        if doubled:
            self.upsample = nn.Module()
            self.upsample.conv = layer(width, width, 3)

    def forward(self, hidden: Tensor) -> Tensor:
        for block in self.block:
            hidden = block(hidden).clamp(-_BOUND, _BOUND)
        if self.upsample is None:
            return hidden
        return self.upsample.conv(hidden.repeat_interleave(2, dim=1))


class _Block(nn.Module):
    def __init__(self, enters: int, width: int) -> None:
        super().__init__()
        self.conv1 = layer(enters, width, 3)
        self.conv2 = layer(width, width, 3)
        self.nin_shortcut = layer(enters, width, 1) if enters != width else nn.Identity()

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = _normed(hidden)
        return _sum(self.nin_shortcut(hidden), self.conv2(_silu(self.conv1(_silu(hidden)))))


class _Attention(nn.Module):
    """One head; queries, keys and values all have the same length."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.qkv = layer(width, 3 * width, 1)
        self.proj_out = layer(width, width, 1)

    def forward(self, hidden: Tensor) -> Tensor:
        query, key, value = (_normed(part).unsqueeze(1) for part in self.qkv(hidden).chunk(3, dim=-1))
        attended = F.scaled_dot_product_attention(query, key, value)[:, 0]
        return _sum(hidden, self.proj_out(attended))


def _normed(x: Tensor) -> Tensor:
    """Each moment's channels at unit variance (eq. 30 with its ε)."""
    return x / (x.norm(dim=-1, keepdim=True) / math.sqrt(x.shape[-1]) + 1e-4)


def _silu(x: Tensor) -> Tensor:
    """A SiLU that keeps magnitudes (eq. 81)."""
    return F.silu(x) / 0.596


def _sum(hidden: Tensor, answer: Tensor) -> Tensor:
    """A sum that keeps magnitudes (eq. 88)."""
    return hidden.lerp(answer, _SHARE) / math.hypot(_SHARE, 1 - _SHARE)
