"""Where the app finds what it ships and keeps what it makes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

_APP = "vssflow-studio"
_UNPACK = "--appimage-extract-and-run"


def resources() -> Path:
    """The shipped resources: inside the wheel, or at the root of a checkout."""
    packed = Path(__file__).parent / "_resources"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "resources"


def plugin_sources() -> Path:
    """The shipped plugins for other programs: inside the wheel, or at the root of a checkout."""
    packed = Path(__file__).parent / "_plugins"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "plugins"


def program() -> list[str]:
    """The command that starts our command line once more: another process, or another program, may use it.

    A frozen build is its own interpreter and takes no `-m`. An AppImage is mounted, or where it can't be
    unpacked, only while it runs, so what outlives this process has to name the AppImage itself.
    """
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "vssflow_studio"]
    own = Path(sys.executable)
    image, mounted = os.environ.get("APPIMAGE"), os.environ.get("APPDIR")
    if image and mounted and own.is_relative_to(mounted):
        # Its own runtime names the folder so when it was asked to unpack: then it has to be asked again.
        return [image, _UNPACK] if Path(mounted).name.startswith("appimage_extracted_") else [image]
    return [str(own.with_name(f"{_APP}{own.suffix}"))]  # beside the program that has only a window


def own_plugins() -> Path:
    """Folder of what installed plugins need of ours, one folder for each program."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "plugins"


def weights() -> Path:
    """Folder of the shipped weights, one folder for each model."""
    return resources() / "weights"


def models() -> Path:
    """Folder of the user's own models, one folder for each."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "models"


def recovery() -> Path:
    """Folder of what was not saved yet."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "recovery"


def sample() -> Path:
    """Folder of the sample animatic and its timeline."""
    return resources() / "sample"


def notices() -> Path:
    """The licences of all that a frozen build carries; a wheel and a checkout carry nothing and have none."""
    return resources() / "THIRD_PARTY.txt"


def settings() -> Path:
    """The user's settings folder."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False))


def endpoint() -> Path:
    """The file that says where the open window can be asked, see `endpoint.py`."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "endpoint.json"


def logs() -> Path:
    """The folder of log files."""
    return Path(platformdirs.user_log_dir(_APP, appauthor=False))


def cache() -> Path:
    """The folder of what can be made or fetched again."""
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))
