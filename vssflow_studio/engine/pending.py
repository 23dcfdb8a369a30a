"""Takes that were still to be made when a timeline was closed.

`.vssflow/<file>.pending.json` beside the timeline names the cues, each with its seed and its
model. Whoever opens the timeline next finds what was made meanwhile in the take store and
asks for the rest. It is a file, so a machine switched off loses nothing.

A process of ours may work it off without the window (`make_pending`). It writes takes into
the store and never the timeline, so it needs no lock on that; when the file with the wishes
changes or goes, somebody has opened the timeline, and it stops.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..atomic import storage_error, write_bytes
from ..errors import LockedError
from ..paths import program
from ..timeline.backups import hidden_folder, make_hidden_folder
from ..timeline.lock import locked
from .generate import Report, Session, Waiting
from .queue import Job, JobQueue
from .request import Sampling

_VERSION = 1


@dataclass(frozen=True)
class Wish:
    """A take of a cue that is still to be made."""

    cue_id: str
    seed: int
    model: str


@dataclass(frozen=True)
class Pending:
    """What is still to be made, in order; `now` when it was to be made at once, in the background."""

    wishes: tuple[Wish, ...]
    now: bool = False


def pending_file(timeline_file: Path) -> Path:
    """Where the wishes for `timeline_file` are kept."""
    return hidden_folder(timeline_file) / f"{Path(os.path.realpath(timeline_file)).name}.pending.json"


def remember_pending(timeline_file: Path, pending: Pending) -> None:
    """Keep the wishes in place of those before. Raises StorageError."""
    file = pending_file(timeline_file)
    try:
        make_hidden_folder(timeline_file)
    except OSError as error:
        raise storage_error(error, file) from error
    write_bytes(file, json.dumps({"version": _VERSION, **asdict(pending)}, indent=1).encode())


def recall_pending(timeline_file: Path) -> Pending | None:
    """The wishes that were kept, None when there are none that can be read."""
    try:
        kept = json.loads(pending_file(timeline_file).read_text(encoding="utf-8"))
        if kept["version"] != _VERSION:
            return None
        wishes = (Wish(str(w["cue_id"]), int(w["seed"]), str(w["model"])) for w in kept["wishes"])
        return Pending(tuple(wishes), bool(kept["now"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget_pending(timeline_file: Path) -> None:
    """Nothing is to be made any more, or somebody else sees to it."""
    with suppress(OSError):
        pending_file(timeline_file).unlink(missing_ok=True)
        hidden_folder(timeline_file).rmdir()  # only when nothing else is in it


def start_background(timeline_file: Path, device: str = "auto") -> int:
    """Make what was kept in a process that outlives this one; gives its id. Raises StorageError."""
    command = [*program(), "generate", str(timeline_file), "--pending"]
    alone: dict = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        alone = {"creationflags": flags}
    silent = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    try:
        return subprocess.Popen([*command, "--device", device], **silent, **alone).pid
    except OSError as error:
        raise storage_error(error, timeline_file) from error


def make_pending(
    timeline_file: Path,
    *,
    device: str = "auto",
    on_event: Callable[[Job], None] = lambda job: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Make the takes that were kept; they go on their tracks when the timeline is opened.

    Raises Cancelled when somebody opens the timeline meanwhile, LockedError when another
    process makes them already, StudioError for what stops everything.
    """
    file = Path(os.path.realpath(timeline_file))
    try:
        with locked(file.with_name(f"{file.name}.pending")):
            pending = recall_pending(file)
            if pending is None:
                return Report(file)
            return _make(file, pending, device, on_event, cancelled)
    except LockedError as error:
        raise LockedError("These takes are being made already", file=file, remedy="Wait for them.") from error


class _Kept(Waiting):
    """Takes stay in the store."""

    def _keep(self, cue_id: str, order, path: Path) -> None:
        self.report.takes[cue_id] = path


def _make(file: Path, pending: Pending, device: str, on_event, cancelled) -> Report:
    session = Session(file, file)
    cues = {cue.id: cue for cue in session.project.cues}
    report = Report(file)
    waiting = _Kept(session, report, on_event, lambda told: JobQueue(device, told))
    try:
        for wish in pending.wishes:
            if wish.cue_id in cues:
                waiting.begin(cues[wish.cue_id], Sampling(wish.model, wish.seed))
        waiting.finish(lambda: cancelled() or recall_pending(file) != pending)
    finally:
        waiting.close()
        session.remember()
    return report
