"""The sample animatic's drawings: a limited palette, one line weight, few shapes."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPainterPath, QPen

INK = QColor("#2b2a33")
PAPER = QColor("#f3ead9")
WALL, WALL_LOW = QColor("#cfd9d2"), QColor("#b4c4bd")
FLOOR, FLOOR_LINE = QColor("#c99f70"), QColor("#a97f55")
SKIN_MIA, SKIN_TOM = QColor("#f2c6a0"), QColor("#c98f66")
RED, TEAL, MUSTARD = QColor("#d1495b"), QColor("#2e7f8c"), QColor("#e0a83c")
WOOD, WOOD_DARK = QColor("#8a5a3b"), QColor("#5e3b26")
_LINE = 5.0


def two_shot(p: QPainter, t: float, speaks: tuple[float, float]) -> None:
    """Mia turns to the door and speaks; Tom listens."""
    _room(p, horizon=400)
    _window(p, 120, 70)
    sway = 3 * math.sin(t * 1.7)
    turn = _ease((t - 0.4) / 0.5) * 14
    _person(p, QPointF(630 + sway * 0.5, 250), 92, SKIN_TOM, INK, TEAL, look=-10, mouth=0.0, bun=False)
    mouth = mouth_opening(t, *speaks)
    _person(p, QPointF(350 + sway, 270), 88, SKIN_MIA, WOOD_DARK, RED, look=turn, mouth=mouth, bun=True)


def close_up(p: QPainter, t: float, speaks: tuple[float, float]) -> None:
    """Tom, near, relieved."""
    _room(p, horizon=470)
    nod = 6 * math.sin(t * 2.2)
    mouth = mouth_opening(t, *speaks)
    _person(p, QPointF(480, 255 + nod), 150, SKIN_TOM, INK, TEAL, look=-12, mouth=mouth, bun=False)


def door(p: QPainter, t: float, closes: float) -> None:
    """A door swings shut and stays."""
    _room(p, horizon=430)
    left, top, wide, tall = 360.0, 60.0, 250.0, 400.0
    p.setPen(QPen(INK, _LINE))
    p.setBrush(QColor("#3a4a52"))
    p.drawRect(QRectF(left, top, wide, tall))
    p.setBrush(QBrush(MUSTARD.lighter(130)))
    p.setPen(Qt.PenStyle.NoPen)
    p.drawEllipse(QPointF(left + 150, top + 120), 34, 34)
    opened = min(1.0, max(0.0, (closes - t) / 0.8)) ** 0.8
    edge = left + wide * max(0.1, math.cos(opened * 1.35))
    slant = 34 * math.sin(opened * 1.35)
    leaf = QPainterPath(QPointF(left, top))
    for x, y in ((edge, top - slant), (edge, top + tall + slant), (left, top + tall)):
        leaf.lineTo(x, y)
    leaf.closeSubpath()
    p.setPen(QPen(INK, _LINE))
    p.setBrush(WOOD)
    p.drawPath(leaf)
    p.setBrush(MUSTARD)
    p.drawEllipse(QPointF(left + (edge - left) * 0.86, top + tall * 0.53), 11, 11)
    shake = 4 * math.exp(-(t - closes) * 14) if t >= closes else 0
    p.setBrush(PAPER)
    p.drawRect(QRectF(700 + shake, 130 - shake, 110, 140))
    p.setBrush(TEAL)
    p.drawEllipse(QPointF(755 + shake, 200 - shake), 30, 40)


def ball(p: QPainter, t: float, contacts: tuple[float, ...]) -> None:
    """A ball bounces across, lower each time."""
    _room(p, horizon=380)
    ground, radius = 470.0, 58.0
    height, squash = _bounce(t, contacts)
    x = 90 + 200 * max(t, -0.5) + 60
    y = ground - radius - height
    shade = QColor(INK)
    shade.setAlphaF(0.35 - 0.2 * min(1.0, height / 300))
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(shade)
    p.drawEllipse(QPointF(x, ground + 4), radius * (1.1 - height / 900), 12)
    p.save()
    p.translate(x, y + 0.3 * radius * squash)
    p.scale(1 + 0.25 * squash, 1 - 0.3 * squash)
    p.rotate(140 * t)
    p.setPen(QPen(INK, _LINE))
    p.setBrush(RED)
    p.drawEllipse(QPointF(0, 0), radius, radius)
    p.setBrush(PAPER)
    p.drawPie(QRectF(-radius, -radius, 2 * radius, 2 * radius), 30 * 16, 60 * 16)
    p.drawPie(QRectF(-radius, -radius, 2 * radius, 2 * radius), 210 * 16, 60 * 16)
    p.restore()


def walk(p: QPainter, t: float, plants: tuple[float, ...]) -> None:
    """Mia's legs walk; the floor goes by. A foot lands at each of `plants`."""
    period = plants[1] - plants[0]
    gait = (max(plants[0] - period, min(t, plants[-1])) - plants[0]) / period
    _room(p, horizon=300, scroll=-150 * gait)
    ground, hip = 470.0, QPointF(470, 190 - 10 * abs(math.sin(math.pi * gait)))
    for far in (True, False):
        _leg(p, hip, ground, gait + (1 if far else 0), far)
    p.setPen(QPen(INK, _LINE))
    p.setBrush(RED)
    skirt = QPainterPath(QPointF(hip.x() - 62, -10))
    for x, y in ((hip.x() + 62, -10), (hip.x() + 88, hip.y() + 46), (hip.x() - 88, hip.y() + 46)):
        skirt.lineTo(x, y)
    skirt.closeSubpath()
    p.drawPath(skirt)


