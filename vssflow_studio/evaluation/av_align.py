"""AV-align (Yariv et al. 2024, sec. 4.2): do sounds begin when the picture moves most?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch

from .optical_flow import flow_between, pyramid

_STILL = 0.1
"""Pixels a frame: peaks of less movement are none (their public code)."""


def movement(frames: Iterable[np.ndarray], check: Callable[[], None] = lambda: None) -> np.ndarray:
    """Grey frames 0 … 255 [height, width] → mean length of the optical flow into each, in pixels [n].

    The first frame has the second's. `check` is called for every frame and may raise to stop.
    """
    moved, before = [], None
    for frame in frames:
        check()
        after = pyramid(torch.from_numpy(frame))
        if before is not None:
            moved.append(float(flow_between(before, after).square().sum(0).sqrt().mean()))
        before = after
    return np.array(moved[:1] + moved)


def movement_peaks(moved: np.ndarray, rate: float) -> np.ndarray:
    """Seconds of the frames that move more than both beside them."""
    inner = moved[1:-1]
    peaks = (moved[:-2] < inner) & (inner > moved[2:]) & (inner >= _STILL)
    return (np.flatnonzero(peaks) + 1) / rate


def av_align(onsets: Sequence[float], peaks: Sequence[float], rate: float) -> float:
    """Onsets and peaks that meet within a frame, over all of both: 0 … 1, higher is better.

    A peak meets one onset at most. Raises ValueError where there are neither.
    """
    free, met = list(peaks), 0
    for onset in onsets:
        near = next((peak for peak in free if peak - 1 / rate < onset < peak + 1 / rate), None)
        if near is not None:
            free.remove(near)
            met += 1
    union = len(onsets) + len(peaks) - met
    if not union:
        raise ValueError("nothing begins to sound and nothing moves")
    return met / union
