"""What the timeline looks like: tracks with clips, thumbnails, waveforms and takes.

Only what is visible is painted: blocks too narrow for more become bars, text stands only
where it fits, one colour has one meaning. What is slow comes from the background later.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ...timeline.clips import ClipView
from ..look.theme import mark
from .geometry import Geometry, Row
from .index import OFFLINE, Lane, Source, merged, style_of
from .look import Look, outlined
from .paint_cues import CuePainter
from .paint_time import Overlay, TimePainter
from .pictures import Pictures

_STRIP = 15  # pixels of a clip's name
_DETAIL = 44  # pixels from which on a clip gets a picture
_NAMED, _NAMED_ZOOMING = 64, 160  # and its name: fewer show but a letter or two
_NARROW = 3  # pixels below which neighbours run together
_TAKE = 16  # styles from here on are those of takes
_ROOMY = 34  # pixels from which on a track has room for more than the name


def paint_timeline(
    p: QPainter, geometry: Geometry, look: Look, pictures: Pictures, overlay: Overlay, wanted: QRectF
) -> None:
    """Paint `wanted`, a part of the viewport, back to front."""
    pictures.asking = not geometry.zooming
    p.save()
    p.setClipRect(wanted)
    p.setBrushOrigin(-geometry.scroll_x, -geometry.scroll_y)
    p.fillRect(wanted, look.panel)
    time = TimePainter(p, geometry, look, wanted)
    if wanted.bottom() > geometry.top:
        tracks = wanted.intersected(QRectF(wanted.left(), geometry.top, wanted.width(), wanted.height()))
        p.setClipRect(tracks)
        TrackPainter(p, geometry, look, pictures, tracks).paint()
        time.paint_body()
        p.setClipRect(wanted)
    if wanted.top() < geometry.top:
        time.paint_ruler()
        CuePainter(p, geometry, look, wanted).paint()
    time.paint_over(overlay)
    p.restore()


class TrackPainter:
    """The tracks and their clips within `wanted`."""

    def __init__(self, p: QPainter, geometry: Geometry, look: Look, pictures: Pictures, wanted: QRectF) -> None:
        self.p, self.geometry, self.look, self.pictures = p, geometry, look, pictures
        self.model, self.cues, self.wanted = geometry.model, geometry.cues, wanted
        self.shown = max(0.0, wanted.left()), wanted.right()
        self.strip, self.roomy = round(_STRIP * look.text_scale), _ROOMY * look.text_scale
        self.named = _NAMED_ZOOMING if geometry.zooming else _NAMED
        self.each = geometry.scale / geometry.model.rate  # pixels a frame
        self.selected = {(view.track, view.record.start_time.value) for view in self.model.selected_clips}

    def paint(self) -> None:
        """Every row that shows."""
        lanes = self.geometry.lanes()
        for row in self.geometry.rows().values():
            top = self.geometry.row_top(row)
            if top > self.wanted.bottom() or top + row.height < self.wanted.top():
                continue
            whole = QRectF(self.wanted.left(), top, self.wanted.width(), row.height)
            self.p.fillRect(whole, self.look.window)
            if row.track in lanes:
                self._lane(row, top, lanes[row.track])
            if row.kind == "Audio" and not self.model.is_heard(row.track):
                self.p.fillRect(whole, self.look.veil)

    def _lane(self, row: Row, top: float, lane: Lane) -> None:
        first, last = (self.geometry.frame_at(x) for x in (self.shown[0] - 2, self.shown[1] + 2))
        part = lane.spans.between(first, last)
        lefts = lane.spans.starts[part] * self.each - self.geometry.scroll_x
        rights = lane.spans.ends[part] * self.each - self.geometry.scroll_x
        self._blocks(row, top, lane, part, lefts, rights)
        self.p.setPen(self.look.text)
        wide = np.flatnonzero((rights - lefts >= _DETAIL) & (rights >= self.shown[0] - 2))
        for index, left, right in zip(wide.tolist(), lefts[wide].tolist(), rights[wide].tolist(), strict=True):
            self._clip(row, lane, part.start + index, QRectF(left, top, right - left - 1, row.height))
        if self.selected:
            self._frames(row, top, lane, part.start, lefts, rights)

    def _blocks(self, row: Row, top: float, lane: Lane, part: slice, lefts, rights) -> None:
        """All clips as plain blocks, one colour after the other."""
        styles = lane.styles[part]
        if lane.has_takes:
            styles = np.array([self._style(lane, i) for i in range(part.start, part.start + len(lefts))], np.int16)
        narrow = rights - lefts < _NARROW
        blocks = merged(lefts[narrow], rights[narrow], styles[narrow])
        ends = np.minimum(rights - 1, self.wanted.right() + 4)
        begins = np.maximum(lefts, self.wanted.left() - 4)
        alone = ~narrow & (ends > begins)
        blocks += zip(begins[alone].tolist(), ends[alone].tolist(), styles[alone].tolist(), strict=True)
        by_style: dict[int, list[QRectF]] = {}
        for left, right, style in blocks:
            by_style.setdefault(style, []).append(QRectF(left, top, max(1.0, right - left), row.height))
        self.p.setPen(Qt.PenStyle.NoPen)
        for style, rects in by_style.items():
            self.p.setBrush(self.look.bar(style - _TAKE) if style >= _TAKE else self.look.clip(row.kind, style))
            self.p.drawRects(rects)
            if style < _TAKE and style & OFFLINE:
                for rect in rects:  # as one `drawRects`, Qt forgets the display's scale for the texts after it
                    self.p.fillRect(rect, self.look.missing)
                self.p.setPen(Qt.PenStyle.NoPen)

    def _frames(self, row: Row, top: float, lane: Lane, begin: int, lefts, rights) -> None:
        """Round the selected ones."""
        for index, start in enumerate(lane.spans.starts[begin : begin + len(lefts)].tolist()):
            if (row.track, start) in self.selected:
                rect = QRectF(lefts[index], top, max(2.0, rights[index] - lefts[index] - 1), row.height)
                outlined(self.p, rect, QPen(self.look.accent, 2), 1)

    def _style(self, lane: Lane, index: int) -> int:
        """As in the lane; a take's is the number of its cue's look."""
        cue = self.cues.cue(lane.cue_ids[index]) if lane.cue_ids[index] else None
        return _TAKE + style_of(cue.kind, self.cues.state(cue)) if cue else int(lane.styles[index])

    # --- a clip that is wide enough ---

    def _clip(self, row: Row, lane: Lane, index: int, rect: QRectF) -> None:
        view, cue_id, source = lane.spans.items[index], lane.cue_ids[index], lane.source(index)
        cue = self.cues.cue(cue_id) if cue_id else None
        state = self.cues.state(cue) if cue else ""
        if source.media is not None:
            self._content(row, source, rect, state == "ready")
        if state in ("stale", "failed", "offline"):
            self.p.fillRect(rect.intersected(self.wanted), self.look.hatch)
        if rect.width() >= self.named:
            self._name(row, rect, self._label(view, state))
        if view.fade_in or view.fade_out:
            self._fades(view, rect)
        if cue and cue.id in self.model.selected_cues:
            outlined(self.p, rect, QPen(self.look.accent, 1), 1)
            self.p.setPen(self.look.text)

    def _content(self, row: Row, source: Source, rect: QRectF, on_full: bool) -> None:
        """Its picture or its sound, below its name where there is room for both."""
        strip = self.strip if row.height >= self.roomy and rect.width() >= _NAMED else 0
        inner = rect.adjusted(0, strip + 1, 0, -1)
        if row.kind == "Audio":
            ink = self.look.wave_on_full if on_full else self.look.wave
            self.pictures.draw_waveform(self.p, source, inner, self.shown, self.geometry.scale, ink.rgba())
        elif row.height >= self.roomy:
            self.pictures.draw_thumbnails(self.p, source, inner, self.shown, self.geometry.scale)

    @staticmethod
    def _label(view: ClipView, state: str) -> str:
        if view.media is None:
            return f"⚠ offline  {view.name}"
        if not state:
            return view.name
        return f"{mark(state)} {view.name}" if state == "ready" else f"{mark(state)} {state}  {view.name}"

    def _name(self, row: Row, rect: QRectF, text: str) -> None:
        """Stays readable while the clip begins left of the window."""
        height, top = min(self.strip, row.height), rect.top()
        if row.height < self.roomy:
            top += (row.height - height) / 2
        left, right = max(rect.left(), 0.0), rect.right()
        self.p.fillRect(QRectF(left, top, right - left, height), self.look.strip)
        self.look.labels.draw(self.p, QRectF(left + 5, top, right - left - 8, height), text)

    def _fades(self, view: ClipView, rect: QRectF) -> None:
        """A dissolve as a line from its begin to its end."""
        for fade, rising in ((view.fade_in, True), (view.fade_out, False)):
            if fade is None:
                continue
            left = self.geometry.x_of(fade.start_time.value)
            right = self.geometry.x_of(fade.start_time.value + fade.duration.value)
            if right - left >= 3:
                self.p.setRenderHint(QPainter.RenderHint.Antialiasing)
                self.p.setPen(QPen(self.look.text, 1))
                low, high = rect.bottom() - 1, rect.top() + 1
                self.p.drawLine(int(left), int(low if rising else high), int(right), int(high if rising else low))
                self.p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
