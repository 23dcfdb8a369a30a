"""Lines of a script on the timeline: by their own times, or over a storyboard's panels.

The panels are the clips of the picture track that has most of them (titles and burn-ins lie
on others). Where clips are named for scenes (`SC12_SH040`, `12A_3`, `KITCHEN_02`), a scene's
lines lie over its own panels, else all lies over all. Each line begins with a panel as long as
that leaves room for the rest, is as long as it is naturally spoken, and never overlaps another
of its character.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..script.script_lines import ScriptLine, Skipped, shortened
from .clips import ClipView, start_time, timeline_duration, timeline_rate
from .cues import Cue
from .timecode import at_rate, from_seconds, seconds

PAUSE = 0.25
"""Seconds from the end of a line to the next one that no panel begins."""
PRESSED = 1.6
"""Times its natural speed a line may be spoken where there is no room left."""

_SCENE = re.compile(r"(?<![A-Z0-9])(?:SCENE|SCN|SC|SEQ|SQ|S)[\s_.-]{0,3}0*(\d+[A-Z]?)(?![A-Z0-9])")
_LEADING = re.compile(r"0*(\d+[A-Z]?)[\s_.-]+\d")
_INSIDE = re.compile(r"^[.]?(INT|EXT|EST|I/E)[./ ]+(INT|EXT)?[./ ]*", re.IGNORECASE)

Placed = tuple[ScriptLine, TimeRange]


def storyboard_panels(views: Sequence[ClipView]) -> tuple[ClipView, ...]:
    """The enabled clips of the picture track that has most of them, the topmost of equals."""
    tracks: dict[int, list[ClipView]] = {}
    for view in views:
        if view.kind == "Video" and view.enabled:
            tracks.setdefault(view.track, []).append(view)
    fullest = max(tracks.items(), key=lambda one: (len(one[1]), one[0]), default=(0, []))[1]
    panels: list[ClipView] = []
    for view in sorted(fullest, key=lambda view: view.record.start_time.value):
        if not panels or view.record.start_time >= panels[-1].record.end_time_exclusive():
            panels.append(view)
    return tuple(panels)


def lay_lines(
    lines: Sequence[ScriptLine],
    panels: Sequence[ClipView],
    cues: Sequence[Cue],
    length: Callable[[str], float],
) -> tuple[tuple[Placed, ...], tuple[Skipped, ...]]:
    """Where each line lies, and which of them found no room.

    `length` gives the seconds that a text takes. A line that is among `cues` already is not
    laid again; the ones after it go on behind that cue.
    """
    there = _already_there(lines, cues)
    taken = _Taken(cues)
    placed: list[Placed] = []
    left: list[Skipped] = []
    for group, its_panels in _groups(lines, panels):
        lane = _Lane(its_panels, taken, length)
        for index, range_ in lane.lay(lines, group, there):
            if range_ is None:
                why = "no picture is left" if its_panels else "no clip is named for its scene"
                left.append(Skipped(lines[index].row, f"{why} for “{shortened(lines[index].text)}”"))
            else:
                placed.append((lines[index], range_))
    left += [Skipped(lines[i].row, f"“{shortened(lines[i].text)}” is there already") for i in there]
    return tuple(placed), tuple(sorted(left, key=lambda one: one.row))


def place_timed(
    lines: Sequence[ScriptLine], timeline: otio.schema.Timeline
) -> tuple[tuple[Placed, ...], tuple[Skipped, ...]]:
    """Lines that have times, in whole frames, a character's overlaps cut off.

    Subtitles count from the first frame, or are record timecode; the latter where all begin
    at the global start time or later and that is an hour or more, or they don't fit else.
    """
    rate, length = timeline_rate(timeline), float(seconds(timeline_duration(timeline)))
    origin, placed, skipped = _origin(lines, timeline, length), [], []
    until: dict[str, RationalTime] = {}
    for line in sorted(lines, key=lambda line: line.start):
        start, end = (from_seconds(time - origin, rate) for time in (line.start, line.end))
        start = max(start, until.get(line.character, start)) if line.character else start
        said = f"“{shortened(line.text)}”"
        if line.start - origin < 0:
            skipped.append(Skipped(line.row, f"{said} starts before the timeline"))
        elif 0 < length <= line.start - origin:
            skipped.append(Skipped(line.row, f"{said} starts after the timeline's end"))
        elif line.character and end <= start and line.character in until:
            skipped.append(Skipped(line.row, f"{said} is spoken while {line.character} still speaks"))
        else:
            end = until[line.character] = max(end, start + RationalTime(1, rate))
            placed.append((line, TimeRange(start, end - start)))
    return tuple(placed), tuple(sorted(skipped, key=lambda one: one.row))


def _origin(lines: Sequence[ScriptLine], timeline: otio.schema.Timeline, length: float) -> float:
    """What the clock of the subtitles shows at the timeline's first frame."""
    first = min((line.start for line in lines), default=0.0)
    last = max((line.end for line in lines), default=0.0)
    start = start_time(timeline)
    # Subtitles have real seconds behind a timecode's hours, which at 23.976 are longer.
    frames = round(start.rate)
    clock = start.value / frames if frames else 0.0
    if first < clock or not clock:
        return 0.0
    return clock if clock >= 3600 or last > length else 0.0


