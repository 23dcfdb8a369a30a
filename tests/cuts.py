"""A cut as an editor would have it after generating: a film on V1, our takes with a click in each.

The click stands `CLICK` frames into each cue, so that a test can tell in any rendered sound
where a take really sits.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from films import write_movie
from vssflow_studio.media.bwf import write_bwf
from vssflow_studio.timeline.cues import Cue, Project, Take
from vssflow_studio.timeline.files import write_timeline
from vssflow_studio.timeline.metadata import write_project
from vssflow_studio.timeline.timecode import exact_rate, seconds
from vssflow_studio.timeline.tracks import place_takes

HEAD, LENGTH, TAIL, CLICK = 12, 36, 12, 6
FACTS = {
    "synthetic": True,
    "model": "draft",
    "checkpoint": "0f3a" * 16,
    "licence": "Apache-2.0",
    "date": "2026-11-21T08:00:00+00:00",
}


def write_cut(
    folder: Path,
    rate: float = 24,
    starts: tuple[int, ...] = (30, 81),
    level: float = 0.8,
    film: Path | None = None,
    hours: int = 1,
) -> Path:
    """`cut.otio` of 144 frames from 01:00:00:00: ANNA's lines and footsteps by turns at `starts`."""
    if film is None:
        film = Path("film é#1.mov")
        (folder / film).write_bytes(_film(rate))
    timeline = otio.schema.Timeline("cut")
    timeline.global_start_time = RationalTime(hours * 3600 * round(exact_rate(rate)), rate)
    whole = TimeRange(RationalTime(0, rate), RationalTime(144, rate))
    picture = otio.schema.Track("V1", kind="Video")
    picture.append(otio.schema.Clip("shot", otio.schema.ExternalReference(str(film), whole), whole))
    timeline.tracks.append(picture)
    cues = tuple(
        clicked_cue(folder, timeline, f"c{index}", index, start, index % 2 == 0, level)
        for index, start in enumerate(starts)
    )
    write_project(timeline, Project(cues=cues))
    place_takes(timeline, cues)
    write_timeline(timeline, folder / "cut.otio")
    return folder / "cut.otio"


def onsets(sound: np.ndarray, rate: float, sample_rate: int = 48_000) -> list[float]:
    """Where clicks begin, in frames at `rate`."""
    levels = np.abs(sound).reshape(len(sound), -1).max(1)
    loud = np.flatnonzero(levels > 0.1)
    begins = loud[np.diff(loud, prepend=-sample_rate) > sample_rate // 10]
    return [float(begin / sample_rate * exact_rate(rate)) for begin in begins]


@cache
def _film(rate: float) -> bytes:
    """A film of 144 frames; the same one serves every test at its rate."""
    with TemporaryDirectory() as folder:
        length = float(seconds(RationalTime(144, rate)))
        return write_movie(Path(folder) / "film.mov", length, exact_rate(rate), (36, 64)).read_bytes()


def clicked_cue(
    folder: Path, timeline: otio.schema.Timeline, cue: str, number: int, start: int, line: bool, level: float = 0.8
) -> Cue:
    """A line of ANNA's, or footsteps, at frame `start`, with the take of that number on disk."""
    rate = timeline.global_start_time.rate

    def time(frames: float) -> RationalTime:
        return RationalTime(frames, rate)

    sound = np.zeros(round(seconds(time(HEAD + LENGTH + TAIL)) * 48_000), np.float32)
    at = round(seconds(time(HEAD + CLICK)) * 48_000)
    sound[at : at + 96] = level
    reference = round(seconds(timeline.global_start_time + time(start - HEAD)) * 48_000) % (24 * 3600 * 48_000)
    made = FACTS | {"seed": number, "time_reference": reference}
    name = f"cut.takes/take{number}.wav"
    (folder / "cut.takes").mkdir(exist_ok=True)
    write_bwf(folder / name, sound, time_reference=reference, description="", provenance=made)
    kind, text, who = ("dialogue", "Mind the door!", "ANNA") if line else ("foley", "footsteps", "")
    answer = Take(f"t{number}", name, time(HEAD), time(LENGTH), time(TAIL), made)
    return Cue(cue, kind, TimeRange(time(start), time(LENGTH)), text, who, takes=(answer,))
