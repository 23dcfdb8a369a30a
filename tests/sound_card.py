"""A sound card that the tests pull at, at whatever rate and with whatever stalls they wish.

It is what lies behind the window's code: it takes samples as a device does, in periods, and
keeps what was heard, so that a test can tell which sample was heard when.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

RATE = 48_000


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SoundCard:
    """An output for the player. `drift` is how much faster than 48 kHz its crystal runs.

    It holds `buffer` seconds that are not heard yet and takes them in periods of `period`
    seconds. What it says it has played goes in the same steps, as it does for real devices.
    """

    works = True

    def __init__(self, monitor, clock: Callable[[], float], drift=0.0, buffer=0.04, period=0.01) -> None:
        from vssflow_studio.ui.viewer.monitor import SteadyClock

        self.monitor, self.drift, self.period = monitor, drift, period
        self.begun, self.played, self.stalled_until = monitor.pulled, 0.0, 0.0
        self.clock, self.then, self._steady = clock, clock(), SteadyClock(clock)
        self.buffer, self.heard_samples = round(buffer * RATE), []
        self._fill()

    def _fill(self) -> None:
        step = round(self.period * RATE)
        while self.monitor.pulled - self.begun - int(self.played) < self.buffer:
            self.heard_samples.append(self.monitor.pull(step))

    def advance(self) -> None:
        """Play until now."""
        now = self.clock()
        if now > self.stalled_until:
            begin = max(self.then, self.stalled_until)
            self.played += (now - begin) * RATE * (1 + self.drift)
        self.then = now
        self._fill()

    def heard(self) -> float:
        """What the player is told: what the device says, made even."""
        steps = self.period * RATE
        return self.begun + self._steady.at((self.played // steps) * steps / RATE) * RATE

    @property
    def position(self) -> float:
        """The sample that really is heard."""
        return self.begun + self.played

    def sound(self) -> np.ndarray:
        """int16 [samples, 2] of all that was taken."""
        return np.concatenate(self.heard_samples)

    def close(self) -> None:
        """Nothing to do."""


def counting_sound(path, seconds: float) -> None:
    """Sample n is n modulo 30000, so that what is heard tells where it stands in the file."""
    import soundfile

    soundfile.write(path, (np.arange(round(seconds * RATE)) % 30_000).astype(np.int16), RATE, subtype="PCM_16")


def cut_of(path, seconds: float, rate: float):
    import opentimelineio as otio
    from opentimelineio.opentime import RationalTime, TimeRange

    timeline = otio.schema.Timeline("cut")
    timeline.global_start_time = RationalTime(0, rate)
    range_ = TimeRange(RationalTime(0, rate), RationalTime(round(seconds * rate), rate))
    track = otio.schema.Track("A1", kind="Audio")
    track.append(otio.schema.Clip("sound", otio.schema.ExternalReference(str(path), range_), range_))
    timeline.tracks.append(track)
    return timeline


def played_in_sync(folder, seconds: float, rate: float, drift: float, stall: float, step=0.005):
    """(worst error in frames, samples heard that stand elsewhere than they should).

    The real player and programme, `step` seconds of an injected clock at a time, as fast as it goes.
    """
    import opentimelineio as otio
    import shiboken6
    from PySide6.QtCore import QObject

    from vssflow_studio.ui import model as models
    from vssflow_studio.ui.viewer.player import Player

    counting_sound(folder / "count.wav", seconds + 1)
    otio.adapters.write_to_file(cut_of(folder / "count.wav", seconds + 1, rate), str(folder / "cut.otio"))
    model, clock, cards = models.StudioModel(), Clock(), []
    model.open(folder / "cut.otio")

    def opened(monitor, at):
        cards.append(SoundCard(monitor, at, drift))
        return cards[-1]

    owner = QObject()  # as the window is: what Python collects, it may collect on another thread
    player = Player(model, owner, clock, opened)
    player.toggle()
    _until(lambda: player._programme.waiting >= RATE // 4)
    player._begin(player._request)
    (card,), worst, exact = cards, 0.0, float(player._exact_rate())
    if stall:
        card.stalled_until = clock.now + stall
    for index in range(round(seconds / step)):
        clock.now += step
        if stall and index and index % round(2 / step) == 0:
            card.stalled_until = clock.now + stall
        _until(lambda: player._programme.waiting >= RATE // 10 or player._programme._next >= player._programme._total)
        card.advance()
        player.tick()
        heard = max(0.0, (card.position - player._base) / RATE) * exact
        worst = max(worst, heard - (model.playhead.value + 1), model.playhead.value - heard)
    base = player._base
    player.close()
    shiboken6.delete(owner)
    return worst, wrong_samples(card.sound()[base:])


def _until(true) -> None:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.0005)


def wrong_samples(sound: np.ndarray) -> int:
    """How many samples don't stand where they should, but for the fade at the end."""
    sound = sound[: -RATE // 4, 0].astype(int)
    wanted = np.arange(len(sound)) % 30_000
    return int((np.abs(sound - wanted) > 2).sum())
