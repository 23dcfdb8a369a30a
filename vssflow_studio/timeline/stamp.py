"""Whether a file is still the one that was read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """What a file was: bytes, modification time in nanoseconds, and a hash of its content."""

    size: int
    modified: int
    digest: str

    def still_true(self, path: Path) -> bool:
        """Whether `path` holds what it held. False when it is gone.

        The content is only read when the time has changed: a copy, a sync or a touch
        changes nothing that matters.
        """
        try:
            now = os.stat(path)
            if (now.st_size, now.st_mtime_ns) == (self.size, self.modified):
                return True
            return now.st_size == self.size and _digest(path) == self.digest
        except OSError:
            return False


def stamp(path: Path) -> Stamp | None:
    """The stamp of `path` as it is now; None where there is no file that can be read."""
    try:
        now = os.stat(path)
        return Stamp(now.st_size, now.st_mtime_ns, _digest(path))
    except OSError:
        return None


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
