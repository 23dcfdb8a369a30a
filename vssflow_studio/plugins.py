"""Putting our plugins where other programs look for them."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

from .atomic import replacing, storage_error, write_bytes
from .errors import StudioError
from .paths import own_plugins, plugin_sources, program

NAMES = {
    "resolve": "DaVinci Resolve 18.5 or later: three entries in Workspace ▸ Scripts",
    "premiere": "Premiere 25.6 or later: a panel in Window ▸ UXP Plugins",
    "blender": "Blender 4.2 or later: a tab in the Video Sequencer's sidebar",
    "otio": "OpenTimelineIO's own tools, RV, xSTUDIO: our cues and takes understood, media found",
}
ADD_ON = "vssflow_studio"
"""Blender's name for our extension, and of its folder."""

_OLDEST_BLENDER = (4, 2)
_SHARED = "vssflow_app.py"


def resolve_scripts() -> Path:
    """The user's folder of menu scripts, as Blackmagic's README gives it for each system."""
    scripts = Path("Fusion", "Scripts", "Utility")
    if sys.platform == "darwin":
        support = Path.home() / "Library/Application Support/Blackmagic Design/DaVinci Resolve"
    elif sys.platform == "win32":
        support = _roaming() / "Blackmagic Design/DaVinci Resolve/Support"
    else:
        # Resolve itself does not follow XDG_DATA_HOME.
        support = Path.home() / ".local/share/DaVinciResolve"
    return support / scripts


def blender_extensions() -> list[Path]:
    """The user's own folder of extensions in every Blender that has been started and is new enough.

    As in Blender's manual, "Directory Layout".
    """
    if sys.platform == "darwin":
        versions = Path.home() / "Library/Application Support/Blender"
    elif sys.platform == "win32":
        versions = _roaming() / "Blender Foundation/Blender"
    else:
        versions = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "blender"
    found = [path for path in sorted(versions.glob("*.*")) if re.fullmatch(r"\d+\.\d+", path.name)]
    new = [path for path in found if tuple(map(int, path.name.split("."))) >= _OLDEST_BLENDER]
    return [path / "extensions" / "user_default" for path in new]


def install(name: str, folder: Path | None = None) -> list[Path]:
    """Write the plugin's files, to `folder` instead of the program's own where one is given.

    Gives what was written for the program. Raises StudioError, StorageError.
    """
    source, own = plugin_sources() / name, own_plugins() / name
    if name not in NAMES or not source.is_dir():
        raise StudioError(f"No plugin is called “{name}”", remedy=f"There are: {', '.join(NAMES)}.")
    try:
        if name == "blender":
            return [_add_on(source, place / ADD_ON) for place in _blenders(folder)]
        _copy(source, own)
        if name == "otio":
            return [own / "plugin_manifest.json"]
        if name == "premiere":
            return [_package(source, (folder or own) / "vssflow-studio.ccx")]
        _add_program(own)
        return _menu(source / "menu", folder or resolve_scripts(), own)
    except OSError as error:
        raise storage_error(error, folder or own) from error


def remove(name: str, folder: Path | None = None) -> list[Path]:
    """Take the plugin's files away; gives those that were there. Raises StudioError, StorageError."""
    if name not in NAMES:
        raise StudioError(f"No plugin is called “{name}”", remedy=f"There are: {', '.join(NAMES)}.")
    try:
        if name == "blender":
            places = [folder] if folder else blender_extensions()
            there = [place / ADD_ON for place in places if (place / ADD_ON / "blender_manifest.toml").is_file()]
            for path in there:
                shutil.rmtree(path)
            return there
        menu = plugin_sources() / name / "menu"
        wanted = [(folder or resolve_scripts()) / file.name for file in sorted(menu.glob("*.py"))]
        wanted += sorted(own_plugins().glob(f"{name}/*"))
        there = [path for path in wanted if path.is_file()]
        for path in there:
            path.unlink()
        return there
    except OSError as error:
        raise storage_error(error, folder or own_plugins()) from error


def _blenders(folder: Path | None) -> list[Path]:
    places = [folder] if folder else blender_extensions()
    if not places:
        raise StudioError(
            "No Blender 4.2 or later has been used here",
            remedy="Start Blender once, or name its folder of extensions with --folder.",
        )
    return places


def _add_on(source: Path, target: Path) -> Path:
    _copy(source, target)
    _add_program(target)
    return target


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(path for path in source.iterdir() if path.is_file()):
        with replacing(target / file.name) as temporary:
            shutil.copyfile(file, temporary)


def _add_program(target: Path) -> None:
    """What a plugin in Python needs to start the app."""
    write_bytes(target / _SHARED, (plugin_sources() / "shared" / _SHARED).read_bytes())
    write_bytes(target / "program.json", json.dumps(program()).encode())


def _package(source: Path, target: Path) -> Path:
    """The panel as Creative Cloud installs it: a zip of the files that its package.json names."""
    files = json.loads((source / "package.json").read_text(encoding="utf-8"))["files"]
    with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            archive.write(source / name, name)
    return target


def _menu(source: Path, target: Path, own: Path) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    made = []
    for file in sorted(source.glob("*.py")):
        text = file.read_text(encoding="utf-8").replace('r"@FOLDER@"', repr(str(own)))
        write_bytes(target / file.name, text.encode())
        made.append(target / file.name)
    return made


def _roaming() -> Path:
    """Where programs keep a user's files on Windows."""
    return Path(os.environ.get("APPDATA", Path.home()))
