"""What frames a panel: its title with the buttons, and the border that shows who has the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from . import icons
from . import theme as themes


class Frame(QWidget):
    """A panel's border and margins.

    Signals:
        left(): Esc was pressed in it, and nothing there had a use for it.
    """

    left = Signal()

    def __init__(self, name: str, title: str, content: QWidget) -> None:
        super().__init__()
        self.name, self.content = name, content
        self.setObjectName("panel")
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(themes.S2, themes.S2, themes.S2, themes.S2)
        layout.addWidget(content if name == "viewer" else _scrolling(content))

    def take_focus(self) -> None:
        """Give the keyboard to the panel's main widget, else the first one that takes it, else the panel."""
        inside = self.content.findChildren(QWidget)
        wishes = (self.content.focusProxy(), self.content, *(one for one in inside if _is_list(one)), *inside)
        first = next((one for one in wishes if one and _takes_keys(one)), self)
        if not self.isActiveWindow():
            self.activateWindow()  # a floating panel is a window of its own
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def show_active(self, active: bool) -> None:
        """Show whether the keyboard is in it."""
        _set(self, "active", active)


class TitleBar(QWidget):
    """The title of a panel, and what can be done with it; dragging it moves the panel.

    Signals:
        maximise_asked()
    """

    maximise_asked = Signal()

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setObjectName("title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title, self._shown, self._name = QLabel(dock.windowTitle()), True, dock.windowTitle()
        self._title.setObjectName("panel_title")
        row = QHBoxLayout(self)
        row.setContentsMargins(themes.S2, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._title, 1)
        self._buttons: dict[str, QToolButton] = {}
        for icon, slot in ways(dock, self.maximise_asked.emit):
            button = QToolButton()
            button.setObjectName("quiet")
            button.setIcon(icons.icon(icon))
            _say(button, f"{icon.title()} {self._name}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the View menu does it by keys
            button.clicked.connect(slot)
            row.addWidget(button)
            self._buttons[icon] = button

    def show_title(self, shown: bool) -> None:
        """Take no room where a tab says the title."""
        if shown != self._shown:
            self._shown = shown
            for child in (self._title, *self._buttons.values()):
                child.setVisible(shown)
            self.setMaximumHeight(16_777_215 if shown else 0)
            self.updateGeometry()

    def show_floating(self, floating: bool) -> None:
        """Of a panel that floats, the way back."""
        self._buttons["maximise"].setVisible(self._shown and not floating)
        _say(self._buttons["float"], f"{'Dock' if floating else 'Float'} {self._name}")

    def show_active(self, active: bool) -> None:
        """Show whether the keyboard is in the panel."""
        _set(self._title, "active", active)

    def event(self, event) -> bool:
        # A tool button's click must not begin to drag the panel; all else is the dock's.
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.maximise_asked.emit()
            return True
        return super().event(event)


def ways(dock: QDockWidget, maximise: Callable[[], object]) -> tuple[tuple[str, Callable[[], object]], ...]:
    """What can be done with a panel: each way's icon, which is its name too, and what does it."""
    return (
        ("maximise", maximise),
        ("float", lambda: dock.setFloating(not dock.isFloating())),
        ("close", dock.close),
    )


def _scrolling(content: QWidget) -> QWidget:
    """What is larger than its panel scrolls, so that no panel makes the window larger than the screen."""
    if isinstance(content, QAbstractScrollArea):
        return content
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(content)
    return area


def _is_list(widget: QWidget) -> bool:
    return isinstance(widget, QAbstractItemView)


def _takes_keys(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()


def _say(button: QToolButton, text: str) -> None:
    button.setToolTip(text)
    button.setAccessibleName(text)


def _set(widget: QWidget, name: str, value: bool) -> None:
    if bool(widget.property(name)) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
