"""A timeline with its media found: what exports, stems, previews and audits begin from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import opentimelineio as otio

from ..timeline.clips import ClipView, placed_clips, start_time, timeline_duration
from ..timeline.cues import Project
from ..timeline.files import read_timeline
from ..timeline.metadata import read_project
from ..timeline.relink import with_folders_searched
from ..timeline.timecode import samples, seconds

SAMPLE_RATE = 48_000
_DAY = 24 * 3600 * SAMPLE_RATE


@dataclass(frozen=True)
class Cut:
    """A timeline, its name, the folder that its paths count from, and its project relinked."""

    timeline: otio.schema.Timeline
    name: str
    base: Path
    project: Project

    @classmethod
    def of(
        cls, timeline: otio.schema.Timeline, file: Path, search: Sequence[Path] = ()
    ) -> Cut:
        """The cut in memory that was read from `file`; `search` are further folders for media."""
        base = Path(file).resolve().parent
        project = with_folders_searched(timeline, base, read_project(timeline), search)
        return cls(timeline, Path(file).stem, base, project)

    @classmethod
    def read(cls, file: Path, search: Sequence[Path] = ()) -> Cut:
        """The cut in `file`. Raises TimelineError."""
        return cls.of(read_timeline(file), file, search)

    @cached_property
    def placed(self) -> tuple[tuple[otio.schema.Clip, ClipView], ...]:
        """Each clip with its flat view."""
        return tuple(placed_clips(self.timeline, self.base, relinked=self.project.relinked))

    @cached_property
    def views(self) -> tuple[ClipView, ...]:
        """The flat views alone."""
        return tuple(view for _, view in self.placed)

    @cached_property
    def total(self) -> float:
        """Its length in seconds."""
        return float(seconds(timeline_duration(self.timeline)))

    @property
    def time_reference(self) -> int:
        """Samples since midnight at which it begins."""
        return samples(start_time(self.timeline), SAMPLE_RATE) % _DAY
