"""Where windows meet nothing jumps, though each of them wants to be elsewhere."""

from __future__ import annotations

import torch

from vssflow_studio.models.flow.solvers import solve, time_grid
from vssflow_studio.models.flow.windows import blended, seam_frames


def made(overlap: int, length: int = 600, window: int = 250) -> torch.Tensor:
    """A latent [length] whose windows want levels that differ by 1 and a noise of 0.005, in 16 Euler steps."""
    noise = 0.005 * torch.randn(length, generator=torch.Generator().manual_seed(0))

    def part(start: int, end: int, time: float, state: torch.Tensor) -> torch.Tensor:
        level = float(start // 100 % 2)
        return (level + noise[start:end] - state) / max(1 - time, 0.05)

    start = torch.randn(1, 1, length, generator=torch.Generator().manual_seed(1))
    return solve(blended(part, length, window, overlap), start, solver="euler", grid=time_grid(16))[0, 0]


def test_where_windows_meet_is_known() -> None:
    assert seam_frames(100, 40, 10) == [30, 35, 40, 60, 65, 70]
    assert seam_frames(40, 40, 10) == []


def test_a_seam_moves_no_more_than_any_other_place() -> None:
    latent = made(overlap=50)
    assert latent.max() - latent.min() > 0.9  # the windows do differ
    jumps = latent.diff().abs()
    usual = jumps.quantile(0.99)
    for at in seam_frames(600, 250, 50):
        assert jumps[at - 2 : at + 2].max() <= usual + 1 / 50
    assert made(overlap=0).diff().abs().max() > 10 * usual  # windows that only stand side by side
