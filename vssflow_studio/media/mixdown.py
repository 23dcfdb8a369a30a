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
            sound = _heard(span, sample_rate)
        except MediaError:
            continue
        start = round(span.offset * sample_rate)
        sound, start = sound[max(0, -start) :], max(0, start)
        room = out[start : start + len(sound)]
        room += sound[: len(room)]
    peak = float(np.abs(out).max(initial=0.0))
    return out / peak if peak > 1 else out


def _heard(span: Span, sample_rate: int) -> np.ndarray:
    """The span's sound, sped up or reversed as tape is; a freeze frame is silent."""
    start, length = span.media_start, span.duration * abs(span.speed)
    if span.speed == 1:
        return read_sound(span.media, start, length, sample_rate, channels=2)
    if span.speed < 0:
        start = max(0.0, start - length)
    sound = read_sound(span.media, start, length, sample_rate, channels=2)
    if span.speed == 0 or not len(sound):
        return np.zeros((0, 2), np.float32)
    sound = sound[::-1] if span.speed < 0 else sound
    places = np.arange(int(len(sound) / abs(span.speed))) * abs(span.speed)
    return np.stack([np.interp(places, np.arange(len(sound)), c) for c in sound.T], 1).astype(np.float32)
