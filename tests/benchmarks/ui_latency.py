"""Print the longest gaps of the window's event loop while the model runs on the CPU.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/ui_latency.py [SECONDS]
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from vssflow_studio.paths import sample
from vssflow_studio.ui.main_window import MainWindow


def main() -> None:
    """Generate the sample's cues, scrub meanwhile, and measure."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    app = QApplication([])
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(sample(), folder, dirs_exist_ok=True)
    window = MainWindow()
    window.show()
    window.open(folder / "animatic.otio")
    until = time.perf_counter() + 1.5  # drawn before anyone presses Generate
    while time.perf_counter() < until:
        app.processEvents()
        time.sleep(0.005)
    window.generate_all()
    gaps, last, begun = [], [time.perf_counter()], time.perf_counter()

    def tick() -> None:
        now = time.perf_counter()
        gaps.append(now - last[0])
        last[0] = now
        if len(gaps) % 20 == 0:
            window.model.seek((len(gaps) // 20 * 7) % 460)
        if now - begun > seconds or not window.jobs.busy:
            app.exit()  # quit() would ask about unsaved changes

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(5)
    app.exec()
    worst = sorted(gaps)[-5:]
    print(f"{platform.machine()}, {os.cpu_count()} cores, {len(gaps)} turns of 5 ms")
    print("longest gaps, ms:", ", ".join(f"{1000 * gap:.1f}" for gap in reversed(worst)))
    window.undo_stack.setClean()
    window.close()


if __name__ == "__main__":
    main()
