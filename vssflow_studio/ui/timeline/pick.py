"""Selecting by mouse: what Ctrl and Shift add to a selection or take from it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ...timeline.clips import ClipView
from ..model import StudioModel
from .geometry import Geometry

ADD = Qt.KeyboardModifier.ShiftModifier
TOGGLE = Qt.KeyboardModifier.ControlModifier


def pick_cue(model: StudioModel, cue_id: str, keys=Qt.KeyboardModifier.NoModifier, keep: bool = False) -> None:
    """Select a cue: with Ctrl as well or no more, with Shift as well; `keep`: not if it is already."""
    chosen = model.selected_cues
    others = tuple(one for one in chosen if one != cue_id)
    if keys & TOGGLE and cue_id in chosen:
        model.select_cues(others)
    elif keys & (TOGGLE | ADD):
        model.select_cues((*others, cue_id))
    elif not (keep and cue_id in chosen):
        model.select_cue(cue_id)


def pick_clip(places: Geometry, view: ClipView, keys=Qt.KeyboardModifier.NoModifier) -> None:
    """As `pick_cue`; a take stands for its cue."""
    model = places.model
    if cue_id := places.cue_of(view):
        pick_cue(model, cue_id, keys)
        return
    others = tuple(one for one in model.selected_clips if one != view)
    if keys & TOGGLE and len(others) < len(model.selected_clips):
        model.select_clips(others)
    elif keys & (TOGGLE | ADD):
        model.select_clips((*others, view))
    else:
        model.select_clip(view)
