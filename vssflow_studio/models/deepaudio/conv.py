"""Convolutions over time with the channels last, and with fewer multiplications on a CPU.

Minimal filtering F(4, 3) (Winograd 1980; Lavin & Gray 2016): four outputs of a kernel of
three take six products instead of twelve. MMAudio spends most of its time in such kernels.
The points ±3/4 and ±3/2 lose less to rounding than the usual ±1 and ±2 (Barabasz et al. 2020).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_OUT, _TAPS = 4, 3
_IN = _OUT + _TAPS - 1
_POINTS = (0.0, 0.75, -0.75, 1.5, -1.5)


class Conv(nn.Module):
    """[batch, time, in] → [batch, time, out]; `kernel` is odd, both ends are padded with zeros."""

    def __init__(self, inner: int, outer: int, kernel: int, bias: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outer, inner, kernel))
        self.bias = nn.Parameter(torch.zeros(outer)) if bias else None
        self.kernel = kernel

    def forward(self, x: Tensor) -> Tensor:
        return F.conv1d(x.transpose(1, 2), self.weight, self.bias, padding=self.kernel // 2).transpose(1, 2)


class Filtered(nn.Module):
    """A Conv with a kernel of three, its weights turned once into the six products' own.

    Between two of them sound may stay in phases: [4, batch, tiles, channels], moment 4·i + p
    in phase p. That saves turning the wide middle of an MLP round, see `phases`.
    """

    def __init__(self, conv: Conv) -> None:
        super().__init__()
        outputs, inputs, taps = _transforms()
        turned = torch.einsum("pk,oik->pio", taps.to(conv.weight), conv.weight.detach())
        self.register_buffer("products", turned.contiguous(), persistent=False)
        self.register_buffer("outputs", outputs.to(turned), persistent=False)
        self.register_buffer("inputs", inputs.to(turned), persistent=False)
        self.bias = conv.bias

    def forward(self, x: Tensor) -> Tensor:
        return together(self.in_phases(phases(x)), x.shape[1])

    def in_phases(self, x: Tensor) -> Tensor:
        """Phases in, phases out; what lies behind the end has to be zero."""
        _, batch, tiles, channels = x.shape
        before, after = F.pad(x[3:, :, :-1], (0, 0, 1, 0)), F.pad(x[:1, :, 1:], (0, 0, 0, 1))
        taken = torch.cat([before, x, after]).view(_IN, -1)
        turned = (self.inputs @ taken).view(_IN, batch * tiles, channels)
        made = torch.bmm(turned, self.products)
        out = (self.outputs @ made.view(_IN, -1)).view(_OUT, batch, tiles, -1)
        return out if self.bias is None else out + self.bias


def phases(x: Tensor) -> Tensor:
    """[batch, time, channels] → [4, batch, tiles, channels], zeros behind the end."""
    tiles = -(-x.shape[1] // _OUT)
    x = F.pad(x, (0, 0, 0, _OUT * tiles - x.shape[1]))
    return x.unflatten(1, (tiles, _OUT)).permute(2, 0, 1, 3).contiguous()


def together(x: Tensor, time: int) -> Tensor:
    """The inverse of `phases`."""
    return x.permute(1, 2, 0, 3).flatten(1, 2)[:, :time]


def ended(x: Tensor, time: int) -> Tensor:
    """Phases with zeros behind the last of `time` moments, in place."""
    for phase in range(time - _OUT * (x.shape[2] - 1), _OUT):
        x[phase, :, -1] = 0
    return x


def filtered(network: nn.Module) -> nn.Module:
    """`network` with every Conv that has a kernel of three replaced; for a CPU, where it is faster."""
    for name, part in network.named_children():
        if isinstance(part, Conv) and part.kernel == _TAPS:
            setattr(network, name, Filtered(part))
        else:
            filtered(part)
    return network


def _transforms() -> tuple[Tensor, Tensor, Tensor]:
    """Of outputs [4, 6], inputs [6, 6] and taps [6, 3] (Toom-Cook at `_POINTS` and infinity)."""
    points = torch.tensor(_POINTS, dtype=torch.float64)
    others = [torch.cat([points[:i], points[i + 1 :]]) for i in range(len(points))]
    scale = torch.stack([(point - rest).prod() for point, rest in zip(points, others, strict=True)])
    last_out, last_tap = torch.eye(_OUT)[:, -1:], torch.eye(_TAPS)[-1:]
    outputs = torch.cat([points ** torch.arange(_OUT)[:, None], last_out], dim=1)
    taps = torch.cat([points[:, None] ** torch.arange(_TAPS) / scale[:, None], last_tap])
    inputs = torch.zeros(_IN, _IN, dtype=torch.float64)
    for i, roots in enumerate(others):
        inputs[i, :-1] = _polynomial(roots)
    inputs[-1] = _polynomial(points)
    return outputs, inputs, taps


def _polynomial(roots: Tensor) -> Tensor:
    """Coefficients, the constant first, of the product of (x − root)."""
    product = torch.ones(1, dtype=roots.dtype)
    for root in roots:
        product = F.pad(product, (1, 0)) - root * F.pad(product, (0, 1))
    return product
