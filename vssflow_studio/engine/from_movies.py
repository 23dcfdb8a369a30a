"""A timeline of movies, for who has a picture and no timeline yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import MediaError
from ..media.video import MediaInfo, probe
from ..timeline.files import write_timeline
from ..timeline.formats import free_output

_HOUR = 3600
"""Seconds at which programmes begin by custom: 01:00:00:00."""


def timeline_file_of(movies: Sequence[Path]) -> Path:
    """Write a timeline with one movie after the other beside the first, under a name that is free.

    Raises MediaError where one has no picture, StorageError.
    """
    out = free_output(Path(movies[0]))
    write_timeline(timeline_of(movies), out)
    return out


def timeline_of(movies: Sequence[Path]) -> otio.schema.Timeline:
    """One movie after the other on V1, their sound on A1, at the first one's frames a second.

    Raises MediaError where one can't be read or has no picture.
    """
    known = [probe(Path(movie)) for movie in movies]
    for info in known:
        if not info.has_video or info.rate <= 0 or info.duration <= 0:
            raise MediaError("There is no moving picture in this file", file=info.path, remedy="Choose a movie.")
    rate = known[0].rate
    timeline = otio.schema.Timeline(Path(movies[0]).stem)
    timeline.global_start_time = RationalTime(round(_HOUR * rate), rate)
    kinds = otio.schema.TrackKind
    timeline.tracks.append(otio.schema.Track("V1", [_clip(info, rate) for info in known], kind=kinds.Video))
    if any(info.has_audio for info in known):
        sounds = [_clip(info, rate) if info.has_audio else _gap(info, rate) for info in known]
        timeline.tracks.append(otio.schema.Track("A1", sounds, kind=kinds.Audio))
    return timeline


def _range(info: MediaInfo, rate: float) -> TimeRange:
    return TimeRange(RationalTime(0, rate), RationalTime(max(1, int(info.duration * rate + 1e-3)), rate))


def _clip(info: MediaInfo, rate: float) -> otio.schema.Clip:
    path, range_ = Path(info.path), _range(info, rate)
    return otio.schema.Clip(path.stem, otio.schema.ExternalReference(path.resolve().as_posix(), range_), range_)


def _gap(info: MediaInfo, rate: float) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=_range(info, rate))
