"""Colours, brushes and texts of the timeline, made once for a theme, a font and a display."""

from __future__ import annotations

from functools import cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPixmap

from ...timeline.cues import KINDS
from ..look.theme import SMALL, Theme, px
from .index import DISABLED, OFFLINE
from .text import Labels

_HATCH = 7  # pixels between two stripes
FRESH = ("ready",)


class Look:
    """What the painters of the timeline paint with; `density` is device pixels for each of ours."""

    def __init__(self, theme: Theme, font: QFont, density: float) -> None:
        self.theme, self.density, self.text_scale = theme, density, px(100) / 100
        small, bold = QFont(font), QFont(font)
        small.setPixelSize(px(SMALL))
        bold.setPixelSize(px(SMALL))
        bold.setWeight(QFont.Weight.DemiBold)
        self.labels, self.bold = Labels(small), Labels(bold)
        for name in ("window", "panel", "raised", "border", "text", "dim", "accent", "playhead", "bad", "warning"):
            setattr(self, name, QColor(getattr(theme, name)))
        self.ink = QColor("#141414" if theme.dark else "#ffffff")  # on a full colour
        self._clip_brush, self._cue_fill = cache(self._made_brush), cache(self._made_fill)
        self._cue_pen = cache(lambda kind, bad: QPen(self.bad if bad else theme.kind(kind), 1.25))
        self.bar_pixels = np.array([self.bar(style).rgba() for style in range(3 * len(KINDS))], np.uint32)
        self.wave, self.wave_on_full = with_alpha(self.text, 0.7), with_alpha(self.ink, 0.7)
        self.strip = QColor(0, 0, 0, 120) if theme.dark else QColor(255, 255, 255, 175)
        self.hatch, self.missing = self._hatched(self.warning), self._hatched(self.dim)
        self.shade = with_alpha(self.accent, 0.10)
        self.veil = with_alpha(self.window, 0.62)  # over what isn't heard

    def clip(self, kind: str, style: int) -> QColor:
        """The colour of a clip, `style` as in `timeline_index.Lane`."""
        return self._clip_brush(kind, style)

    def cue(self, kind: str, state: str) -> QColor:
        """What a cue and its take are filled with: its full colour when it has what it asks for."""
        return self._cue_fill(kind, state in FRESH)

    def outline(self, kind: str, state: str) -> QPen:
        """The frame of a cue."""
        return self._cue_pen(kind, state in ("failed", "orphaned", "offline"))

    def bar(self, style: int) -> QColor:
        """The colour of a narrow cue or take; `style` as in `timeline_index.style_of`."""
        kind, way = divmod(style, 3)
        return self.bad if way == 2 else self._cue_fill(KINDS[kind], way == 0)

    def _made_brush(self, kind: str, style: int) -> QColor:
        colour = QColor(self.theme.picture if kind == "Video" else self.theme.sound)
        if style & DISABLED:
            return mixed(colour, self.window, 0.35)
        return mixed(colour, self.window, 0.6) if style & OFFLINE else colour

    def _made_fill(self, kind: str, fresh: bool) -> QColor:
        return self.theme.kind(kind) if fresh else mixed(self.theme.kind(kind), self.panel, 0.28)

    def _hatched(self, colour: QColor) -> QBrush:
        """Stripes that are as wide on any display."""
        side = _HATCH * self.density
        tile = QPixmap(round(side), round(side))
        tile.fill(Qt.GlobalColor.transparent)
        p = QPainter(tile)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(QPen(with_alpha(colour, 0.36), 1.6 * self.density))
        for shift in (-side, 0, side):
            p.drawLine(QPointF(shift - 1, side + 1), QPointF(shift + side + 1, -1))
        p.end()
        tile.setDevicePixelRatio(self.density)
        return QBrush(tile)


def with_alpha(colour: QColor, alpha: float) -> QColor:
    """The colour, seen through."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def mixed(colour: QColor, ground: QColor, part: float) -> QColor:
    """`part` of the colour over a ground: nothing shines through, so bars may overlap."""
    rest = 1 - part
    return QColor.fromRgbF(
        part * colour.redF() + rest * ground.redF(),
        part * colour.greenF() + rest * ground.greenF(),
        part * colour.blueF() + rest * ground.blueF(),
    )


def outlined(p: QPainter, rect: QRectF, pen: QPen, radius: float) -> None:
    """A frame just inside the rectangle."""
    half = pen.widthF() / 2
    p.setPen(pen)
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius, radius)
