"""The viewer: the picture at the playhead, its clock, the transport, and what is listened to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ...timeline.timecode import timecode
from .. import model as models
from ..look import theme as themes
from .listening import Stems, Volume
from .meter import Meter
from .player import Player
from .screen import Screen as Screen


class Viewer(QWidget):
    """A screen and a meter, with clock, transport, solos and volume below."""

    def __init__(self, screen: Screen, transport: list[QAction], player: Player) -> None:
        super().__init__()
        self.model, self.player = player.model, player
        self.clock, self.length, self.marked = QLabel("00:00:00:00"), QLabel(), QLabel()
        self._speed, self.dropped = QLabel(), QLabel()
        self.meter, self.stems, self.volume = Meter(player.monitor), Stems(self.model), Volume(player.monitor)
        for label, name, style in (
            (self.clock, "Playhead timecode", "timecode"),
            (self.length, "Duration", "hint"),
            (self.marked, "In and out points", "hint"),
            (self._speed, "Playing speed", "hint"),
            (self.dropped, "Dropped frames", "warning"),
        ):
            label.setAccessibleName(name)
            label.setObjectName(style)
        self.length.setToolTip("Duration of the timeline")
        self.dropped.setToolTip(
            "Pictures that were not ready in time since play began.\n"
            "The sound is not touched; a proxy, or fewer programs at once, helps."
        )
        self.dropped.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.S2)
        picture = QHBoxLayout()
        picture.setSpacing(themes.S1)
        picture.addWidget(screen, 1)
        picture.addWidget(self.meter)
        layout.addLayout(picture, 1)
        layout.addLayout(self._clocks())
        layout.addLayout(self._controls(transport))
        player.dropped_changed.connect(self._show_dropped)
        for what in (models.TIMELINE, models.PROJECT, models.MARKS):
            self.model.listen(what, self.refresh)

    def _clocks(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(themes.S3)
        for widget in (self.clock, self._speed, self.dropped):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.marked)
        row.addWidget(self.length)
        return row

    def _controls(self, transport: list[QAction]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(themes.S1)
        row.addWidget(self.stems)
        row.addStretch(1)
        for action in transport:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.volume)
        return row

    def refresh(self) -> None:
        """Duration, in and out."""
        if self.model.timeline is None:
            return
        self.length.setText(timecode(self.model.duration))
        begin, end = self.model.marks
        ends = [self.model.timecode(mark) if mark is not None else "–" for mark in (begin, end)]
        self.marked.setText(f"In {ends[0]}  Out {ends[1]}")
        self.marked.setVisible(begin is not None or end is not None)

    def show_speed(self, speed: float) -> None:
        """Say it where it is not the usual one."""
        direction, times = "◀" if speed < 0 else "▶", abs(speed)
        said = "¼" if times == 0.25 else f"{times:g}"
        self._speed.setText(f"{direction} {said}×" if speed not in (0, 1) else "")

    def _show_dropped(self, count: int) -> None:
        self.dropped.setVisible(count > 0)
        self.dropped.setText(f"{count} dropped")
