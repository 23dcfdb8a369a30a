"""What a thread is asked for, where only the newest wish counts."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Holds one wish at the most; a new one takes the place of what is not yet taken."""

    def __init__(self) -> None:
        self._wish: T | None = None
        self._new, self._closed = threading.Condition(), False

    def put(self, wish: T) -> T | None:
        """Leave a wish; gives the one that it replaces."""
        with self._new:
            replaced, self._wish = self._wish, wish
            self._new.notify()
            return replaced

    def take(self) -> T | None:
        """Wait for a wish and take it; None once it is closed."""
        with self._new:
            self._new.wait_for(lambda: self.waits or self._closed)
            wish, self._wish = self._wish, None
            return None if self._closed else wish

    @property
    def waits(self) -> bool:
        """Whether a wish is there."""
        return self._wish is not None

    def close(self) -> None:
        """Let whoever waits go."""
        with self._new:
            self._closed = True
            self._new.notify()
