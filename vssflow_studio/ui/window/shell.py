"""The commands that are the window's own: panels, workspaces, look, keys, help."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMainWindow, QMenu, QMessageBox

from ..keys import shortcuts
from ..keys.commands import Command
from ..keys.keymap import read_keymap
from ..look import icons
from ..look import theme as themes
from ..preferences import Preferences
from ..timeline.view import TimelineView
from .docks import Docks
from .places import Places
from .workspaces import WORKSPACES

_BY_NUMBER = 9  # panels that Shift and a figure reach


class Shell(QObject):
    """Owns the places of the window's panels and the map of its keys."""

    def __init__(self, window: QMainWindow, docks: Docks, timeline: TimelineView, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self.docks, self._preferences = window, docks, preferences
        self.places, self.keymap = Places(window, docks, timeline), read_keymap()
        self.actions: dict[str, QAction] = {}  # all there are, once they are made
        self.panels, self.workspaces = QMenu("&Panels", window), QMenu("&Workspaces", window)
        self._own = []
        self._workspace = next(iter(WORKSPACES))

    def slots(self) -> dict[str, Callable[[], object]]:
        """What the commands of the window do."""
        docks = self.docks
        return {
            "maximise": docks.maximise,
            "full_screen": self._full_screen,
            "panel_next": docks.focus_next,
            "panel_previous": lambda: docks.focus_next(-1),
            "workspace_keep": self._keep_workspace,
            "workspace_forget": self._forget_workspace,
            "workspace_reset": lambda: self.go(self._workspace),
            "theme": lambda: self._preferences.change(theme="light" if themes.current().dark else "dark"),
            "palette": self._show_palette,
            "shortcuts": self._show_shortcuts,
            "guide": self._show_guide,
            "keyboard_map": self._show_keyboard_map,
            "about": self._show_about,
        }

    # --- panels and workspaces ---

    def panel_commands(self) -> tuple[dict[str, Command], dict[str, Callable]]:
        """A command for each panel and each workspace, with what it does."""
        titles = {"viewer": "Viewer"} | {name: dock.windowTitle() for name, dock in self.docks.docks.items()}
        first = [name for name in ("viewer", "timeline", "cues", "inspector") if name in titles]
        order = [*first, *(name for name in titles if name not in first)]
        made, slots = {}, {}
        for number, name in enumerate(order, start=1):
            keys = f"Shift+{number}" if number <= _BY_NUMBER else ""
            made[f"panel_{name}"] = Command(titles[name], keys, name, "timeline")
            slots[f"panel_{name}"] = lambda name=name: self._panel(name)
        for number, name in enumerate(WORKSPACES, start=1):
            made[f"workspace_{name}"] = Command(name, f"Alt+Shift+{number}", "workspace", "timeline")
            slots[f"workspace_{name}"] = lambda name=name: self.go(name)
        return made, slots

    def fill_menus(self, actions: dict[str, QAction]) -> None:
        """Put the commands of panels and workspaces into their menus."""
        for name, action in actions.items():
            menu = self.panels if name.startswith("panel_") else self.workspaces
            menu.addAction(action)
            if dock := self.docks.docks.get(name.removeprefix("panel_")):
                action.setCheckable(True)
                dock.toggleViewAction().toggled.connect(action.setChecked)
                action.setChecked(not dock.isHidden())
        self._own_begins = self.workspaces.addSeparator()
        self.workspaces.aboutToShow.connect(self._fill_own)

    def _panel(self, name: str) -> None:
        if name in self.docks.docks:
            self.docks.toggle(name)
            dock = self.docks.docks[name]
            self.actions[f"panel_{name}"].setChecked(not dock.isHidden())  # a click has turned it over
        else:
            self.docks.focus(name)

    def go(self, name: str) -> None:
        """Put the panels where the workspace has them."""
        self._workspace = name
        if name in WORKSPACES:
            self.docks.arrange(WORKSPACES[name])
        elif not self.places.go(name):
            self._workspace = next(iter(WORKSPACES))
            self.docks.arrange(WORKSPACES[self._workspace])

    def _fill_own(self) -> None:
        for action in self._own:
            self.workspaces.removeAction(action)
        self._own = [QAction(icons.icon("workspace"), name, self) for name in self.places.names()]
        for action in self._own:
            action.triggered.connect(lambda _=False, name=action.text(): self.go(name))
        self.workspaces.addActions(self._own)

    def _keep_workspace(self) -> None:
        name, ok = QInputDialog.getText(self._window, "Save workspace", "Name of this arrangement of panels:")
        name = name.strip().replace("/", "-").replace("\\", "-")
        if ok and name and name not in WORKSPACES:
            self.places.keep_as(name)
            self._workspace = name
        elif ok and name:
            QMessageBox.information(self._window, "Save workspace", f"“{name}” is one of ours. Choose another name.")

    def _forget_workspace(self) -> None:
        names = self.places.names()
        if not names:
            text = "There is none of your own yet. Arrange the panels and choose Window ▸ Save Workspace."
            QMessageBox.information(self._window, "Remove workspace", text)
            return
        name, ok = QInputDialog.getItem(self._window, "Remove workspace", "Which one?", names, 0, False)
        if ok:
            self.places.forget(name)

    def _full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    # --- keys and help: each dialog is made when it is first asked for ---

    def use_keymap(self) -> None:
        """Put the keys on all actions."""
        shortcuts.apply(self.actions, self.keymap)

    def _show_palette(self) -> None:
        from ..keys.command_palette import CommandPalette

        CommandPalette(self._window).open()

    def _show_shortcuts(self) -> None:
        from ..keys.shortcut_editor import ShortcutEditor

        editor = ShortcutEditor(self.actions, self.keymap, self._window)
        editor.chosen.connect(self._take_keymap)
        editor.open()

    def _take_keymap(self, keymap) -> None:
        self.keymap = keymap
        self.use_keymap()

    def _show_guide(self) -> None:
        from ..dialogs.guide import Guide

        Guide(self._window).open()

    def _show_keyboard_map(self) -> None:
        from ..keys.keyboard_map import KeyboardMap

        KeyboardMap(self.actions, self.keymap.preset, self._window).open()

    def _show_about(self) -> None:
        from ..dialogs.about import About

        About(self._window).open()
