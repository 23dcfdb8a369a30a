"""Classifier-free guidance (Ho & Salimans 2022) as a wrapper round a velocity."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import torch
from torch import Tensor

_SETTLING = 3  # steps

Predict = Callable[[Tensor, Tensor, bool], Tensor]
"""`predict(time [2·batch], state [2·batch, …], both=True)` answers for the conditioned half first and the
unconditioned half second; with `both=False` there is the conditioned half only."""

Limit = Callable[[Tensor, Tensor], Tensor]
"""(what guidance answers, what conditions alone do) → what may stand."""


def unlimited(answer: Tensor, conditioned: Tensor) -> Tensor:
    """The `Limit` that lets all of it stand."""
    return answer


def guided(predict: Predict, weight: float, limit: Limit = unlimited) -> Callable[[float, Tensor], Tensor]:
    """The velocity, or whatever `predict` answers: `uncond + weight · (cond − uncond)`, kept within `limit`.

    At weight 1 only the conditioned half is asked for.
    """
    return _guided(predict, weight, limit, lambda step: True)


def guided_sparingly(predict: Predict, weight: float, limit: Limit = unlimited) -> Callable[[float, Tensor], Tensor]:
    """As `guided`, for a solver that asks once a step: the difference that conditions make is remembered.

    It turns slowly, which is enough where the weight is near 1. So it is asked for anew in the
    first steps, which settle what is heard, and then in every second one.
    """
    return _guided(predict, weight, limit, lambda step: step < _SETTLING or (step - _SETTLING) % 2 == 1)


def _guided(
    predict: Predict, weight: float, limit: Limit, anew: Callable[[int], bool]
) -> Callable[[float, Tensor], Tensor]:
    steps, made = count(), None

    def velocity(time: float, state: Tensor) -> Tensor:
        nonlocal made
        both = weight != 1.0 and anew(next(steps))
        doubled = torch.cat([state, state]) if both else state
        answer = predict(torch.full((len(doubled),), time, device=state.device), doubled, both)
        with_conditions = answer[: len(state)]
        if both:
            made = with_conditions - answer[len(state) :]
        if made is None:
            return with_conditions
        return limit(with_conditions + (weight - 1) * made, with_conditions)

    return velocity


def apart(conditioned: Callable[[Tensor, Tensor], Tensor], unconditioned: Callable[[Tensor, Tensor], Tensor]) -> Predict:
    """Both halves, one pass after the other: half the memory, and slower.

    Both answer `(time [batch], state [batch, …])`.
    """

    def predict(time: Tensor, state: Tensor, both: bool) -> Tensor:
        if not both:
            return conditioned(time, state)
        first, second = zip(time.chunk(2), state.chunk(2), strict=True)
        return torch.cat([conditioned(*first), unconditioned(*second)])

    return predict


def guided_apart(
    conditioned: Callable[[Tensor, Tensor], Tensor],
    unconditioned: Callable[[Tensor, Tensor], Tensor],
    weight: float,
    limit: Limit = unlimited,
) -> Callable[[float, Tensor], Tensor]:
    """As `guided` of what is asked for `apart`."""
    return guided(apart(conditioned, unconditioned), weight, limit)
