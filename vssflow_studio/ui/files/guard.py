"""Keeps the open timeline safe: its lock, its unsaved changes, and an eye on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal
from PySide6.QtWidgets import QWidget

from ...atomic import sweep, write_bytes
from ...errors import LockedError, StudioError, TimelineError
from ...timeline.backups import hidden_folder
from ...timeline.cues import Project
from ...timeline.files import read_timeline
from ...timeline.lock import Lock, lock
from ...timeline.metadata import read_project
from ...timeline.recovery import forget_recovery, read_recovery, write_recovery
from ...timeline.stamp import Stamp, stamp
from .. import tasks
from . import recovery as questions

PERIOD = 60_000
"""Milliseconds between two looks at whether something is unsaved."""
_SOON = 50  # milliseconds
_PATIENCE = 5_000
"""Milliseconds to wait for a disk that may be gone."""


@dataclass
class Entry:
    """A timeline that may be opened, and what is known of it. `lock` is None when it is read-only."""

    path: Path
    lock: Lock | None
    stamp: Stamp | None = None
    recovered: Project | None = None


class Guard(QObject):
    """Owns the lock, the stamp and the recovery file of the timeline that is open.

    `unsaved()` gives the project as it would be lost now, None when all is saved.

    Signals:
        failed(object): a StudioError, of writing aside.
        looked(str): what became of the file: "", "changed" or "gone".
    """

    failed = Signal(object)
    looked = Signal(str)
    _seen = Signal(object, object, str)

    def __init__(self, window: QWidget, unsaved: Callable[[], Project | None]) -> None:
        super().__init__(window)
        self._window, self._unsaved = window, unsaved
        self.entry: Entry | None = None
        self._aside: Project | None = None
        self._declined: Stamp | None = None
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)  # what is written aside is written in order
        self._seen.connect(self._tell)
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.write_aside)
        self.timer.start(PERIOD)
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(self.write_aside)

    @property
    def read_only(self) -> bool:
        """Whether somebody else has the open timeline."""
        return self.entry is not None and self.entry.lock is None

    # --- opening and closing ---

    def admit(self, path: Path) -> Entry | None:
        """What is needed to open `path`, asked where need be; None when the user backs out.

        Raises LockedError, TimelineError, StorageError.
        """
        entry = self._locked(Path(path))
        if entry is None or entry.lock is None:
            return entry
        try:
            entry.stamp = stamp(entry.path)
            ours = self._holds(entry.path) or not entry.path.is_file()
            left = None if ours else read_recovery(entry.path)
            if left and left.project != _saved_project(entry.path):
                answer = questions.ask_recovery(self._window, entry.path, left)
                if answer == questions.CANCEL:
                    self.refuse(entry)
                    return None
                entry.recovered = left.project if answer == questions.RECOVER else None
        except StudioError:
            self.refuse(entry)
            raise
        return entry

    def refuse(self, entry: Entry) -> None:
        """`entry` could not be opened after all."""
        if entry.lock and not self._holds(entry.path):
            entry.lock.release()

    def enter(self, entry: Entry) -> None:
        """`entry` is open now, and what was open before is not."""
        if self.entry and not self._holds(entry.path):
            self.leave()
        self.entry, self._aside, self._declined = entry, None, None
        if entry.lock and not entry.recovered:
            forget_recovery(entry.path)
        folder = Path(os.path.realpath(entry.path)).parent
        folders = (folder, folder / f"{entry.path.stem}.takes", hidden_folder(entry.path))
        self._start(lambda: [sweep(one) for one in folders])

    def leave(self) -> None:
        """Saved or not wanted: nothing is unsaved any more, and the lock is given back."""
        self._pool.waitForDone(_PATIENCE)
        if self.entry and self.entry.lock:
            forget_recovery(self.entry.path)
            self.entry.lock.release()
        self.entry = self._aside = None

    def close(self) -> None:
        """The window closes."""
        self.timer.stop()
        self.leave()

    def _locked(self, path: Path) -> Entry | None:
        if self._holds(path):
            return Entry(path, self.entry.lock)
        try:
            return Entry(path, lock(path))
        except LockedError as error:
            answer = questions.ask_locked(self._window, path, error)
        if answer == questions.READ_ONLY:
            return Entry(path, None)
        if answer == questions.TAKE_OVER:
            return Entry(path, lock(path, force=True))
        if answer == questions.COPY:
            copy = _copied(path)
            return Entry(copy, lock(copy))
        return None

    def _holds(self, path: Path) -> bool:
        ours = self.entry and self.entry.lock and self.entry.path
        return bool(ours) and os.path.realpath(ours) == os.path.realpath(path)

    # --- saving ---

    def begin_save(self, target: Path) -> Entry:
        """The entry for writing `target`. Raises LockedError when somebody has it open."""
        if self._holds(target):
            return self.entry
        return Entry(target, lock(target))

    def saved(self, entry: Entry) -> None:
        """All is in `entry`'s file, which is the open one from now on."""
        if not self._holds(entry.path):
            self.leave()
        self._pool.waitForDone(_PATIENCE)
        forget_recovery(entry.path)
        entry.stamp = stamp(entry.path)
        self.entry, self._aside, self._declined = entry, None, None

    def changed_elsewhere(self) -> bool:
        """Whether the file is there but not as it was read or saved."""
        entry = self.entry
        return bool(
            entry and entry.stamp and entry.path.is_file() and not entry.stamp.still_true(entry.path)
        )

    def accept(self) -> None:
        """The file on disk may be overwritten as it is now."""
        self.entry.stamp = stamp(self.entry.path)

    def decline(self) -> None:
        """Don't speak of the file as it is now before it is saved."""
        self._declined = stamp(self.entry.path)

    # --- while it is open ---

    def write_aside_soon(self) -> None:
        """As `write_aside`, after the turn of the event loop that asks, which has enough to do."""
        self._soon.start()

    def write_aside(self) -> None:
        """Write what is unsaved to the recovery file, on another thread."""
        if self.entry is None or self.read_only:
            return
        project, path = self._unsaved(), self.entry.path
        if project == self._aside:
            return
        self._aside = project
        if project is None:
            self._start(lambda: forget_recovery(path))
        else:
            self._start(lambda: write_recovery(path, project))

    def look(self) -> None:
        """See on another thread what became of the file; `looked` tells."""
        if entry := self.entry:
            known = self._known()
            self._start(lambda: self._seen.emit(entry, known, _state(entry.path, known)))

    def _known(self) -> tuple[Stamp | None, ...]:
        return self.entry.stamp, self._declined

    def _tell(self, entry: Entry, known: tuple[Stamp | None, ...], state: str) -> None:
        if entry is not self.entry:
            return  # another was opened meanwhile
        if known == self._known():
            self.looked.emit(state)
        else:  # saved meanwhile: what was seen may be our own doing
            self.look()

    def wait(self) -> None:
        """Until what was begun on the other thread is done."""
        self._pool.waitForDone(_PATIENCE)

    def _start(self, work: Callable[[], object]) -> None:
        tasks.start(work, self.failed.emit, self._pool)


def _state(path: Path, known: tuple[Stamp | None, ...]) -> str:
    if not path.exists():
        return "gone"
    stamps = [one for one in known if one]
    return "" if not stamps or any(one.still_true(path) for one in stamps) else "changed"


def _saved_project(path: Path) -> Project | None:
    try:
        timeline = read_timeline(path)
        return read_project(timeline)
    except TimelineError:
        return None  # told when it is opened


def _copied(path: Path) -> Path:
    """A copy beside `path` under a name that is free. Raises StorageError."""
    names = (path.with_name(f"{path.stem} copy{n or ''}{path.suffix}") for n in (0, *range(2, 10_000)))
    copy = next(name for name in names if not name.exists())
    write_bytes(copy, path.read_bytes())
    return copy
