"""Every command once: its name, shortcut, icon, menu, and what has to be there for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from .model import StudioModel


@dataclass(frozen=True)
class Command:
    """`needs` is a fact of `facts`, or empty; a command that `repeats` does so while its key is held."""

    text: str
    keys: str
    icon: str = ""
    needs: str = ""
    repeats: bool = False


COMMANDS = {
    "open": Command("&Open…", "Ctrl+O", "open"),
    "conform": Command("Con&form to New Cut…", "", needs="cues"),
    "save": Command("&Save", "Ctrl+S", "save", "timeline"),
    "save_as": Command("Save &As…", "Ctrl+Shift+S", needs="timeline"),
    "export": Command("&Export…", "Ctrl+E", needs="timeline"),
    "import_cues": Command("&Import Cues…", "", needs="timeline"),
    "export_cues": Command("Export Cue S&heet…", "", needs="cues"),
    "markers": Command("Cues from &Markers", "", needs="timeline"),
    "temp": Command("What Is Still &Temp…", "", needs="timeline"),
    "restore": Command("&Restore Backup…", "", needs="timeline"),
    "quit": Command("&Quit", "Ctrl+Q"),
    "line": Command("Add &Line", "D", "line", "timeline"),
    "foley": Command("Add &Foley", "F", "foley", "timeline"),
    "ambience": Command("Add &Ambience", "B", needs="timeline"),
    "remove": Command("&Remove Cue", "Del", "trash", "cue"),
    "offline": Command("&Offline Media…", "", needs="timeline"),
    "generate": Command("&Generate Cue", "Ctrl+G", "generate", "cue"),
    "generate_all": Command("Generate &All", "Ctrl+Shift+G", "generate", "cues"),
    "cancel": Command("&Cancel Job", "Esc", needs="job"),
    "cancel_all": Command("Cancel All &Jobs", "Ctrl+.", "cancel", "jobs"),
    "play": Command("&Play / Pause", "Space", "play", "timeline"),
    "shuttle_back": Command("Shuttle Back", "J", needs="timeline"),
    "stop": Command("Stop", "K", needs="timeline"),
    "shuttle": Command("Shuttle Forward", "L", needs="timeline"),
    "back": Command("Step &Back", "Left", "step-back", "timeline", repeats=True),
    "next": Command("Step &Forward", "Right", "step-forward", "timeline", repeats=True),
    "home": Command("Go to Start", "Home", needs="timeline"),
    "end": Command("Go to End", "End", needs="timeline"),
    "zoom_in": Command("Zoom &In", "+", needs="timeline", repeats=True),
    "zoom_out": Command("Zoom &Out", "-", needs="timeline", repeats=True),
    "fit": Command("Zoom to &Fit", "Shift+Z", "fit", "timeline"),
}
_MENUS = {
    "&File": "open conform - save save_as - import_cues - export export_cues temp - restore - quit",
    "&Edit": "undo redo - remove",
    "&Timeline": "offline",
    "&Cue": "line foley ambience markers - generate generate_all - cancel cancel_all",
    "&Playback": "play - shuttle_back stop shuttle - back next - home end",
    "&View": "zoom_in zoom_out fit",
}
_BAR = "open save - undo redo - line foley - generate generate_all cancel_all"


def build_actions(
    parent: QWidget, slots: dict[str, Callable[[], object]], undo_stack: QUndoStack
) -> dict[str, QAction]:
    """An action for each command, with undo and redo, by name; their shortcuts work in `parent`."""
    actions = {}
    for name, command in COMMANDS.items():
        action = actions[name] = QAction(command.text, parent)
        action.setShortcut(QKeySequence(command.keys))
        action.setProperty("icon_name", command.icon)
        action.setAutoRepeat(command.repeats)
        action.triggered.connect(lambda _=False, slot=slots[name]: slot())
    for name, action, keys in (
        ("undo", undo_stack.createUndoAction(parent, "&Undo"), "Ctrl+Z"),
        ("redo", undo_stack.createRedoAction(parent, "&Redo"), "Ctrl+Shift+Z"),
    ):
        action.setShortcut(QKeySequence(keys))
        action.setProperty("icon_name", name)
        actions[name] = action
    parent.addActions(list(actions.values()))
    return actions


def build_menus(bar: QMenuBar, actions: dict[str, QAction], recent: QMenu) -> None:
    """The menus; `recent` stands below Open."""
    for title, names in _MENUS.items():
        menu = bar.addMenu(title)
        for name in names.split():
            menu.addSeparator() if name == "-" else menu.addAction(actions[name])
            if name == "open":
                menu.addMenu(recent)


def build_toolbar(actions: dict[str, QAction]) -> QToolBar:
    """What is reached for most."""
    bar = QToolBar("Commands")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    for name in _BAR.split():
        bar.addSeparator() if name == "-" else bar.addAction(actions[name])
    for name in ("undo", "redo"):
        bar.widgetForAction(actions[name]).setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    return bar


def facts(model: StudioModel) -> set[str]:
    """What is there for commands to work on."""
    known = {
        "": True,
        "timeline": model.timeline is not None,
        "cues": bool(model.project.cues),
        "cue": model.cue is not None,
        "job": model.is_busy(model.selected_cue),
        "jobs": any(map(model.is_busy, model.jobs)),
    }
    return {fact for fact, holds in known.items() if holds}


def enable(actions: dict[str, QAction], model: StudioModel) -> None:
    """Switch each command on or off; undo and redo know themselves."""
    there = facts(model)
    for name, command in COMMANDS.items():
        actions[name].setEnabled(command.needs in there)
