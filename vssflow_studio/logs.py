"""What happened, for a support person, with nothing private in it.

One line an event: time, level, process, event and its facts as `key=value`. Never a line of
dialogue, a character or a path: files are named by a hash (`hidden`), and of an exception
only its type, the places in the code, and words that are ours (`said`). Each program has a
file of its own, `studio.log`, `command.log` and `worker.log`, and four older ones.
"""

from __future__ import annotations

import faulthandler
import hashlib
import logging
import os
import platform
import re
import traceback
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from . import __version__, paths
from .errors import StudioError

PROGRAMS = ("studio", "command", "worker")
_BYTES, _KEPT = 1_000_000, 4
_log = logging.getLogger("vssflow_studio")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|'[^']*'|\S*[/\\]\S*")
_DEVICES = ("CUDA", "cuDNN", "CUBLAS", "cuBLAS", "MPS", "NCCL")


class _Quiet(RotatingFileHandler):
    """A log that can't be written, or not be rotated while another has it open, stops nobody."""

    def handleError(self, record) -> None:
        pass

    def doRollover(self) -> None:
        with suppress(OSError):
            super().doRollover()


def start(program: str, **facts: object) -> None:
    """Log to the file of `program`, beginning with versions and `facts`. Never fails."""
    folder = paths.logs()
    for old in list(_log.handlers):
        _log.removeHandler(old)
        old.close()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{program}.log"
        handler = _Quiet(file, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s.%(msecs)03d %(levelname)-7s %(process)d %(message)s", "%Y-%m-%d %H:%M:%S"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False
    event("started", program=program, version=__version__, python=platform.python_version(),
          system=platform.system(), release=platform.release(), machine=platform.machine(), cores=os.cpu_count(), **facts)


def watch_crashes() -> None:
    """Where the process itself dies, leave the places in the code in `crash.log`."""
    with suppress(OSError):
        # Kept open for the moment that it is needed in.
        faulthandler.enable(open(paths.logs() / "crash.log", "a", encoding="utf-8"))


def event(name: str, **facts: object) -> None:
    """One line: what happened, and facts that are nobody's secret."""
    _log.info(_line(name, facts))


def problem(name: str, error: BaseException, **facts: object) -> None:
    """An error that somebody could cause, by its kind and our words."""
    _log.warning(_line(name, {"error": type(error).__name__, "said": said(error), **facts}))


def defect(name: str, error: BaseException, **facts: object) -> None:
    """An error that is ours, with the places in the code it came through."""
    known = {"error": type(error).__name__, "said": said(error), **facts}
    _log.error("\n".join((_line(name, known), *_places(error))))


def hidden(name: object) -> str:
    """A name nobody can read that stays the same for the same file."""
    return hashlib.blake2b(os.path.realpath(str(name)).encode(), digest_size=6).hexdigest()


def said(error: BaseException) -> str:
    """What can be told of the error: our own words, the system's or the device's, no user's.

    What an exception of another's code says may hold anything, so it is not told.
    """
    if isinstance(error, StudioError):
        # What follows a colon was mostly put in: another program's words.
        return _QUOTED.sub("…", error.what.partition(":")[0])
    if isinstance(error, OSError):
        return error.strerror or ""
    first = str(error).partition("\n")[0]
    return _QUOTED.sub("…", first) if first.startswith(_DEVICES) else ""


def tails(characters: int = 200_000) -> dict[str, str]:
    """The end of each log by its file's name, as a report takes it."""
    found = {}
    for name in (*(f"{program}.log" for program in PROGRAMS), "crash.log"):
        with suppress(OSError):
            text = (paths.logs() / name).read_text(encoding="utf-8", errors="replace")
            found[name] = text[-characters:]
    return {name: text for name, text in found.items() if text}


def _line(name: str, facts: dict[str, object]) -> str:
    told = (f"{key}={_value(value)}" for key, value in facts.items() if value not in (None, ""))
    return " ".join((name, *told))


def _value(value: object) -> str:
    text = f"{value:.2f}" if isinstance(value, float) else " ".join(str(value).split())
    return f'"{text}"' if " " in text else text


def _places(error: BaseException) -> list[str]:
    """The stack, the outermost first; files by the part of their path that is a package's."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"    {_module(frame.filename)}:{frame.lineno} {frame.name}")
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines += [f"    from {type(cause).__name__} {said(cause)}", *_places(cause)]
    return lines


def _module(file: str) -> str:
    parts = Path(file).parts
    for anchor in ("site-packages", "vssflow_studio"):
        if anchor in parts:
            begin = len(parts) - 1 - parts[::-1].index(anchor)
            return "/".join(parts[begin + (anchor == "site-packages") :])
    return parts[-1] if parts else file
