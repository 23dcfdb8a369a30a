"""One spacing scale, one type scale, one accent; light and dark after the system."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette

S1, S2, S3, S4 = 4, 8, 12, 16
SMALL, BODY, TITLE = 11, 13, 17
"""Pixels of text, as `px` gives them."""
SYSTEM = "system"
CHOICES = (SYSTEM, "light", "dark")
_choice = SYSTEM


@dataclass(frozen=True)
class Theme:
    """Colours by what they mean."""

    dark: bool
    window: str
    panel: str
    raised: str
    border: str
    text: str
    dim: str
    accent: str
    on_accent: str
    picture: str
    sound: str
    dialogue: str
    foley: str
    ambience: str
    playhead: str
    warning: str
    good: str
    bad: str

    def kind(self, kind: str) -> QColor:
        """The colour of a cue's kind."""
        return QColor(getattr(self, kind))

    def state(self, state: str) -> QColor:
        """The colour of a cue's state, of `StudioModel.state`."""
        known = {"ready": self.good, "stale": self.warning, "failed": self.bad, "orphaned": self.bad, "offline": self.bad}
        return QColor(self.accent if "%" in state else known.get(state, self.dim))

    def person(self, colour: str) -> QColor:
        """A colour of `PEOPLE` in this theme."""
        return QColor(PEOPLE[colour][0 if self.dark else 1])


DARK = Theme(
    True, "#16181c", "#1d2025", "#282c33", "#363b44", "#e8eaee", "#9aa1ad", "#5b9cf5", "#0b1220",
    "#3c5a80", "#3d6b58", "#d9a441", "#4fb08d", "#a199e6", "#f0575f", "#f2b04b",
    "#62c79d", "#ff7b81",
)
LIGHT = Theme(
    False, "#eceef1", "#f8f9fa", "#ffffff", "#cfd4db", "#1b1e24", "#5d6673", "#1f63c9", "#ffffff",
    "#9db9dc", "#a5cfbd", "#945f00", "#1a6b4f", "#5b50b5", "#c92a35", "#8a5700",
    "#1a6b4f", "#b3212c",
)

# Told apart by people with any colour vision (after Okabe & Ito 2008): for dark, for light.
PEOPLE = {
    "orange": ("#e69f00", "#a86400"),
    "sky": ("#5ab8ee", "#1f7fb8"),
    "green": ("#1fb58a", "#00734f"),
    "yellow": ("#f0e442", "#7d7400"),
    "blue": ("#5c8dff", "#1746a2"),
    "vermilion": ("#f0703a", "#b84000"),
    "pink": ("#e08fc0", "#a33d7c"),
    "grey": ("#aeb4bd", "#6a717c"),
}
"""What characters are told apart by, always beside their names."""

_MARKS = {"wanted": "○", "queued": "◌", "ready": "●", "stale": "△", "failed": "✕", "orphaned": "⌀", "offline": "⚠"}


def mark(state: str) -> str:
    """A cue's state in one sign."""
    return _MARKS.get(state, "◔")


def current() -> Theme:
    """The theme that is shown: the chosen one, else what the system asks for."""
    if _choice != SYSTEM:
        return LIGHT if _choice == "light" else DARK
    return LIGHT if _system_scheme() == Qt.ColorScheme.Light else DARK


def set_choice(choice: str) -> None:
    """Follow the system ("system"), or be "light" or "dark" whatever it says; all that is open follows."""
    global _choice
    choice = choice if choice in CHOICES else SYSTEM
    if choice != _choice:
        _choice = choice
        changes().changed.emit()


class Changes(QObject):
    """Signals:
        changed(): another theme is to be shown.
    """

    changed = Signal()


@cache
def changes() -> Changes:
    """Tells of every change of `current`, the system's too."""
    made = Changes(QGuiApplication.instance())
    QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: made.changed.emit())
    return made


def _system_scheme() -> Qt.ColorScheme:
    return QGuiApplication.styleHints().colorScheme()


def px(size: float) -> int:
    """Pixels of something that holds text and is `size` high or wide where text is `BODY` high.

    Where the system's own text is larger than that ("large text"), ours is as large, and all that
    holds it grows with it.
    """
    return round(size * max(1.0, QFontInfo(QGuiApplication.font()).pixelSize() / BODY))


def px_size(width: int, height: int) -> QSize:
    """As `px`, of a dialog: it grows with its text as far as the screen has room."""
    room = QGuiApplication.primaryScreen().availableSize() * 0.9
    return QSize(px(width), px(height)).boundedTo(room.expandedTo(QSize(width, height)))


def figures(size: int = BODY) -> QFont:
    """The font of timecodes: its figures are all of one width, so that running ones stand still."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(px(size))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def palette(theme: Theme) -> QPalette:
    """For what the style sheet does not reach."""
    made, roles = QPalette(), QPalette.ColorRole
    for colour, where in {
        theme.window: (roles.Window,),
        theme.panel: (roles.Base,),
        theme.raised: (roles.AlternateBase, roles.Button, roles.ToolTipBase),
        theme.text: (roles.WindowText, roles.Text, roles.ButtonText, roles.ToolTipText, roles.BrightText),
        theme.accent: (roles.Highlight, roles.Link, roles.LinkVisited, roles.Accent),
        theme.on_accent: (roles.HighlightedText,),
        theme.dim: (roles.PlaceholderText,),
        theme.border: (roles.Mid, roles.Midlight, roles.Light, roles.Dark, roles.Shadow),
    }.items():
        for role in where:
            made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.dim))
    return made
