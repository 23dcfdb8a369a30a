"""Print the memory of the window and of its worker over rounds of generate and undo.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/rounds.py [ROUNDS, default 200]

Each round makes a new take of a short ambience in the real window and undoes it; the round's
redo is dropped by the next edit, as in an afternoon of trying.
"""

from __future__ import annotations

import gc
import os
import sys

from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtTest import QTest
from sample_window import sample_window

from vssflow_studio.engine.memory import resident
from vssflow_studio.engine.request import Sampling

_SHOWN = (1, 10, 25, 50, 100, 150, 200)


def main() -> None:
    """Run the rounds and print what is held at some of them."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    app, window = sample_window()
    cue_id = _short_cue(window)
    print("round   window MB   worker MB   objects")
    for number in range(1, rounds + 1):
        made: list[str] = []
        heard = window.jobs.made.connect(lambda cue, take: made.append(cue))
        window.jobs.ask(window.model.find(cue_id), Sampling(seed=number, steps=2))
        while not made:
            QTest.qWait(5)
        window.jobs.made.disconnect(heard)
        window.undo_stack.undo()
        window.jobs.forget_finished()
        if number in _SHOWN or number == rounds:
            _tell(window, number)
    window.undo_stack.setClean()
    window.close()
    app.quit()


def _short_cue(window) -> str:
    rate = window.model.rate
    window.add_cue("ambience")
    cue_id = window.model.selected_cue
    half = TimeRange(RationalTime(0, rate), RationalTime(round(rate / 2), rate))
    window.undo_stack.change_fields(cue_id, "Edit", text="rain", range=half)
    return cue_id


def _tell(window, number: int) -> None:
    gc.collect()
    held, worker = resident(os.getpid()), window.jobs.memory().process
    shown = [f"{size / 1e6:9.1f}" if size else "  unknown" for size in (held, worker)]
    print(f"{number:5d}   {shown[0]}   {shown[1]}   {len(gc.get_objects()):7d}", flush=True)


if __name__ == "__main__":
    main()
