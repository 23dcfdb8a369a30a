"""Print the gaps of the window's event loop in a scripted session while the model runs on the CPU.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/ui_latency.py [SECONDS, default 300]

Somebody selects, types, drags a cue's end, zooms, scrubs and plays; whenever no job is left,
another cue is generated. What each action takes counts, as it does for who sits there.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from vssflow_studio.paths import sample

_EDGES = (10, 20, 50, 100, 200, 500, 1000, float("inf"))  # ms
_PACE = 120  # ms between two actions


def main() -> None:
    """Run the session and print what it found."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    folder = Path(tempfile.mkdtemp())
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name)
    from vssflow_studio.ui.window.main_window import MainWindow

    app = QApplication([])
    shutil.copytree(sample(), folder, dirs_exist_ok=True)
    window = MainWindow()
    window.show()
    window.open(folder / "animatic.otio")
    QTest.qWait(1500)  # drawn before anyone begins
    gaps = _session(app, window, seconds)
    _tell(gaps)
    window.undo_stack.setClean()
    window.jobs.cancel_all()
    window.close()


def _session(app: QApplication, window, seconds: float) -> list[tuple[float, str]]:
    gaps, begun = [], time.perf_counter()
    state = {"last": begun, "doing": ""}
    steps = _steps(window)

    def tick() -> None:
        now = time.perf_counter()
        gaps.append((now - state["last"], state["doing"]))
        state["last"], state["doing"] = now, ""
        if now - begun > seconds:
            app.exit()  # quit() would ask about unsaved changes

    def act() -> None:
        state["doing"], action = next(steps)
        action()
        if not window.jobs.unfinished():
            cues = window.model.project.cues
            window.jobs.generate(cues[len(gaps) % len(cues)].id)

    timers = QTimer(interval=5), QTimer(interval=_PACE)
    timers[0].timeout.connect(tick)
    timers[1].timeout.connect(act)
    for timer in timers:
        timer.start()
    app.exec()
    return gaps


def _steps(window) -> Iterator[tuple[str, Callable[[], object]]]:
    model, view, text = window.model, window.timeline_view, window.inspector.text
    letters = cycle("the quick brown fox. ")

    def select() -> None:
        cues = model.project.cues
        at = next((n for n, cue in enumerate(cues) if cue.id == model.selected_cue), -1)
        model.select_cue(cues[(at + 1) % len(cues)].id)

    def type_() -> None:
        QTest.keyClick(text, next(letters))

    def drag(frames: int) -> Callable[[], None]:
        def run() -> None:
            if cue := model.cue:
                length = RationalTime(cue.range.duration.value + frames, cue.range.duration.rate)
                view.range_changed.emit(cue.id, TimeRange(cue.range.start_time, length))

        return run

    round_ = [("select", select)] + [("type", type_)] * 8
    round_ += [("drag", drag(step)) for step in (1, 1, 1, -1, -1, -1)]
    round_ += [("zoom in", window.actions_["zoom_in"].trigger)] * 4
    round_ += [("zoom out", window.actions_["zoom_out"].trigger)] * 4
    round_ += [("scrub", lambda frame=frame: model.seek(frame)) for frame in range(0, 460, 46)]
    round_ += [("play", window.actions_["play"].trigger)] + [("playing", lambda: None)] * 16
    round_ += [("pause", window.actions_["stop"].trigger)]
    round_ += [("undo", window.undo_stack.undo)] * 3 + [("redo", window.undo_stack.redo)] * 3
    return cycle(round_)


def _tell(gaps: list[tuple[float, str]]) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, {len(gaps)} turns of 5 ms, load {os.getloadavg()[0]:.1f}")
    worst = sorted(gaps, reverse=True)[:8]
    print("longest gaps, ms:", ", ".join(f"{1000 * gap:.0f} ({doing or 'nothing asked'})" for gap, doing in worst))
    least = 0.0
    for most in _EDGES:
        count = sum(least <= 1000 * gap < most for gap, _ in gaps)
        print(f"{least:5.0f} … {most:5.0f} ms  {count:7d}  {100 * count / len(gaps):6.2f} %")
        least = most


if __name__ == "__main__":
    main()
