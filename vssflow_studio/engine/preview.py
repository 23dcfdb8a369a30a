"""A timeline as a small movie with its sound and our takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

from ..media.preview import write_preview
from ..media.span import Span
from ..timeline.clips import (
    ClipView,
    clip_views,
    timeline_duration,
    timeline_rate,
    visible_picture,
)
from ..timeline.files import read_timeline
from ..timeline.metadata import read_project
from ..timeline.timecode import exact_rate, range_of, seconds
from .spans import to_span


def preview(
    timeline_file: Path, out: Path, on_step: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Write `out` (.mp4) of the whole timeline. Raises StudioError."""
    timeline = read_timeline(timeline_file)
    folders = [Path(folder) for folder in read_project(timeline).search_folders]
    views = clip_views(timeline, Path(timeline_file).resolve().parent, folders)
    write_preview(
        out,
        picture_spans(timeline, views),
        sound_spans(timeline, views),
        float(seconds(timeline_duration(timeline))),
        rate=exact_rate(timeline_rate(timeline)),
        on_step=on_step,
    )


def picture_spans(timeline: otio.schema.Timeline, views: Sequence[ClipView]) -> list[Span]:
    """What is seen, from the first frame to the last, as far as its media is there."""
    end = timeline_duration(timeline)
    whole = range_of(RationalTime(0, end.rate), end)
    pieces = visible_picture(views, whole)
    return [to_span(timeline, view, piece) for view, piece in pieces if view.media]


def sound_spans(timeline: otio.schema.Timeline, views: Sequence[ClipView]) -> list[Span]:
    """What is heard: every enabled clip on an audio track whose media is there."""
    heard = (v for v in views if v.kind == "Audio" and v.enabled and v.media)
    return [to_span(timeline, view, view.record) for view in heard]
