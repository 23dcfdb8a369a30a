"""A report of a problem: what a support person needs, and nothing private in it.

A zip of text files: versions and machine, the doctor's findings, settings, the ends of the
logs. `collect` gives them as text, so that all can be shown before any of it is written.
"""

from __future__ import annotations

import getpass
import io
import json
import os
import platform
import re
import socket
import zipfile
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from . import __version__, logs, paths
from .atomic import write_bytes
from .engine.doctor import examine
from .engine.memory import machine_memory
from .settings import read_settings

_PRIVATE = "·"
"""What stands in place of a name or a path."""


def collect() -> dict[str, str]:
    """File name → text. Slow: the doctor reads the models' weights."""
    found = {
        "report.txt": _overview(),
        "doctor.json": json.dumps(examine(), indent=1, ensure_ascii=False),
        "settings.json": json.dumps(_settings(), indent=1),
        **logs.tails(),
    }
    return {name: without_private(text) for name, text in found.items()}


def write_report(path: Path, parts: dict[str, str]) -> None:
    """Write what `collect` gave as a zip. Raises StorageError."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    write_bytes(path, held.getvalue())


def without_private(text: str) -> str:
    """The text without paths below the home folder, the user's name or the machine's."""
    for place in sorted(_places(), key=len, reverse=True):
        text = re.sub(rf"{re.escape(place)}[^\s\"',;)\]]*", _PRIVATE, text)
    for name in _names():
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", _PRIVATE, text, flags=re.IGNORECASE)
    return text


def _overview() -> str:
    memory = machine_memory()
    lines = {
        "VSSFlow Studio": __version__,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "memory": f"{memory / 1e9:.1f} GB" if memory else "unknown",
        "session": os.environ.get("XDG_SESSION_TYPE") or os.environ.get("QT_QPA_PLATFORM") or "usual",
    }
    return "".join(f"{name:<16} {value}\n" for name, value in lines.items())


def _settings() -> dict:
    """Without what the user named: a folder, a sound device."""
    held = asdict(read_settings())
    return held | {name: "set" if held[name] else "" for name in ("scratch", "audio_output")}


def _places() -> set[str]:
    folders = (Path.home(), Path(os.path.realpath(Path.home())), paths.settings(), paths.logs(), paths.models())
    return {str(folder) for folder in folders if len(folder.parts) > 1}


def _names() -> list[str]:
    """Of the user and the machine, but for single letters."""
    found = {socket.gethostname(), socket.gethostname().partition(".")[0], platform.node(), Path.home().name}
    with suppress(OSError, KeyError, ImportError):
        found.add(getpass.getuser())
    return sorted((name for name in found if len(name) > 1), key=len, reverse=True)
