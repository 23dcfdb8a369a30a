"""The takes of a cue as a list: number, state, voice, facts, stars, comment and a small picture."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListView, QStyle, QStyledItemDelegate

from ...media.sound_picture import SoundPicture
from ...timeline.cues import Adjustment, Take
from ...timeline.timecode import seconds
from ..look import theme as themes
from ..look.theme import BODY, S1, S2, SMALL, px
from .wave import draw_wave, spectrum_image

STATES = {"fresh": ("●", "good"), "stale": ("△", "warning"), "offline": ("⚠", "bad")}
"""A take's state: its sign, and the theme's colour for it."""
_MEANINGS = {
    "fresh": "As the cue asks now",
    "stale": "The cue was changed after this take was made",
    "offline": "Its WAV is not there: put it back, find it with Timeline ▸ Offline Media, or generate it again",
}
_LINE, _STAR, _PICTURE = 18, 15, 30
_IMAGES = 64  # spectrograms kept ready to be drawn
ROW, PICTURE = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True)
class TakeRow:
    """A take as it is listed. `state` is a key of STATES; `heard` says that it sounds just now."""

    number: int
    take: Take
    circled: bool
    state: str
    heard: bool = False

    @property
    def said(self) -> str:
        """For who can't see it."""
        parts = [f"Take {self.number}", "circled" if self.circled else "", self.state, stars_said(self.take.rating)]
        return ", ".join(part for part in (*parts, self.take.comment) if part)


def stars_said(rating: int) -> str:
    """`3 stars`."""
    return f"{rating} star{'s' if rating != 1 else ''}" if rating else "not rated"


def facts_of(take: Take, picture: SoundPicture | None) -> str:
    """Seed, length, loudness and date in one line."""
    made = take.provenance
    parts = [f"seed {made['seed']}" if "seed" in made else "", f"{float(seconds(take.duration)):.1f} s"]
    if picture:
        loud = picture.lufs + take.adjustment.gain
        parts.append(f"{loud:.1f} LUFS".replace("-", "−") if loud > -70 else "silent")
    if take.adjustment != Adjustment():
        parts.append("adjusted")
    parts.append(_date(made.get("date", "")))
    return "  ·  ".join(part for part in parts if part)


def voice_of(take: Take) -> str:
    """Who speaks, or what made it."""
    made = take.provenance
    return str(made.get("voice") or made.get("model") or "")


def _date(text: object) -> str:
    try:
        made = datetime.fromisoformat(str(text)).astimezone()
    except ValueError:
        return ""
    now = datetime.now().astimezone()
    return f"{made:%H:%M}" if made.date() == now.date() else f"{made.day} {made:%b %H:%M}"


