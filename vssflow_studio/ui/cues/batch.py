"""Generating many cues at once: the selection, a character, a scene, all that is stale or wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from opentimelineio.opentime import TimeRange
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction

from ...timeline.cues import Cue
from .. import model as models
from ..edits import counted
from .groups import clip_places, marker_places

OPEN = ("wanted", "stale", "offline", "failed")
"""States of cues that generating gives a take to."""


class Batch(QObject):
    """Knows which cues each command means, and hands them to the jobs without a halt.

    A selection is generated whatever its state; of all else, what has no fresh take yet.
    """

    def __init__(self, model: models.StudioModel, generate: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model, self._generate, self._waiting = model, generate, []
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._next)

    def start(self, which: str) -> None:
        """Generate the cues that the command `which` means."""
        self._waiting += [cue.id for cue in self.cues(which)]
        if self._waiting:
            self._next()
            self._turn.start()

    def stop(self) -> None:
        """Hand over no more."""
        self._waiting.clear()

    def finish(self) -> None:
        """Hand over all that waits, at once: whoever leaves now is asked about all of it."""
        while self._waiting:
            self._generate(self._waiting.pop(0))

    def cues(self, which: str) -> list[Cue]:
        """The cues of `generate`, `generate_all`, `generate_stale`, `generate_wanted`, `generate_character`
        or `generate_scene`.
        """
        model, cues = self.model, self.model.project.cues
        if which == "generate":
            return [cue for cue in model.chosen_cues if not model.is_busy(cue.id)]
        states = {"generate_stale": ("stale",), "generate_wanted": ("wanted",)}.get(which, OPEN)
        if which == "generate_character":
            who = model.cue.character if model.cue else ""
            cues = [cue for cue in cues if who and cue.character == who]
        elif which == "generate_scene":
            range_ = scene(model)
            cues = [cue for cue in cues if range_ and _begins_in(cue, range_)]
        return [cue for cue in cues if model.state(cue) in states]

    def label(self, actions: dict[str, QAction]) -> None:
        """Write into the menu how many cues each command means."""
        model = self.model
        who = model.cue.character if model.cue else ""
        for action in (actions[name] for name in ("generate", "generate_all")):
            action.setIconText(action.iconText())  # the toolbar's stays
        said = {
            "generate": ("&Generate {}", "cue"),
            "generate_all": ("Generate &All: {}", "open cue"),
            "generate_stale": ("Generate {}", "stale cue"),
            "generate_wanted": ("Generate {}", "wanted cue"),
            "generate_character": (f"Generate {{}} of {who or 'the Character'}", "line"),
            "generate_scene": (f"Generate {{}} {scene_name(model)}", "cue"),
        }
        for name, (text, what) in said.items():
            if name in actions:
                count = len(self.cues(name)) if model.timeline else 0
                actions[name].setText(text.format(counted(count, what).title() if count else f"{what.title()}s"))
                actions[name].setEnabled(count > 0)

    def _next(self) -> None:
        if not self._waiting:
            self._turn.stop()
            return
        self._generate(self._waiting.pop(0))


def scene(model: models.StudioModel) -> TimeRange | None:
    """The marked range, else from the marker before the playhead to the next, else the clip there."""
    if model.timeline is None or model.marked:
        return model.marked
    for places in (marker_places(model), clip_places(model)):
        found = _around(places, model)
        if found:
            return found
    return None


def scene_name(model: models.StudioModel) -> str:
    """What `scene` is, for the menu."""
    if model.marked:
        return "in the Marked Range"
    return "between Markers" if model.timeline is not None and _around(marker_places(model), model) else "in This Clip"


def _around(places: Sequence[tuple[float, str]], model: models.StudioModel) -> TimeRange | None:
    """From the last place at or before the playhead to the one behind it."""
    here, end = model.playhead, model.duration
    before = [start for start, _ in places if start <= here.value]
    if not before:
        return None
    after = [start for start, _ in places if start > here.value]
    begin = type(here)(before[-1], here.rate)
    stop = type(here)(after[0], here.rate) if after else max(end, begin)
    return TimeRange(begin, stop - begin)


def _begins_in(cue: Cue, range_: TimeRange) -> bool:
    return range_.start_time <= cue.range.start_time < range_.end_time_exclusive()
