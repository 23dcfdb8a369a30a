"""Clips and cues ordered by time, so that a painting looks only at what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import is_
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from ...timeline.adjustments import original_name
from ...timeline.clips import ClipView
from ...timeline.cues import KINDS, Cue, Kind
from ..model import StudioModel

OFFLINE, DISABLED = 1, 2


class Spans:
    """`items` by their starts, with `starts` and `ends` in frames as arrays; they may overlap."""

    def __init__(self, placed: Iterable[tuple[float, float, object]]) -> None:
        ordered = sorted(placed, key=lambda one: one[0])
        self.items = [item for _, _, item in ordered]
        self.starts = np.array([start for start, _, _ in ordered], float)
        self.ends = np.array([end for _, end, _ in ordered], float)
        self._reach = np.maximum.accumulate(self.ends) if ordered else self.ends

    def between(self, first: float, last: float) -> slice:
        """Those that may show between two frames: all that do, and few others."""
        low = int(np.searchsorted(self._reach, first, "left"))
        return slice(low, int(np.searchsorted(self.starts, last, "right")))

    def over(self, first: float, last: float) -> list:
        """The items that share time with a stretch."""
        part = self.between(first, last)
        return [
            self.items[i] for i in range(part.start, part.stop) if self.ends[i] >= first and self.starts[i] <= last
        ]


class Source(NamedTuple):
    """What of its file a clip shows, as `ClipView` has it, in plain seconds."""

    media: str | None
    start: float
    lasts: float
    speed: float


@dataclass(frozen=True)
class Lane:
    """The clips of a track. `styles` tells which are offline or disabled, `cue_ids` whose take one is."""

    spans: Spans
    styles: np.ndarray
    cue_ids: tuple[str, ...]
    has_takes: bool
    _sources: dict[int, Source] = field(default_factory=dict)

    def source(self, index: int) -> Source:
        """What of its file a clip shows; worked out when it is first seen."""
        known = self._sources.get(index)
        if known is None:
            view = self.spans.items[index]
            media = str(view.media) if view.media is not None else None
            known = Source(media, float(view.media_start), float(view.media_duration), view.speed)
            self._sources[index] = known
        return known


def clip_lanes(views: Sequence[ClipView], cues: Sequence[Cue]) -> dict[int, Lane]:
    """Track index to its clips."""
    takes = {PurePosixPath(take.path).name: cue.id for cue in cues for take in cue.takes}
    by_track: dict[int, list[tuple[float, float, ClipView]]] = {}
    for view in views:
        start = view.record.start_time.value
        by_track.setdefault(view.track, []).append((start, start + view.record.duration.value, view))
    lanes = {}
    for track, placed in by_track.items():
        spans = Spans(placed)
        styles = [OFFLINE * (v.media is None) + DISABLED * (not v.enabled) for v in spans.items]
        ids = tuple(takes.get(original_name(v.media_name), "") if v.kind == "Audio" else "" for v in spans.items)
        lanes[track] = Lane(spans, np.array(styles, np.int16), ids, any(ids))
    return lanes


@dataclass
class CueIndex:
    """The project's cues by time, with their lanes and states; brought up to date by `refresh`.

    `places` are (lane, lanes of its group) of each, by time. A cue that did not change keeps what was found out about it, so that an edit among
    thousands costs little.
    """

    model: StudioModel
    spans: Spans = field(default_factory=lambda: Spans(()))
    lanes: dict[str, tuple[int, int]] = field(default_factory=dict)
    depth: int = 1
    places: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int16))
    _styles: tuple[object, np.ndarray] = (None, np.zeros(0, np.int16))
    _cues: tuple[Cue, ...] | None = None
    _cast: dict | None = None
    _offline: frozenset[str] | None = None
    _placed: dict[str, tuple[Cue, float, float]] = field(default_factory=dict)
    _states: dict[str, tuple[Cue, object, str]] = field(default_factory=dict)

    def refresh(self) -> None:
        """Look at the project anew, where it is another one."""
        project = self.model.project
        if project.cast is not self._cast or self.model.offline is not self._offline:
            self._cast, self._offline, self._states = project.cast, self.model.offline, {}
            self._styles = None, np.zeros(0, np.int16)
        if project.cues is self._cues:
            return
        self._cues = project.cues
        self._placed = {cue.id: self._place(cue) for cue in project.cues}
        self.spans = Spans((start, end, cue) for cue, start, end in self._placed.values())
        self.lanes = lanes(zip((cue.id for cue in self.spans.items), self.spans.starts, self.spans.ends, strict=True))
        self.places = np.array([self.lanes[cue.id] for cue in self.spans.items], np.int16).reshape(-1, 2)
        self._styles = None, np.zeros(0, np.int16)
        self.depth = max((count for _, count in self.lanes.values()), default=1)

    def _place(self, cue: Cue) -> tuple[Cue, float, float]:
        known = self._placed.get(cue.id)
        if known and known[0] is cue:
            return known
        start = cue.range.start_time.value
        return cue, start, start + cue.range.duration.value

    def cue(self, cue_id: str) -> Cue | None:
        """The cue with this id."""
        known = self._placed.get(cue_id)
        return known[0] if known else None

    def state(self, cue: Cue) -> str:
        """As `StudioModel.state`, remembered while neither the cue nor its job changes."""
        job, known = self.model.jobs.get(cue.id), self._states.get(cue.id)
        if known is None or known[0] is not cue or known[1] is not job:
            known = self._states[cue.id] = cue, job, self.model.state(cue)
        return known[2]


    def styles(self) -> np.ndarray:
        """For each cue, by time, the number of how it looks when it is narrow: see `style_of`."""
        jobs, known = list(self.model.jobs.values()), self._styles[0]
        same = known is not None and len(known) == len(jobs) and all(map(is_, known, jobs))
        if not same:
            found = [style_of(cue.kind, self.state(cue)) for cue in self.spans.items]
            self._styles = jobs, np.array(found, np.int16)
        return self._styles[1]


def style_of(kind: Kind, state: str) -> int:
    """Three for each kind: a cue that has what it asks for, one that hasn't, one that failed or is offline."""
    return 3 * KINDS.index(kind) + (0 if state == "ready" else 2 if state in ("failed", "offline") else 1)