class TakesModel(QAbstractListModel):
    """The rows, newest take first. `pictures` by take id come as they are made.

    Signals:
        commented(str, str): take id and its new comment.
    """

    commented = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[TakeRow] = []
        self.pictures: dict[str, SoundPicture] = {}

    @property
    def full(self) -> float:
        """The loudest sample of all takes that are drawn: one scale for every row."""
        shown = [self.pictures[row.take.id] for row in self.rows if row.take.id in self.pictures]
        return max([0.05, *(10 ** (picture.peak / 20) for picture in shown)])

    def show(self, rows: list[TakeRow]) -> None:
        """Show other rows; what stays keeps its place and selection."""
        if [row.take.id for row in rows] != [row.take.id for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            shown = {row.take.id for row in rows}
            self.pictures = {take: picture for take, picture in self.pictures.items() if take in shown}
            self.endResetModel()
        elif rows != self.rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def rowCount(self, parent=QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.EditRole:
            return row.take.comment
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.said
        if role == Qt.ItemDataRole.ToolTipRole:
            circled = "Circled: stands on the timeline" if row.circled else "Double-click to circle"
            return f"{circled}\n{_MEANINGS[row.state]}"
        if role == PICTURE:
            return self.pictures.get(row.take.id)
        return row if role == ROW else None

    def setData(self, index: QModelIndex, value, role: int = Qt.ItemDataRole.EditRole) -> bool:
        self.commented.emit(self.rows[index.row()].take.id, str(value).strip())
        return True

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable


class TakesDelegate(QStyledItemDelegate):
    """Paints a row and edits its comment in place.

    Signals:
        rated(str, int), circled(str), played(str): by take id, from a click on that part of the row.
    """

    rated = Signal(str, int)
    circled = Signal(str)
    played = Signal(str)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._images: OrderedDict[tuple[str, bool], QImage] = OrderedDict()

    def _image(self, take_id: str, picture: SoundPicture, t: themes.Theme) -> QImage:
        key = take_id, t.dark
        if key not in self._images:
            self._images[key] = spectrum_image(picture.spectrum, t)
            if len(self._images) > _IMAGES:
                self._images.popitem(last=False)
        return self._images[key]

    def sizeHint(self, option, index) -> QSize:
        return QSize(220, 3 * px(_LINE) + _PICTURE + 3 * S2)

    def places(self, rect: QRect) -> dict[str, QRect]:
        """Where each part of a row in `rect` is."""
        inner = rect.adjusted(S2, S2, -S2, -S2)
        left, top, width = inner.left(), inner.top(), inner.width()
        line, sign, stars = px(_LINE), px(20), 5 * px(_STAR)
        right, wide = left + sign, width - sign
        return {
            "mark": QRect(left, top, sign, line),
            "title": QRect(right, top, wide, line),
            "facts": QRect(right, top + line, wide, line),
            "stars": QRect(right, top + 2 * line, stars, line),
            "comment": QRect(right + stars + S2, top + 2 * line, wide - stars - S2, line),
            "picture": QRect(right, top + 3 * line + S1, wide, _PICTURE),
        }

    def paint(self, p: QPainter, option, index) -> None:
        row, t, at = index.data(ROW), themes.current(), self.places(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        p.save()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(option.rect).adjusted(1, 2, -1, -2)
        if selected:
            p.setPen(QPen(QColor(t.accent), 1.5))
            p.setBrush(QColor(t.raised))
            p.drawRoundedRect(card, 5, 5)
        self._paint_texts(p, t, at, row, index.data(PICTURE))
        self._paint_picture(p, t, at["picture"], row, index.data(PICTURE), index.model().full)
        p.restore()

    def _paint_texts(self, p: QPainter, t, at: dict[str, QRect], row: TakeRow, picture) -> None:
        body, small, bold = _font(BODY), _font(SMALL), _font(BODY, 600)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

        def text(where: QRect, words: str, font: QFont, colour: str, how=left) -> None:
            p.setFont(font)
            p.setPen(QColor(colour))
            short = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, where.width())
            p.drawText(where, how, short)

        sign, colour = STATES[row.state]
        state = f"{sign} {row.state}"
        text(at["mark"], "◉" if row.circled else "○", body, t.accent if row.circled else t.dim)
        text(at["title"], state, small, getattr(t, colour), right)
        title = at["title"].adjusted(0, 0, -QFontMetrics(small).horizontalAdvance(state) - S2, 0)
        number = f"Take {row.number}"
        text(title, number, bold, t.text)
        voice = title.adjusted(QFontMetrics(bold).horizontalAdvance(number) + S2, 0, 0, 0)
        text(voice, ("♪ " if row.heard else "") + voice_of(row.take), body, t.dim)
        text(at["facts"], facts_of(row.take, picture), small, t.dim)
        for star in range(5):
            full = star < row.take.rating
            where = at["stars"].adjusted(px(_STAR) * star, 0, 0, 0)
            text(where, "★" if full else "☆", body, t.warning if full else t.dim)
        text(at["comment"], row.take.comment or "comment…", small, t.text if row.take.comment else t.dim)

    def _paint_picture(
        self, p: QPainter, t, at: QRect, row: TakeRow, picture: SoundPicture | None, full: float
    ) -> None:
        p.fillRect(at, QColor(t.window))
        if picture is None:
            p.setPen(QColor(t.dim))
            p.setFont(_font(SMALL))
            p.drawText(at, Qt.AlignmentFlag.AlignCenter, "" if row.state != "offline" else "Its WAV is not there")
            return
        half = at.height() // 2
        gain = 10 ** (row.take.adjustment.gain / 20) / full
        draw_wave(p, QRectF(at.left(), at.top(), at.width(), half), picture.peaks[::2], QColor(t.accent), gain)
        image = self._image(row.take.id, picture, t)
        p.drawImage(QRectF(at.left(), at.top() + half, at.width(), at.height() - half), image)
        head, length = float(seconds(row.take.head)), float(seconds(row.take.duration))
        veil = QColor(t.panel)
        veil.setAlpha(150)
        begin, end = (at.width() * min(1.0, s / picture.seconds) for s in (head, head + length))
        p.fillRect(QRectF(at.left(), at.top(), begin, at.height()), veil)
        p.fillRect(QRectF(at.left() + end, at.top(), at.width() - end, at.height()), veil)

    def createEditor(self, parent, option, index) -> QLineEdit:
        editor = QLineEdit(parent)
        editor.setAccessibleName("Comment")
        editor.setMaxLength(500)
        return editor

    def updateEditorGeometry(self, editor, option, index) -> None:
        editor.setGeometry(self.places(option.rect)["comment"].adjusted(-S1, -S1, S1, S1))

    def editorEvent(self, event, model, option, index) -> bool:
        kinds = (QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick)
        if event.type() not in kinds or event.button() != Qt.MouseButton.LeftButton:
            return super().editorEvent(event, model, option, index)
        row, at, point = index.data(ROW), self.places(option.rect), event.position().toPoint()
        if event.modifiers():
            return False
        if at["stars"].contains(point):
            stars = (point.x() - at["stars"].left()) // px(_STAR) + 1
            self.rated.emit(row.take.id, 0 if stars == row.take.rating else min(5, stars))
        elif at["comment"].contains(point):
            option.widget.edit(index)
        elif at["mark"].contains(point) or event.type() == QEvent.Type.MouseButtonDblClick:
            self.circled.emit(row.take.id)
        else:
            self.played.emit(row.take.id)
        return True


class TakesList(QListView):
    """The list. Enter circles, F2 edits the comment, Del takes off the cue, Ctrl+click picks two to compare.

    Signals:
        circle_asked(str), remove_asked(str): by take id.
    """

    circle_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self, model: TakesModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(TakesDelegate(self))
        self.setAccessibleName("Takes")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMinimumHeight(104)
        self.setUniformItemSizes(True)

    def row(self, index: QModelIndex) -> TakeRow | None:
        """The row of an index."""
        return index.data(ROW) if index.isValid() else None

    def event(self, event) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            event.accept()  # here they remove the take, not the cue
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:
        row = self.row(self.currentIndex())
        if row is None or self.state() == self.State.EditingState:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.circle_asked.emit(row.take.id)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_asked.emit(row.take.id)
        else:
            super().keyPressEvent(event)


def _font(size: int, weight: int = 400) -> QFont:
    font = QFont()
    font.setPixelSize(px(size))
    font.setWeight(QFont.Weight(weight))
    return font
