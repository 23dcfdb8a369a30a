"""Solvers of dx/dt = v(t, x) from t = 0 to t = 1.

A solver knows steps; it knows neither path nor network. Each reports its progress
and lets whoever listens stop it by raising.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..interface import SOLVERS, OnStep

Velocity = Callable[[float, Tensor], Tensor]


def solve(
    velocity: Velocity,
    start: Tensor,
    *,
    solver: str = "euler",
    grid: Sequence[float],
    on_step: OnStep = lambda done, total: None,
    tolerance: float = 1e-5,
) -> Tensor:
    """Carry `start` along `velocity` over the times in `grid` (ascending, 0 … 1).

    `solver` is one of SOLVERS; `tolerance` (absolute and relative) is for dopri5.
    Raises ValueError for a solver that does not exist.
    """
    if solver == "dopri5":
        return _dopri5(velocity, start, grid, on_step, tolerance)
    if solver not in SOLVERS:
        raise ValueError(f"no solver is called {solver!r}; there are {', '.join(SOLVERS)}")
    if solver == "adams":
        return _adams(velocity, start, grid, on_step)
    advance, state = _FIXED[solver], start
    intervals = len(grid) - 1
    for done, (t, end) in enumerate(zip(grid, grid[1:], strict=False), start=1):
        state = advance(velocity, t, end - t, state)
        on_step(done, intervals)
    return state


def time_grid(steps: int, early: float = 1.0) -> list[float]:
    """`steps` steps from 0 to 1: steps + 1 times, equal at `early` 1, above it finer near 0."""
    return [(i / steps) ** early for i in range(steps + 1)]


def sway_grid(steps: int, sway: float = -1.0) -> list[float]:
    """`steps` steps from 0 to 1, at a `sway` below 0 finer near 0 (Chen et al. 2024, F5-TTS, eq. 7)."""
    return [t + sway * (math.cos(math.pi / 2 * t) - 1 + t) for t in time_grid(steps)]


def _euler(velocity: Velocity, t: float, h: float, x: Tensor) -> Tensor:
    return x + h * velocity(t, x)


def _midpoint(velocity: Velocity, t: float, h: float, x: Tensor) -> Tensor:
    return x + h * velocity(t + h / 2, x + h / 2 * velocity(t, x))


def _heun(velocity: Velocity, t: float, h: float, x: Tensor) -> Tensor:
    first = velocity(t, x)
    return x + h / 2 * (first + velocity(t + h, x + h * first))


def _adams(velocity: Velocity, start: Tensor, grid: Sequence[float], on_step: OnStep) -> Tensor:
    """Of second order, yet one velocity a step: the one before is remembered (Adams–Bashforth, uneven steps)."""
    state, before, last = start, None, 1.0
    for done, (t, end) in enumerate(zip(grid, grid[1:], strict=False), start=1):
        now, step = velocity(t, state), end - t
        bend = 0.0 if before is None else step / (2 * last) * (now - before)
        state, before, last = state + step * (now + bend), now, step
        on_step(done, len(grid) - 1)
    return state


_FIXED = {"euler": _euler, "midpoint": _midpoint, "heun": _heun}

# Dormand & Prince (1980), table 2: nodes, stages, and the two orders' difference.
_NODES = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
_STAGES = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


def _dopri5(
    velocity: Velocity, start: Tensor, grid: Sequence[float], on_step: OnStep, tolerance: float
) -> Tensor:
    state, t, h = start, grid[0], (grid[-1] - grid[0]) / 20
    first = velocity(t, state)
    for done, end in enumerate(grid[1:], start=1):
        while t < end - 1e-9:
            h = min(h, end - t)
            proposal, last, error = _dopri5_step(velocity, t, h, state, first)
            scale = tolerance + tolerance * torch.maximum(state.abs(), proposal.abs())
            ratio = float((error / scale).pow(2).mean().sqrt())
            if ratio <= 1:
                state, first, t = proposal, last, t + h
            h *= min(5.0, max(0.2, 0.9 * max(ratio, 1e-10) ** -0.2))
        on_step(done, len(grid) - 1)
    return state


def _dopri5_step(
    velocity: Velocity, t: float, h: float, x: Tensor, first: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The fifth-order proposal, its velocity (the next step's first) and the error estimate."""
    slopes = [first]
    for node, stage in zip(_NODES[1:], _STAGES[1:], strict=True):
        point = x + h * sum(a * k for a, k in zip(stage, slopes, strict=True) if a)
        slopes.append(velocity(t + node * h, point))
    error = h * sum(e * k for e, k in zip(_ERROR, slopes, strict=True) if e)
    return point, slopes[-1], error