def _already_there(lines: Sequence[ScriptLine], cues: Sequence[Cue]) -> dict[int, Cue]:
    """Lines (by their place) that are cues already: as often as these are there, in order."""
    known: dict[tuple[str, str], list[Cue]] = {}
    for cue in sorted(cues, key=lambda cue: seconds(cue.range.start_time), reverse=True):
        if cue.kind == "dialogue":
            known.setdefault((cue.character, cue.text), []).append(cue)
    there = {}
    for index, line in enumerate(lines):
        if found := known.get((line.character, line.text)):
            there[index] = found.pop()
    return there


# --- scenes ---


def _groups(
    lines: Sequence[ScriptLine], panels: Sequence[ClipView]
) -> Iterator[tuple[list[int], list[ClipView]]]:
    """Lines (by their place) that belong together, and the panels that they lie over."""
    of_line, of_panel = _labels(lines, panels)
    named = set(of_panel) - {""}
    groups = [
        (label, list(indices))
        for label, indices in groupby(
            range(len(lines)), key=lambda i: of_line[i] if of_line[i] in named else ""
        )
    ]
    after = 0
    for place, (label, indices) in enumerate(groups):
        mine = [i for i, panel in enumerate(of_panel) if panel == label]
        if not label:  # between the panels of the scenes before and behind
            following = next((one for one, _ in groups[place + 1 :] if one), None)
            before = of_panel.index(following) if following else len(panels)
            mine = [i for i in mine if after <= i < before]
        if mine:
            after = max(after, mine[-1] + 1)
        yield indices, [panels[i] for i in mine]


