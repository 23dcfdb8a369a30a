"""Classifier-free guidance (Ho & Salimans 2022) as a wrapper round a velocity."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Limit = Callable[[Tensor, Tensor], Tensor]
"""(what guidance answers, what conditions alone do) → what may stand."""


def unlimited(answer: Tensor, conditioned: Tensor) -> Tensor:
    """The `Limit` that lets all of it stand."""
    return answer


def guided(
    predict: Callable[[Tensor, Tensor, bool], Tensor],
    weight: float,
    limit: Limit = unlimited,
) -> Callable[[float, Tensor], Tensor]:
    """The velocity, or whatever `predict` answers: `uncond + weight · (cond − uncond)`, kept within `limit`.

    `predict(time [2·batch], state [2·batch, …], both=True)` answers for the
    conditioned half first and the unconditioned half second, in one pass. At weight
    1 only the conditioned half is asked for (`both=False`).
    """

    def velocity(time: float, state: Tensor) -> Tensor:
        both = weight != 1.0
        doubled = torch.cat([state, state]) if both else state
        times = torch.full((len(doubled),), time, device=state.device)
        answer = predict(times, doubled, both)
        if not both:
            return answer
        with_conditions, without = answer.chunk(2)
        return limit(without + weight * (with_conditions - without), with_conditions)

    return velocity


def guided_apart(
    conditioned: Callable[[Tensor, Tensor], Tensor],
    unconditioned: Callable[[Tensor, Tensor], Tensor],
    weight: float,
    limit: Limit = unlimited,
) -> Callable[[float, Tensor], Tensor]:
    """As `guided`, one pass after the other: half the memory, and slower.

    Both answer `(time [batch], state [batch, …])`.
    """

    def velocity(time: float, state: Tensor) -> Tensor:
        times = torch.full((len(state),), time, device=state.device)
        with_conditions = conditioned(times, state)
        if weight == 1.0:
            return with_conditions
        without = unconditioned(times, state)
        return limit(without + weight * (with_conditions - without), with_conditions)

    return velocity
