"""The conditional optimal-transport path of flow matching (Lipman et al. 2023, §4.1).

A path knows how noise becomes data; it knows no network and no solver.
"""

from __future__ import annotations

import torch
from torch import Tensor

NEAREST_END = 0.05
"""The closest that 1 − t may come to zero where it divides."""


def interpolate(noise: Tensor, data: Tensor, time: Tensor) -> Tensor:
    """x_t = (1 − t)·noise + t·data, for `time` [batch] and any trailing shape."""
    t = _column(time, data)
    return (1 - t) * noise + t * data


def velocity(noise: Tensor, data: Tensor) -> Tensor:
    """dx_t/dt, the same at every t."""
    return data - noise


def velocity_from_data(predicted: Tensor, state: Tensor, time: Tensor) -> Tensor:
    """The velocity at `state` when a network predicts the clean data instead.

    v = (x̂₁ − x_t) / (1 − t); the divisor is bounded, since at the very end the
    quotient would only magnify the network's rounding.
    """
    return (predicted - state) / (1 - _column(time, state)).clamp(min=NEAREST_END)


def sample_times(count: int, early: float = 3.0, generator: torch.Generator | None = None) -> Tensor:
    """`count` times in [0, 1), stratified so that each batch covers the path.

    `early` 1 is uniform; above, times crowd towards 0. A wide latent shows through its
    noise so soon that past t = 0.1 a network can do without its conditions, and it
    learns to: with uniform times a foley prompt changed nothing at all.
    """
    jitter = torch.rand(count, generator=generator)
    return ((torch.arange(count) + jitter) / count).pow(early)


def _column(time: Tensor, like: Tensor) -> Tensor:
    return time.reshape(-1, *[1] * (like.ndim - 1)).to(like.dtype)
