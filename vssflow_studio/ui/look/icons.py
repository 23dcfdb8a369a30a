"""Our icons: one family of SVGs, in the colours of the theme that is shown, sharp at any scale."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ...paths import resources
from .theme import current


class _Engine(QIconEngine):
    """Draws when asked, in the theme of that moment: a change of theme needs only a repaint."""

    def __init__(self, name: str, colour: str = "") -> None:
        super().__init__()
        self._name, self._colour = name, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        size = rect.size() * painter.device().devicePixelRatioF()
        painter.drawImage(rect, _drawn(self._name, self._shade(mode, state), size.width(), size.height()))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return QPixmap.fromImage(_drawn(self._name, self._shade(mode, state), size.width(), size.height()))

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour)

    def _shade(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        theme = current()
        if mode == QIcon.Mode.Disabled:
            return theme.dim
        if mode == QIcon.Mode.Selected:
            return theme.on_accent
        if self._colour:
            return getattr(theme, self._colour)
        return theme.accent if state == QIcon.State.On else theme.text


@lru_cache(256)
def icon(name: str, colour: str = "") -> QIcon:
    """An icon of our family; `colour` names one of the theme's, else it is that of text."""
    return QIcon(_Engine(name, colour))


@lru_cache(1024)
def _drawn(name: str, colour: str, width: int, height: int) -> QImage:
    source = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    data = QByteArray(source.replace("currentColor", colour).encode())
    QSvgRenderer(data).render(painter, QRectF(0, 0, width, height))
    painter.end()
    return image