def lanes(placed: Iterable[tuple[str, float, float]]) -> dict[str, tuple[int, int]]:
    """(lane, lanes of its group) by id; a group is what hangs together by overlaps.

    `placed` are (id, start, end) in the order of their starts.
    """
    found: dict[str, tuple[int, int]] = {}
    group: list[tuple[str, int]] = []
    ends: list[float] = []  # where each lane of the group is free again

    def close() -> None:
        found.update({one: (lane, len(ends)) for one, lane in group})
        group.clear()
        ends.clear()

    for one, start, end in placed:
        if ends and start >= max(ends):
            close()
        lane = next((i for i, free in enumerate(ends) if free <= start), len(ends))
        ends[lane : lane + 1] = [end]
        group.append((one, lane))
    close()
    return found


def merged(lefts: np.ndarray, rights: np.ndarray, styles: np.ndarray) -> list[tuple[float, float, int]]:
    """(left, right, style) of the bars that narrow blocks make, in the order of their lefts.

    Neighbours of one style less than a pixel apart become one bar, so that however many
    blocks there are, no more bars come out than about one for each pixel.
    """
    if not len(lefts):
        return []
    _, first = np.unique(np.floor(lefts), return_index=True)
    reach = np.maximum.accumulate(rights)
    ends = reach[np.append(first[1:], len(lefts)) - 1]
    lefts, styles = lefts[first], styles[first]
    breaks = np.flatnonzero((lefts[1:] - ends[:-1] > 1) | (styles[1:] != styles[:-1])) + 1
    begins, stops = np.concatenate(([0], breaks)), np.concatenate((breaks, [len(lefts)])) - 1
    return list(zip(lefts[begins].tolist(), ends[stops].tolist(), styles[begins].tolist(), strict=True))
