"""Decoded sound kept in memory: the same second is decoded once, however often it is heard."""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np

from ..errors import MediaError
from .sound import read_sound

RATE = 48_000
_BLOCK = RATE  # samples decoded at a time
_JOINT = RATE // 50  # samples over which one block fades into the next


class SoundCache:
    """Stereo sound at 48 kHz of any files. May be asked from any thread.

    Each block is decoded a little too long and fades into the next: a decoder that began
    elsewhere gives samples that differ a little, which would click. `blocks` of 380 kB are kept.
    """

    def __init__(self, blocks: int = 160) -> None:
        self._kept: OrderedDict[tuple[str, int], np.ndarray] = OrderedDict()
        self._most, self._lock = blocks, threading.Lock()

    def read(self, media: str, start: int, count: int) -> np.ndarray:
        """float32 [count, 2] from sample `start` on; silence where the file has none or is missing."""
        out = np.zeros((count, 2), np.float32)
        first = max(0, start)
        while first < start + count:
            index, within = divmod(first, _BLOCK)
            piece = self._block(media, index)[within : min(_BLOCK, within + start + count - first)]
            out[first - start :][: len(piece)] = self._joined(media, index, within, piece)
            first += len(piece)
        return out

    def forget(self) -> None:
        """Decode all anew: files may have changed."""
        with self._lock:
            self._kept.clear()

    def _joined(self, media: str, index: int, within: int, piece: np.ndarray) -> np.ndarray:
        with self._lock:
            before = self._kept.get((media, index - 1))
        count = min(len(piece), _JOINT - within)
        if before is None or count <= 0:
            return piece
        fade = ((within + np.arange(count)) / _JOINT).astype(np.float32)[:, None]
        piece = piece.copy()
        piece[:count] = piece[:count] * fade + before[_BLOCK + within :][:count] * (1 - fade)
        return piece

    def _block(self, media: str, index: int) -> np.ndarray:
        key = media, index
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        length = _BLOCK + _JOINT
        block = np.zeros((length, 2), np.float32)
        try:
            sound = read_sound(media, index * _BLOCK / RATE, length / RATE, RATE, 2)[:length]
        except MediaError:
            return block  # not kept: it may come back
        block[: len(sound)] = sound
        with self._lock:
            self._kept[key] = block
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return block
