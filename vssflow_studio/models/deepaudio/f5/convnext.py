"""The block that F5's text encoder and Vocos are made of."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_KERNEL, _EPSILON = 7, 1e-6


class ConvNeXt(nn.Module):
    """A depthwise convolution over time and an MLP beside the input: [batch, time, width] → the same.

    Its answer is scaled channel by channel (Liu et al. 2022), with `responsive` its channels
    compete instead (Woo et al. 2023, ConvNeXt V2). Parameters are named as in the public code.
    """

    def __init__(self, width: int, middle: int, *, responsive: bool) -> None:
        super().__init__()
        self.dwconv = nn.Conv1d(width, width, _KERNEL, padding=_KERNEL // 2, groups=width)
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.pwconv1 = nn.Linear(width, middle)
        self.pwconv2 = nn.Linear(middle, width)
        self.grn = _Response(middle) if responsive else None
        self.gamma = None if responsive else nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        near = self.norm(self.dwconv(x.transpose(1, 2)).transpose(1, 2))
        middle = F.gelu(self.pwconv1(near))
        if self.grn is not None:
            return x + self.pwconv2(self.grn(middle))
        return torch.addcmul(x, self.pwconv2(middle), self.gamma)


class _Response(nn.Module):
    """Global response normalisation: channels weigh by their length over time beside the others'."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, channels))
        self.beta = nn.Parameter(torch.zeros(1, 1, channels))

    def forward(self, x: Tensor) -> Tensor:
        length = x.norm(dim=1, keepdim=True)
        share = length / (length.mean(dim=-1, keepdim=True) + 1e-6)
        return torch.addcmul(x + self.beta, x, self.gamma * share)
