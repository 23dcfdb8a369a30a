"""Where everything on the timeline stands: seconds to pixels, tracks to rows, cues to lanes.

Pixels are the viewport's own, scrolling taken off already.
"""

from __future__ import annotations

from dataclasses import dataclass

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QRectF

from ..timeline.clips import ClipView
from ..timeline.cues import Cue
from .model import StudioModel

HEADER, RULER, CUES, PICTURE, SOUND = 120, 28, 46, 58, 46
MARGIN = 24  # pixels that stay free after the last frame
_GAP = 2  # pixels between two tracks


@dataclass(frozen=True)
class Row:
    """A track as it is drawn; `top` counts from the first row's top."""

    name: str
    kind: str
    top: float
    height: float


class Geometry:
    """Places on the timeline at a zoom (`scale`, pixels a second) and a scroll position.

    `preview` is a cue id and the range that it is being dragged to.
    """

    def __init__(self, model: StudioModel) -> None:
        self.model, self.scale = model, 40.0
        self.scroll_x = self.scroll_y = 0
        self.preview: tuple[str, TimeRange] | None = None
        self._laned: tuple[tuple[Cue, ...] | None, dict[str, tuple[int, int]]] = (None, {})
        self._rowed: tuple[object, object, dict[int, Row]] = (None, None, {})
        self._spanned: tuple[object, list[tuple[float, float, ClipView]]] = (None, [])

    def x_of(self, frame: float) -> float:
        """Where a timeline frame stands."""
        return HEADER + frame / self.model.rate * self.scale - self.scroll_x

    def frame_at(self, x: float) -> float:
        """Timeline frame at a place."""
        return (x - HEADER + self.scroll_x) / self.scale * self.model.rate

    @property
    def seconds(self) -> float:
        """Of the whole timeline."""
        return self.model.duration.value / self.model.rate

    def rows(self) -> dict[int, Row]:
        """Track index to its row: picture above sound, V2 above V1."""
        timeline, views = self.model.timeline, self.model.views  # the latter new after every edit
        if self._rowed[0] is not timeline or self._rowed[1] is not views:
            self._rowed = timeline, views, rows(timeline)
        return self._rowed[2]

    @property
    def height(self) -> float:
        """Pixels down to the end of the last row, unscrolled."""
        return RULER + CUES + max((row.top + row.height for row in self.rows().values()), default=0)

    def row_top(self, row: Row) -> float:
        """Where a row begins."""
        return RULER + CUES + row.top - self.scroll_y

    def clips_between(self, left: float, right: float) -> list[ClipView]:
        """The clips of which something shows between two places; quick, as it is asked often."""
        views = self.model.views
        if self._spanned[0] is not views:
            ends = ((v.record.start_time.value, v.record.end_time_exclusive().value, v) for v in views)
            self._spanned = views, list(ends)
        first, last = self.frame_at(left - 2), self.frame_at(right + 2)
        return [view for start, end, view in self._spanned[1] if start <= last and end >= first]

    def clip_rect(self, view: ClipView) -> QRectF:
        """Where a clip is drawn."""
        row = self.rows().get(view.track)
        return self._block(view.record, self.row_top(row), row.height) if row else QRectF()

    def cue_rect(self, cue: Cue) -> QRectF:
        """Where a cue is drawn; cues that overlap share the height of the row."""
        range_ = cue.range
        if self.preview and self.preview[0] == cue.id:
            range_ = self.preview[1]
        cues = self.model.project.cues
        if cues is not self._laned[0]:
            self._laned = cues, lanes(cues)
        lane, count = self._laned[1].get(cue.id, (0, 1))
        height = (CUES - 8) / count
        return self._block(range_, RULER + 3 + lane * height, height - (count > 1))

    def _block(self, range_: TimeRange, top: float, height: float) -> QRectF:
        width = range_.duration.value / self.model.rate * self.scale
        return QRectF(self.x_of(range_.start_time.value), top, max(2.0, width - 1), height)


def rows(timeline: otio.schema.Timeline | None) -> dict[int, Row]:
    """Track index to its row."""
    if timeline is None:
        return {}
    tracks = [(i, track, getattr(track, "kind", "Video")) for i, track in enumerate(timeline.tracks)]
    picture = [one for one in tracks if one[2] == "Video"]
    made, top = {}, 0
    for index, track, kind in [*reversed(picture), *(one for one in tracks if one[2] != "Video")]:
        kind = "Video" if kind == "Video" else "Audio"
        height = PICTURE if kind == "Video" else SOUND
        made[index] = Row(track.name or f"{kind[0]}{index + 1}", kind, top, height)
        top += height + _GAP
    return made


def dragged(range_: TimeRange, part: str, frames: int) -> TimeRange:
    """The range after its start, end or body was dragged by whole frames; at least one long."""
    start, length = range_.start_time.value, range_.duration.value
    rate = range_.start_time.rate
    if part == "start":
        moved = min(max(-start, frames), length - 1)
        start, length = start + moved, length - moved
    elif part == "end":
        length = max(1, length + frames)
    else:
        start = max(0, start + frames)
    return TimeRange(RationalTime(start, rate), RationalTime(length, rate))


def lanes(cues: tuple[Cue, ...]) -> dict[str, tuple[int, int]]:
    """(lane, lanes of its group) by cue id; a group is cues that hang together by overlaps.

    `cues` are in the order of their starts.
    """
    placed: dict[str, tuple[int, int]] = {}
    group: list[tuple[str, int]] = []
    ends: list[float] = []  # where each lane of the group is free again

    def close() -> None:
        placed.update({cue_id: (lane, len(ends)) for cue_id, lane in group})
        group.clear()
        ends.clear()

    for cue in cues:
        start, end = cue.range.start_time.value, cue.range.end_time_exclusive().value
        if ends and start >= max(ends):
            close()
        lane = next((i for i, free in enumerate(ends) if free <= start), len(ends))
        ends[lane : lane + 1] = [end]
        group.append((cue.id, lane))
    close()
    return placed
