"""Adjusted takes as WAVs of their own: slip, gain, fades and trims between frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..errors import MediaError
from ..media.bwf import read_bwf_info, write_bwf
from ..media.sound import read_sound
from ..timeline.adjustments import between_frames, heard_path, needs_render
from ..timeline.cues import Cue, Take
from ..timeline.timecode import seconds
from .post import limited
from .request import SAMPLE_RATE

_CEILING = 10 ** (-1 / 20)
"""What a gain upwards may not go over: −1 dBFS."""
_EDGE = 0.002  # seconds over which a trim between two frames comes and goes


def ensure_rendered(cues: Iterable[Cue], base: Path) -> tuple[Path, ...]:
    """Write what the circled takes of `cues` need and isn't there; gives the files written.

    A take whose own WAV is missing or damaged is left out. Raises StorageError.
    """
    made = []
    for take in unrendered(cues, base):
        with suppress(MediaError):
            made.append(rendered(take, base))
    return tuple(made)


def unrendered(cues: Iterable[Cue], base: Path) -> Sequence[Take]:
    """The circled takes whose adjusted WAV isn't there but can be made."""
    takes = (cue.circled_take for cue in cues)
    return [take for take in takes if take and needs_render(take) and _can_be_made(take, base)]


def rendered(take: Take, base: Path) -> Path:
    """The WAV that is heard of `take`, made if it isn't there. Raises StorageError, MediaError."""
    path = base / heard_path(take)
    if path.is_file():
        return path
    source = base / take.path
    info = read_bwf_info(source)
    sound = read_sound(source, sample_rate=SAMPLE_RATE, channels=info["channels"])
    done = {name: value for name, value in vars(take.adjustment).items() if value}
    write_bwf(
        path,
        adjust(sound, take),
        SAMPLE_RATE,
        time_reference=info["time_reference"],
        description=info["description"],
        provenance={**info["provenance"], "adjusted": done, "original": source.name},
    )
    return path


def adjust(sound: np.ndarray, take: Take) -> np.ndarray:
    """float32 [samples, channels] as the take is adjusted; handles stay, silent beyond a fade.

    The fades are raised cosines. A gain upwards is limited, so that nothing clips.
    """
    one = take.adjustment
    out = _slipped(sound, round(one.slip * SAMPLE_RATE)) * np.float32(10 ** (one.gain / 20))
    out = out * _envelope(len(out), take)[:, None]
    if one.gain > 0:
        level = limited(np.abs(out).max(1), _CEILING) / np.maximum(np.abs(out).max(1), 1e-9)
        out = out * np.minimum(1.0, level)[:, None]
    return out.astype(np.float32)


def _slipped(sound: np.ndarray, later: int) -> np.ndarray:
    out = np.zeros_like(sound)
    first, count = max(0, later), max(0, len(sound) - abs(later))
    out[first : first + count] = sound[max(0, -later) :][:count]
    return out


def _envelope(count: int, take: Take) -> np.ndarray:
    """How much of each sample is heard, float32 [count]."""
    one = take.adjustment
    begin = float(seconds(take.head)) + one.trim_in
    end = float(seconds(take.head + take.duration)) - one.trim_out
    times = np.arange(count) / SAMPLE_RATE
    gain = np.ones(count)
    edges, fades = (times - begin, end - times), (one.fade_in, one.fade_out)
    for from_edge, fade, between in zip(edges, fades, between_frames(take), strict=True):
        if length := fade or (_EDGE if between else 0.0):
            gain *= 0.5 - 0.5 * np.cos(np.pi * np.clip(from_edge / length, 0, 1))
    return gain.astype(np.float32)


def _can_be_made(take: Take, base: Path) -> bool:
    return not (base / heard_path(take)).is_file() and (base / take.path).is_file()


