"""Latents longer than a model's window: overlapping windows whose answers are blended."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..side_by_side import Each


def window_starts(length: int, window: int, overlap: int) -> list[int]:
    """First frames of windows that cover `length`, the last one flush with the end."""
    if length <= window:
        return [0]
    starts = list(range(0, length - window, window - overlap))
    return [*starts, length - window]


def shortest_window(length: int, window: int, overlap: int) -> int:
    """Frames of the shortest windows that cover `length` and are no more than those of `window` would be.

    The last of those lies over most of the one before it, and all that is made twice.
    """
    count = len(window_starts(length, window, overlap))
    return -(-(length + (count - 1) * overlap) // count)


def seam_frames(length: int, window: int, overlap: int) -> list[int]:
    """Where a window comes in, where it weighs as much as the one before it, and where that one leaves."""
    starts = window_starts(length, window, overlap)
    seams = ((start, before + window) for before, start in zip(starts, starts[1:], strict=False))
    return [at for first, last in seams for at in (first, (first + last) // 2, last)]


def blended(
    velocity: Callable[[int, int, float, Tensor], Tensor], length: int, window: int, overlap: int, each: Each = map
) -> Callable[[float, Tensor], Tensor]:
    """A velocity of the whole latent from `velocity(start, end, time, part)` of its windows.

    Where windows overlap their answers are averaged, each weighing less towards its
    own edges (Bar-Tal et al. 2023, MultiDiffusion, eq. 7), at every solver step: what
    comes out has no seam, because no step ever had one. `each` may have several windows answer at once.
    """
    starts = window_starts(length, window, overlap)

    def whole(time: float, state: Tensor) -> Tensor:
        if len(starts) == 1:
            return velocity(0, length, time, state)
        total = torch.zeros_like(state)
        weights = torch.zeros(length, device=state.device)
        slope = _slope(window, overlap).to(state.device)
        answers = each(lambda start: velocity(start, start + window, time, state[..., start : start + window]), starts)
        for start, answer in zip(starts, answers, strict=True):
            end = start + window
            total[..., start:end] += slope * answer
            weights[start:end] += slope
        return total / weights

    return whole


def _slope(window: int, overlap: int) -> Tensor:
    """1 in the middle, falling linearly over the overlap to both ends, never to 0."""
    rise = torch.arange(1, window + 1) / (overlap + 1)
    return torch.minimum(rise, rise.flip(0)).clamp(max=1.0)
