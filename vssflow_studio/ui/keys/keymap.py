"""Which keys call which command: the usual ones, those of other programs, and the user's own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from ... import paths
from ...atomic import write_json

PREMIERE, RESOLVE, AVID = "Premiere", "Resolve", "Avid"
_RESOLVE = {
    "zoom_in": "Ctrl+=; Ctrl++",
    "zoom_out": "Ctrl+-",
    "fit": "Shift+Z",
    "full_screen": "F11; P",
    "taller": "Ctrl+Alt+=",
    "flatter": "Ctrl+Alt+-",
    "import_cues": "Ctrl+Shift+I",
    "export": "Ctrl+Shift+E",
    "workspace_reset": "",
    "clear_marks": "Alt+X",
    "previous_edit": "Up",
    "next_edit": "Down",
}
_AVID = {
    "zoom_in": "Ctrl+]",
    "zoom_out": "Ctrl+[",
    "fit": "Ctrl+/",
    "back": "Left; 3",
    "next": "Right; 4",
    "play": "Space; 5",
    "shortcuts": "Ctrl+3",
    "export": "Ctrl+Shift+E",
    "extend": "Alt+E",
    "mark_in": "I; E",
    "mark_out": "O; R",
    "go_in": "Q",
    "go_out": "W",
    "clear_marks": "G",
    "mark_clip": "T",
    "ask": "Shift+A",
    "previous_edit": "A",
    "next_edit": "S",
}
PRESETS: dict[str, dict[str, str]] = {PREMIERE: {}, RESOLVE: _RESOLVE, AVID: _AVID}
"""Where a preset differs from a command's usual keys, which are those of Premiere's editors."""


@dataclass(frozen=True)
class Keymap:
    """The chosen preset, and the user's own keys by command, each as "Ctrl+O; F3" or empty for none."""

    preset: str = PREMIERE
    own: dict[str, str] = field(default_factory=dict)

    def keys(self, name: str, usual: str) -> str:
        """The keys of a command; `usual` are those it has without a preset."""
        return self.own.get(name, self.preset_keys(name, usual))

    def preset_keys(self, name: str, usual: str) -> str:
        """What the preset says, the user's own left aside."""
        return PRESETS[self.preset].get(name, usual)

    def with_keys(self, name: str, keys: str, usual: str) -> Keymap:
        """The map with other keys for a command; those of the preset are nobody's own."""
        own = {other: theirs for other, theirs in self.own.items() if other != name}
        if keys != self.preset_keys(name, usual):
            own[name] = keys
        return replace(self, own=own)


def read_keymap() -> Keymap:
    """The map as it was kept; what can't be used of it is left out."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
        preset, own = kept.get("preset"), kept.get("own")
    except (OSError, ValueError, AttributeError):
        return Keymap()
    own = own if isinstance(own, dict) else {}
    texts = {name: keys for name, keys in own.items() if isinstance(name, str) and isinstance(keys, str)}
    return Keymap(preset if preset in PRESETS else PREMIERE, texts)


def write_keymap(keymap: Keymap) -> None:
    """Keep the map, all or nothing. Raises StorageError."""
    write_json(_file(), {"own": dict(sorted(keymap.own.items())), "preset": keymap.preset})


def _file() -> Path:
    return paths.settings() / "shortcuts.json"
