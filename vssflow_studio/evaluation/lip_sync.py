"""LSE-C and LSE-D (Prajwal et al. 2020, sec. 4.2): do the lips go with the sound?"""

from __future__ import annotations

import numpy as np

_SHIFTS = 15
_SMALL = 1e-6
"""PyTorch's `pairwise_distance` adds it to every difference, and so the public numbers have it."""


def lip_sync_errors(seen: np.ndarray, heard: np.ndarray) -> tuple[float, float]:
    """SyncNet's points of each frame, two of [steps, channels] → (LSE-C, LSE-D).

    The mean distance of picture and sound, moved by −15 … 15 frames against one another: LSE-D
    is the least of them, lower is better; LSE-C how far that is below their median, higher is
    better (Chung & Zisserman 2016). Raises ValueError where there are no steps.
    """
    if not len(seen):
        raise ValueError("no frames to compare")
    padded = np.pad(heard, ((_SHIFTS, _SHIFTS), (0, 0)))
    moved = [padded[shift : shift + len(seen)] for shift in range(2 * _SHIFTS + 1)]
    distance = np.array([np.linalg.norm(seen - other + _SMALL, axis=1).mean() for other in moved])
    return float(np.median(distance) - distance.min()), float(distance.min())
