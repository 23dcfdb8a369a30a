"""The cues below the ruler: who says what, and how far its take is, by mark and word."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPen

from ...timeline.cues import Cue
from ..cast.colours import character_colour
from ..look.theme import mark
from .geometry import Geometry
from .look import FRESH, Look, outlined

_DETAIL, _NAMED = 14, 30  # pixels from which on a cue is drawn by itself, and gets words
_LEGIBLE = 12  # pixels of height below which words would lie over the next lane
_TALL = 34  # pixels from which on there are two lines
_LINE = 15


class CuePainter:
    """The cues within `wanted`."""

    def __init__(self, p: QPainter, geometry: Geometry, look: Look, wanted: QRectF) -> None:
        self.p, self.geometry, self.look, self.wanted = p, geometry, look, wanted
        self.model, self.cues = geometry.model, geometry.cues
        self.chosen = frozenset(self.model.selected_cues)

    def paint(self) -> None:
        """The narrow ones as bars, then the others, then those that are being dragged."""
        geometry, spans = self.geometry, self.cues.spans
        first, last = geometry.frame_at(self.wanted.left() - 2), geometry.frame_at(self.wanted.right() + 2)
        part = spans.between(first, last)
        each = geometry.scale / self.model.rate
        lefts = spans.starts[part] * each - geometry.scroll_x
        rights = spans.ends[part] * each - geometry.scroll_x
        narrow = rights - lefts < _DETAIL
        self._bars(part.start, np.flatnonzero(narrow), lefts, rights)
        for index in np.flatnonzero(~narrow & (rights >= self.wanted.left() - 2)).tolist():
            cue = spans.items[part.start + index]
            if cue.id not in geometry.preview:
                top, height = geometry.cue_lane(cue.id)
                self._cue(cue, QRectF(lefts[index], top, rights[index] - lefts[index] - 1, height))
        for cue_id in geometry.preview:
            if cue := self.cues.cue(cue_id):
                self._cue(cue, geometry.cue_rect(cue))

    def _bars(self, begin: int, narrow: np.ndarray, lefts: np.ndarray, rights: np.ndarray) -> None:
        """What is too narrow to be drawn by itself, one lane and one colour after the other."""
        places, styles = self.cues.places[begin:][narrow], self.cues.styles()[begin:][narrow]
        lefts, rights = lefts[narrow], rights[narrow]
        groups = 1000 * places[:, 1] + places[:, 0]
        for group in np.unique(groups).tolist():
            count, lane = divmod(group, 1000)
            top, height = self.geometry.lane_place(lane, count)
            here = groups == group
            line = self._line(lefts[here], rights[here], styles[here])
            self.p.drawImage(QRectF(0, top, line.width() / self.look.density, height), line)
        for cue in map(self.cues.cue, self.chosen):
            if cue and (rect := self.geometry.cue_rect(cue)).width() < _DETAIL:
                outlined(self.p, rect, QPen(self.look.accent, 2), 1)

    def _line(self, lefts: np.ndarray, rights: np.ndarray, styles: np.ndarray) -> QImage:
        """Bars as one line of pixels, to be stretched over their lane: as quick for any number of them."""
        density = self.look.density
        length = int(self.wanted.right() * density) + 2
        first = np.clip(np.floor(lefts * density), 0, length - 1).astype(int)
        beyond = np.clip(np.floor((rights - 1) * density), first + 1, length).astype(int)
        counts = beyond - first
        at = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        line = np.zeros(length, np.uint32)
        line[at] = np.repeat(self.look.bar_pixels[styles], counts)
        return QImage(line.tobytes(), length, 1, 4 * length, QImage.Format.Format_ARGB32_Premultiplied).copy()

    def _cue(self, cue: Cue, rect: QRectF) -> None:
        p, look, state = self.p, self.look, self.cues.state(cue)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(look.outline(cue.kind, state))
        p.setBrush(look.cue(cue.kind, state))
        p.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        if state in ("stale", "failed", "offline"):
            p.fillRect(rect.adjusted(2, 2, -2, -2), look.hatch)
        self._progress(cue, rect)
        if cue.character and rect.width() > 12:
            person = character_colour(self.model.project, cue.character, look.theme)
            p.fillRect(QRectF(rect.left() + 2, rect.top() + 3, 3, rect.height() - 6), person)
        if cue.id in self.chosen:
            outlined(p, rect, QPen(look.accent, 2.5), 3)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if rect.width() >= _NAMED and rect.height() >= _LEGIBLE * look.text_scale:
            self._words(cue, rect, state)

    def _progress(self, cue: Cue, rect: QRectF) -> None:
        job = self.model.jobs.get(cue.id)
        if job and job.state == "running":
            track = QRectF(rect.left() + 3, rect.bottom() - 5, rect.width() - 6, 3)
            self.p.fillRect(track, self.look.raised)
            self.p.fillRect(QRectF(track.left(), track.top(), track.width() * job.fraction, 3), self.look.accent)

    def _words(self, cue: Cue, rect: QRectF, state: str) -> None:
        """Two lines where they fit: the words, and the state; they stay readable at the left edge."""
        left = max(rect.left(), 0.0) + (9 if cue.character else 7)
        room = QRectF(left, rect.top(), rect.right() - left - 4, rect.height())
        who = f"{cue.character}: " if cue.character else ""
        words = f"{who}{cue.text}" or "…"
        self.p.setPen(self.look.ink if state in FRESH else self.look.text)
        if rect.height() < _TALL * self.look.text_scale:
            told = f"{mark(state)} {state}" if "%" in state else mark(state)
            self.look.labels.draw(self.p, room, f"{told} {words}")
            return
        line = _LINE * self.look.text_scale
        lines = QRectF(room.left(), rect.center().y() - line, room.width(), line)
        self.look.labels.draw(self.p, lines, words)
        self.look.labels.draw(self.p, lines.translated(0, line), f"{mark(state)} {state}")
