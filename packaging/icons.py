"""The app's icon at the sizes that desktops ask for: `python packaging/icons.py [FOLDER]`.

PNGs in the folders of the hicolor theme, an .ico for Windows and an .icns for macOS, all from one SVG.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "resources" / "icons" / "app" / "vssflow-studio.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
_ICO = (16, 24, 32, 48, 64, 128, 256)


def make(target: Path) -> list[Path]:
    """Draw all icons under `target`; gives their files."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication.instance() or QGuiApplication([])
    made = [_png(size, target / f"hicolor/{size}x{size}/apps/{SOURCE.stem}.png") for size in SIZES]
    scalable = target / "hicolor/scalable/apps" / SOURCE.name
    scalable.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SOURCE, scalable)
    largest = Image.open(made[-1])
    windows, mac = target / f"{SOURCE.stem}.ico", target / f"{SOURCE.stem}.icns"
    largest.save(windows, sizes=[(size, size) for size in _ICO])
    largest.resize((1024, 1024), Image.Resampling.LANCZOS).save(mac)
    del app
    return [*made, scalable, windows, mac]


def _png(size: int, file: Path) -> Path:
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    file.parent.mkdir(parents=True, exist_ok=True)
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    image.save(str(file))
    return file


if __name__ == "__main__":
    print(*make(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "icons")), sep="\n")
