"""Where everything on the timeline stands: seconds to pixels, tracks to rows, cues to lanes.

Pixels are the viewport's own (right of the tracks' names), scrolling taken off already.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPointF, QRectF

from ...timeline.clips import ClipView, track_names
from ...timeline.cues import Cue
from ..model import StudioModel
from .index import CueIndex, Lane, Spans, clip_lanes
from .markers import Mark, marks_of

RULER, MARGIN = 34, 24  # pixels; MARGIN stays free after the last frame
HEIGHTS = {"small": (24, 22), "medium": (58, 46), "large": (104, 84)}
"""Pixels of a picture and of a sound track."""
SIZES = tuple(HEIGHTS)
_GAP = 2  # pixels between two tracks
_CUES, _LANE, _LANES = 40, 21, 4  # pixels of the cues, of one of several lanes, and how many get that much
_PAD = 4  # pixels above and below the cues
SCALES = 0.02, 8000.0
"""The least and the most pixels a second."""


def pixel(x: float) -> int:
    """The nearest whole pixel; halves always go up, so that what is scrolled stays as it was painted."""
    return floor(x + 0.5)


@dataclass(frozen=True)
class Row:
    """A track as it is drawn; `top` counts from the first row's top."""

    track: int
    name: str
    kind: str
    top: float
    height: float


