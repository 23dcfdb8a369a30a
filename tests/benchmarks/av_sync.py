"""Print how far picture and sound come apart in a long play, and how many frames 1080p drops.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/av_sync.py [MINUTES]

The first part drives the real player and programme by a simulated sound card and an injected
clock, faster than real time. The second plays generated 1080p H.264 at the clock's own speed.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

CARDS = {"even": (0.0, 0.0), "0.1 % fast": (0.001, 0.0), "0.1 % slow": (-0.001, 0.0), "stalls for 300 ms": (0.0, 0.3)}


def sync(minutes: float, rate: float) -> None:
    """The worst error of each card."""
    from sound_card import played_in_sync

    for name, (drift, stall) in CARDS.items():
        with tempfile.TemporaryDirectory() as folder:
            worst, wrong = played_in_sync(Path(folder), 60 * minutes, rate, drift, stall)
        print(f"{rate:6.3f} fps, {minutes:g} min, card {name:17}: worst {worst:.2f} frames = "
              f"{1000 * worst / rate:.0f} ms, samples out of place: {wrong}", flush=True)


def write_film(path: Path, rate: Fraction, seconds: float) -> None:
    """1920 × 1080 H.264, about 12 Mbit/s: moving noise over a gradient."""
    import av
    import numpy as np

    rng = np.random.default_rng(0)
    ground = np.linspace(0, 200, 1920, dtype=np.float32)[None, :, None] * np.ones((1080, 1, 3), np.float32)
    grain = rng.normal(0, 14, (1200, 2100, 1)).astype(np.float32)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"preset": "veryfast", "b": "12M"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for index in range(round(seconds * rate)):
            at = index * 5 % 120
            picture = np.roll(ground, index * 7, 1) + grain[at : at + 1080, at : at + 1920]
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def drops(app, rate: float, seconds: float) -> None:
    """Dropped frames of a play in real time, in the real window."""
    import opentimelineio as otio
    from conftest import build_timeline

    from vssflow_studio.ui.window.main_window import MainWindow

    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        write_film(film, Fraction(rate).limit_denominator(1001), seconds)
        timeline = build_timeline(film, rate=rate, frames=round(seconds * rate), start=None)
        otio.adapters.write_to_file(timeline, f"{folder}/cut.otio")
        os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = folder
        window = MainWindow()
        window.resize(1480, 920)
        window.show()
        window.open(Path(folder) / "cut.otio")
        wait(app, 3)
        shown = []
        window.player.reader.shown.connect(lambda _: shown.append(1))
        window.player.toggle()
        while window.player.playing:
            wait(app, 0.02)
        print(f"{rate:6.3f} fps, {seconds:g} s of 1080p H.264: {window.player.dropped} dropped, {len(shown)} shown", flush=True)
        window.undo_stack.setClean()
        window.close()


def wait(app, seconds: float) -> None:
    """Let the window live."""
    import time

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.001)


def main() -> None:
    """Both parts."""
    from PySide6.QtWidgets import QApplication

    app = QApplication([])
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    sync(minutes, 25.0)
    sync(minutes, 24000 / 1001)
    for rate in (24.0, 25.0, 30.0):
        drops(app, rate, 15)


if __name__ == "__main__":
    main()
