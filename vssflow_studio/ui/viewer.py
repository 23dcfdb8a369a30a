"""The viewer: the picture at the playhead, its timecode, and the buttons that move it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QColor, QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from . import theme as themes


class Screen(QWidget):
    """The picture at the playhead, as large as fits."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.setMinimumSize(240, 135)
        self.setAccessibleName("Viewer")

    def show_image(self, image: QImage | None) -> None:
        """None is black."""
        self.image = image
        self.update()

    def paintEvent(self, event) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), QColor("#000000" if themes.current().dark else "#101216"))
        if self.image is None or self.image.isNull():
            return
        p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = min(self.width() / self.image.width(), self.height() / self.image.height())
        width, height = self.image.width() * scale, self.image.height() * scale
        p.drawImage(QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height), self.image)


class Viewer(QWidget):
    """A screen with the clock and the transport below it."""

    def __init__(self, screen: Screen, transport: list[QAction]) -> None:
        super().__init__()
        self.clock, self._speed = QLabel("00:00:00:00"), QLabel()
        self.clock.setObjectName("timecode")
        self.clock.setAccessibleName("Playhead timecode")
        self._speed.setObjectName("hint")
        self._speed.setAccessibleName("Playing speed")
        row = QHBoxLayout()
        row.setSpacing(themes.S1)
        row.addWidget(self.clock)
        row.addSpacing(themes.S2)
        row.addWidget(self._speed)
        row.addStretch(1)
        for action in transport:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.S2)
        layout.addWidget(screen, 1)
        layout.addLayout(row)

    def show_speed(self, speed: int) -> None:
        """Say it where it is not the usual one."""
        direction = "◀" if speed < 0 else "▶"
        self._speed.setText(f"{direction} {abs(speed)}×" if speed not in (0, 1) else "")
