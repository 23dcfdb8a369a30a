"""What a press of the mouse on the timeline does until it is let go, or abandoned by Esc."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPointF, QRectF, Qt

from ...timeline.clips import ClipView
from ...timeline.cues import Cue
from .geometry import RULER, Geometry, dragged
from .paint_time import Overlay, range_text
from .pick import ADD, TOGGLE, pick_clip, pick_cue
from .snap import REACH, snap

_EDGE = 6  # pixels within which a cue's edge is grabbed
_STILL = 3  # pixels that the mouse may move in a click
_FREE = Qt.KeyboardModifier.AltModifier


@dataclass
class Hand:
    """What the mouse works with: where things stand, what is drawn over them while it drags, whom it tells.

    `change`: new ranges by cue id, and what was done. `snapping` may be switched off.
    """

    places: Geometry
    overlay: Overlay
    change: Callable[[dict[str, TimeRange], str], None]
    snapping: bool = True


class Drag:
    """One press: `move` for every move, then `finish` or `abandon`."""

    def __init__(self, hand: Hand, at: QPointF) -> None:
        self.hand, self.places, self.model = hand, hand.places, hand.places.model
        self.start, self.frame, self.moved = at, hand.places.frame_at(at.x()), False

    def move(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The mouse is at `at`."""
        far = (at - self.start).manhattanLength() > _STILL
        self.moved = self.moved or far
        if self.moved:
            self.drag(at, keys)

    def drag(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        """As `move`, once it is more than a click."""

    def finish(self) -> None:
        """The button is let go."""

    def abandon(self) -> None:
        """All is as it was."""

    def snapped(self, edges: list[float], targets: list[float], keys: Qt.KeyboardModifier) -> float:
        """How much further the edges go to meet a target; shows where."""
        found = None
        if self.hand.snapping and not keys & _FREE:
            found = snap(edges, targets, REACH / self.places.scale * self.model.rate)
        self.hand.overlay.guide = found.at if found else None
        return found.by if found else 0.0


class Seek(Drag):
    """The playhead follows the mouse."""

    def __init__(self, hand: Hand, at: QPointF) -> None:
        super().__init__(hand, at)
        mark = self.places.marker_at(at)
        self.model.seek(mark.frame if mark else int(self.frame))

    def drag(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        self.model.seek(int(self.places.frame_at(at.x())))


class MarkRange(Drag):
    """In and out point are dragged out on the ruler."""

    def __init__(self, hand: Hand, at: QPointF) -> None:
        super().__init__(hand, at)
        self.before, self.targets = self.model.marks, self.places.edges(marks=False)

    def drag(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        end = self.places.frame_at(at.x())
        end += self.snapped([end], self.targets, keys)
        first, last = sorted((max(0, round(self.frame)), max(0, round(end))))
        begin, length = (RationalTime(value, self.model.rate) for value in (first, last - first))
        self.model.mark(begin, begin + length if last > first else None)
        self.hand.overlay.tip = QPointF(at.x() + 12, RULER + 4), range_text(self.places, begin, length)

    def abandon(self) -> None:
        self.model.mark(*self.before)


class CueDrag(Drag):
    """A cue's start or end, or all selected cues by their bodies."""

    def __init__(self, hand: Hand, at: QPointF, cue: Cue, keys: Qt.KeyboardModifier) -> None:
        super().__init__(hand, at)
        self.cue, self.keys, self.part = cue, keys, part_at(self.places.cue_rect(cue), at.x())
        pick_cue(self.model, cue.id, keys, keep=True)
        chosen = self.model.selected_cues if self.part == "body" else (cue.id,)
        found = (self.places.cues.cue(cue_id) for cue_id in {*chosen, cue.id})
        self.ranges = {one.id: one.range for one in found if one}
        self.targets = self.places.edges(without=set(self.ranges))

    def drag(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        frames = self.places.frame_at(at.x()) - self.frame
        starts = [range_.start_time.value for range_ in self.ranges.values()]
        ends = [range_.end_time_exclusive().value for range_ in self.ranges.values()]
        edges = {"start": starts, "end": ends}.get(self.part, starts + ends)
        frames = round(frames + self.snapped([edge + frames for edge in edges], self.targets, keys))
        if self.part == "body":
            frames = max(frames, round(-min(starts)))
        self.places.preview = {one: dragged(range_, self.part, frames) for one, range_ in self.ranges.items()}
        self._tell(at)

    def _tell(self, at: QPointF) -> None:
        now = self.places.preview[self.cue.id]
        text = range_text(self.places, now.start_time, now.duration)
        if len(self.ranges) > 1:
            text += f"   {len(self.ranges)} cues"
        self.hand.overlay.tip = QPointF(at.x() + 12, self.places.top + 6), text

    def finish(self) -> None:
        changed = {one: range_ for one, range_ in self.places.preview.items() if range_ != self.ranges[one]}
        if changed:
            self.hand.change(changed, "Move" if self.part == "body" else "Trim")
        elif not self.moved and not self.keys & (ADD | TOGGLE):
            self.model.select_cue(self.cue.id)


class Band(Drag):
    """A rubber band: over the cues it selects cues, over the tracks clips."""

    def __init__(self, hand: Hand, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        super().__init__(hand, at)
        self.before = self.model.selected_clips, self.model.selected_cues
        self.adds = bool(keys & (ADD | TOGGLE))
        self.down = self.places.scroll_y
        self.of_cues = at.y() < self.places.top
        if not self.adds:
            self.model.select_clips(())

    def drag(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        start = QPointF(self.places.x_of(self.frame), self.start.y())
        if not self.of_cues:
            start.setY(self.start.y() + self.down - self.places.scroll_y)
        band = QRectF(start, at).normalized()
        self.hand.overlay.band = band
        first, last = self.places.frame_at(band.left()), self.places.frame_at(band.right())
        if self.of_cues:
            found = [c.id for c in self.places.cues.spans.over(first, last) if self.places.cue_rect(c).intersects(band)]
            kept = self.before[1] if self.adds else ()
            if (chosen := _joined(kept, found)) != self.model.selected_cues:
                self.model.select_cues(chosen)
            return
        rows = [r for r in self.places.rows().values() if _meets(band, self.places.row_top(r), r.height)]
        lanes = [self.places.lanes()[row.track] for row in rows if row.track in self.places.lanes()]
        found = [view for lane in lanes for view in lane.spans.over(first, last)]
        found = [view for view in found if self.places.clip_rect(view).intersects(band)]
        chosen = (*(v for v in self.before[0] if self.adds and not _among(v, found)), *found)
        if len(chosen) != len(self.model.selected_clips) or any(map(_differ, chosen, self.model.selected_clips)):
            self.model.select_clips(chosen)

    def abandon(self) -> None:
        clips, cues = self.before
        self.model.select_cues(cues) if cues else self.model.select_clips(clips)


def pressed(hand: Hand, at: QPointF, keys: Qt.KeyboardModifier) -> Drag:
    """The drag that a press of the left button begins."""
    if at.y() < RULER:
        return MarkRange(hand, at) if keys & ADD else Seek(hand, at)
    cue = hand.places.cue_at(at)
    if cue:
        return CueDrag(hand, at, cue, keys)
    clip = hand.places.clip_at(at)
    if clip is None:
        return Band(hand, at, keys)
    pick_clip(hand.places, clip, keys)
    return Drag(hand, at)


def part_at(rect: QRectF, x: float) -> str:
    """Whether a place is at a cue's start or end, or on its body, of which some is always left."""
    edge = min(_EDGE, rect.width() / 3)
    if x - rect.left() < edge:
        return "start"
    return "end" if rect.right() - x < edge else "body"


def moved_range(range_: TimeRange, part: str, to: float) -> TimeRange:
    """The range with its start or end at a frame."""
    edge = range_.start_time if part == "start" else range_.end_time_exclusive()
    return dragged(range_, part, round(to - edge.value))


def _meets(band: QRectF, top: float, height: float) -> bool:
    return band.top() < top + height and band.bottom() > top


def _joined(kept: tuple[str, ...], found: list[str]) -> tuple[str, ...]:
    return (*(one for one in kept if one not in found), *found)


def _among(view: ClipView, found: list[ClipView]) -> bool:
    return any(one is view for one in found)


def _differ(one: ClipView, other: ClipView) -> bool:
    return one is not other
