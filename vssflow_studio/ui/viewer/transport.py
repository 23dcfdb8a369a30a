"""The keys that move the playhead, and what the viewer can be switched to."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from .full_screen import FullScreen
from .player import Player
from .screen import Screen

_TAP = 0.2  # seconds up to which K with J or L is one frame
_SHUTTLES = {Qt.Key.Key_J: -1, Qt.Key.Key_L: 1}
PLAYBACK = ("play", "stop", "shuttle_back", "shuttle", "back", "next", "home", "end", "loop", "play_marked", "safe_areas")


class Transport(QObject):
    """J-K-L as editors know them: while K is held, J and L play slowly, and a tap is one frame.

    Watches the window's keys for what is released, and the timeline's mouse for scrubbing.
    """

    def __init__(self, player: Player, screen: Screen, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.player, self.screen = player, screen
        self.actions: dict[str, QAction] = {}
        self.full_screen: FullScreen | None = None
        self._k_held, self._slow_since = False, 0.0
        self._mice: list[QWidget] = []

    def watch(self, keys: QWidget, mice: list[QWidget]) -> None:
        """Follow the keys of one widget and what is below it, and the mouse on others."""
        keys.installEventFilter(self)
        self._mice = mice
        for mouse in mice:
            mouse.installEventFilter(self)

    def slots(self) -> dict[str, Callable]:
        """What its commands do."""
        player = self.player
        return {
            "play": player.toggle,
            "shuttle_back": lambda: self.shuttle(-1),
            "stop": player.pause,
            "shuttle": lambda: self.shuttle(1),
            "back": lambda: player.step(-1),
            "next": lambda: player.step(1),
            "home": lambda: player.model.seek(0),
            "end": lambda: player.model.seek(player.model.duration.value),
            "loop": player.loop,
            "play_marked": player.play_marked,
            "safe_areas": self.show_safe_areas,
            "viewer_full": self.toggle_full_screen,
        }

    def shuttle(self, direction: int) -> None:
        """J or L; slowly while K is held."""
        if self._k_held:
            self._slow_since = time.monotonic()
            self.player.slow(direction)
        else:
            self.player.shuttle(direction)

    def show_safe_areas(self, shown: bool) -> None:
        """Draw the safe areas over the picture, or no more."""
        self.screen.show_safe_areas(shown)
        if self.full_screen:
            self.full_screen.screen_.show_safe_areas(shown)

    def toggle_full_screen(self) -> None:
        """The picture on the whole screen; again, and it is back."""
        if self.full_screen:
            self.full_screen.close()
            return
        kept = [self.actions[name] for name in (*PLAYBACK, "viewer_full") if name in self.actions]
        view = self.full_screen = FullScreen(self.screen, kept)
        self.player.reader.shown.connect(view.screen_.show_image)
        self.player.noted.connect(view.screen_.show_note)
        view.destroyed.connect(self._left)
        view.installEventFilter(self)
        view.showFullScreen()

    def _left(self) -> None:
        self.full_screen = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_K and not event.modifiers():
            self._k_held = True
        elif kind == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._released(event.key())
        elif kind == QEvent.Type.WindowDeactivate:
            self._k_held = False
        elif watched in self._mice and kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            self.player.scrubbing = kind == QEvent.Type.MouseButtonPress
        return False

    def _released(self, key: int) -> None:
        if key == Qt.Key.Key_K:
            self._k_held = False
        slow = self.player.playing and abs(self.player.speed) < 1
        if not slow or key not in (*_SHUTTLES, Qt.Key.Key_K):
            return
        begun = self.player.begun_at
        self.player.pause()
        if key in _SHUTTLES and time.monotonic() - self._slow_since < _TAP:
            self.player.model.seek(begun)
            self.player.step(_SHUTTLES[key])
