"""A cut for the timeline's tests, and what a hand does to it."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.metadata import write_project
from vssflow_studio.ui.timeline.view import TimelineView

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def span(start: float, length: float, rate: float = 24) -> TimeRange:
    return TimeRange(RationalTime(start, rate), RationalTime(length, rate))


def write_cut(folder: Path, film: Path, rate: float = 24, start: int = 86_400, cues: tuple[Cue, ...] | None = None) -> Path:
    """Ten shots of 48 frames on V1, two inserts on V2, sound on A1 and A2, markers, three cues."""
    made = otio.schema.Timeline("cut", global_start_time=RationalTime(start, rate))
    whole = span(0, 96, rate)

    def clip(name: str, length: float, media: Path = film) -> otio.schema.Clip:
        return otio.schema.Clip(name, otio.schema.ExternalReference(str(media), whole), span(0, length, rate))

    def gap(length: float) -> otio.schema.Gap:
        return otio.schema.Gap(duration=RationalTime(length, rate))

    shots = [clip(f"shot {number}", 48) for number in range(10)]
    shots[2].markers.append(otio.schema.Marker("eyeline", span(10, 1, rate), "RED"))
    shots[3].media_reference = otio.schema.ExternalReference("/gone/offline.mov", whole)
    over = [gap(60), clip("insert 1", 24), gap(60), clip("insert 2", 24)]
    for name, kind, items in (
        ("V1", "Video", shots),
        ("V2", "Video", over),
        ("A1", "Audio", [clip(f"sound {number}", 96) for number in range(5)]),
        ("A2", "Audio", [gap(100), clip("room", 90)]),
    ):
        made.tracks.append(otio.schema.Track(name, children=items, kind=kind))
    for frame, name in ((100, "Scene 2"), (300, "Pickup")):
        made.tracks.markers.append(otio.schema.Marker(name, span(frame, 1, rate), "BLUE"))
    if cues is None:
        cues = (
            Cue("one", "dialogue", span(24, 48, rate), "Where were you?", "ANNA"),
            Cue("two", "foley", span(120, 48, rate), "footsteps on gravel"),
            Cue("three", "ambience", span(240, 96, rate), "rain"),
        )
    write_project(made, Project(cues))
    path = folder / "cut.otio"
    otio.adapters.write_to_file(made, str(path))
    return path


def centre(view: TimelineView, cue_id: str) -> QPoint:
    return view.places.cue_rect(view.model.find(cue_id)).center().toPoint()


def press(view: TimelineView, at: QPoint, keys=NONE) -> None:
    _send(view, QEvent.Type.MouseButtonPress, at, LEFT, LEFT, keys)


def move(view: TimelineView, at: QPoint, keys=NONE) -> None:
    _send(view, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, LEFT, keys)


def release(view: TimelineView, at: QPoint, keys=NONE) -> None:
    _send(view, QEvent.Type.MouseButtonRelease, at, LEFT, Qt.MouseButton.NoButton, keys)


def drag(view: TimelineView, start: QPoint, end: QPoint, keys=NONE) -> None:
    """A press, a few moves, and the button let go."""
    press(view, start, keys)
    for part in (0.25, 0.5, 0.75, 1.0):
        move(view, start + (end - start) * part, keys)
    release(view, end, keys)


def click(view: TimelineView, at: QPoint, keys=NONE) -> None:
    press(view, at, keys)
    release(view, at, keys)


def _send(view: TimelineView, kind, at: QPoint, button, buttons, keys) -> None:
    place = QPointF(at)
    event = QMouseEvent(kind, place, view.viewport().mapToGlobal(place), button, buttons, keys)
    QApplication.sendEvent(view.viewport(), event)
