"""BigVGAN (Lee et al. 2023): log-mel to waveform with periodic, alias-free activations.

Parameter names are those of the public checkpoints, their weight norm taken into the
weights (see `convert.py`) and their filters, which are no parameters, made here.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import CodecConfig

_CPU = torch.device("cpu")
_KERNELS = (3, 7, 11)
_DILATIONS = (1, 3, 5)
_FILTER = 12  # taps of the low-pass filters
_BETA = 4.6638  # Kaiser's, for 51 dB: what 12 taps give with a half-width of 0.3


class BigVGAN(nn.Module):
    """Log-mel [batch, bins, frames] → waveform [batch, frames · hop] in -1 … 1."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        width, self.clamped = config.vocoder_width, config.clamped
        self.conv_pre = nn.Conv1d(config.mel_bins, width, 7, padding=3)
        self.ups, self.resblocks = nn.ModuleList(), nn.ModuleList()
        for times in config.upsampling:
            widen = nn.ConvTranspose1d(width, width // 2, 2 * times, times, padding=times // 2)
            self.ups.append(nn.ModuleList([widen]))
            width //= 2
            self.resblocks.extend(_Residual(width, kernel) for kernel in _KERNELS)
        self.activation_post = AliasFreeSnake(width)
        self.conv_post = nn.Conv1d(width, 1, 7, padding=3, bias=not config.clamped)

    def forward(self, mel: Tensor) -> Tensor:
        hidden = self.conv_pre(mel)
        for i, (widen,) in enumerate(self.ups):
            hidden = widen(hidden)
            blocks = self.resblocks[i * len(_KERNELS) : (i + 1) * len(_KERNELS)]
            hidden = sum(block(hidden) for block in blocks) / len(_KERNELS)
        sound = self.conv_post(self.activation_post(hidden))[:, 0]
        return sound.clamp(-1, 1) if self.clamped else sound.tanh()


class _Residual(nn.Module):
    """Three pairs of a dilated and a plain convolution, each behind its activation."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            nn.Conv1d(width, width, kernel, dilation=wide, padding=wide * (kernel - 1) // 2)
            for wide in _DILATIONS
        )
        self.convs2 = nn.ModuleList(
            nn.Conv1d(width, width, kernel, padding=kernel // 2) for _ in _DILATIONS
        )
        self.activations = nn.ModuleList(AliasFreeSnake(width) for _ in range(2 * len(_DILATIONS)))

    def forward(self, hidden: Tensor) -> Tensor:
        first, second = self.activations[::2], self.activations[1::2]
        for dilated, plain, one, other in zip(self.convs1, self.convs2, first, second, strict=True):
            hidden = hidden + plain(other(dilated(one(hidden))))
        return hidden


class AliasFreeSnake(nn.Module):
    """x + sin²(αx) / β at twice the rate, and back: [batch, channels, time] → the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.act = nn.Module()
        self.act.alpha = nn.Parameter(torch.zeros(channels))  # logarithms both
        self.act.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        frequency, size = self.act.alpha.exp()[:, None], 1 / (self.act.beta.exp()[:, None] + 1e-9)
        doubled = self._doubled(x)
        doubled = doubled + size * (doubled * frequency).sin().square()
        return self._halved(doubled)

    def _doubled(self, x: Tensor) -> Tensor:
        """Between any two samples one more; each phase of the filter makes one of the two."""
        reach = _FILTER // 4
        phases = 2 * low_pass(x.device).view(-1, 2).T.flip(1).unsqueeze(1)
        padded = F.pad(x, (reach, reach), mode="replicate").flatten(0, 1).unsqueeze(1)
        made = F.conv1d(padded, phases)  # [batch · channels, 2, time + 1]
        both = torch.stack([made[:, 1, :-1], made[:, 0, 1:]], dim=-1)
        return both.view(*x.shape[:2], -1)

    def _halved(self, x: Tensor) -> Tensor:
        before = _FILTER // 2 - 1
        padded = F.pad(x, (before, _FILTER // 2), mode="replicate").flatten(0, 1).unsqueeze(1)
        return F.conv1d(padded, low_pass(x.device).view(1, 1, -1), stride=2).view(*x.shape[:2], -1)


@cache
def low_pass(device: torch.device = _CPU) -> Tensor:
    """Half the band, by a windowed sinc of unit sum (Kaiser & Schafer 1980): [12]."""
    window = torch.kaiser_window(_FILTER, periodic=False, beta=_BETA, device=_CPU)
    times = torch.arange(_FILTER, device=_CPU) + 0.5 - _FILTER / 2
    taps = window * torch.sinc(times / 2)
    return (taps / taps.sum()).to(device)
