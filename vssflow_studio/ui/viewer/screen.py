"""The picture at the playhead."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ..look import theme as themes

_SAFE = (0.93, 0.90)
"""Action safe and title safe, of width and height (SMPTE ST 2046-1)."""


class Screen(QWidget):
    """The picture at the playhead, as large as fits; what is to be read where there is none."""

    def __init__(self, name: str = "Picture") -> None:
        super().__init__()
        self.image: QImage | None = None
        self.note, self.safe_areas = "", False
        self.setMinimumSize(160, 90)
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_image(self, image: QImage | None) -> None:
        """None is black."""
        self.image = image
        self.update()

    def show_note(self, text: str) -> None:
        """Say why there is no picture; empty where there is one."""
        if text != self.note:
            self.note = text
            self.setAccessibleDescription(text)
            self.update()

    def show_safe_areas(self, shown: bool) -> None:
        """Draw the lines that titles and action stay inside of."""
        self.safe_areas = shown
        self.update()

    def picture_rect(self) -> QRectF:
        """Where the picture is; 16:9 where there is none."""
        there = self.image is not None and not self.image.isNull()
        wide, high = (self.image.width(), self.image.height()) if there else (16, 9)
        scale = min(self.width() / wide, self.height() / high)
        return QRectF((self.width() - wide * scale) / 2, (self.height() - high * scale) / 2, wide * scale, high * scale)

    def paintEvent(self, event) -> None:
        p, t = QPainter(self), themes.current()
        p.fillRect(self.rect(), QColor("#000000" if t.dark else "#101216"))
        where = self.picture_rect()
        if self.image is not None and not self.image.isNull():
            p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            p.drawImage(where, self.image)
        elif self.note:
            p.setPen(QColor(themes.DARK.warning))
            p.drawText(where, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, f"⚠ {self.note}")
        if self.safe_areas:
            p.setPen(QPen(QColor(255, 255, 255, 150), 1))
            for part in _SAFE:
                inside = QRectF(0, 0, where.width() * part, where.height() * part)
                inside.moveCenter(where.center())
                p.drawRect(inside)
