"""How long a large timeline takes from its file to what the window shows.

    python tests/benchmarks/timelines.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.timeline.clips import clip_views, timeline_duration
from vssflow_studio.timeline.dissolves import shown_picture
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project
from vssflow_studio.timeline.timecode import range_of

CLIPS, TRACKS, RATE = 5_000, 60, 24


def large() -> otio.schema.Timeline:
    """5,000 clips with gaps between them on 60 tracks, every tenth retimed."""
    made = otio.schema.Timeline("large", global_start_time=RationalTime(86_400, RATE))
    length = RationalTime(36, RATE)
    for number in range(TRACKS):
        track = otio.schema.Track(f"{number}", kind="Video" if number < TRACKS // 2 else "Audio")
        for index in range(-(-CLIPS // TRACKS) if number < CLIPS % TRACKS else CLIPS // TRACKS):
            media = otio.schema.ExternalReference(
                f"/cards/A{number:03d}/C{index:04d}.mov", TimeRange(RationalTime(86_400, RATE), RationalTime(900, RATE))
            )
            clip = otio.schema.Clip(f"c{index}", media, TimeRange(RationalTime(86_500 + index, RATE), length))
            if index % 10 == 0:
                clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))
            track.extend([clip, otio.schema.Gap(duration=RationalTime(number % 5 + 1, RATE))])
        made.tracks.append(track)
    return made


def timed(what: str, work: Callable):
    """Do `work` and print the best of three, in seconds of work: others may use the machine, too."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        done = work()
        took.append(time.process_time() - begun)
    print(f"{what:<34} {min(took):6.3f} s")
    return done, min(took)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.otio"
        otio.adapters.write_to_file(large(), str(path))
        timeline, _ = timed(f"read {path.stat().st_size / 1e6:.1f} MB", lambda: read_timeline(path))
        _, project = timed("read_project", lambda: read_project(timeline))
        views, flat = timed(f"clip_views, {CLIPS:,} on {TRACKS} tracks", lambda: clip_views(timeline, path.parent))
        end, length = timed("timeline_duration", lambda: timeline_duration(timeline))
        whole = range_of(RationalTime(0, RATE), end)
        pieces, _ = timed("shown_picture of all", lambda: shown_picture(views, whole))
    assert len(views) == CLIPS, len(views)
    print(f"{'project, views and length':<34} {project + flat + length:6.3f} s, {len(pieces):,} pieces seen")


if __name__ == "__main__":
    main()
