"""What moves in the picture, where and how: the draft model's sync stream.

Computed, not learned, from small grey frames, so that what is learned from rendered
motion carries over to real footage: energies and velocities, no texture.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

FRAME_RATE = 25.0
FRAME_SIZE = (36, 64)
_GRID = (3, 4)
_BANDS = 8
CHANNELS = 54
"""Features a frame, in the order of `motion_features`."""


def motion_features(frames: Tensor) -> Tensor:
    """Grey frames [time, 36, 64] in 0…1 at 25 fps → features [time, CHANNELS].

    A still picture gives zeros. Contrast is evened out over the clip, so a pale
    storyboard moves as much as a stark one.
    """
    if len(frames) < 2:
        return torch.zeros(len(frames), CHANNELS)
    picture = (frames - frames.mean()) / frames.std().clamp(min=0.05)
    step = _difference(picture, 1)
    hold = _difference(picture, 2)  # sees through drawings held for two frames
    energy, flow_x, flow_y = step.abs(), *_normal_flow(picture, step)
    features = [
        _cells(energy, _GRID),
        _cells(hold.abs(), _GRID),
        _cells(flow_x, (2, 3)),
        _cells(flow_y, (2, 3)),
        _cells(energy, (_BANDS, 1)),
        _global(energy, step, flow_x, flow_y),
    ]
    stacked = torch.cat(features, dim=1)
    return torch.sign(stacked) * torch.log1p(20 * stacked.abs())


def _difference(picture: Tensor, lag: int) -> Tensor:
    change = picture[lag:] - picture[:-lag]
    return F.pad(change, (0, 0, 0, 0, lag, 0))


def _normal_flow(picture: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
    """Velocity along the brightness gradient (Horn & Schunck 1981, eq. 1), in pixels a frame."""
    middle = picture - step / 2
    slope_y = (F.pad(middle, (0, 0, 0, 1))[:, 1:] - F.pad(middle, (0, 0, 1, 0))[:, :-1]) / 2
    slope_x = (F.pad(middle, (0, 1))[:, :, 1:] - F.pad(middle, (1, 0))[:, :, :-1]) / 2
    scale = -step / (slope_x**2 + slope_y**2 + 0.1)
    return (scale * slope_x).clamp(-4, 4), (scale * slope_y).clamp(-4, 4)


def _cells(field: Tensor, grid: tuple[int, int]) -> Tensor:
    return F.adaptive_avg_pool2d(field.unsqueeze(1), grid).flatten(1)


def _global(energy: Tensor, step: Tensor, flow_x: Tensor, flow_y: Tensor) -> Tensor:
    """[time, 10]: how much moves, how that changes, where its centre is and goes, flashes."""
    total = energy.mean((1, 2))
    weight = total.clamp(min=1e-3)
    rows = torch.linspace(-1, 1, energy.shape[1])
    columns = torch.linspace(-1, 1, energy.shape[2])
    centre_y = (energy.mean(2) * rows).mean(1) / weight
    centre_x = (energy.mean(1) * columns).mean(1) / weight
    speed_x, speed_y = flow_x.mean((1, 2)), flow_y.mean((1, 2))
    peak = energy.flatten(1).amax(1)
    return torch.stack(
        [
            total,
            _change(total),
            _change(_change(total)),
            peak,
            centre_x,
            centre_y,
            speed_y,
            _change(speed_y),
            _change(speed_x),
            step.mean((1, 2)),
        ],
        dim=1,
    )


def _change(values: Tensor) -> Tensor:
    return F.pad(values[1:] - values[:-1], (1, 0))
