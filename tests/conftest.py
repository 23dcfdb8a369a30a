"""Fixtures that every room shares: small real films, and timelines cut from them."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from films import read_frame_number, write_movie

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Logs of what the tests do are none of the user's.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="vssflow-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def make_movie() -> Callable[..., Path]:
    """`make_movie(path, seconds=2, rate=24, size=(72, 128), sound=True)` writes a film."""
    return write_movie


@pytest.fixture(scope="session")
def movie(tmp_path_factory, make_movie) -> Path:
    """A film of 4 s at 24 fps with sound. Don't change it."""
    return make_movie(tmp_path_factory.mktemp("media") / "film.mp4", 4)


@pytest.fixture
def make_timeline() -> Callable[..., object]:
    """`make_timeline(*media, rate=24, frames=48, start=86400)`: one clip after the other on V1.

    `start` is the global start time in frames; every clip shows its media from the
    first frame on.
    """
    return build_timeline


@pytest.fixture
def timeline_file(tmp_path, movie, make_timeline) -> Path:
    """A saved timeline at 24 fps from 01:00:00:00: the 4 s film once, its media absolute."""
    import opentimelineio as otio

    path = tmp_path / "cut.otio"
    otio.adapters.write_to_file(make_timeline(movie, frames=96), str(path))
    return path


@pytest.fixture(scope="session")
def frame_number() -> Callable[[np.ndarray], int]:
    """The number that a frame (grey in 0…1, or RGB in 0…255) carries."""
    return read_frame_number


def build_timeline(*media: Path, rate: float = 24, frames: int = 48, start: int | None = 86_400):
    import opentimelineio as otio
    from opentimelineio.opentime import RationalTime, TimeRange

    timeline = otio.schema.Timeline("cut")
    if start is not None:
        timeline.global_start_time = RationalTime(start, rate)
    range_ = TimeRange(RationalTime(0, rate), RationalTime(frames, rate))
    track = otio.schema.Track("V1", kind="Video")
    for path in media:
        reference = otio.schema.ExternalReference(str(path), range_)
        track.append(otio.schema.Clip(Path(path).stem, reference, range_))
    timeline.tracks.append(track)
    return timeline
