"""What the keyboard does on the timeline: marks, edit points, markers, nudging and trimming."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from ...timeline.clips import visible_picture
from ...timeline.cues import Cue
from ...timeline.timecode import range_of
from ..edits import Edits
from .geometry import dragged
from .mouse import moved_range
from .view import TimelineView

_FAR = 10  # frames that Shift nudges by
_HERE = ("previous_edit", "next_edit")  # lists and tables keep the keys of these


class TimelineCommands:
    """The timeline's commands, by the names of `commands.COMMANDS`."""

    def __init__(self, view: TimelineView, edits: Edits) -> None:
        self.view, self.model, self.edits = view, view.model, edits
        view.ranges_changed.connect(self.change_ranges)

    def slots(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        view = self.view
        return {
            "mark_in": self.mark_in,
            "mark_out": self.mark_out,
            "mark_clip": self.mark_selection,
            "clear_marks": lambda: self.model.mark(None, None),
            "snap": self.set_snapping,
            "select_all": self.select_all,
            "previous_cue": partial(self.go_to_cue, -1),
            "next_cue": partial(self.go_to_cue, 1),
            "previous_edit": partial(self.go_to_edit, -1),
            "next_edit": partial(self.go_to_edit, 1),
            "previous_marker": partial(self.go_to_marker, -1),
            "next_marker": partial(self.go_to_marker, 1),
            "nudge_back": partial(self.nudge, -1),
            "nudge_on": partial(self.nudge, 1),
            "nudge_far_back": partial(self.nudge, -_FAR),
            "nudge_far_on": partial(self.nudge, _FAR),
            "trim_start": partial(self.trim, "start"),
            "trim_end": partial(self.trim, "end"),
            "extend": partial(self.trim, ""),
            "zoom_selection": self.zoom_to_selection,
            "taller": partial(view.change_track_size, 1),
            "flatter": partial(view.change_track_size, -1),
        }

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Take the window's actions over: for the menus, and those that only work here."""
        self.view.actions_ = actions
        actions["snap"].setChecked(self.view.hand.snapping)
        for name in _HERE:
            actions[name].setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.view.addAction(actions[name])

    # --- marks ---

    def mark_in(self) -> None:
        """The range begins at the playhead."""
        self.model.mark(self.model.playhead, self.model.marks[1])

    def mark_out(self) -> None:
        """The frame at the playhead is the range's last."""
        end = self.model.playhead + RationalTime(1, self.model.rate)
        begin = self.model.marks[0]
        self.model.mark(begin if begin is not None and begin < end else None, end)

    def mark_selection(self) -> None:
        """The range is what is selected, else the picture at the playhead."""
        found = self._selection() or self._shown()
        if found:
            self.model.mark(found.start_time, found.end_time_exclusive())

    def set_snapping(self, on: bool) -> None:
        """Dragged edges snap, or don't."""
        self.view.hand.snapping = on

    # --- going places ---

    def select_all(self) -> None:
        """All cues."""
        self.model.select_cues(tuple(cue.id for cue in self.model.project.cues))

    def go_to_cue(self, step: int) -> None:
        """Select the next or previous cue by time, from the selected one or the playhead."""
        cues = self.view.places.cues.spans.items
        if not cues:
            return
        if self.model.cue in cues:
            at = cues.index(self.model.cue) + step
        else:
            starts = [cue.range.start_time.value for cue in cues]
            now = self.model.playhead.value
            at = bisect_left(starts, now) if step > 0 else bisect_left(starts, now) - 1
        cue = cues[max(0, min(len(cues) - 1, at))]
        self.model.select_cue(cue.id)
        self.model.seek(cue.range.start_time.value)
        self.view.show_frame(cue.range.start_time.value)

    def go_to_edit(self, step: int) -> None:
        """The next or previous cut of the picture; where there is none, of the sound."""
        places = self.view.places
        rows, lanes = places.rows(), places.lanes()
        seen = [lane for track, lane in lanes.items() if rows[track].kind == "Video"] or list(lanes.values())
        ends = {end for lane in seen for end in (*lane.spans.starts.tolist(), *lane.spans.ends.tolist())}
        self._go({0.0, *ends}, step)

    def go_to_marker(self, step: int) -> None:
        """The next or previous marker of the editor's."""
        self._go(self.view.places.markers().starts.tolist(), step)

    def _go(self, frames, step: int) -> None:
        ordered, now = sorted(frames), self.model.playhead.value
        at = bisect_right(ordered, now) if step > 0 else bisect_left(ordered, now) - 1
        if 0 <= at < len(ordered):
            self.model.seek(ordered[at])
            self.view.show_frame(ordered[at])

    def zoom_to_selection(self) -> None:
        """What is selected, else the marked range, fills the width."""
        found = self._selection() or self.model.marked
        if found:
            first, length = found.start_time.value, found.duration.value
            self.view.show_range(max(0.0, first - 0.04 * length), first + 1.04 * length)

    # --- cue ranges ---

    def nudge(self, frames: int) -> None:
        """Move the selected cues by frames."""
        cues = self._cues()
        frames = max(frames, round(-min((cue.range.start_time.value for cue in cues), default=0)))
        self.change_ranges({cue.id: dragged(cue.range, "body", frames) for cue in cues}, "Nudge")

    def trim(self, part: str) -> None:
        """Bring the start or the end of the selected cues to the playhead; else the nearer one."""
        now, ranges = self.model.playhead.value, {}
        for cue in self._cues():
            start, end = cue.range.start_time.value, cue.range.end_time_exclusive().value
            edge = part or ("start" if abs(now - start) < abs(now - end) else "end")
            ranges[cue.id] = moved_range(cue.range, edge, now)
        self.change_ranges(ranges, "Trim")

    def change_ranges(self, ranges: dict[str, TimeRange], what: str) -> None:
        """Give cues other ranges, as one edit."""
        found = ((self.model.find(cue_id), range_) for cue_id, range_ in ranges.items())
        cues = [replace(cue, range=range_) for cue, range_ in found if cue and cue.range != range_]
        if cues:
            counted = "cue" if len(cues) == 1 else f"{len(cues)} cues"
            self.edits.change_cues(cues, what if "cue" in what else f"{what} {counted}")

    def _cues(self) -> list[Cue]:
        return [cue for cue in map(self.model.find, self.model.selected_cues) if cue]

    def _selection(self) -> TimeRange | None:
        """From the first start to the last end of what is selected."""
        chosen = [*(cue.range for cue in self._cues()), *(view.record for view in self.model.selected_clips)]
        if not chosen:
            return None
        ends = [range_.end_time_exclusive() for range_ in chosen]
        return range_of(min(range_.start_time for range_ in chosen), max(ends))

    def _shown(self) -> TimeRange | None:
        now = self.model.playhead
        pieces = visible_picture(self.model.views, range_of(now, now + RationalTime(1, now.rate)))
        return pieces[0][0].record if pieces else None
