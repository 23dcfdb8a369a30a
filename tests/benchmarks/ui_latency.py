"""Print the gaps of the window's event loop in a scripted session while the model runs on the CPU.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/ui_latency.py [SECONDS, default 300]

Somebody selects, types, drags a cue's end, zooms, scrubs and plays; whenever no job is left,
another cue is generated. What each action takes counts, as it does for who sits there. Beside it
stands a process that does nothing but sleep: what it, too, waits for is the machine, not the window.
And the window's own work: the processor time of its thread in the longest turns.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sample_window import sample_window

_EDGES = (10, 20, 50, 100, 200, 500, 1000, float("inf"))  # ms
_PACE = 120  # ms between two actions
_SLEEPER = """
import sys, time
end, last, gaps = time.perf_counter() + float(sys.argv[1]), time.perf_counter(), []
while last < end:
    time.sleep(0.005)
    now = time.perf_counter()
    gaps.append(now - last)
    last = now
print(len(gaps), sum(gap > 0.05 for gap in gaps), *(f"{1000 * gap:.0f}" for gap in sorted(gaps)[-4:][::-1]))
"""


def main() -> None:
    """Run the session and print what it found."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    app, window = sample_window()
    QTest.qWait(1500)  # drawn before anyone begins
    sleeper = subprocess.Popen([sys.executable, "-c", _SLEEPER, str(seconds)], stdout=subprocess.PIPE, text=True)
    turns = _session(app, window, seconds)
    _tell(turns)
    count, late, *longest = sleeper.communicate()[0].split()
    print(f"a process that only sleeps 5 ms: {count} turns, {late} over 50 ms, longest {', '.join(longest)} ms", flush=True)
    window.jobs.cancel_all()
    QTest.qWait(2000)  # a take that was ready at that moment still makes the timeline unsaved
    window.lines.commit()  # as do words that are half typed, and closing would ask
    window.undo_stack.setClean()
    window.close()


@dataclass(frozen=True, order=True)
class Turn:
    """Of the event loop: how long it took and how much of that its thread worked (s), and what was asked."""

    gap: float
    work: float
    doing: str


def _session(app: QApplication, window, seconds: float) -> list[Turn]:
    turns, begun = [], time.perf_counter()
    state = {"last": begun, "work": time.thread_time(), "doing": ""}
    steps = _steps(window)

    def tick() -> None:
        now, work = time.perf_counter(), time.thread_time()
        turns.append(Turn(now - state["last"], work - state["work"], state["doing"]))
        state.update(last=now, work=work, doing="")
        if now - begun > seconds:
            app.exit()  # quit() would ask about unsaved changes

    def act() -> None:  # one at a time, as hands do
        if window.jobs.unfinished():
            state["doing"], action = next(steps)
            action()
        else:
            cues = window.model.project.cues
            state["doing"] = "generate"
            window.jobs.generate(cues[len(turns) % len(cues)].id)

    timers = QTimer(interval=5), QTimer(interval=_PACE)
    timers[0].timeout.connect(tick)
    timers[1].timeout.connect(act)
    for timer in timers:
        timer.start()
    app.exec()
    for timer in timers:
        timer.stop()
    return turns


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


def _tell(turns: list[Turn]) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, {len(turns)} turns of 5 ms, load {os.getloadavg()[0]:.1f}")
    for what, worst in (
        ("longest turns", sorted(turns, reverse=True)[:8]),
        ("most work in a turn", sorted(turns, key=lambda turn: turn.work, reverse=True)[:4]),
    ):
        print(f"{what}:", ", ".join(_words(turn) for turn in worst))
    least = 0.0
    for most in _EDGES:
        count = sum(least <= 1000 * turn.gap < most for turn in turns)
        print(f"{least:5.0f} … {most:5.0f} ms  {count:7d}  {100 * count / len(turns):6.2f} %")
        least = most


def _words(turn: Turn) -> str:
    return f"{1000 * turn.gap:.0f} ms of which {1000 * turn.work:.0f} work ({turn.doing or 'nothing asked'})"


if __name__ == "__main__":
    main()
