"""Sound spans summed to one stereo programme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import MediaError
from .sound import read_sound
from .span import Span


def mix(spans: Sequence[Span], total: float, sample_rate: int = 48_000) -> np.ndarray:
    """float32 [samples, 2]; spans whose media is missing or silent are left out.

    A preview must not fail for one offline clip. Peaks over full scale are turned
    down as a whole.
    """
    out = np.zeros((round(total * sample_rate), 2), np.float32)
    for span in spans:
        try:
            sound = read_sound(span.media, span.media_start, span.duration, sample_rate, channels=2)
        except MediaError:
            continue
        start = round(span.offset * sample_rate)
        sound, start = sound[max(0, -start) :], max(0, start)
        room = out[start : start + len(sound)]
        room += sound[: len(room)]
    peak = float(np.abs(out).max(initial=0.0))
    return out / peak if peak > 1 else out
