"""What the timeline says about what is under the mouse, and which commands it offers there."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ...timeline.clips import ClipView
from ...timeline.cues import Cue
from .. import model as models
from ..look.theme import mark
from .geometry import RULER, Geometry
from .paint_time import length_text, range_text
from .pick import pick_cue

# Names that commands.py has not are left out, so a menu never offers what isn't there.
_MENUS = {
    "cue": "generate cancel - split merge duplicate - previous_cue next_cue - mark_clip zoom_selection - remove",
    "clip": "line foley ambience - mark_clip zoom_selection - offline",
    "empty": "line foley ambience - mark_in mark_out clear_marks - select_all fit - snap",
    "ruler": "mark_in mark_out mark_clip clear_marks - next_marker previous_marker markers - zoom_selection fit - snap",
    "tracks": "taller flatter - fit",
}


def cue_words(geometry: Geometry, cue: Cue) -> list[str]:
    """Who and what, when, and how far it is."""
    kind = models.KIND_NAMES[cue.kind]
    state = geometry.cues.state(cue)
    takes = f", {len(cue.takes)} take{'s' * (len(cue.takes) != 1)}" if cue.takes else ""
    return [
        f"{kind}{f', {cue.character}' if cue.character else ''}",
        cue.text or "nothing typed yet",
        range_text(geometry, cue.range.start_time, cue.range.duration),
        f"{mark(state)} {state}{takes}",
    ]


def clip_words(geometry: Geometry, view: ClipView) -> list[str]:
    """Name, file, when, and how it runs."""
    words = [view.name, view.media_name if view.media_name != view.name else ""]
    words.append(range_text(geometry, view.record.start_time, view.record.duration))
    if view.media is None:
        words.append("⚠ offline: the media is not where the timeline says")
    if view.speed != 1:
        words.append("freeze frame" if view.speed == 0 else f"speed {100 * view.speed:.0f} %")
    return [*filter(None, words), *([] if view.enabled else ["disabled"])]


def words_at(geometry: Geometry, at: QPointF) -> list[str]:
    """What is at a place, the first line its name; nothing where nothing is."""
    if geometry.model.timeline is None:
        return []
    found = geometry.marker_at(at)
    if found:
        length = f"   {length_text(found.length, geometry.model.rate)}" if found.length > 1 else ""
        return [found.name or "Marker", *filter(None, [found.comment]), geometry.timecode(found.frame) + length]
    if at.y() < RULER:
        return [geometry.timecode(max(0, int(geometry.frame_at(at.x()))))]
    if cue := geometry.cue_at(at):
        return cue_words(geometry, cue)
    if view := geometry.clip_at(at):
        cue = geometry.cues.cue(geometry.cue_of(view))
        return ["Take of", *cue_words(geometry, cue)] if cue else clip_words(geometry, view)
    return []


def tooltip(geometry: Geometry, at: QPointF) -> str:
    """As `words_at`, as rich text that wraps."""
    words = [escape(line) for line in words_at(geometry, at)]
    return f"<p><b>{words[0]}</b><br>{'<br>'.join(words[1:])}</p>" if words else ""


def selected(model: models.StudioModel) -> str:
    """Which menu goes with what is selected."""
    return "cue" if model.selected_cues else "clip" if model.selected_clips else "empty"


def select_under(places: Geometry, at: QPointF) -> str:
    """Select what is under a right click, unless it is already; gives the menu for it."""
    if at.y() < RULER:
        return "ruler"
    model, cue, clip = places.model, places.cue_at(at), places.clip_at(at)
    cue_id = cue.id if cue else places.cue_of(clip) if clip else ""
    if cue_id:
        pick_cue(model, cue_id, keep=True)
    elif clip is None or clip not in model.selected_clips:
        model.select_clip(clip)
    return selected(model)


def menu(actions: dict[str, QAction], which: str, parent: QWidget) -> QMenu:
    """The commands for a cue, a clip, the tracks or an empty place."""
    made = QMenu(parent)
    for group in _MENUS[which].split(" - "):
        found = [actions[name] for name in group.split() if name in actions]
        made.addActions(found)
        if found:
            made.addSeparator()
    return made
