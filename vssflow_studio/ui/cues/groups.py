"""Headings in the cue list: by clip or by marker."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ...timeline.cues import Cue
from ...timeline.lay_lines import storyboard_panels
from ...timeline.timecode import at_rate
from .. import model as models
from .rows import CueRows

_KINDS = {"": "No headings", "clip": "By clip", "marker": "By marker"}


def build_group_menu(
    model: models.StudioModel, rows: CueRows, refresh: Callable[[], None], parent: QWidget
) -> QToolButton:
    """A button whose menu says by what the cues are grouped."""
    button, menu = QToolButton(parent), QMenu(parent)
    button.setText("☰")
    button.setToolTip("Headings between the cues")
    button.setAccessibleName("Headings")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(menu)
    group = QActionGroup(menu)
    chosen = [""]

    def choose(kind: str) -> None:
        chosen[0] = kind
        rows.heading = heading(model, kind)
        refresh()

    for kind, text in _KINDS.items():
        action = QAction(text, menu, checkable=True, checked=not kind)
        action.triggered.connect(lambda _=False, kind=kind: choose(kind))
        group.addAction(action)
        menu.addAction(action)

    def cut_anew() -> None:
        rows.heading = heading(model, chosen[0])

    model.listen(models.TIMELINE, cut_anew)
    return button


def heading(model: models.StudioModel, kind: str) -> Callable[[Cue], str] | None:
    """What stands above a cue: the clip that is seen when it begins, or the marker before it."""
    places = {"clip": clip_places, "marker": marker_places}
    if kind not in places or model.timeline is None:
        return None
    found = places[kind](model)
    starts = [start for start, _ in found]

    def title(cue: Cue) -> str:
        place = bisect_right(starts, cue.range.start_time.value) - 1
        return found[place][1] if place >= 0 else f"Before the first {kind}"

    return title


def clip_places(model: models.StudioModel) -> list[tuple[float, str]]:
    """(first frame, name) of the clips of the picture track."""
    return [(view.record.start_time.value, view.name) for view in storyboard_panels(model.views)]


def marker_places(model: models.StudioModel) -> list[tuple[float, str]]:
    """(first frame, name) of the editor's markers on the timeline, not those of our cues."""
    from ...timeline.cue_markers import marked_cue

    markers = [one for one in model.timeline.tracks.markers if not marked_cue(one)]
    found = [(at_rate(one.marked_range.start_time, model.rate).value, one.name or "Marker") for one in markers]
    return sorted(found)
