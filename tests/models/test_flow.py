from __future__ import annotations

import math

import pytest
import torch

from vssflow_studio.models.flow.guidance import apart, guided, guided_sparingly
from vssflow_studio.models.flow.path import interpolate, velocity, velocity_from_data
from vssflow_studio.models.flow.solvers import SOLVERS, solve, time_grid
from vssflow_studio.models.flow.windows import blended, shortest_window, window_starts


def spiral(time: float, state: torch.Tensor) -> torch.Tensor:
    """dx/dt = i·3·x: a turn by three radians from 0 to 1."""
    return torch.stack([-3 * state[1], 3 * state[0]])


EXACT = torch.tensor([math.cos(3.0), math.sin(3.0)])


@pytest.mark.parametrize(("solver", "order"), [("euler", 1), ("midpoint", 2), ("heun", 2), ("adams", 2)])
def test_fixed_solvers_have_their_order(solver: str, order: int) -> None:
    start = torch.tensor([1.0, 0.0], dtype=torch.float64)
    errors = [
        (solve(spiral, start, solver=solver, grid=time_grid(n)) - EXACT.double()).norm()
        for n in (40, 80)
    ]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)


def test_dopri5_keeps_its_tolerance() -> None:
    got = solve(spiral, torch.tensor([1.0, 0.0]), solver="dopri5", grid=time_grid(10))
    assert (got - EXACT).norm() < 2e-5


def test_an_unknown_solver_is_named() -> None:
    with pytest.raises(ValueError, match="rk9"):
        solve(spiral, torch.zeros(2), solver="rk9", grid=time_grid(2))
    assert "dopri5" in SOLVERS


def test_path_and_predicted_data_agree() -> None:
    noise, data, time = torch.randn(4, 3, 5), torch.randn(4, 3, 5), torch.tensor([0.0, 0.3, 0.6, 0.9])
    state = interpolate(noise, data, time)
    assert torch.allclose(velocity_from_data(data, state, time), velocity(noise, data), atol=1e-4)


def test_guidance_extrapolates() -> None:
    def predict(time, state, both):
        answer = torch.ones_like(state)
        if both:
            answer[len(state) // 2 :] = 0.25
        return answer

    assert guided(predict, 3.0)(0.0, torch.zeros(1, 2))[0, 0] == pytest.approx(0.25 + 3 * 0.75)
    assert guided(predict, 1.0)(0.0, torch.zeros(1, 2))[0, 0] == 1.0


def test_guidance_remembers_what_conditions_change() -> None:
    asked = []

    def predict(time, state, both):
        asked.append(both)
        answer = state + 1
        if both:
            answer[len(state) // 2 :] -= 0.25
        return answer

    velocity = guided_sparingly(predict, 3.0)
    answers = [float(velocity(i / 9, torch.full((1, 1), float(i)))[0, 0]) for i in range(9)]
    assert asked == [True, True, True, False, True, False, True, False, True]
    assert len(set(answers)) == 9, "what is remembered is the difference, not the answer"
    plainly = guided_sparingly(predict, 1.0)
    asked.clear()
    plainly(0.0, torch.zeros(1, 1))
    assert asked == [False]


def test_halves_apart_answer_as_both_at_once() -> None:
    conditioned, unconditioned = (lambda time, state: state * time[:, None] + 1), (lambda time, state: state - 1)

    def at_once(time, state, both):
        first, *rest = zip(time.chunk(1 + both), state.chunk(1 + both), strict=True)
        return torch.cat([conditioned(*first), *(unconditioned(*one) for one in rest)])

    state = torch.randn(2, 3)
    for weight in (1.0, 2.5):
        answers = [guided(way, weight)(0.4, state) for way in (at_once, apart(conditioned, unconditioned))]
        assert torch.equal(*answers)


@pytest.mark.parametrize(("length", "count"), [(100, 3), (101, 4), (40, 1), (39, 1), (75, 3), (1000, 33)])
def test_windows_are_no_longer_than_they_need_be(length: int, count: int) -> None:
    window = shortest_window(length, 40, 10)
    assert window <= 40
    assert len(window_starts(length, 40, 10)) == len(window_starts(length, window, 10)) == count
    assert count == 1 or len(window_starts(length, window - 1, 10)) > count


def test_windows_cover_and_blend_without_a_step() -> None:
    assert window_starts(100, 40, 10) == [0, 30, 60]
    assert window_starts(101, 40, 10)[-1] == 61

    def part(start: int, end: int, time: float, state: torch.Tensor) -> torch.Tensor:
        return torch.full_like(state, float(start))

    whole = blended(part, 100, 40, 10)(0.0, torch.zeros(1, 1, 100))[0, 0]
    assert whole[0] == 0 and whole[-1] == 60
    assert whole.diff().abs().max() < 4