def mouth_opening(t: float, start: float, end: float) -> float:
    """0 … 1: syllables at about five a second while the line is spoken."""
    if not start <= t <= end:
        return 0.0
    syllable = abs(math.sin(math.pi * 2.6 * (t - start))) ** 0.7
    phrase = 0.65 + 0.35 * math.sin(7.3 * (t - start) + 1.0)
    return syllable * phrase


def _bounce(t: float, contacts: tuple[float, ...]) -> tuple[float, float]:
    """Height in pixels and squash 0 … 1, ballistic between contacts."""
    near = min(abs(t - contact) for contact in contacts)
    squash = max(0.0, 1 - near / 0.07)
    gravity = 2300.0
    if t < contacts[0]:
        return gravity / 2 * min(0.5, contacts[0] - t) ** 2, squash
    later = [contact for contact in contacts if contact > t]
    if not later:
        age, last = t - contacts[-1], 0.8 * (contacts[-1] - contacts[-2])
        return max(0.0, gravity / 2 * age * (last - age)), squash
    begin = max(contact for contact in contacts if contact <= t)
    age, flight = t - begin, later[0] - begin
    return gravity / 2 * age * (flight - age), squash


def _leg(p: QPainter, hip: QPointF, ground: float, gait: float, far: bool) -> None:
    """One leg: half a cycle in the air, half a cycle on the ground going back."""
    cycle = gait / 2 % 1
    if cycle < 0.5:
        air = cycle * 2
        reach, lift = -1 + 2 * _ease(air), 70 * math.sin(math.pi * air)
    else:
        reach, lift = 1 - 4 * (cycle - 0.5), 0.0
    foot = QPointF(hip.x() + 105 * reach, ground - lift)
    knee = QPointF((hip.x() + foot.x()) / 2 + 26 + lift * 0.5, (hip.y() + foot.y()) / 2 - lift * 0.2)
    colour = SKIN_MIA.darker(125) if far else SKIN_MIA
    for pen in (QPen(INK, 40), QPen(colour, 31)):
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        limb = QPainterPath(hip)
        limb.lineTo(knee)
        limb.lineTo(foot - QPointF(0, 18))
        p.strokePath(limb, pen)
    p.setPen(QPen(INK, _LINE))
    p.setBrush(WOOD_DARK if far else TEAL)
    p.drawRoundedRect(QRectF(foot.x() - 30, foot.y() - 30, 92, 34), 17, 17)


