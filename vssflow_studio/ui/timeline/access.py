"""The timeline for screen readers: a list of cues and clips, and the tracks with their buttons."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleObject
from PySide6.QtWidgets import QWidget

_installed = False


class Part(QAccessibleInterface):
    """A thing that a widget paints; what it is called and where it is, the widget's interface knows."""

    def __init__(self, whole: Whole, key: object) -> None:
        super().__init__()
        self.whole, self.key = whole, key

    def isValid(self) -> bool:
        return self.whole.isValid() and self.key in self.whole.keys()

    def object(self):
        return None

    def window(self):
        return self.whole.window()

    def parent(self) -> QAccessibleInterface:
        return self.whole

    def child(self, index: int):
        return None

    def childAt(self, x: int, y: int):
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child) -> int:
        return -1

    def role(self):
        return QAccessible.Role.ListItem

    def text(self, kind) -> str:
        return self.whole.part_name(self.key) if kind == QAccessible.Text.Name else ""

    def setText(self, kind, text: str) -> None:
        pass

    def rect(self) -> QRect:
        area = self.whole.part_rect(self.key).toAlignedRect()
        return QRect(self.whole.widget().mapToGlobal(area.topLeft()), area.size())

    def state(self):
        made = QAccessible.State()
        made.selectable = made.focusable = True
        made.selected = made.focused = self.whole.is_current(self.key)
        return made


class Whole(QAccessibleObject):
    """A widget whose parts have names; subclasses say which."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._parts: dict[object, Part] = {}

    def widget(self) -> QWidget:
        """What paints the parts."""
        return self.object()

    def keys(self) -> list:
        """What tells the parts apart, in their order."""
        raise NotImplementedError

    def part_name(self, key) -> str:
        """What is read out."""
        raise NotImplementedError

    def part_rect(self, key) -> QRectF:
        """Where it is in the widget."""
        raise NotImplementedError

    def is_current(self, key) -> bool:
        """Whether it is the chosen one."""
        raise NotImplementedError

    def parent(self):
        return QAccessible.queryAccessibleInterface(self.object().parent())

    def role(self):
        return QAccessible.Role.List

    def childCount(self) -> int:
        return len(self.keys())

    def child(self, index: int):
        keys = self.keys()
        if not 0 <= index < len(keys):
            return None
        if keys[index] not in self._parts:
            self._parts[keys[index]] = Part(self, keys[index])
        return self._parts[keys[index]]

    def childAt(self, x: int, y: int):
        at = self.object().mapFromGlobal(QPoint(x, y))
        found = (i for i, key in enumerate(self.keys()) if self.part_rect(key).contains(at))
        return self.child(next(found, -1))

    def indexOfChild(self, child) -> int:
        keys = self.keys()
        return keys.index(child.key) if isinstance(child, Part) and child.key in keys else -1

    def focusChild(self):
        return self.child(next((i for i, key in enumerate(self.keys()) if self.is_current(key)), -1))

    def text(self, kind) -> str:
        widget = self.object()
        return {
            QAccessible.Text.Name: widget.accessibleName(),
            QAccessible.Text.Description: widget.accessibleDescription(),
        }.get(kind, "")

    def setText(self, kind, text: str) -> None:
        pass

    def rect(self) -> QRect:
        widget = self.object()
        return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())

    def state(self):
        made, widget = QAccessible.State(), self.object()
        made.focusable = True
        made.focused, made.invisible = widget.hasFocus(), not widget.isVisible()
        return made


class CueList(Whole):
    """The timeline as the list of its cues."""

    def keys(self) -> list[str]:
        return [cue.id for cue in self.object().places.cues.spans.items]

    def part_name(self, key: str) -> str:
        return self.object().words_of(key)

    def part_rect(self, key: str) -> QRectF:
        view = self.object()
        cue = view.places.cues.cue(key)
        return view.places.cue_rect(cue).translated(QPoint(view.viewport().pos())) if cue else QRectF()

    def is_current(self, key: str) -> bool:
        return key in self.object().model.selected_cues


class TrackList(Whole):
    """The tracks' names."""

    def keys(self) -> list[int]:
        return list(self.object().places.rows())

    def part_name(self, key: int) -> str:
        return self.object().describe(self.object().places.rows()[key])

    def part_rect(self, key: int) -> QRectF:
        headers = self.object()
        row = headers.places.rows()[key]
        return QRectF(0, headers.places.row_top(row), headers.width(), row.height)

    def is_current(self, key: int) -> bool:
        keys = self.keys()
        return keys.index(key) == self.object().current if key in keys else False


def install() -> None:
    """Let the accessibility bridge know of the timeline; once is enough."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_interface)


def _interface(kind: str, widget) -> QAccessibleInterface | None:
    made = getattr(widget, "accessible_as", None)
    if made is None:
        return None
    if getattr(widget, "accessible_", None) is None:
        widget.accessible_ = made(widget)
    return widget.accessible_


def announce(widget: QWidget, words: str) -> None:
    """Say what is chosen now: as the widget's description, and as a focus that moved."""
    if widget.accessibleDescription() == words:
        return
    widget.setAccessibleDescription(words)
    if not QAccessible.isActive():
        return
    event = QAccessibleEvent(widget, QAccessible.Event.Focus if widget.hasFocus() else QAccessible.Event.Selection)
    whole = QAccessible.queryAccessibleInterface(widget)
    chosen = whole.focusChild() if isinstance(whole, Whole) else None
    if chosen is not None:
        event.setChild(whole.indexOfChild(chosen))
    QAccessible.updateAccessibility(event)
