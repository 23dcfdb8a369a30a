"""CMX3600 edit decision lists read: what the adapter needs to be told, and what it leaves out.

An EDL says no frame rate. In a cut, source and record last equally long, and as their
timecodes pass seconds at different frames, mostly one rate only makes that true; where
several do, the caller is asked. Thirty-frame timecode is taken for 29.97, sixty for 59.94.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

from ..errors import ChoiceNeeded
from .otio_json import refused
from .timecode import exact_rate

_NTSC = Fraction(1000, 1001)
RATES = {24: Fraction(24), 25: Fraction(25), 30: 30 * _NTSC, 50: Fraction(50), 60: 60 * _NTSC}
"""Frames that timecode counts to → frames a second."""

_MOST_LINES = 50_000
_TIME = r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)"
_EVENT = re.compile(rf"^\s*(\d+)\s+\S.*?\s{_TIME}\s+{_TIME}\s+{_TIME}\s+{_TIME}\s*$")
_ANY_TIME = re.compile(r"(\d\d[:;.,]\d\d[:;.,]\d\d)[:;.,](\d\d)")


def read_edl(path: Path, rate: float | None = None) -> otio.schema.Timeline:
    """The timeline in the EDL `path`, its tracks where their record timecode says.

    Raises ChoiceNeeded when the rate can't be told, TimelineError; what the adapter raises
    is left to the caller.
    """
    data = path.read_bytes()
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:  # many editing programs still write their machine's own letters
        lines = data.decode("cp1252", "replace").splitlines()
    if len(lines) > _MOST_LINES:
        raise refused(f"The EDL has more than {_MOST_LINES:,} lines", path)
    lines = _with_drop_frame(lines)
    exact = exact_rate(rate) if rate else RATES[_counted(lines, path)]
    text = "\n".join(_with_retimes_told(lines))
    found = otio.adapters.read_from_string(text, "cmx_3600", rate=float(exact))
    _place_tracks(found, float(exact))
    for clip in found.find_clips():
        _name_media(clip)
    return found


def _with_drop_frame(lines: list[str]) -> list[str]:
    """The lines with each event's timecode written as what `FCM:` says of it: `;` for drop-frame."""
    out, record, source = [], None, False
    for line in lines:
        if line.startswith("FCM:"):
            source = "NON" not in line.upper()
            record = source if record is None else record
        elif _EVENT.match(line):
            drops = iter((source, source, bool(record), bool(record)))
            line = _ANY_TIME.sub(lambda time: _written(time, next(drops)), line)
        elif line.lstrip().startswith("M2"):
            line = _ANY_TIME.sub(lambda time: f"{time[1].replace(';', ':')}:{time[2]}", line)
        out.append(line)
    return out


def _written(time: re.Match, drop: bool) -> str:
    given = time[0][8] in ";.,"
    return f"{time[1]}{';' if drop or given else ':'}{time[2]}"


def _counted(lines: list[str], path: Path) -> int:
    """What the frames of the list's timecode count to. Raises ChoiceNeeded, TimelineError."""
    found = {at: match for at, line in enumerate(lines) if (match := _EVENT.match(line))}
    events = list(found.values())
    # The two lines of a transition share a number, and its first has no length.
    uses = Counter(match[1] for match in events)
    cuts = [_times(m) for at, m in found.items() if uses[m[1]] == 1 and not _is_retimed(lines, at)]
    times = [time for match in events for time in _times(match)]
    drop = any(time[3] for time in times)
    possible = [n for n in RATES if all(time[2] < n for time in times) and (not drop or n % 30 == 0)]
    if not possible or not times:
        raise refused("No frame rate fits the timecode in this EDL", path, "Export it again.")
    agree = {n: sum(_length(*cut[:2], n) == _length(*cut[2:], n) for cut in cuts) for n in possible}
    best = [n for n in possible if agree[n] == max(agree.values())]
    if len(best) > 1:
        choices = tuple(round(float(RATES[n]), 3) for n in best)
        raise ChoiceNeeded.between("An EDL doesn't say its frame rate, and these fit", "rate", choices, path)
    return best[0]


def _is_retimed(lines: list[str], at: int) -> bool:
    """Whether a speed change or a freeze stands among the comments below an event."""
    for line in lines[at + 1 :]:
        if line[:1].isdigit():
            return False
        if line.startswith("M2") or "FREEZE FRAME" in line:
            return True
    return False


def _with_retimes_told(lines: list[str]) -> list[str]:
    """The adapter heeds a speed only where source and record differ in length: −100 % does not.

    The length of a retimed event's source is not used otherwise, so it is given as none.
    """
    out = list(lines)
    for at, line in enumerate(lines):
        if _EVENT.match(line) and _is_retimed(lines, at):
            begin, end, *_ = _ANY_TIME.finditer(line)
            out[at] = f"{line[: end.start()]}{begin[0]}{line[end.end() :]}"
    return out


_Time = tuple[int, int, int, bool]


def _times(event: re.Match) -> list[_Time]:
    """An event's four timecodes: minutes, seconds, frames, whether drop-frame."""
    cells = event.groups()[1:]
    return [
        (60 * int(h) + int(m), int(s), int(f), sign != ":")
        for h, m, s, sign, f in (cells[i : i + 5] for i in range(0, 20, 5))
    ]


def _length(begin: _Time, end: _Time, counted: int) -> int:
    return _frames(end, counted) - _frames(begin, counted)


def _frames(time: _Time, counted: int) -> int:
    minutes, seconds, frames, drop = time
    dropped = counted // 15 * (minutes - minutes // 10) if drop else 0
    return (60 * minutes + seconds) * counted + frames - dropped


def _place_tracks(found: otio.schema.Timeline, rate: float) -> None:
    """Begin the timeline at its first event and each track at its own, pictures before sound.

    The adapter hides where a track begins in a source range that begins before it.
    """
    tracks = sorted(found.tracks, key=lambda track: track.kind != "Video")
    del found.tracks[:]
    begins = [-track.source_range.start_time.value if track.source_range else 0.0 for track in tracks]
    start = min(begins, default=0.0)
    found.global_start_time = RationalTime(start, rate)
    for track, begin in zip(tracks, begins, strict=True):
        track.source_range = None
        if begin > start:
            track.insert(0, otio.schema.Gap(duration=RationalTime(begin - start, rate)))
        found.tracks.append(track)


def _name_media(clip: otio.schema.Clip) -> None:
    """Avid and Resolve name the file in a comment of their own, or call the clip by it."""
    if not isinstance(clip.media_reference, otio.schema.MissingReference):
        return
    comments = clip.metadata.get("cmx_3600", {}).get("comments", ())
    said = (re.fullmatch(r"SOURCE FILE:\s*(.+)", comment) for comment in comments)
    name = next((found[1].strip() for found in said if found), "")
    if not name and re.search(r"\.[A-Za-z0-9]{2,4}$", clip.name):
        name = clip.name
    if name:
        clip.media_reference = otio.schema.ExternalReference(name)
