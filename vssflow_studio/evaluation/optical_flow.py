"""Dense optical flow after Farnebäck (2003), as OpenCV computes it and AV-align asks for it.

Each neighbourhood is a quadratic polynomial; how the polynomials of two pictures differ tells
where it went. Three scales, the coarse one first.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

_LEVELS, _SCALE, _SMALLEST = 3, 0.5, 32  # of the pyramid; pixels
_WINDOW, _ROUNDS = 15, 3  # pixels over which movement is averaged, and how often it is improved
_REACH, _SPREAD = 5, 1.2  # pixels of the polynomials to each side, and their Gaussian's
_BORDER = (0.14, 0.14, 0.4472, 0.4472, 0.4472, 1.0)  # trust in the outermost pixels
_STABLE = 1e-3


Pyramid = list[Tensor]
"""The polynomials of a picture [5, height, width], the coarsest scale first."""


def pyramid(picture: Tensor) -> Pyramid:
    """Of a grey picture 0 … 255 [height, width]: what `flow_between` compares."""
    picture = picture.float()[None, None]
    scales = []
    for level in range(_levels(picture.shape[2:]), -1, -1):
        scale = _SCALE**level
        size = [round(side * scale) for side in picture.shape[2:]]
        scales.append(_polynomials(_resized(_blurred(picture, (1 / scale - 1) / 2), size))[0])
    return scales


def flow_between(before: Pyramid, after: Pyramid) -> Tensor:
    """How far each pixel moves, [2 (right, down), height, width]."""
    flow = None
    for first, second in zip(before, after, strict=True):
        size = list(first.shape[1:])
        flow = torch.zeros(1, 2, *size) if flow is None else _resized(flow, size) / _SCALE
        for _ in range(_ROUNDS):
            flow = _solved(*_evidence(first, second, flow))
    return flow[0]


def _levels(shape: tuple[int, ...]) -> int:
    """The coarsest scale at which no side is below _SMALLEST."""
    level, scale = 0, 1.0
    while level < _LEVELS and min(shape) * scale * _SCALE >= _SMALLEST:
        level, scale = level + 1, scale * _SCALE
    return level


def _blurred(pictures: Tensor, sigma: float) -> Tensor:
    reach = max(round(sigma * 5) | 1, 3) // 2
    steps = torch.arange(-reach, reach + 1).float()
    if sigma <= 0:
        weights = torch.tensor([0.25, 0.5, 0.25])  # OpenCV's kernel of three without a sigma
    else:
        weights = torch.exp(-0.5 * (steps / sigma) ** 2)
    weights = weights / weights.sum()
    padded = F.pad(pictures, (reach,) * 4, "reflect")
    return F.conv2d(F.conv2d(padded, weights.view(1, 1, -1, 1)), weights.view(1, 1, 1, -1))


def _resized(pictures: Tensor, size: list[int]) -> Tensor:
    if list(pictures.shape[2:]) == size:
        return pictures
    return F.interpolate(pictures, size, mode="bilinear", align_corners=False)


def _polynomials(pictures: Tensor) -> Tensor:
    """[1, 1, h, w] → [1, 5, h, w]: the terms x, y, x², y² and xy of each pixel's neighbourhood."""
    weights, inverse = _basis()
    padded = F.pad(pictures, (_REACH,) * 4, "replicate")
    down = F.conv2d(padded, weights.view(3, 1, -1, 1))  # 1, y, y² down each column

    both_ways = F.conv2d(down, weights.repeat(3, 1).view(9, 1, 1, -1), groups=3)  # and across each row
    even, right, square_right, below, both, _, square_below, _, _ = both_ways.split(1, dim=1)
    x, y = right * inverse[1, 1], below * inverse[1, 1]
    xx = even * inverse[0, 3] + square_right * inverse[3, 3]
    yy = even * inverse[0, 3] + square_below * inverse[3, 3]
    return torch.cat([x, y, xx, yy, both * inverse[5, 5]], dim=1)


@cache
def _basis() -> tuple[Tensor, Tensor]:
    """The Gaussian times 1, x, x² [3, 2 · reach + 1], and the inverse of the basis' Gram matrix.

    Its rows are 1, x, y, x², y², xy.
    """
    steps = torch.arange(-_REACH, _REACH + 1, dtype=torch.float64)
    gaussian = torch.exp(-(steps**2) / (2 * _SPREAD**2))
    gaussian = gaussian / gaussian.sum()
    x, y = steps[None].expand(len(steps), -1), steps[:, None].expand(-1, len(steps))
    basis = torch.stack([torch.ones_like(x), x, y, x * x, y * y, x * y]).flatten(1)
    gram = (basis * torch.outer(gaussian, gaussian).flatten()) @ basis.T
    weights = torch.stack([gaussian, gaussian * steps, gaussian * steps**2])
    return weights.float(), torch.linalg.inv(gram).float()


def _evidence(first: Tensor, second: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """Of the flow so far, for each pixel: GᵀG [3 (xx, xy, yy), h, w] and Gᵀh [2, h, w]."""
    height, width = flow.shape[2:]
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    x, y = columns + flow[0, 0], rows + flow[0, 1]
    inside = (x >= 0) & (x < width - 1) & (y >= 0) & (y < height - 1)
    grid = torch.stack([2 * x / max(width - 1, 1) - 1, 2 * y / max(height - 1, 1) - 1], dim=-1)[None]
    there = F.grid_sample(second[None], grid, align_corners=True, padding_mode="border")[0]
    xx, yy, xy = (torch.where(inside, (first[k] + there[k]) / 2, first[k]) for k in (2, 3, 4))
    xy = xy / 2
    dx = torch.where(inside, (first[0] - there[0]) / 2, first[0] / 2)
    dy = torch.where(inside, (first[1] - there[1]) / 2, first[1] / 2)
    dx = dx + xx * flow[0, 0] + xy * flow[0, 1]
    dy = dy + xy * flow[0, 0] + yy * flow[0, 1]
    trust = _trust(height, width)
    xx, yy, xy, dx, dy = (term * trust for term in (xx, yy, xy, dx, dy))
    square = torch.stack([xx * xx + xy * xy, (xx + yy) * xy, yy * yy + xy * xy])
    return square, torch.stack([xx * dx + xy * dy, xy * dx + yy * dy])


@cache
def _trust(height: int, width: int) -> Tensor:
    def along(length: int) -> Tensor:
        weight = torch.ones(length)
        for k, value in enumerate(_BORDER[:5]):
            if k < length:
                weight[k] *= value
                weight[length - 1 - k] *= value
        return weight

    return along(height)[:, None] * along(width)


def _solved(square: Tensor, right: Tensor) -> Tensor:
    """The movement that fits best over each window: [1, 2, h, w]."""
    reach = _WINDOW // 2
    padded = F.pad(torch.cat([square, right])[None], (reach,) * 4, "replicate")
    box = torch.full((5, 1, _WINDOW, 1), 1 / _WINDOW)
    xx, xy, yy, hx, hy = F.conv2d(F.conv2d(padded, box, groups=5), box.transpose(2, 3), groups=5)[0]
    scale = 1 / (xx * yy - xy * xy + _STABLE)
    return torch.stack([(yy * hx - xy * hy) * scale, (xx * hy - xy * hx) * scale])[None]
