"""What the paper's model sees: encoders of colour picture, each giving one of its streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

FRAME_RATE = 25.0
FRAME_SIZE = (224, 398)
"""Rows and columns: 16:9 at the encoders' height; picture of another shape is stretched to it."""

SIDE = 224
"""Both encoders see squares."""

Check = Callable[[], None]

_AT_ONCE = 16


class PictureEncoder(Protocol):
    """A frozen encoder with weights of its own."""

    channels: int

    def stream(self, frames: Tensor, check: Check = lambda: None) -> Tensor:
        """uint8 [time, *FRAME_SIZE, 3] at FRAME_RATE → float32 [time, channels].

        `check` is called now and then and may raise to stop.
        """
        ...


def squares(
    frames: Tensor,
    mean: tuple[float, ...],
    spread: tuple[float, ...],
    device: torch.device,
    *,
    cropped: bool,
    side: int = SIDE,
) -> Tensor:
    """uint8 [time, height, width, 3] → normalised float32 [time, 3, side, side].

    `cropped` keeps the middle; otherwise all of the width is squeezed in.
    """
    height, width = frames.shape[1:3]
    if cropped:
        left = round((width - height) / 2)
        frames = frames[:, :, left : left + height]
    picture = frames.permute(0, 3, 1, 2)
    if picture.shape[2:] != (side, side):
        # As bytes, where they are: many times faster, and so torchvision did it for who trained the encoders.
        picture = F.interpolate(picture, (side, side), mode="bicubic", antialias=True)
    middle, scale = (255 * torch.tensor(values, device=device)[:, None, None] for values in (mean, spread))
    return picture.to(device).float().sub_(middle).div_(scale)


def batches(count: int) -> Iterator[slice]:
    """So few at once that memory does not grow with the picture's length."""
    for start in range(0, count, _AT_ONCE):
        yield slice(start, min(start + _AT_ONCE, count))
