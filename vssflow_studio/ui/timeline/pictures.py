"""Thumbnails and waveforms of the clips, asked for in the background and kept for any zoom.

Both are made at steps of the zoom and stretched in between, so that zooming and scrolling
find again what was made before. Until one is there, a coarser one stands in.
"""

from __future__ import annotations

from functools import partial
from math import ceil, floor, log2

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from ...media.sound import peaks
from ...media.video import probe, thumbnail
from ..background import Background
from .geometry import pixel
from .index import Source

_PEAKS = 200  # a second
_FEWEST, _MOST = 2_000, 400_000  # peaks of a file
_TILE = 256  # pixels of a piece of a waveform
_ASPECT = 16 / 9
_GAIN = 1.8  # speech fills the height


class Pictures:
    """Draws what clips show and sound like; `density` is the device's pixels for each of ours.

    What is not there is asked for only while `asking`: zooming passes by more than anybody sees.
    """

    def __init__(self, background: Background) -> None:
        self.background, self.density, self.asking = background, 1.0, True

    def draw_thumbnails(
        self, p: QPainter, source: Source, rect: QRectF, shown: tuple[float, float], scale: float
    ) -> None:
        """A strip of frames over `rect`, as far as it lies between the two places `shown`."""
        left, right, top, tall = rect.left(), min(rect.right(), shown[1]), rect.top(), rect.height()
        width, height = tall * _ASPECT, round(tall * self.density)
        step = width / scale * source.speed  # seconds of media from one to the next
        grid = 2.0 ** floor(log2(abs(step))) if step else 1.0  # changes only when the zoom doubles
        number = max(0, floor((shown[0] - left) / width))
        while (x := left + number * width) < right:
            into = number * step // grid * grid if number else 0.0
            second = source.start + max(-source.lasts, min(source.lasts, into))
            image = self._thumbnail(source, second, height)
            if image:  # its middle, at the display's own pixels: nothing is scaled
                room = min(ceil(width * self.density), round((pixel(right) - pixel(x)) * self.density))
                spare = max(0, int((image.width() - width * self.density) / 2))
                p.drawImage(QPoint(pixel(x), pixel(top)), image, QRect(spare, 0, room, image.height()))
            number += 1

    def _thumbnail(self, source: Source, second: float, height: int) -> QImage | None:
        """The frame at a second, the clip's first one while that is made."""
        media, second = source.media, round(second, 2)
        key = ("thumbnail", media, second, height)
        image = self.background.peek(key)
        if image is None:
            if self.asking:
                self.background.get(key, partial(_thumbnail, media, second, height, self.density))
            image = self.background.peek(("thumbnail", media, round(source.start, 2), height))
        return image

    def draw_waveform(
        self, p: QPainter, source: Source, rect: QRectF, shown: tuple[float, float], scale: float, tint: int
    ) -> None:
        """The sound over `rect`, as far as it lies between the two places `shown`, in the colour `tint`."""
        media, start, _, speed = source
        known = self.background.get(("peaks", media), partial(_peaks, media)) if speed else None
        if not known:
            return
        left, right = max(rect.left(), shown[0]), min(rect.right(), shown[1])
        level = round(2 * log2(scale / abs(speed) * self.density))
        ends = ((x - rect.left()) / scale * speed + start for x in (left, right))
        first, last = sorted(ends)
        height, each = round(rect.height() * self.density), _seconds(level)
        for number in range(floor(first / each), floor(last / each) + 1):
            begin, end = max(first, number * each), min(last, (number + 1) * each)
            found = self._tile(media, known, level, number, height, tint)
            if found and end > begin:
                image, at, lasts = found
                edges = sorted(rect.left() + (time - start) / speed * scale for time in (begin, end))
                target = QRectF(edges[0], rect.top(), edges[1] - edges[0], rect.height())
                part = QRectF((begin - at) / lasts * _TILE, 0, (end - begin) / lasts * _TILE, image.height())
                if speed < 0:
                    image, part = image.mirrored(True, False), _mirrored(part)
                p.drawImage(target, image, part)

    def _tile(self, media, known, level: int, number: int, height: int, tint: int):
        """(image, first second, seconds) of a piece, a coarser one while the right one is made."""
        key = ("waveform", media, level, number, height, tint)
        image = self.background.peek(key)
        if image is None and self.asking:
            image = self.background.get(key, partial(_waveform, *known, level, number, height, tint))
        for coarser in range(5):
            if image:
                return image, number * _seconds(level), _seconds(level)
            number, level = number * _seconds(level) / _seconds(level - 1) // 1, level - 1
            image = self.background.peek(("waveform", media, level, int(number), height, tint))
        return None


def _seconds(level: int) -> float:
    """That a piece of a waveform lasts; `level` is twice the logarithm of its pixels a second."""
    return _TILE / 2 ** (level / 2)


def _mirrored(source: QRectF) -> QRectF:
    return QRectF(_TILE - source.right(), source.top(), source.width(), source.height())


def extremes(rows: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest of `rows` [n, 2] from each place (0 … 1) to the next; 0 outside.

    A peak shows however small the file is drawn.
    """
    if len(places) > 1 and places[1] < places[0]:
        rows, places = rows[::-1], 1 - places
    at = np.floor(places * len(rows)).astype(int)
    inside = (at >= 0) & (at < len(rows))
    starts = np.clip(at, 0, len(rows) - 1)
    if not len(starts):
        return np.zeros(0), np.zeros(0)
    step = max(1, int(np.median(np.diff(starts)))) if len(starts) > 1 else 1
    heard = rows[: starts[-1] + step]  # else the last would reach to the end of the file
    return (
        np.where(inside, np.minimum.reduceat(heard[:, 0], starts), 0.0),
        np.where(inside, np.maximum.reduceat(heard[:, 1], starts), 0.0),
    )


def _thumbnail(media: str, second: float, height: int, density: float) -> QImage:
    pixels = thumbnail(media, max(0.0, second), height)
    rows, columns, _ = pixels.shape
    made = QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    made = made.convertToFormat(QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(density)
    return made


def _peaks(media: str) -> tuple[np.ndarray, float]:
    lasts = probe(media).duration
    return peaks(media, int(min(_MOST, max(_FEWEST, lasts * _PEAKS)))), lasts


def _waveform(rows: np.ndarray, lasts: float, level: int, number: int, height: int, tint: int) -> QImage:
    """A piece of a waveform, `height` pixels high, its edges soft."""
    seconds = (number + np.arange(_TILE) / _TILE) * _seconds(level)
    lows, highs = extremes(rows, seconds / max(lasts, 1e-6))
    half = height / 2
    tops = half * (1 - np.clip(_GAIN * highs, 0, 1)) - 0.5
    bottoms = half * (1 - np.clip(_GAIN * lows, -1, 0)) + 0.5
    heard = (seconds >= 0) & (seconds < lasts)
    lines = np.arange(height)[:, None]
    covered = np.clip(np.minimum(lines + 1, bottoms) - np.maximum(lines, tops), 0, 1) * heard
    colour = QColor.fromRgba(tint)
    alpha = covered * colour.alphaF()
    parts = [alpha * part for part in (colour.blueF(), colour.greenF(), colour.redF(), 1.0)]
    pixels = np.ascontiguousarray((255 * np.stack(parts, -1) + 0.5).astype(np.uint8))
    return QImage(pixels.tobytes(), _TILE, height, 4 * _TILE, QImage.Format.Format_ARGB32_Premultiplied).copy()