def _labels(
    lines: Sequence[ScriptLine], panels: Sequence[ClipView]
) -> tuple[list[str], list[str]]:
    """The scene of each line and of each panel, empty where it isn't known."""
    written = any(line.scene for line in lines)
    of_line = [_number(line.scene if written else str(line.heading or "")) for line in lines]
    wanted, names = set(of_line) - {""}, [panel.name.upper() for panel in panels]
    for pattern, enough in ((_SCENE.search, 1), (_LEADING.match, (len(wanted) + 1) // 2)):
        found = [match[1] if (match := pattern(name)) else "" for name in names]
        if len(wanted & set(found)) >= max(enough, 1):
            return of_line, [label if label in wanted else "" for label in found]
    places = _places(lines)
    of_line = [places.get(line.heading, "") for line in lines]
    plain = [_letters(name) for name in names]
    return of_line, [next((p for p in places.values() if p in name), "") for name in plain]


def _places(lines: Sequence[ScriptLine]) -> dict[int, str]:
    """`INT. TREE HOUSE - DAY` as `TREEHOUSE`, by heading; only of places with one scene."""
    named = {line.heading: line.place for line in lines if line.place}
    plain = {i: _letters(_INSIDE.sub("", place).split(" - ")[0]) for i, place in named.items()}
    every = list(plain.values())
    return {i: name for i, name in plain.items() if len(name) > 3 and every.count(name) == 1}


def _number(scene: str) -> str:
    return scene.upper().strip(". ").lstrip("0")


def _letters(name: str) -> str:
    return "".join(character for character in name.upper() if character.isalnum())


# --- room ---


class _Taken:
    """When each character speaks, in frames."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._spans: dict[str, list[tuple[float, float]]] = {}
        for cue in cues:
            if cue.kind == "dialogue":
                self.add(cue.character, *_frames(cue.range, cue.range.start_time.rate))

    def add(self, character: str, start: float, end: float) -> None:
        insort(self._spans.setdefault(character, []), (start, end))

    def free_from(self, character: str, start: float, length: float) -> float:
        """The first frame from `start` on with `length` frames of silence."""
        for begin, end in self._spans.get(character, ()):
            if begin < start + length and start < end:
                start = end
        return start


@dataclass
class _Stretch:
    """Panels without a gap between them, in frames."""

    start: float
    end: float


class _Lane:
    """The panels of one scene, and how far they are used."""

    def __init__(
        self, panels: Sequence[ClipView], taken: _Taken, length: Callable[[str], float]
    ) -> None:
        self._taken, self._length = taken, length
        self.rate = panels[0].record.start_time.rate if panels else 24.0
        self._starts: list[float] = []
        self._stretches: list[_Stretch] = []
        for panel in panels:
            start, end = _frames(panel.record, self.rate)
            self._starts.append(start)
            if self._stretches and self._stretches[-1].end == start:
                self._stretches[-1].end = end
            else:
                self._stretches.append(_Stretch(start, end))
        self._at = self._starts[0] if panels else 0.0

    def lay(
        self, lines: Sequence[ScriptLine], group: Sequence[int], there: Mapping[int, Cue]
    ) -> Iterator[tuple[int, TimeRange | None]]:
        """(place of the line, its range) of each line that is to be laid; None: no room."""
        pause = round(PAUSE * self.rate)
        needs = {i: max(1, ceil(self._length(lines[i].text) * self.rate)) for i in group if i not in there}
        longest = max((one.end - one.start for one in self._stretches), default=0.0)
        hopeless = {i for i, need in needs.items() if ceil(need / PRESSED) > longest}
        wait = {i: 0 if i in hopeless else need + pause for i, need in needs.items()}
        rest, before = sum(wait.values()) - pause, self._at
        for index in group:
            if index in there:
                before, end = _frames(there[index].range, self.rate)
            else:
                together = lines[index].beside
                start = before if together else self._begin(rest)
                rest -= wait[index]
                found = self._fit(lines[index].character, start, needs[index])
                if found is None:
                    yield index, None
                    continue
                before, end = found
                self._taken.add(lines[index].character, before, end)
                yield index, _range(before, end, self.rate)
            self._at = max(self._at, end + pause)

    def _begin(self, rest: float) -> float:
        """The next panel's start, if all that is still to be said has room from there."""
        next_panel = bisect_left(self._starts, self._at)
        if next_panel < len(self._starts) and self._room(self._starts[next_panel]) >= rest:
            return self._starts[next_panel]
        return self._at

    def _room(self, start: float) -> float:
        return sum(max(0.0, one.end - max(one.start, start)) for one in self._stretches)

    def _fit(self, character: str, start: float, need: float) -> tuple[float, float] | None:
        """The first stretch with room for the line; else one where it can be pressed into."""
        for least in (need, ceil(need / PRESSED)):
            for stretch in self._stretches:
                begin = self._taken.free_from(character, max(start, stretch.start), least)
                if begin + least <= stretch.end:
                    return begin, min(begin + need, stretch.end)
        return None


def _frames(range_: TimeRange, rate: float) -> tuple[float, float]:
    start, duration = at_rate(range_.start_time, rate), at_rate(range_.duration, rate)
    return start.value, start.value + duration.value


def _range(start: float, end: float, rate: float) -> TimeRange:
    return TimeRange(RationalTime(start, rate), RationalTime(end - start, rate))
