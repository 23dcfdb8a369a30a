"""A timeline as a small movie with its sound and our takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

from ..media.preview import write_preview
from ..media.span import Span
from ..timeline.clips import ClipView, timeline_duration, timeline_rate
from ..timeline.dissolves import heard_pieces, shown_picture
from ..timeline.timecode import exact_rate, range_of
from .audit import temps
from .cut import Cut
from .spans import to_span

_COMMENT = "SYNTHETIC, temp only. With takes made by VSSFlow Studio"


def preview(
    timeline_file: Path,
    out: Path,
    on_step: Callable[[int, int], None] = lambda done, total: None,
    search: Sequence[Path] = (),
) -> None:
    """Write `out` (.mp4) of the whole timeline; `search` are more folders for media. Raises StudioError."""
    preview_cut(Cut.read(timeline_file, search), out, on_step)


def preview_cut(
    cut: Cut, out: Path, on_step: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Write `out` (.mp4) of a cut that is read already. Raises StudioError."""
    write_preview(
        out,
        picture_spans(cut.timeline, cut.views),
        sound_spans(cut.timeline, cut.views),
        cut.total,
        rate=exact_rate(timeline_rate(cut.timeline)),
        comment=_COMMENT if temps(cut) else "",
        on_step=on_step,
    )


def picture_spans(timeline: otio.schema.Timeline, views: Sequence[ClipView]) -> list[Span]:
    """What is seen, from the first frame to the last, as far as its media is there."""
    end = timeline_duration(timeline)
    whole = range_of(RationalTime(0, end.rate), end)
    pieces = shown_picture(views, whole)
    return [to_span(timeline, view, piece, None, levels) for view, piece, levels in pieces if view.media]


def sound_spans(timeline: otio.schema.Timeline, views: Sequence[ClipView]) -> list[Span]:
    """What is heard: every enabled clip on an audio track whose media is there."""
    heard = (v for v in views if v.kind == "Audio" and v.enabled and v.media)
    return [
        to_span(timeline, view, piece, None, levels)
        for clip in heard
        for view, piece, levels in heard_pieces(clip)
    ]
