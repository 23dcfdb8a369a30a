"""The sample animatic: five shots that ask for two lines and three foley cues.

`python -m vssflow_studio.demo.animatic resources/sample` renders it again.

Each shot is a file of its own with half a second of handle at both ends, as a
storyboard tool exports them. EVENTS are the moments that foley has to hit.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtGui import QImage, QPainter

from ..atomic import replacing
from ..timeline.cues import ClipKey, Cue, Project
from ..timeline.files import write_timeline
from ..timeline.metadata import write_project
from . import drawing

RATE = 24
HANDLE = 12
SIZE = (960, 540)
START = RationalTime(RATE * 3600, RATE)


@dataclass(frozen=True)
class Shot:
    """A shot of `frames` frames; `draw(painter, seconds)` counts from its first used frame."""

    name: str
    frames: int
    draw: Callable[[QPainter, float], None]
    note: str


# Seconds from the first used frame of each shot.
BALL_CONTACTS = (0.75, 1.45, 2.01, 2.458, 2.8164)
FOOT_PLANTS = tuple(0.4 + 0.5 * i for i in range(6))
DOOR_CLOSES = 2.2
MIA_SPEAKS = (1.0, 3.9)
TOM_SPEAKS = (0.5, 3.4)

SHOTS = (
    Shot("SC010_SH010", 108, lambda p, t: drawing.two_shot(p, t, MIA_SPEAKS), "Mia hears something"),
    Shot("SC010_SH020", 84, lambda p, t: drawing.door(p, t, DOOR_CLOSES), "The door falls shut"),
    Shot("SC010_SH030", 90, lambda p, t: drawing.ball(p, t, BALL_CONTACTS), "A ball rolls in"),
    Shot("SC010_SH040", 96, lambda p, t: drawing.close_up(p, t, TOM_SPEAKS), "Tom, relieved"),
    Shot("SC010_SH050", 84, lambda p, t: drawing.walk(p, t, FOOT_PLANTS), "Mia walks over"),
)


def shot_start(index: int) -> int:
    """The timeline frame at which shot `index` begins."""
    return sum(shot.frames for shot in SHOTS[:index])


EVENTS = {
    "door": (shot_start(1) / RATE + DOOR_CLOSES,),
    "ball": tuple(shot_start(2) / RATE + t for t in BALL_CONTACTS),
    "steps": tuple(shot_start(4) / RATE + t for t in FOOT_PLANTS),
}
"""Cue id → seconds from the timeline's first frame at which it has to be heard."""


def cues() -> tuple[Cue, ...]:
    """What the sample asks for."""
    return (
        _cue("mia", 0, MIA_SPEAKS, "dialogue", "Did you hear that? Someone is at the door.", "MIA"),
        _cue("door", 1, (0.5, 3.3), "foley", "a door closes"),
        _cue("ball", 2, (0.3, 3.4), "foley", "a ball bounces"),
        _cue("tom", 3, TOM_SPEAKS, "dialogue", "It is only the ball. Come on, throw it back.", "TOM"),
        _cue("steps", 4, (0.2, 3.2), "foley", "footsteps on a wooden floor"),
    )


def _cue(name: str, shot: int, span: tuple[float, float], kind, text: str, who: str = "") -> Cue:
    first, last = (shot_start(shot) + round(t * RATE) for t in span)
    range_ = TimeRange(RationalTime(first, RATE), RationalTime(last - first, RATE))
    key = ClipKey(SHOTS[shot].name, _file_name(SHOTS[shot]), HANDLE / RATE)
    return Cue(name, kind, range_, text, who, clip=key)


def render(folder: Path) -> None:
    """Write the shots and animatic.otio to `folder`. Raises StorageError."""
    for shot in SHOTS:
        _render_shot(shot, folder / _file_name(shot))
    write_timeline(timeline(), folder / "animatic.otio")


def timeline() -> otio.schema.Timeline:
    """The cut: one picture track with markers, the cues in its metadata."""
    made = otio.schema.Timeline("Animatic", global_start_time=START)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    made.tracks.append(track)
    for shot in SHOTS:
        whole = TimeRange(RationalTime(0, RATE), RationalTime(shot.frames + 2 * HANDLE, RATE))
        used = TimeRange(RationalTime(HANDLE, RATE), RationalTime(shot.frames, RATE))
        clip = otio.schema.Clip(
            shot.name, otio.schema.ExternalReference(_file_name(shot), whole), used
        )
        mark = TimeRange(used.start_time, RationalTime(1, RATE))
        clip.markers.append(otio.schema.Marker(shot.note, mark, otio.schema.MarkerColor.CYAN))
        track.append(clip)
    write_project(made, Project(cues(), {"MIA": "Ada", "TOM": "Carl"}))
    return made


def _file_name(shot: Shot) -> str:
    return f"{shot.name.lower()}.mp4"


def _render_shot(shot: Shot, path: Path) -> None:
    import av

    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    with replacing(path) as temporary, av.open(str(temporary), "w", format="mp4") as out:
        stream = out.add_stream(codec, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {"crf": "24", "preset": "slow", "tune": "animation"}
        for index in range(shot.frames + 2 * HANDLE):
            frame = _frame(shot, (index - HANDLE) / RATE)
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _frame(shot: Shot, seconds: float):
    import av
    import numpy as np

    image = picture(shot, seconds)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[1], image.bytesPerLine())
    pixels = pixels[:, : SIZE[0] * 3].reshape(SIZE[1], SIZE[0], 3)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")


def picture(shot: Shot, seconds: float) -> QImage:
    """One drawing of a shot."""
    image = QImage(*SIZE, QImage.Format.Format_RGB888)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shot.draw(painter, seconds)
    painter.end()
    return image


def main() -> None:
    """Render from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    render(arguments.folder)


if __name__ == "__main__":
    main()
