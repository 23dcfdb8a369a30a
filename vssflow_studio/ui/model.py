"""The window's model: plain Python, no Qt. Widgets show it and are told when it changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..engine.preview import sound_spans
from ..engine.queue import Job
from ..errors import ModelError, StudioError, TextError
from ..media.span import Span
from ..models.interface import Voice
from ..models.registry import model_card
from ..script.markup import parse
from ..timeline.backups import keep_unsaved, save_timeline
from ..timeline.clips import ClipView, clip_views, record_timecode, timeline_duration, timeline_rate
from ..timeline.cue_sheet import parse_time
from ..timeline.cues import Cue, Kind, Project, Relinked, Take, new_id
from ..timeline.marker_cues import PlacedMarker
from ..timeline.metadata import write_project
from ..timeline.own_clips import elsewhere
from ..timeline.rebase import rebase, rebased_project
from ..timeline.tracks import is_ours, place_takes
from .opened import Opened, opened

TIMELINE, PROJECT, SELECTION, PLAYHEAD, JOBS = "timeline", "project", "selection", "playhead", "jobs"
MARKS, TRACKS = "marks", "tracks"
KIND_NAMES = {"dialogue": "Line", "foley": "Foley", "ambience": "Ambience"}


class StudioModel:
    """The open timeline, its cues, what is selected, the playhead and the jobs' states.

    `listen(what, callback)`: `what` is one of the constants above; callbacks get no
    arguments and run on the caller's thread, which is always the window's. TIMELINE is
    told when another one is opened. `markers` are the file's own, `rate` is frames a second of the
    timeline, `duration` its length with our takes. Clips or cues are selected, never both; the last of several
    is the one that the inspector shows. `marks` are the in and the out point, `muted` and
    `soloed` track indices; none of these is kept in the file. `makers` names the model that makes
    each kind of cue, `voices` are those of the one that speaks.
    `offline` are the ids of the takes whose WAV was not there at the last look.
    """

    def __init__(self) -> None:
        self.path: Path | None = None
        self.timeline: otio.schema.Timeline | None = None
        self.project = Project()
        self.views: tuple[ClipView, ...] = ()
        self.markers: tuple[PlacedMarker, ...] = ()
        self.found: dict[str, Relinked] = {}
        self.offline: frozenset[str] = frozenset()
        self.rate, self.duration = 24.0, RationalTime(0, 24)
        self.selected_clips: tuple[ClipView, ...] = ()
        self.selected_cues: tuple[str, ...] = ()
        self._pattern: list[bool] = []  # which tracks are ours
        self._placed: tuple[Cue, ...] = ()  # the cues whose takes lie on the tracks of `timeline`
        self.marks: tuple[RationalTime | None, RationalTime | None] = (None, None)
        self.muted: frozenset[int] = frozenset()
        self.soloed: frozenset[int] = frozenset()
        self.playhead = RationalTime(0, 24)
        self.jobs: dict[str, Job] = {}
        self.makers: Mapping[str, str] = {}
        self.voices: tuple[Voice, ...] = ()
        self._listeners: dict[str, list[Callable[[], None]]] = {}

    def listen(self, what: str, callback: Callable[[], None]) -> None:
        """Call `callback` after every change of `what`."""
        self._listeners.setdefault(what, []).append(callback)

    def _tell(self, *whats: str) -> None:
        """Once to each who listens to any of `whats`."""
        for callback in dict.fromkeys(one for what in whats for one in self._listeners.get(what, ())):
            callback()

    def use_models(self, makers: Mapping[str, str]) -> None:
        """Let each kind of cue be made by the model of that name."""
        if makers != self.makers:
            self.makers, self.voices = dict(makers), _voices(makers["dialogue"])
            self._tell(PROJECT, SELECTION)

    def can_leave_out(self, cue: Cue) -> bool:
        """Whether the model that makes such cues can be told what must not be heard."""
        try:
            return model_card(self.makers.get(cue.kind, "")).negates
        except ModelError:
            return False

    # --- files ---

    def open(self, path: Path) -> None:
        """Show the timeline in `path`. Raises TimelineError; the old one then stays."""
        self.show(opened(path))

    def show(self, found: Opened) -> None:
        """Show a timeline that was read."""
        self.path, self.timeline, self.project = found.path, found.timeline, found.project
        self.jobs, self.selected_clips, self.selected_cues, self.found = {}, (), (), {}
        self.offline = frozenset()
        self.marks, self.muted, self.soloed = (None, None), frozenset(), frozenset()
        self._placed, self._pattern = found.project.cues, [is_ours(track) for track in found.timeline.tracks]
        self.views, self.markers = found.views, found.markers
        self.rate, self.duration = found.rate, found.duration
        self.playhead = RationalTime(0, self.rate)
        self._tell(TIMELINE, PROJECT, SELECTION, PLAYHEAD, MARKS, TRACKS)

    def save(self, path: Path | None = None) -> None:
        """Write the timeline, to another `path` if given. Raises StorageError, TimelineError."""
        target = Path(path or self.path)
        old, new = self.path.resolve().parent, target.resolve().parent
        rebase(self.timeline, old, new)
        self.project = rebased_project(self.project, old, new)
        write_project(self.timeline, self.project)
        self._placed = ()  # rebased, so every clip is to be written
        self._place()
        try:
            save_timeline(self.timeline, target)
        except StudioError:  # still the old file's timeline
            rebase(self.timeline, new, old)
            self.project = rebased_project(self.project, new, old)
            self._placed = ()
            raise
        self.path = target
        self._refresh()
        self._tell(PROJECT)

    def keep_aside(self) -> None:
        """Put the timeline as it is, unsaved, among the backups of its file. Raises StorageError."""
        write_project(self.timeline, self.project)
        self._place()
        keep_unsaved(self.timeline, self.path)

    def look_for_media(
        self, found: dict[str, Relinked] | None = None, offline: frozenset[str] | None = None
    ) -> None:
        """See anew which media is there; use what a search of the project's folders found, and note
        which takes are `offline`.
        """
        self.found |= found or {}
        self.offline = self.offline if offline is None else offline
        self._refresh()
        self._tell(PROJECT)

    @property
    def relinked(self) -> dict[str, Relinked]:
        """Where media that was missing is now: as the editor chose, and as a search found."""
        return {**self.project.relinked, **self.found}

    def _place(self) -> None:
        """Takes onto the tracks: those of the cues that have changed since the last time."""
        place_takes(self.timeline, self.project.cues, self._placed)
        self._placed = self.project.cues

    def _refresh(self, takes_only: bool = False) -> None:
        """Takes onto the tracks, and the flat view of everything anew.

        With `takes_only` the editor's own tracks are known to be as they were, and what is
        known of them is kept: on a long timeline that is most of the work.
        """
        self._place()
        pattern = [is_ours(track) for track in self.timeline.tracks]
        kept = takes_only and pattern == self._pattern and next(elsewhere(self.timeline), None) is None
        mine = {index for index, ours in enumerate(pattern) if ours} if kept else None
        folders = [Path(folder) for folder in self.project.search_folders]
        views = clip_views(self.timeline, self.path.resolve().parent, folders, self.relinked, mine)
        if kept:
            others = (view for view in self.views if view.track not in mine)
            views = tuple(sorted((*others, *views), key=lambda view: view.track))
        self.views, self._pattern = views, pattern
        self.rate, self.duration = timeline_rate(self.timeline), timeline_duration(self.timeline)

    # --- time ---

    def timecode(self, time: RationalTime) -> str:
        """Record timecode."""
        return record_timecode(self.timeline, time) if self.timeline else "00:00:00:00"

    def parse(self, text: str) -> RationalTime:
        """Record timecode or seconds; raises ValueError."""
        return parse_time(text.strip(), self.timeline)

    def seek(self, frame: float) -> None:
        """Put the playhead on a whole frame inside the timeline."""
        last = max(0.0, self.duration.value - 1)
        self.playhead = RationalTime(min(max(0, round(frame)), last), self.rate)
        self._tell(PLAYHEAD)

    def mark(self, begin: RationalTime | None, end: RationalTime | None) -> None:
        """Set the in and the out point; None is none, and an out point before the in point too."""
        if begin is not None and end is not None and end <= begin:
            end = None
        self.marks = (begin, end)
        self._tell(MARKS)

    @property
    def marked(self) -> TimeRange | None:
        """From the in point to the out point, where both are set."""
        begin, end = self.marks
        return TimeRange(begin, end - begin) if begin is not None and end is not None else None

    # --- which tracks are heard ---

    def set_heard(self, muted: frozenset[int], soloed: frozenset[int]) -> None:
        """Mute and solo tracks by index."""
        self.muted, self.soloed = muted, soloed
        self._tell(TRACKS)

    def is_heard(self, track: int) -> bool:
        """Whether the track sounds: soloed where any is, else not muted."""
        return track in self.soloed if self.soloed else track not in self.muted

    # --- selection ---

    def select_clips(self, views: tuple[ClipView, ...]) -> None:
        """Select clips and no cue."""
        self.selected_clips, self.selected_cues = tuple(views), ()
        self._tell(SELECTION)

    def select_cues(self, cue_ids: tuple[str, ...]) -> None:
        """Select cues and no clip."""
        self.selected_clips, self.selected_cues = (), tuple(cue_id for cue_id in cue_ids if cue_id)
        self._tell(SELECTION)

    def select_clip(self, view: ClipView | None) -> None:
        """Select one clip, or nothing."""
        self.select_clips((view,) if view else ())

    def select_cue(self, cue_id: str) -> None:
        """Select one cue, or nothing where the id is empty."""
        self.select_cues((cue_id,))

    @property
    def selected_clip(self) -> ClipView | None:
        """The last selected clip."""
        return self.selected_clips[-1] if self.selected_clips else None

    @property
    def selected_cue(self) -> str:
        """The last selected cue's id, or empty."""
        return self.selected_cues[-1] if self.selected_cues else ""

    @property
    def cue(self) -> Cue | None:
        """The last selected cue."""
        return self.find(self.selected_cue)

    @property
    def chosen_cues(self) -> list[Cue]:
        """The selected cues, in the order of the timeline."""
        chosen = set(self.selected_cues)
        return [cue for cue in self.project.cues if cue.id in chosen]

    def find(self, cue_id: str) -> Cue | None:
        """The cue with this id."""
        return next((cue for cue in self.project.cues if cue.id == cue_id), None)

    def picture_at(self, time: RationalTime) -> ClipView | None:
        """The topmost clip with picture that stands at a time."""
        found = [view for view in self.views if view.kind == "Video" and view.enabled and view.record.contains(time)]
        return max(found, key=lambda view: view.track, default=None)

    # --- edits: each gives the project that it wishes; the undo stack applies it ---

    def apply(self, project: Project) -> None:
        """Make `project` the present one."""
        before, self.project = self.project, project
        if before.relinked != project.relinked:
            self.found = {}  # the editor's choice goes first
        if self.timeline and _laid(before) != _laid(project):
            self._refresh(takes_only=before.relinked == project.relinked)
        there = {cue.id for cue in project.cues}
        self.selected_cues = tuple(cue_id for cue_id in self.selected_cues if cue_id in there)
        self._tell(PROJECT, SELECTION)

    def new_cue(self, kind: Kind) -> Cue:
        """A cue over the marked range, else the selected clip, else two seconds from the playhead."""
        clip = self.selected_clip
        two = RationalTime(round(2 * self.rate), self.rate)
        range_ = self.marked or (clip.record if clip else TimeRange(self.playhead, two))
        return Cue(new_id(), kind, range_, "", clip=clip.key if clip else None)

    def with_cue(self, cue: Cue) -> Project:
        """The project with `cue` put in, or in place of the one with its id; sorted by time."""
        return self.with_cues((cue,))

    def with_cues(self, cues: Iterable[Cue], gone: Collection[str] = ()) -> Project:
        """As `with_cue`, of several; those with the ids `gone` are left out."""
        changed = {cue.id: cue for cue in cues}
        kept = []
        for old in self.project.cues:
            new = changed.pop(old.id, old)
            kept.append(new if new is old else replace(new, range=old.range).with_range(new.range))
        there = [cue for cue in (*kept, *changed.values()) if cue.id not in gone]
        ordered = sorted(there, key=lambda one: one.range.start_time.value)
        return replace(self.project, cues=tuple(ordered))

    def without_cue(self, cue_id: str) -> Project:
        """The project without that cue."""
        cues = tuple(cue for cue in self.project.cues if cue.id != cue_id)
        return replace(self.project, cues=cues)

    def with_take(self, cue_id: str, take: Take) -> Project | None:
        """The project with a new circled take, None when the cue is gone.

        One that was offline and is made again as it was keeps its place, stars and adjustment.
        """
        cue, request = self.find(cue_id), take.provenance.get("request")
        if cue is None:
            return None
        lost = (old for old in cue.takes if old.id in self.offline and old.provenance.get("request") == request)
        if request and (old := next(lost, None)):
            again = replace(take, rating=old.rating, comment=old.comment, adjustment=old.adjustment)
            takes = tuple(again if one is old else one for one in cue.takes)
            return self.with_cue(replace(cue.with_take(again), takes=takes))
        return self.with_cue(cue.with_take(take))

    # --- jobs ---

    def job_changed(self, job: Job) -> None:
        """Take note of a job's state."""
        self.jobs[job.order.cue_id] = job
        self._tell(JOBS)

    def is_busy(self, cue_id: str) -> bool:
        """Whether the cue's job is not over."""
        job = self.jobs.get(cue_id)
        return job is not None and not job.is_over

    def state(self, cue: Cue) -> str:
        """wanted, queued, a percentage, ready, stale, offline, orphaned or failed, as the editor reads it."""
        job = self.jobs.get(cue.id)
        if job and job.state == "queued":
            return "queued"
        if job and job.state == "running":
            return f"{round(100 * job.fraction)} %"
        if job and job.state == "failed":
            return "failed"
        take = cue.circled_take
        if cue.picture == "gone":
            return "orphaned"
        if take is None:
            return "wanted"
        if take.id in self.offline:
            return "offline"
        voice = cue.voice or self.project.cast.get(cue.character, "")
        return "ready" if is_fresh(cue, take, voice) else "stale"

    def sounds(self) -> list[Span]:
        """All that is heard, our takes included."""
        heard = [view for view in self.views if self.is_heard(view.track)]
        return sound_spans(self.timeline, heard) if self.timeline else []


