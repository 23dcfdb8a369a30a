"""Every command once: its name, keys, icon, menu, and what has to be there for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QUndoStack
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from ..look import icons
from ..model import StudioModel


@dataclass(frozen=True)
class Command:
    """`keys` are shortcuts, several parted by "; ". `needs` is a fact of `facts`, or empty.

    A command that `repeats` does so while its key is held; one that `checks` is on or off.
    """

    text: str
    keys: str = ""
    icon: str = ""
    needs: str = ""
    repeats: bool = False
    checks: bool = False


COMMANDS = {
    # File
    "open": Command("&Open…", "Ctrl+O", "open"),
    "sample": Command("Open Sa&mple", "", "film"),
    "conform": Command("Con&form to New Cut…", "", "conform", "cues"),
    "save": Command("&Save", "Ctrl+S", "save", "timeline"),
    "save_as": Command("Save &As…", "Ctrl+Shift+S", "save-as", "timeline"),
    "import_cues": Command("&Import Cues…", "Ctrl+I", "import", "timeline"),
    "export": Command("&Export…", "Ctrl+E; Ctrl+M", "export", "timeline"),
    "export_cues": Command("Export Cue S&heet…", "", "export", "cues"),
    "temp": Command("What Is Still &Temp…", "", "temp", "timeline"),
    "restore": Command("Restore &Backup…", "", "restore", "timeline"),
    "quit": Command("&Quit", "Ctrl+Q", "quit"),
    # Edit
    "select_all": Command("Select &All Cues", "Ctrl+A", "select-all", "cues"),
    "remove": Command("Re&move Cue", "Del; Backspace", "trash", "cue"),
    "find": Command("&Find…", "Ctrl+F", "search", "cues"),
    "replace": Command("Find and R&eplace…", "Ctrl+H", "search", "cues"),
    "paste_script": Command("Paste Scri&pt…", "Ctrl+Shift+V", "line", "timeline"),
    "palette": Command("Find a &Command…", "Ctrl+Shift+P", "command"),
    "shortcuts": Command("&Keyboard Shortcuts…", "Ctrl+Alt+K", "keyboard"),
    "settings": Command("&Settings…", "Ctrl+,", "settings"),
    # Timeline
    "mark_in": Command("Mark &In", "I", "mark-in", "timeline"),
    "mark_out": Command("Mark &Out", "O", "mark-out", "timeline"),
    "mark_clip": Command("&Mark Selection", "X", "mark-clip", "timeline"),
    "clear_marks": Command("&Clear In and Out", "Alt+X", "mark-clear", "timeline"),
    "snap": Command("&Snapping", "N", "snap", "timeline", checks=True),
    "nudge_back": Command("Nudge &Back", ",", "nudge-back", "cue", repeats=True),
    "nudge_on": Command("Nudge &Forward", ".", "nudge-forward", "cue", repeats=True),
    "nudge_far_back": Command("Nudge 10 Frames Back", "Shift+,; <", "nudge-back", "cue", repeats=True),
    "nudge_far_on": Command("Nudge 10 Frames Forward", "Shift+.; >", "nudge-forward", "cue", repeats=True),
    "trim_start": Command("Trim S&tart to Playhead", "[", "trim-start", "cue"),
    "trim_end": Command("Trim &End to Playhead", "]", "trim-end", "cue"),
    "extend": Command("E&xtend Edge to Playhead", "E", "extend", "cue"),
    "offline": Command("Offline Me&dia…", "", "offline", "timeline"),
    # Cue
    "line": Command("Add &Line", "D", "line", "timeline"),
    "foley": Command("Add &Foley", "F", "foley", "timeline"),
    "ambience": Command("Add &Ambience", "B", "ambience", "timeline"),
    "markers": Command("Cues from &Markers", "", "marker", "timeline"),
    "split": Command("&Split Cue at Playhead", "Ctrl+K", "split", "timeline"),
    "merge": Command("M&erge Cues", "Ctrl+J", "merge", "several"),
    "duplicate": Command("D&uplicate Cue", "Ctrl+Shift+D", "plus", "cue"),
    "ask": Command("As&k in Words…", "A", "ask", "timeline"),
    "suggest": Command("Suggest F&oley…", "Ctrl+Shift+F", "foley", "timeline"),
    "generate": Command("&Generate Cue", "Ctrl+G", "generate", "cue"),
    "generate_all": Command("Generate All", "Ctrl+Shift+G", "generate", "cues"),
    "generate_stale": Command("Generate Stale Cues", "", "generate", "cues"),
    "generate_wanted": Command("Generate Wanted Cues", "", "generate", "cues"),
    "generate_character": Command("Generate Lines of the Character", "", "generate", "cue"),
    "generate_scene": Command("Generate Cues of the Scene", "", "generate", "cues"),
    "cancel": Command("&Cancel Job", "Esc", "cancel", "job"),
    "cancel_all": Command("Cancel All &Jobs", "Ctrl+.", "cancel", "jobs"),
    "pause_jobs": Command("&Pause or Resume Jobs", "Ctrl+Shift+.", "pause", "timeline"),
    "retry_jobs": Command("Re&try Failed Jobs", "", "retry", "failed"),
    # Playback
    "play": Command("&Play / Pause", "Space", "play", "timeline"),
    "shuttle_back": Command("Shuttle &Back", "J", "rewind", "timeline"),
    "stop": Command("&Stop", "K", "stop", "timeline"),
    "shuttle": Command("Shuttle &Forward", "L", "forward", "timeline"),
    "back": Command("Step Ba&ck", "Left", "step-back", "timeline", repeats=True),
    "next": Command("S&tep Forward", "Right", "step-forward", "timeline", repeats=True),
    "home": Command("&Go to Start", "Home", "to-start", "timeline"),
    "end": Command("Go to &End", "End", "to-end", "timeline"),
    "previous_edit": Command("Pre&vious Edit Point", "Up", "previous-edit", "timeline", repeats=True),
    "next_edit": Command("Next E&dit Point", "Down", "next-edit", "timeline", repeats=True),
    "previous_cue": Command("Previous C&ue", "Ctrl+Left", "previous-cue", "cues", repeats=True),
    "next_cue": Command("Ne&xt Cue", "Ctrl+Right", "next-cue", "cues", repeats=True),
    "previous_marker": Command("Previous Mar&ker", "Ctrl+Shift+M", "marker", "timeline", repeats=True),
    "next_marker": Command("Next Ma&rker", "Shift+M", "marker", "timeline", repeats=True),
    "loop": Command("&Loop Cue or Range", "Ctrl+L", "loop", "timeline"),
    "play_marked": Command("Play &In to Out", "Ctrl+Shift+Space", "play", "timeline"),
    # Takes
    "take_play": Command("&Play Take", "Shift+Space", "play", "take"),
    "take_circle": Command("&Circle Take", "Ctrl+Return", "check", "take"),
    "take_newer": Command("&Newer Take", "Alt+Up", "up", "take"),
    "take_older": Command("&Older Take", "Alt+Down", "down", "take"),
    "take_compare": Command("Co&mpare Takes", "Ctrl+Alt+C", "takes", "take"),
    "take_words": Command("Change a &Word…", "", "line", "take"),
    "take_plain": Command("Reset &Trims, Fades, Gain and Slip", "", "restore", "take"),
    "take_reveal": Command("Show Take in &Folder", "", "folder", "take"),
    "take_remove": Command("&Remove Take from Cue", "", "trash", "take"),
    "rate_0": Command("No &Stars", "Alt+0", "star-off", needs="take"),
    "rate_1": Command("&1 Star", "Alt+1", "star", needs="take"),
    "rate_2": Command("&2 Stars", "Alt+2", "star", needs="take"),
    "rate_3": Command("&3 Stars", "Alt+3", "star", needs="take"),
    "rate_4": Command("&4 Stars", "Alt+4", "star", needs="take"),
    "rate_5": Command("&5 Stars", "Alt+5", "star", needs="take"),
    # View
    "viewer_full": Command("Full Screen &Viewer", "Shift+F11", "viewer", "timeline"),
    "safe_areas": Command("&Safe Areas", "", "safe", "timeline", checks=True),
    "zoom_in": Command("Zoom &In", "=; +", "zoom-in", "timeline", repeats=True),
    "zoom_out": Command("Zoom &Out", "-", "zoom-out", "timeline", repeats=True),
    "fit": Command("Zoom to &Fit", "\\; Shift+Z", "fit", "timeline"),
    "zoom_selection": Command("Zoom to Se&lection", "Alt+Z", "zoom-selection", "timeline"),
    "taller": Command("&Taller Tracks", "Ctrl+=; Ctrl++", "taller", "timeline"),
    "flatter": Command("Fl&atter Tracks", "Ctrl+-", "flatter", "timeline"),
    "maximise": Command("&Maximise Panel", "`", "maximise", "timeline"),
    "full_screen": Command("F&ull Screen", "F11; Ctrl+`", "fullscreen"),
    "theme": Command("Switch Light and &Dark", "", "theme"),
    # Window
    "models": Command("&Models…", "", "models"),
    "panel_next": Command("&Next Panel", "F6; Ctrl+Tab", "panel-next", "timeline"),
    "panel_previous": Command("&Previous Panel", "Shift+F6; Ctrl+Shift+Tab", "panel-previous", "timeline"),
    "workspace_keep": Command("&Save Workspace…", "", "save", "timeline"),
    "workspace_forget": Command("Remo&ve Workspace…", "", "trash", "timeline"),
    "workspace_reset": Command("&Reset Workspace", "Alt+Shift+0", "restore", "timeline"),
    # Help
    "guide": Command("User &Guide", "F1", "guide"),
    "coach": Command("&First Steps", "", "help"),
    "keyboard_map": Command("&Keyboard Map", "", "keyboard"),
    "report": Command("&Report a Problem…", "", "report"),
    "about": Command("&About VSSFlow Studio", "", "info"),
}
# "-" is a separator, "@name" a submenu that `build_menus` is given.
_MENUS = {
    "&File": "open @recent sample - conform save save_as - import_cues export_cues - export temp - restore - quit",
    "&Edit": "undo redo - select_all remove - paste_script - find replace - palette - shortcuts settings",
    "&Timeline": (
        "mark_in mark_out mark_clip clear_marks - snap - "
        "nudge_back nudge_on nudge_far_back nudge_far_on - trim_start trim_end extend - offline"
    ),
    "&Cue": (
        "line foley ambience ask suggest markers - split merge duplicate - "
        "generate @with generate_stale generate_wanted generate_character generate_scene generate_all - "
        "cancel cancel_all pause_jobs retry_jobs"
    ),
    "&Playback": (
        "play stop play_marked loop - shuttle_back shuttle - back next - "
        "previous_edit next_edit previous_cue next_cue previous_marker next_marker - home end"
    ),
    "Ta&kes": (
        "take_play take_newer take_older take_compare - "
        "take_circle rate_5 rate_4 rate_3 rate_2 rate_1 rate_0 - "
        "take_words take_plain take_reveal take_remove"
    ),
    "&View": (
        "zoom_in zoom_out zoom_selection fit - taller flatter - "
        "@panels maximise full_screen viewer_full safe_areas - theme"
    ),
    "&Window": "panel_next panel_previous - @workspaces workspace_keep workspace_forget workspace_reset - models",
    "&Help": "guide coach keyboard_map - report about",
}
_BAR = "open save - undo redo - line foley ambience - generate generate_all cancel_all"
_ICON_ONLY = {"undo", "redo"}


def build_actions(
    parent: QWidget, commands: dict[str, Command], slots: dict[str, Callable[[], object]]
) -> dict[str, QAction]:
    """An action for each command, by name; what a slot gets of a command that checks is on or off."""
    actions = {}
    for name, command in commands.items():
        action = actions[name] = QAction(command.text, parent)
        _dress(action, name, command.keys, command.icon)
        action.setProperty("needs", command.needs)
        action.setAutoRepeat(command.repeats)
        action.setCheckable(command.checks)
        if command.checks:
            action.triggered.connect(slots[name])
        else:
            action.triggered.connect(lambda _=False, slot=slots[name]: slot())
    return actions


def undo_actions(parent: QWidget, undo_stack: QUndoStack) -> dict[str, QAction]:
    """Undo and redo, which say what they would do, and know themselves whether they can."""
    actions = {}
    for name, action, keys in (
        ("undo", undo_stack.createUndoAction(parent, "&Undo"), "Ctrl+Z"),
        ("redo", undo_stack.createRedoAction(parent, "&Redo"), "Ctrl+Shift+Z; Ctrl+Y"),
    ):
        _dress(action, name, keys, name)
        actions[name] = action
    return actions


def _dress(action: QAction, name: str, keys: str, icon: str) -> None:
    action.setObjectName(name)
    action.setProperty("keys", keys)
    if icon:
        action.setIcon(icons.icon(icon))


def build_menus(bar: QMenuBar, actions: dict[str, QAction], submenus: dict[str, QMenu]) -> None:
    """The menus; each action learns which one it stands in, for who looks for it elsewhere."""
    for title, names in _MENUS.items():
        menu = bar.addMenu(title)
        for name in names.split():
            if name == "-":
                menu.addSeparator()
            elif name.startswith("@"):
                menu.addMenu(submenus[name[1:]])
                _say_where(submenus[name[1:]].actions(), f"{title} ▸ {submenus[name[1:]].title()}")
            else:
                menu.addAction(actions[name])
                _say_where([actions[name]], title)


def _say_where(actions: list[QAction], where: str) -> None:
    for action in actions:
        action.setProperty("where", where.replace("&", ""))


def build_toolbar(actions: dict[str, QAction]) -> QToolBar:
    """What is reached for most."""
    bar = QToolBar("Commands")
    bar.setObjectName("commands")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    for name in _BAR.split():
        bar.addSeparator() if name == "-" else bar.addAction(actions[name])
    for name in _ICON_ONLY:
        bar.widgetForAction(actions[name]).setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    more = bar.findChild(QToolButton, "qt_toolbar_ext_button")  # Qt's, for what has no room
    more.setIcon(icons.icon("forward"))
    more.setToolTip("More commands")
    more.setAccessibleName("More commands")
    return bar


def plain(action: QAction) -> str:
    """What the action does, without the mark of its mnemonic."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


def facts(model: StudioModel) -> set[str]:
    """What is there for commands to work on."""
    known = {
        "": True,
        "timeline": model.timeline is not None,
        "cues": bool(model.project.cues),
        "cue": model.cue is not None,
        "several": len(model.selected_cues) > 1,
        "take": model.cue is not None and bool(model.cue.takes),
        "job": model.is_busy(model.selected_cue),
        "failed": any(job.state == "failed" for job in model.jobs.values()),
        "jobs": any(map(model.is_busy, model.jobs)),
    }
    return {fact for fact, holds in known.items() if holds}


def enable(actions: dict[str, QAction], model: StudioModel) -> None:
    """Switch each command on or off; undo and redo know themselves."""
    there = facts(model)
    for action in actions.values():
        if (needs := action.property("needs")) is not None:
            action.setEnabled(needs in there)
