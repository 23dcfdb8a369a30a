"""How long the timeline takes to paint 5,000 clips and 2,000 cues on 60 tracks, at several zooms.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/timeline_paint.py [DISPLAY SCALE]

Scrolls by a few pixels for every painting; thumbnails and waveforms of real media are
there before it begins. CPU time is that of the window's thread: others may use the machine.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if len(sys.argv) > 1:
    os.environ["QT_SCALE_FACTOR"] = sys.argv[1]
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import opentimelineio as otio
from films import write_movie
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtWidgets import QApplication

from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.metadata import write_project
from vssflow_studio.ui.model import StudioModel
from vssflow_studio.ui.timeline.view import TimelineView

CLIPS, TRACKS, CUES, RATE, FILMS = 5_000, 60, 2_000, 24, 6
SIZE = 1600, 700
PAINTINGS = 120
ZOOMS = (("fit", 0.0), ("fit, small tracks", 0.0), ("20 px/s", 20.0), ("60 px/s", 60.0), ("200 px/s", 200.0), ("1000 px/s", 1000.0))


def time_at(frames: float) -> RationalTime:
    return RationalTime(frames, RATE)


def write_large(folder: Path) -> Path:
    """The timeline: cuts of six films, some offline, and cues that overlap here and there."""
    films = [write_movie(folder / f"film{number}.mov", 20, RATE, (90, 160)) for number in range(FILMS)]
    whole = TimeRange(time_at(0), time_at(480))
    made = otio.schema.Timeline("large", global_start_time=time_at(86_400))
    for number in range(TRACKS):
        track = otio.schema.Track(f"{'V' if number < 30 else 'A'}{number % 30 + 1}", kind="Video" if number < 30 else "Audio")
        for index in range(CLIPS // TRACKS + (number < CLIPS % TRACKS)):
            media = films[(index + number) % FILMS] if index % 15 else Path("/gone/offline.mov")
            source = TimeRange(time_at(7 * index % 400), time_at(20 + 13 * index % 50))
            reference = otio.schema.ExternalReference(str(media), whole)
            track.extend([otio.schema.Clip(f"sc{index:03d}_take {number}", reference, source), otio.schema.Gap(duration=time_at(number % 5))])
        made.tracks.append(track)
    cues = []
    for index in range(CUES):
        kind = ("dialogue", "foley", "ambience")[index % 3]
        range_ = TimeRange(time_at(2 * index), time_at(3 + index % 9 // 4))
        who = f"NAME{index % 7}" if kind == "dialogue" else ""
        cues.append(Cue(f"c{index}", kind, range_, f"line {index} of many that are said", who))
    write_project(made, Project(tuple(cues)))
    otio.adapters.write_to_file(made, str(folder / "large.otio"))
    return folder / "large.otio"


def opened(app: QApplication, path: Path) -> TimelineView:
    """The view with the timeline, and how long that took."""
    model = StudioModel()
    view = TimelineView(model)
    view.resize(*SIZE)
    view.show()
    app.processEvents()
    begun, work = time.perf_counter(), time.process_time()
    model.open(path)
    there, done = time.perf_counter(), time.process_time()
    view.viewport().repaint()
    print(f"model.open {1000 * (there - begun):.0f} ms ({1000 * (done - work):.0f} ms of work), first painting "
          f"{1000 * (time.perf_counter() - there):.0f} ms; most of the first is reading the file")
    return view


def settle(app: QApplication, view: TimelineView) -> None:
    """Until nothing more comes from the background."""
    view.viewport().repaint()
    until = time.perf_counter() + 120
    while not view.background.idle and time.perf_counter() < until:
        app.processEvents()
        time.sleep(0.005)
    for _ in range(10):
        app.processEvents()
        time.sleep(0.01)


def measured(app: QApplication, view: TimelineView, zoom: bool) -> tuple[list[float], list[float]]:
    """Wall and work in ms of each painting while it scrolls, or zooms, to and fro."""
    walls, works = [], []
    bar = view.horizontalScrollBar()
    for number in range(PAINTINGS):
        if zoom:
            view.zoom(1.02 if number % 40 < 20 else 1 / 1.02, SIZE[0] / 2)
            begun, work = time.perf_counter(), time.thread_time()
            view.viewport().repaint()
        else:  # as a wheel does it: what is there is moved, and what comes in is painted
            begun, work = time.perf_counter(), time.thread_time()
            bar.setValue(bar.value() + (17 if number < PAINTINGS / 2 else -17))
            app.processEvents()
        walls.append(1000 * (time.perf_counter() - begun))
        works.append(1000 * (time.thread_time() - work))
        app.processEvents()
    return walls, works


def main() -> None:
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        view = opened(app, write_large(Path(folder)))
        print(f"{platform.machine()}, {os.cpu_count()} cores, {SIZE[0]} × {SIZE[1]} at {view.devicePixelRatioF():g}×")
        print(f"{CLIPS:,} clips on {TRACKS} tracks, {CUES:,} cues; ms of each painting, median and 95th percentile")
        print(f"{'':<22}{'scrolling':>18}{'(CPU)':>14}{'zooming':>18}{'(CPU)':>14}{'clips':>8}{'cues':>7}")
        for name, scale in ZOOMS:
            view.set_track_size("small" if "small" in name else "medium")
            view.fit()
            if scale:
                view.zoom(scale / view.places.scale)
                view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum() // 3)
            settle(app, view)
            cells = []
            for zoom in (False, True):
                for times in measured(app, view, zoom):
                    cells.append(f"{np.median(times):8.1f} {np.percentile(times, 95):6.1f}")
                settle(app, view)
            print(f"{name:<22}{cells[0]:>18}{cells[1]:>16}{cells[2]:>18}{cells[3]:>16}{visible(view):>8}{visible_cues(view):>7}")
        view.background.close()


def visible(view: TimelineView) -> int:
    """Clips of which something shows."""
    places, area = view.places, view.viewport().rect()
    first, last = places.frame_at(0), places.frame_at(area.width())
    rows = [row for row in places.rows().values() if places.top - row.height < places.row_top(row) < area.height()]
    return sum(len(places.lanes()[row.track].spans.over(first, last)) for row in rows if row.track in places.lanes())


def visible_cues(view: TimelineView) -> int:
    places = view.places
    return len(places.cues.spans.over(places.frame_at(0), places.frame_at(view.viewport().width())))


if __name__ == "__main__":
    main()
