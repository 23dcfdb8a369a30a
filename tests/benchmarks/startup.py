"""Print how long the app takes from the start of its process to the first painted window.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/startup.py [RUNS]

Wall time, and the process's own CPU time, which says more on a machine that others use too.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

_CHILD = """
import sys, time
begun = float(sys.argv[1])
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from vssflow_studio.ui import app as studio

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            heavy = [name for name in ("torch", "scipy", "PySide6.QtMultimedia", "soundfile") if name in sys.modules]
            print(time.time() - begun, time.process_time(), len(sys.modules), ",".join(heavy) or "none", flush=True)
            import os
            os._exit(0)
        return False

application = QApplication(sys.argv[:1])
watch = Watch()
application.installEventFilter(watch)
studio.run(None)
"""


def main() -> None:
    """Start it some times with a user of its own; the first start, with cold files, is told apart."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        own = {name: folder for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
        environment = os.environ | own | {"QT_LOGGING_RULES": "*=false", "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # who installed it has its bytecode
        found = [_start(environment) for _ in range(runs + 1)]
    walls, processor = zip(*(one[:2] for one in found[1:]), strict=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, {runs} starts after the first ({found[0][0]:.2f} s)")
    print(f"to the first paint: median {statistics.median(walls):.2f} s, best {min(walls):.2f} s")
    print(f"CPU time: median {statistics.median(processor):.2f} s, best {min(processor):.2f} s")
    print(f"{found[-1][2]} modules; of the heavy ones: {found[-1][3]}")


def _start(environment: dict[str, str]) -> tuple[float, float, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(time.time())], env=environment, capture_output=True, text=True, check=True
    )
    wall, processor, modules, heavy = done.stdout.split()[-4:]
    return float(wall), float(processor), modules, heavy


if __name__ == "__main__":
    main()