class Geometry:
    """Places on the timeline at a zoom (`scale`, pixels a second) and a scroll position.

    `preview` holds the ranges that cues are being dragged to, by cue id; `size` is one of SIZES.
    While it is `zooming`, short names are left out. `text` is how much larger than ours the system's text is.
    """

    def __init__(self, model: StudioModel) -> None:
        self.model, self.scale, self.size, self.text = model, 40.0, "medium", 1.0
        self.scroll_x = self.scroll_y = 0
        self.zooming = False
        self.preview: dict[str, TimeRange] = {}
        self._cues = CueIndex(model)
        self._rowed: tuple[object, object, tuple[str, float], dict[int, Row]] = (None, None, ("", 1.0), {})
        self._laned: tuple[object, dict[int, Lane]] = (None, {})
        self._marked: tuple[object, Spans] = (None, Spans(()))
        self._timecodes: tuple[object, dict[int, str]] = (None, {})

    # --- time ---

    def x_of(self, frame: float) -> float:
        """Where a timeline frame stands."""
        return frame / self.model.rate * self.scale - self.scroll_x

    def frame_at(self, x: float) -> float:
        """Timeline frame at a place."""
        return (x + self.scroll_x) / self.scale * self.model.rate

    @property
    def seconds(self) -> float:
        """Of the whole timeline, cues after its end too."""
        ends = self.cues.spans.ends
        last = max(self.model.duration.value, float(ends.max()) if len(ends) else 0.0)
        return last / self.model.rate

    def timecode(self, frame: int) -> str:
        """Record timecode of a timeline frame; asked for at every painting, so remembered."""
        if self._timecodes[0] is not self.model.timeline or len(self._timecodes[1]) > 10_000:
            self._timecodes = self.model.timeline, {}
        known = self._timecodes[1]
        if frame not in known:
            known[frame] = self.model.timecode(RationalTime(frame, self.model.rate))
        return known[frame]

    def markers(self) -> Spans:
        """The markers in the file that aren't ours."""
        if self._marked[0] is not self.model.timeline:
            self._marked = self.model.timeline, marks_of(self.model.markers, self.model.rate)
        return self._marked[1]

    def marker_at(self, at: QPointF) -> Mark | None:
        """The timeline's marker on the ruler, or a track's at its top edge."""
        row = self.row_at(at.y())
        inside = RULER - 15 <= at.y() < RULER or (row and at.y() - self.row_top(row) <= 13)
        if not inside:
            return None
        track = row.track if row else None
        found = self.markers().over(self.frame_at(at.x() - 6), self.frame_at(at.x() + 6))
        near = [m for m in found if m.track == track and abs(self.x_of(m.frame) - at.x()) <= 6]
        return min(near, key=lambda m: abs(self.x_of(m.frame) - at.x()), default=None)

    def edges(self, without: set[str] = frozenset(), marks: bool = True) -> list[float]:
        """Frames that what is dragged may snap to, ascending; the cues `without` are left out."""
        found = {0.0, self.model.playhead.value}
        for lane in self.lanes().values():
            found.update(lane.spans.starts.tolist(), lane.spans.ends.tolist())
        spans = self.cues.spans
        for cue, start, end in zip(spans.items, spans.starts.tolist(), spans.ends.tolist(), strict=True):
            if cue.id not in without:
                found.update((start, end))
        found.update(self.markers().starts.tolist())
        found.update(time.value for time in self.model.marks if marks and time is not None)
        return sorted(found)

    # --- tracks ---

    def rows(self) -> dict[int, Row]:
        """Track index to its row: picture above sound, V2 above V1."""
        timeline, views = self.model.timeline, self.model.views  # the latter new after every edit
        known, size = self._rowed, (self.size, self.text)
        if known[0] is not timeline or known[1] is not views or known[2] != size:
            self._rowed = timeline, views, size, rows(timeline, *(round(h * self.text) for h in HEIGHTS[self.size]))
        return self._rowed[3]

    def lanes(self) -> dict[int, Lane]:
        """Track index to its clips by time."""
        views = self.model.views
        if self._laned[0] is not views:
            self._laned = views, clip_lanes(views, self.model.project.cues)
        return self._laned[1]

    @property
    def top(self) -> float:
        """Where the tracks begin, below ruler and cues."""
        return RULER + self.cue_area

    @property
    def height(self) -> float:
        """Pixels down to the end of the last row, unscrolled."""
        return self.top + max((row.top + row.height for row in self.rows().values()), default=0)

    def row_top(self, row: Row) -> float:
        """Where a row begins."""
        return self.top + row.top - self.scroll_y

    def row_at(self, y: float) -> Row | None:
        """The row at a height; none above the tracks."""
        down = y - self.top + self.scroll_y
        found = (row for row in self.rows().values() if row.top <= down < row.top + row.height)
        return next(found, None) if y >= self.top else None

    # --- clips ---

    def clip_rect(self, view: ClipView) -> QRectF:
        """Where a clip is drawn."""
        row = self.rows().get(view.track)
        return self._block(view.record, self.row_top(row), row.height) if row else QRectF()

    def clip_at(self, at: QPointF) -> ClipView | None:
        """The clip at a place, the last one of several."""
        row = self.row_at(at.y())
        lane = self.lanes().get(row.track) if row else None
        found = lane.spans.over(self.frame_at(at.x() - 1), self.frame_at(at.x() + 1)) if lane else ()
        return next((view for view in reversed(found) if self.clip_rect(view).contains(at)), None)

    def cue_of(self, view: ClipView) -> str:
        """The id of the cue whose take a clip is, else empty."""
        lane = self.lanes().get(view.track)
        if lane is None or not lane.has_takes:
            return ""
        found = (i for i, one in enumerate(lane.spans.items) if one is view or one == view)
        return next((lane.cue_ids[i] for i in found), "")

    # --- cues ---

    @property
    def cues(self) -> CueIndex:
        """The cues of the model's project."""
        self._cues.refresh()
        return self._cues

    @property
    def cue_area(self) -> float:
        """Pixels that the cues have below the ruler; more where they overlap."""
        return 2 * _PAD + round(self.text * max(_CUES, _LANE * min(self.cues.depth, _LANES)))

    def cue_rect(self, cue: Cue) -> QRectF:
        """Where a cue is drawn; cues that overlap share the height."""
        top, height = self.cue_lane(cue.id)
        return self._block(self.preview.get(cue.id, cue.range), top, height)

    def cue_lane(self, cue_id: str) -> tuple[float, float]:
        """Top and height of a cue."""
        return self.lane_place(*self.cues.lanes.get(cue_id, (0, 1)))

    def lane_place(self, lane: int, count: int) -> tuple[float, float]:
        """Top and height of one of `count` lanes."""
        height = (self.cue_area - 2 * _PAD) / count
        return RULER + _PAD + lane * height, height - (2 if count <= _LANES else 1) * (count > 1)

    def cue_at(self, at: QPointF, around: float = 2) -> Cue | None:
        """The cue at a place, give or take some pixels; the nearest one of several."""
        if not RULER <= at.y() < self.top:
            return None
        found = self.cues.spans.over(self.frame_at(at.x() - 8), self.frame_at(at.x() + 8))
        hit = [c for c in found if self.cue_rect(c).adjusted(-around, 0, around, 0).contains(at)]
        return min(hit, key=lambda c: abs(self.cue_rect(c).center().x() - at.x()), default=None)

    def _block(self, range_: TimeRange, top: float, height: float) -> QRectF:
        width = range_.duration.value / self.model.rate * self.scale
        return QRectF(self.x_of(range_.start_time.value), top, max(2.0, width - 1), height)


def rows(timeline: otio.schema.Timeline | None, picture: float, sound: float) -> dict[int, Row]:
    """Track index to its row."""
    if timeline is None:
        return {}
    tracks = [(i, getattr(track, "kind", "Video")) for i, track in enumerate(timeline.tracks)]
    seen = [one for one in tracks if one[1] == "Video"]
    made, top, names = {}, 0, track_names(timeline)
    for index, kind in [*reversed(seen), *(one for one in tracks if one[1] != "Video")]:
        kind = "Video" if kind == "Video" else "Audio"
        height = picture if kind == "Video" else sound
        made[index] = Row(index, names[index], kind, top, height)
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
