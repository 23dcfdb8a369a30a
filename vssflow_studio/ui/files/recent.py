"""What the window remembers between sessions, and the user's own copy of the sample."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu

from ...atomic import replacing, storage_error
from ...paths import sample, settings

_RECENT = 10  # timelines that File > Open Recent keeps


def recent() -> list[str]:
    """The timelines opened last, newest first."""
    value = kept().value("recent", [])
    return [value] if isinstance(value, str) else list(value or [])


def remember(path: Path) -> None:
    """Put `path` first among the recent timelines, and open its folder next time."""
    path = path.resolve()
    others = [other for other in recent() if other != str(path)]
    store = kept()
    store.setValue("recent", [str(path), *others][:_RECENT])
    store.setValue("folder", str(path.parent))


def folder() -> str:
    """Where the last timeline was opened."""
    return str(kept().value("folder", str(Path.home())))


def fill(menu: QMenu, open_: Callable[[Path], object]) -> None:
    """Put the recent timelines into `menu`."""
    menu.clear()
    for name in recent():
        action = menu.addAction(Path(name).name)
        action.setToolTip(name)
        action.triggered.connect(lambda _=False, name=name: open_(Path(name)))
    if menu.isEmpty():
        menu.addAction("None yet").setEnabled(False)


def copied_sample() -> Path:
    """The sample's timeline in the user's own folder, so that it can be saved. Raises StorageError."""
    own = settings() / "sample"
    try:
        own.mkdir(parents=True, exist_ok=True)
        for file in sample().iterdir():
            if not (own / file.name).exists():
                with replacing(own / file.name) as temporary:
                    shutil.copyfile(file, temporary)
    except OSError as error:
        raise storage_error(error, own) from error
    return own / "animatic.otio"


def kept() -> QSettings:
    """What the window keeps between sessions."""
    return QSettings(str(settings() / "window.ini"), QSettings.Format.IniFormat)
