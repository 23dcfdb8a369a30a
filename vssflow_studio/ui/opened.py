"""A timeline read from its file, with all that the window knows of it at first. No Qt: for any thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

from ..timeline.clips import ClipView, clip_views, timeline_duration, timeline_rate
from ..timeline.cues import Project
from ..timeline.files import read_timeline
from ..timeline.marker_cues import PlacedMarker, placed_markers
from ..timeline.metadata import read_project
from ..timeline.tracks import place_takes


@dataclass(frozen=True)
class Opened:
    """A timeline as it was read, its takes on their tracks; the rest is as in the model."""

    path: Path
    timeline: otio.schema.Timeline
    project: Project
    views: tuple[ClipView, ...]
    markers: tuple[PlacedMarker, ...]
    rate: float
    duration: RationalTime


def opened(path: Path) -> Opened:
    """Read the timeline in `path`; of thousands of clips that takes its time, on any thread. Raises TimelineError."""
    path, timeline = Path(path), read_timeline(path)
    project = read_project(timeline)
    place_takes(timeline, project.cues)
    folders = [Path(folder) for folder in project.search_folders]
    views = clip_views(timeline, path.resolve().parent, folders, project.relinked)
    markers = tuple(placed_markers(timeline))
    return Opened(path, timeline, project, views, markers, timeline_rate(timeline), timeline_duration(timeline))
