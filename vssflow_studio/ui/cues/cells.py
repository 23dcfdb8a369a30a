"""How the cells of the cue list are drawn and typed in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QApplication,
    QCompleter,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ...timeline.characters import names
from ...timeline.cues import Cue
from ..cast.colours import character_colour
from ..look import theme as themes
from ..look.theme import S1, S2
from .rows import COLUMNS, STATE, TEXT, WHO

_CHIP = 10
_LINES = 2
_TYPED = 4  # lines of room for a line that is being typed


class CueCell(QStyledItemDelegate):
    """A state in its colour, a character with its chip, a line over two rows of text.

    `editor` is the field that is open, or None; `roomy` is whether a state is written out.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.editor: QWidget | None = None
        self.roomy = True

    # --- drawing ---

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.column() == STATE:
            mark, _, state = (index.data() or "").partition("  ")
            if not self.roomy:
                option.text = state if "%" in state else mark
            option.palette.setColor(QPalette.ColorRole.Text, themes.current().state(state))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        cue = index.data(Qt.ItemDataRole.UserRole)
        if cue is None:
            self._heading(painter, option, index.data() or "")
        elif index.column() == WHO:
            self._who(painter, option, index, cue)
        elif index.column() == TEXT:
            self._text(painter, option, index)
        else:
            super().paint(painter, option, index)

    def _heading(self, p: QPainter, option: QStyleOptionViewItem, title: str) -> None:
        theme = themes.current()
        p.fillRect(option.rect, QColor(theme.raised))
        p.setPen(QColor(theme.dim))
        area = option.rect.adjusted(S2, 0, -S2, 0)
        shown = p.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, area.width())
        p.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)

    def _plain(self, p: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> QColor:
        """The cell without its text; the colour that the text has."""
        self.initStyleOption(option, index)
        option.text = ""
        QApplication.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, p, option.widget)
        chosen = option.state & QStyle.StateFlag.State_Selected
        return option.palette.color(QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text)

    def _who(self, p: QPainter, option: QStyleOptionViewItem, index: QModelIndex, cue: Cue) -> None:
        ink, theme = self._plain(p, option, index), themes.current()
        speaks = cue.kind == "dialogue"
        rows = index.model()
        colour = character_colour(rows.model.project, cue.character, theme) if speaks else theme.kind(cue.kind)
        area = QRectF(option.rect).adjusted(S2, 0, -S1, 0)
        chip = QRectF(area.left(), area.center().y() - _CHIP / 2, _CHIP, _CHIP)
        p.save()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setBrush(colour)
        p.setPen(QColor(theme.panel))  # told from the selection behind it
        p.drawRoundedRect(chip, *((3, 3) if speaks else (5, 5)))
        p.setPen(ink if cue.character or not speaks else QColor(ink if ink != QColor(theme.text) else theme.dim))
        left = area.adjusted(_CHIP + S2, 0, 0, 0)
        shown = p.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, int(left.width()))
        p.drawText(left, Qt.AlignmentFlag.AlignVCenter, shown)
        p.restore()

    def _text(self, p: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        ink = self._plain(p, option, index)
        area = QRectF(option.rect).adjusted(S2, 0, -S1, 0)
        said = index.data()
        p.save()
        p.setPen(ink)
        if not said:
            p.setPen(QColor(themes.current().dim) if ink == QColor(themes.current().text) else ink)
        wrapped(p, area, said or "empty – type what is heard")
        p.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), option.fontMetrics.lineSpacing() * _LINES + S2)

    # --- typing ---

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> QWidget:
        editor = QPlainTextEdit(parent) if index.column() == TEXT else QLineEdit(parent)
        editor.setAccessibleName(COLUMNS[index.column()])
        if index.column() == TEXT:
            editor.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            editor.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            editor.document().setDocumentMargin(0)
        elif index.column() == WHO:
            completer = QCompleter(names(index.model().model.project), editor)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            editor.setCompleter(completer)
        self.editor = editor
        return editor

    def destroyEditor(self, editor: QWidget, index: QModelIndex) -> None:
        if editor is self.editor:
            self.editor = None
        super().destroyEditor(editor, index)

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:
        said = index.data(Qt.ItemDataRole.EditRole) or ""
        if isinstance(editor, QPlainTextEdit):
            editor.setPlainText(said)
            editor.selectAll()
        else:
            editor.setText(said)

    def setModelData(self, editor: QWidget, model, index: QModelIndex) -> None:
        text = editor.toPlainText() if isinstance(editor, QPlainTextEdit) else editor.text()
        model.setData(index, text)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        rect = option.rect
        if index.column() == TEXT:  # what is typed may be longer than what is shown
            rect.setHeight(max(rect.height(), option.fontMetrics.lineSpacing() * _TYPED + 3 * S1))
            bottom = editor.parentWidget().height()
            rect.moveTop(max(0, min(rect.top(), bottom - rect.height())))
        editor.setGeometry(rect)

    def eventFilter(self, editor: QWidget, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(editor, QPlainTextEdit):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.SubmitModelCache)
                return True
        return super().eventFilter(editor, event)


def wrapped(p: QPainter, area: QRectF, text: str, lines: int = _LINES) -> None:
    """Draw text over some lines, the last elided, in the middle of `area`."""
    layout = QTextLayout(" ".join(text.split()), p.font())
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    starts, spacing = [], p.fontMetrics().lineSpacing()
    while (line := layout.createLine()).isValid() and len(starts) <= lines:
        line.setLineWidth(max(1.0, area.width()))
        starts.append((line.textStart(), line.textLength()))
    layout.endLayout()
    shown = min(len(starts), lines)
    y = area.center().y() - shown * spacing / 2 + p.fontMetrics().ascent()
    for number, (start, length) in enumerate(starts[:shown]):
        piece = layout.text()[start : start + length]
        if number == lines - 1 and len(starts) > lines:
            rest = layout.text()[start:]
            piece = p.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, int(area.width()))
        p.drawText(QPointF(area.left(), y + number * spacing), piece)
