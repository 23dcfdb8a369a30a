"""Voices heard at a click, one at a time: from the cache, or made in the background first."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QTimer, Signal
from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices

from ...engine.audition import audition
from ...engine.queue import Job, JobQueue
from ...engine.request import SAMPLE_RATE, Sampling
from ...errors import StudioError
from ...media.sound import read_sound
from ..background import Background
from ..model import StudioModel
from ..preferences import Preferences

RECORDINGS = (".wav", ".flac", ".aif", ".aiff", ".mp3", ".m4a")
_REST = 60_000  # ms without an audition after which the model's process ends


class Auditions(QObject):
    """Makes and plays auditions. A process of its own: a voice is not heard after forty cues.

    `voice` is the one that is being made or heard, or empty; `fraction` how much of it is made.

    Signals:
        changed(): another voice, or more of it is made.
        failed(object): a StudioError.
    """

    changed = Signal()
    failed = Signal(object)
    _told = Signal(object)

    def __init__(self, model: StudioModel, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model, self.preferences = model, preferences
        self.voice, self.fraction, self.heard = "", 0.0, Path()
        self._queue: JobQueue | None = None
        self._job, self._sink, self._sound = "", None, None
        self._files = Background(self)
        self._files.ready.connect(self._play_read)
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._end_process)
        self._told.connect(self._progressed)

    def play(self, character: str, voice: str) -> None:
        """Hear `voice`, a name or a WAV's path, in place of what is being made or heard."""
        self.stop()
        if is_recording(voice):
            self._begin(voice, self.model.path.parent / voice)
            return
        try:
            folder = self.preferences.settings.cache() / "auditions"
            request, order = audition(self.model.project, character, voice, folder, self._sampling())
            if order.path.is_file():
                self._begin(voice, order.path)
                return
            self.voice = voice
            self._queue = self._queue or self._new_queue()
            self._job = self._queue.submit(request, order).id
            self._rest.stop()
        except StudioError as error:
            self.voice = ""
            self.failed.emit(error)
        self.changed.emit()

    def stop(self) -> None:
        """Make and play nothing more."""
        if self._queue and self._job:
            self._queue.cancel(self._job)
        if self._sink:
            self._sink.stop()
            self._sink = None
        self._job, self.voice, self.fraction, self.heard = "", "", 0.0, Path()
        self._rest.start()
        self.changed.emit()

    @property
    def making(self) -> bool:
        """Whether the voice is still being made."""
        return bool(self._job)

    def close(self) -> None:
        """End everything."""
        self.stop()
        self._rest.stop()
        self._end_process()
        self._files.close()

    def _sampling(self) -> Sampling:
        return Sampling(self.preferences.settings.models["dialogue"])

    def _new_queue(self) -> JobQueue:
        chosen = self.preferences.settings
        return JobQueue(chosen.device, self._event, chosen.threads, chosen.polite)

    def _event(self, job: Job) -> None:
        try:
            self._told.emit(job)  # from the queue's thread
        except RuntimeError:
            pass  # the window is gone

    def _progressed(self, job: Job) -> None:
        if job.id != self._job:
            return
        self.fraction = job.fraction
        if job.is_over:
            self._job = ""
            self._rest.start()
        if job.state == "done":
            self._begin(self.voice, job.order.path)
        elif job.is_over:
            self.voice = ""
            if job.error:
                self.failed.emit(job.error)
        self.changed.emit()

    def _begin(self, voice: str, path: Path) -> None:
        """Read the file on another thread, then play it."""
        self.voice, self.heard, self.fraction = voice, path, 1.0
        self._play_read()
        self.changed.emit()

    def _play_read(self) -> None:
        if self._job or self.heard == Path() or self._sink:
            return
        sound = self._files.get(self.heard, partial(read_sound, self.heard, channels=2))
        if sound is None:
            return
        if sound is False:
            self.voice = ""
            self.changed.emit()
            self.failed.emit(StudioError("The voice can't be heard", file=self.heard, remedy="Choose another file."))
            return
        self._sound_out(np.asarray(sound))

    def _sound_out(self, sound: np.ndarray) -> None:
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            self._over()
            return
        pcm = (np.clip(sound, -1, 1) * 32767).astype(np.int16)  # [samples, 2]
        wanted = QAudioFormat()
        wanted.setSampleRate(SAMPLE_RATE)
        wanted.setChannelCount(2)
        wanted.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        self._sound = QBuffer(self)
        self._sound.setData(QByteArray(pcm.tobytes()))
        self._sound.open(QIODevice.OpenModeFlag.ReadOnly)
        self._sink = QAudioSink(device, wanted, self)
        self._sink.start(self._sound)
        QTimer.singleShot(round(1000 * len(pcm) / SAMPLE_RATE) + 300, self._sink, self._over)

    def _over(self) -> None:
        self._sink, self.voice = None, ""
        self.changed.emit()

    def _end_process(self) -> None:
        if self._queue:
            self._queue.close()
            self._queue = None


def is_recording(voice: str) -> bool:
    """Whether a character's voice is a file and not a name."""
    return Path(voice).suffix.lower() in RECORDINGS
