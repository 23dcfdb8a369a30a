"""CMX3600 edit decision list of the audio tracks: one event for each clip.

The standard knows A and A2; what follows is numbered on (A3, A4 …), as Avid's and
Resolve's lists do. Reels are eight letters at most, so the whole file name stands in a
comment below its event.
"""

from __future__ import annotations

import re

from opentimelineio.opentime import RationalTime, to_timecode

from ..errors import TimelineError
from ..provenance import sentence
from .flat import Flat, FlatClip
from .timecode import exact_rate

_REEL = 8


def edl(flat: Flat) -> str:
    """The EDL. Raises TimelineError at a rate that has no timecode."""
    clock = _Clock(flat)
    reels = _Reels()
    lines = [f"TITLE: {flat.name}", f"FCM: {'DROP FRAME' if flat.drop_frame else 'NON-DROP FRAME'}"]
    events = [
        (clip.record.start_time, number, clip)
        for number, track in enumerate(flat.of_kind("Audio"), 1)
        for clip in track.clips
        if clip.enabled
    ]
    for event, (start, track, clip) in enumerate(sorted(events, key=lambda one: one[:2]), 1):
        lines += ["", *_event(event, track, clip, flat.start + start, reels.of(clip), clock)]
    return "\n".join(lines) + "\n"


def _event(number: int, track: int, clip: FlatClip, record: RationalTime, reel: str, clock: _Clock):
    length, rate = clip.record.duration, clip.source.rate
    used = RationalTime(max(1, round(length.value * abs(clip.speed))), rate) if clip.speed != 1 else length
    first = clip.source if clip.speed >= 0 else clip.source - used
    times = (first, first + used, record, record + length)
    channel = "A" if track == 1 else f"A{track}"
    yield f"{number:03d}  {reel:<{_REEL}} {channel:<5} C        {' '.join(map(clock.text, times))}"
    if clip.speed != 1:
        speed = clip.speed * round(exact_rate(rate))  # in frames a second
        yield f"M2   {reel:<{_REEL}}   {speed:06.1f}   {clock.text(first)}"
    yield f"* FROM CLIP NAME: {clip.name}"
    if clip.file or clip.url:
        yield f"* SOURCE FILE: {clip.file.name if clip.file else clip.url.rsplit('/', 1)[-1]}"
    if clip.ours:
        yield f"* {sentence(clip.ours.get('provenance', {}))}"


class _Clock:
    """Timecode of the list's rate; a day later it begins again."""

    def __init__(self, flat: Flat) -> None:
        exact = exact_rate(flat.rate)
        self._rate, self._nominal, self._drop = float(exact), round(exact), flat.drop_frame
        # Two numbers a minute but every tenth are dropped: 108 an hour at 29.97.
        self._day = 24 * (3600 * self._nominal - (108 * (self._nominal // 30) if self._drop else 0))
        try:
            to_timecode(RationalTime(0, self._rate), self._rate)
        except ValueError as error:
            raise TimelineError(
                f"There is no timecode at {flat.rate:g} frames a second, so no EDL",
                remedy="Export as .otio or .xml.",
            ) from error

    def text(self, time: RationalTime) -> str:
        frames = round(time.value) % self._day
        if self._drop:
            return to_timecode(RationalTime(frames, self._rate), self._rate, True)
        # OTIO begins a new day too early for non-drop timecode at 29.97.
        whole, frame = divmod(frames, self._nominal)
        return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}:{frame:02d}"


class _Reels:
    """A name of eight letters and digits for each file, the same one each time."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, clip: FlatClip) -> str:
        source = clip.url or clip.name
        if source not in self._known:
            stem = clip.file.stem if clip.file else clip.name
            wanted = re.sub(r"[^A-Z0-9]", "", stem.upper())[:_REEL] or "AX"
            taken, number, reel = set(self._known.values()), 1, wanted
            while reel in taken:
                number += 1
                reel = f"{wanted[: _REEL - len(str(number))]}{number}"
            self._known[source] = reel
        return self._known[source]
