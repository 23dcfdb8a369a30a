"""The user's settings: one frozen value, kept as JSON in the settings folder.

The window and the command line read the same. What a file doesn't say has its default; what
it says that can't be, too. A file that is no JSON is kept aside as `settings.broken.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from . import paths
from .atomic import write_json

THEMES = ("system", "light", "dark")
KINDS = ("dialogue", "foley", "ambience")
DEVICES = ("auto", "cuda", "mps", "cpu")
_OWN = "VSSFlow Studio Cache"  # inside a folder of the user's, which may hold anything
_CHOICES = {"theme": THEMES, "device": DEVICES}
_RANGES = {"threads": (0, 256), "autosave_minutes": (1, 60)}


@dataclass(frozen=True)
class Settings:
    """What the user chose.

    `threads` are those of the model on the CPU, 0 for as many as there are cores; `polite`
    lets everything else on the machine go before it. `models` names the model for each kind
    of cue. `autosave_minutes` lie between two looks at what is unsaved. An empty
    `audio_output` is the system's, an empty `scratch` the usual cache folder.
    """

    theme: str = "system"
    device: str = "auto"
    threads: int = 0
    polite: bool = True
    models: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(KINDS, "draft"))
    autosave_minutes: int = 1
    notify: bool = True
    audio_output: str = ""
    scratch: str = ""

    def cache(self) -> Path:
        """The folder of what can be made or fetched again; nothing else is ever in it."""
        return Path(self.scratch) / _OWN if self.scratch else paths.cache()


def settings_file() -> Path:
    """Where they are kept."""
    return paths.settings() / "settings.json"


def read_settings() -> Settings:
    """The settings as they are kept; never fails."""
    file = settings_file()
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(kept, dict):
            raise ValueError("no JSON object")
    except ValueError:
        _keep_aside(file)
        return Settings()
    except OSError:
        return Settings()
    usual = Settings()
    return Settings(**{one.name: _usable(one.name, kept, getattr(usual, one.name)) for one in fields(Settings)})


def write_settings(settings: Settings) -> None:
    """Keep them, all or none. Raises StorageError."""
    write_json(settings_file(), asdict(settings))


def _usable(name: str, kept: dict, usual):
    """The kept value where it can be used, else the usual one."""
    value = kept.get(name, usual)
    if name == "models":
        own = value if isinstance(value, dict) else {}
        return {kind: own[kind] if _is_name(own.get(kind)) else usual[kind] for kind in KINDS}
    if type(value) is not type(usual):
        return usual
    if name in _CHOICES:
        return value if value in _CHOICES[name] else usual
    if name in _RANGES:
        least, most = _RANGES[name]
        return min(max(value, least), most)
    return value


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _keep_aside(file: Path) -> None:
    try:
        os.replace(file, file.with_suffix(".broken.json"))
    except OSError:
        pass  # it stays where it is, and the next save replaces it
