"""One writer for each timeline file: a lock file beside it that says who holds it.

`.vssflow/<file>.lock` holds pid, host, user and time as JSON, and the system's own lock
on it is held as long as the process lives. So a lock that a killed process of this
machine left is simply free. Over a network the system may not know; a lock that another
host wrote and did not take away counts as held until somebody says otherwise (`force`).

Nothing but this package looks at the lock: an NLE that writes the file is noticed by
its stamp (see `stamp.py`).
"""

from __future__ import annotations

import errno
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ..errors import LockedError
from .backups import hidden_folder, make_hidden_folder

_BEYOND = 1 << 20
"""Windows locks bytes against reading too, so it is a byte that nobody reads."""


@dataclass(frozen=True)
class Holder:
    """Who has a timeline open; `since` is local time, ISO 8601."""

    pid: int
    host: str
    user: str
    since: str

    def __str__(self) -> str:
        return f"{self.user} on {self.host} (process {self.pid}) since {self.since.replace('T', ' ')}"


class Lock:
    """A held lock. `release` gives it back; so does the end of the process."""

    def __init__(self, path: Path, handle: int | None, holder: Holder | None = None) -> None:
        self.path, self._handle, self._holder = path, handle, holder

    def release(self) -> None:
        """Take the lock file away. Twice is once."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        ours = _holder(self.path) == self._holder  # unless another host took it by force
        try:
            if ours and os.name == "posix":
                os.unlink(self.path)  # before the system's lock goes: who waits for it looks again
            os.close(handle)
            if ours and os.name != "posix":
                os.unlink(self.path)
            self.path.parent.rmdir()  # which only succeeds when no backups are in it
        except OSError:
            pass


def lock(timeline_file: Path, force: bool = False) -> Lock:
    """Take the lock of `timeline_file`; `force` takes it from another host.

    Where the folder can't be written to, nothing can be saved either, and the lock given
    is empty. Raises LockedError that says who holds it.
    """
    file = Path(os.path.realpath(timeline_file))
    path = hidden_folder(file) / f"{file.name}.lock"
    try:
        make_hidden_folder(file)
        handle, told = _taken(path)
    except OSError:
        return Lock(path, None)
    other = _holder(path)
    if handle is None or (other and not force and not _is_over(other, told)):
        if handle is not None:
            os.close(handle)
        raise _held(file, path, other)
    now = datetime.now().isoformat(timespec="seconds")
    us = Holder(os.getpid(), socket.gethostname(), _user(), now)
    with suppress(OSError):  # on a full disk the system's lock alone must do
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(asdict(us)).encode())
    return Lock(path, handle, _holder(path))


@contextmanager
def locked(timeline_file: Path) -> Iterator[None]:
    """Hold the lock of `timeline_file` meanwhile. Raises LockedError."""
    held = lock(timeline_file)
    try:
        yield
    finally:
        held.release()


def _taken(path: Path) -> tuple[int | None, bool]:
    """The lock file, open and locked by the system, or None when another process has it so.

    And whether the system can tell at all: some network disks have no such locks.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            _system_lock(handle)
            # Whoever held it may have taken the file away between these two lines.
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle, True
            os.close(handle)
        except FileNotFoundError:
            os.close(handle)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                return handle, False
            os.close(handle)
            return None, True


def _system_lock(handle: int) -> None:
    if os.name == "posix":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        import msvcrt

        os.lseek(handle, _BEYOND, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)


def _holder(path: Path) -> Holder | None:
    """Who wrote the lock file; None when nobody did, or was killed while writing."""
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _is_over(holder: Holder, told: bool) -> bool:
    """Whether one whose lock we could open is surely gone; of another host we can't know.

    `told`: the system has let us lock the file.
    """
    if holder.host != socket.gethostname():
        return False
    if told or os.name != "posix":
        return told
    try:
        os.kill(holder.pid, 0)  # signal 0 only asks
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


def _held(file: Path, path: Path, holder: Holder | None) -> LockedError:
    error = LockedError(
        f"The timeline is open already: {holder or 'somebody has it'}",
        file=file,
        remedy=f"Close it there, or choose another file. If nobody has it open any more, remove {path}.",
    )
    error.elsewhere = holder is not None and holder.host != socket.gethostname()
    return error


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
