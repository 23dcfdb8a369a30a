"""Grey pictures of the mouth that speaks, as lip-reading networks take them.

The public code turns and scales each face by its landmarks so that 88 of 256 pixels show
the mouth. Here it is found by its motion (`lips.py`) and its size told by how far that
reaches, which needs no face model; faces that are turned stay so.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from . import motion
from .lips import find_mouth
from .picture import FRAME_RATE, Check, batches

_GREY = (0.299, 0.587, 0.114)
_ACROSS = 9.0
"""Sides of a picture for each root mean square of the motion: about twice the mouth's width."""
_NARROWEST = 6.0  # pixels of the small frames in which it is found
_FINER = 2  # times as many pixels while sampling, so that a large face doesn't shimmer


def mouths(frames: Tensor, side: int, check: Check = lambda: None) -> Tensor | None:
    """uint8 [time, height, width, 3] → float32 0 … 255 [time, side, side], or None without a mouth."""
    small = torch.cat([_grey(frames[part], motion.FRAME_SIZE, check) for part in batches(len(frames))])
    found = find_mouth(small.numpy() / 255, FRAME_RATE)
    if found is None:
        return None
    rows, columns = motion.FRAME_SIZE
    half = np.clip(_ACROSS * found.spread[1], _NARROWEST, rows) / 2
    # Centres in -1 … 1, as grid_sample counts; the picture moves whole where it would leave the frame.
    down, right = 2 * (found.rows + 0.5) / rows - 1, 2 * (found.columns + 0.5) / columns - 1
    tall, wide = 2 * half / rows, 2 * half / columns
    down, right = np.clip(down, tall - 1, 1 - tall), np.clip(right, wide - 1, 1 - wide)
    offsets = (2 * np.arange(_FINER * side) + 1) / (_FINER * side) - 1
    crops = []
    for part in batches(len(frames)):
        grey = _grey(frames[part], frames.shape[1:3], check)
        shape = (len(grey), _FINER * side, _FINER * side)
        y = np.broadcast_to((down[part, None] + tall * offsets)[:, :, None], shape)
        x = np.broadcast_to((right[part, None] + wide * offsets)[:, None, :], shape)
        grid = torch.from_numpy(np.stack([x, y], axis=-1)).float()
        fine = F.grid_sample(grey[:, None], grid, padding_mode="border", align_corners=False)
        crops.append(F.avg_pool2d(fine, _FINER)[:, 0])
    return torch.cat(crops)


def _grey(frames: Tensor, size: tuple[int, int], check: Check) -> Tensor:
    check()
    grey = frames.float() @ torch.tensor(_GREY)
    if grey.shape[1:] == torch.Size(size):
        return grey
    return F.interpolate(grey[:, None], size, mode="area")[:, 0]