def is_fresh(cue: Cue, take: Take, voice: str = "") -> bool:
    """Whether the take still answers what the cue asks for; an empty voice is any."""
    made = take.provenance
    if cue.picture:
        return False
    if made.get("text", cue.text) != cue.text or take.duration != cue.range.duration:
        return False
    placed = (cue.energy, cue.distance, cue.room, cue.negative)
    if (made.get("energy", 0.0), *(made.get(name, "") for name in ("distance", "room", "negative"))) != placed:
        return False
    if cue.kind != "dialogue":
        return True
    asked = (cue.pace, cue.pitch, _own_delivery(cue.text) or cue.delivery)
    given = (made.get("pace"), made.get("pitch", 0.0), made.get("delivery", "normal"))
    return asked == given and (not voice or made.get("voice", voice) == voice)


@lru_cache(4096)
def _own_delivery(text: str) -> str:
    """The delivery that the line itself begins with."""
    try:
        return parse(text).delivery
    except TextError:
        return ""


def _voices(name: str) -> tuple[Voice, ...]:
    try:
        return model_card(name).choices
    except ModelError:
        return ()


def _laid(project: Project) -> tuple:
    """What decides where which clips lie; all else, a line's words too, needs no look at the timeline."""
    laid = ((cue.id, cue.kind, cue.range, cue.circled_take, cue.picture) for cue in project.cues if cue.takes)
    return tuple(laid), project.relinked
