"""The picture at any second of a file, decoded on a thread of its own."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import av
import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from ...errors import StudioError
from ...image_sequence import as_sequence
from ...media.span import Span
from ...media.video import as_shown, aspect_of, frames_at, opened, origin_of, picture_stream, shown_size, without_combs
from .latest import Latest

_KEPT = 24  # decoded frames kept, so that playing backwards decodes each stretch once
_PATIENCE = 0.15  # seconds that decoding may take while the next frame is wanted already
_NEAR, _FAR = 1.0, 12.0  # seconds ahead up to which decoding on is shorter than a seek; when late
_LARGEST = 960  # pixels of a picture's width in the viewer


class FrameReader(QObject):
    """Decodes the one frame that is wanted most recently, on a thread of its own.

    `replaced` counts the frames that were wanted and never shown.

    Signals:
        shown(QImage): the picture; a null image where there is none.
        failed(str): media that can't be decoded.
    """

    shown = Signal(QImage)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.replaced = 0
        self._wanted: Latest[tuple[str, float]] = Latest()
        self._asked: tuple[str, float] | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True, name="frames")
        self._thread.start()

    def want(self, media: str, second: float) -> None:
        """Show this next; what was wanted before and is not yet shown is dropped, and counted.

        What is shown already, or about to be, is left as it is: most edits change no picture.
        """
        if self._asked == (media, second):
            return
        self._asked = media, second
        self.replaced += self._wanted.put((media, second)) not in (None, (media, second))

    def close(self) -> None:
        """End the thread."""
        self._wanted.close()
        self._thread.join(timeout=2)

    def _serve(self) -> None:
        media, frames = "", None
        while wanted := self._wanted.take():
            name, second = wanted
            image, unreadable = QImage(), False
            if name:
                try:
                    if name != media or frames is None or not frames.has_near(second):
                        frames, media = Stills(name) if as_sequence(name) else Frames(name, second), name
                    image = frames.at(second, self._in_time())
                except (StudioError, av.FFmpegError):
                    frames, unreadable, self._asked = None, True, None
            try:
                self.shown.emit(image)
                if unreadable:
                    self.failed.emit(name)
            except RuntimeError:
                return

    def _in_time(self) -> Callable[[], bool]:
        """For how long to decode on: until another frame is wanted and this one took long."""
        until = time.monotonic() + _PATIENCE
        return lambda: not self._wanted.waits or time.monotonic() < until


class Frames:
    """A file decoded forwards from the keyframe before `second`. Raises MediaError.

    Where the machine can't keep up, frames that no other needs are left out until it does.
    """

    def __init__(self, media: str, second: float) -> None:
        self._opened = opened(media)
        self._container = self._opened.__enter__()
        self._stream = picture_stream(self._container)
        self._recent: deque = deque(maxlen=_KEPT)
        self._late = False
        self._ended = self._stream is None
        if self._stream is None:
            return
        self._stream.thread_type = "AUTO"
        self._aspect = aspect_of(self._stream)
        self._origin = origin_of(self._stream)
        target = int((second + self._origin) / self._stream.time_base)
        self._container.seek(max(0, target), stream=self._stream, backward=True)
        self._decoder = self._container.decode(self._stream)

    def has_near(self, second: float) -> bool:
        """Whether decoding on from here, or what is kept, is the short way to `second`."""
        if not self._recent:
            return self._ended
        reach = _FAR if self._late else _NEAR
        return self._time(self._recent[0]) <= second + 1e-4 and second < self._time(self._recent[-1]) + reach

    def at(self, second: float, in_time: Callable[[], bool] = lambda: True) -> QImage:
        """The picture seen at `second`; the first one before it, the last one after it.

        What is decoded when `in_time` no longer holds is shown in its place.
        """
        late = False
        while not self._ended and (not self._recent or self._time(self._recent[-1]) <= second + 1e-4):
            if self._recent and not in_time():
                late = True
                break
            frame = next(self._decoder, None)
            if frame is None:
                self._ended = True
            else:
                self._recent.append(frame)
        self._set_late(late)
        shown = next((f for f in reversed(self._recent) if self._time(f) <= second + 1e-4), None)
        shown = shown or next(iter(self._recent), None)
        return QImage() if shown is None else _to_image(without_combs(shown), self._aspect)

    def _set_late(self, late: bool) -> None:
        if late != self._late and not self._ended:
            self._late = late
            self._stream.codec_context.skip_frame = "NONREF" if late else "DEFAULT"

    def _time(self, frame) -> float:
        return float((frame.pts or 0) * self._stream.time_base) - self._origin


class Stills:
    """Numbered pictures, each opened when it is wanted."""

    def __init__(self, media: str) -> None:
        self._media = media

    def has_near(self, second: float) -> bool:
        """Always: no picture needs another."""
        return True

    def at(self, second: float, in_time: Callable[[], bool] = lambda: True) -> QImage:
        """The picture seen at `second`. Raises MediaError."""
        span = Span(self._media, second, 0.0, 0.0)
        return _to_image(next(frames_at(self._media, [second], span)))


def _to_image(frame, aspect: float = 1.0) -> QImage:
    """A picture of square pixels; `aspect` is the width of the frame's pixels to their height."""
    tall, wide = shown_size(frame, aspect)
    scale = min(1.0, _LARGEST / wide)
    width, height = (max(2, round(side * scale / 2) * 2) for side in (wide, tall))
    pixels = np.ascontiguousarray(as_shown(frame, (height, width)))
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