def _room(p: QPainter, horizon: float, scroll: float = 0.0) -> None:
    wall = QLinearGradient(0, 0, 0, horizon)
    wall.setColorAt(0, WALL)
    wall.setColorAt(1, WALL_LOW)
    p.fillRect(QRectF(0, 0, 960, horizon), QBrush(wall))
    p.fillRect(QRectF(0, horizon, 960, 540 - horizon), FLOOR)
    p.setPen(QPen(FLOOR_LINE, 3))
    vanishing = QPointF(480 + scroll * 0.05, horizon - 220)
    for k in range(-26, 27):
        x = 480 + k * 110 + scroll % 110
        t = (horizon - vanishing.y()) / (560 - vanishing.y())
        p.drawLine(QPointF(vanishing.x() + (x - vanishing.x()) * t, horizon), QPointF(x, 560))
    p.setPen(QPen(INK, 3))
    p.setBrush(PAPER)
    p.drawRect(QRectF(-5, horizon - 20, 970, 20))


def _window(p: QPainter, x: float, y: float) -> None:
    p.setPen(QPen(INK, _LINE))
    p.setBrush(QColor("#8fb6c9"))
    p.drawRect(QRectF(x, y, 150, 180))
    p.setBrush(MUSTARD.lighter(125))
    p.drawEllipse(QPointF(x + 100, y + 60), 22, 22)
    p.drawLine(QPointF(x + 75, y), QPointF(x + 75, y + 180))
    p.drawLine(QPointF(x, y + 90), QPointF(x + 150, y + 90))


def _person(p: QPainter, head: QPointF, r: float, skin, hair, shirt, *, look, mouth, bun) -> None:
    """Head and shoulders; `look` shifts the face sideways, `mouth` opens it."""
    p.setPen(QPen(INK, _LINE))
    p.setBrush(shirt)
    body = QPainterPath(QPointF(head.x() - 1.5 * r, 560))
    body.cubicTo(head.x() - 1.4 * r, head.y() + 1.3 * r, head.x() - 0.6 * r, head.y() + 1.25 * r, head.x(), head.y() + 1.25 * r)
    body.cubicTo(head.x() + 0.6 * r, head.y() + 1.25 * r, head.x() + 1.4 * r, head.y() + 1.3 * r, head.x() + 1.5 * r, 560)
    p.drawPath(body)
    p.setBrush(skin)
    p.drawRect(QRectF(head.x() - 0.26 * r, head.y() + 0.75 * r, 0.52 * r, 0.55 * r))
    p.setBrush(hair)
    if bun:
        p.drawEllipse(head + QPointF(-look * 0.6, -1.12 * r), 0.42 * r, 0.38 * r)
    p.drawEllipse(head + QPointF(-look * 0.5, -0.12 * r), 1.08 * r, 1.06 * r)
    p.setBrush(skin)
    p.drawEllipse(head + QPointF(look * 0.3, 0.1 * r), 0.9 * r, 0.95 * r)
    p.setBrush(hair)
    fringe = QPainterPath(head + QPointF(-0.92 * r, -0.05 * r))
    fringe.cubicTo(head + QPointF(-0.7 * r, -1.0 * r), head + QPointF(0.6 * r, -1.1 * r), head + QPointF(0.94 * r, -0.1 * r))
    fringe.cubicTo(head + QPointF(0.5 * r, -0.55 * r), head + QPointF(-0.2 * r, -0.6 * r), head + QPointF(-0.92 * r, -0.05 * r))
    p.drawPath(fringe)
    _face(p, head + QPointF(look, 0.12 * r), r, mouth)


def _face(p: QPainter, centre: QPointF, r: float, mouth: float) -> None:
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(INK)
    for side in (-1, 1):
        p.drawEllipse(centre + QPointF(side * 0.34 * r, -0.05 * r), 0.09 * r, 0.12 * r)
    pen = QPen(INK, max(4.0, 0.05 * r))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    p.setPen(pen)
    for side in (-1, 1):
        p.drawLine(centre + QPointF(side * 0.48 * r, -0.3 * r), centre + QPointF(side * 0.22 * r, -0.34 * r))
    p.drawLine(centre + QPointF(0.02 * r, 0.08 * r), centre + QPointF(0.08 * r, 0.2 * r))
    at = centre + QPointF(0, 0.45 * r)
    if mouth < 0.08:
        p.drawLine(at - QPointF(0.2 * r, 0), at + QPointF(0.2 * r, 0))
        return
    p.setBrush(QColor("#7a2832"))
    p.drawEllipse(at, 0.24 * r - 0.06 * r * mouth, 0.05 * r + 0.22 * r * mouth)


def _ease(t: float) -> float:
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)
