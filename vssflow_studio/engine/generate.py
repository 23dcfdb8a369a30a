"""The main job without a window: cues of a timeline in, takes on its tracks out."""

from __future__ import annotations

import queue as queues
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import opentimelineio as otio

from ..atomic import sweep
from ..errors import Cancelled, ChangedError, CueError, StudioError, TimelineError
from ..models.registry import model_card
from ..timeline.backups import hidden_folder, save_timeline
from ..timeline.clip_index import ClipIndex
from ..timeline.clips import clip_views, record_timecode
from ..timeline.cue_sheet import merged, parse_time, read_cue_sheet
from ..timeline.cues import Cue, Project
from ..timeline.files import read_timeline
from ..timeline.importing import work_file
from ..timeline.lock import locked
from ..timeline.metadata import read_project, write_project
from ..timeline.rebase import rebase, rebased_project
from ..timeline.relink import with_folders_searched
from ..timeline.stamp import stamp
from ..timeline.tracks import place_takes
from .adjust import ensure_rendered
from .line import warnings_for
from .planner import plan, with_handles
from .queue import Job, JobQueue
from .request import Request, Sampling
from .takes import Order, TakeStore

_SELDOM = 10
"""Times as long as writing the timeline took until it is written again."""


@dataclass(frozen=True)
class Report:
    """What came of it: the timeline written; takes, errors and warnings by cue id."""

    timeline: Path
    takes: dict[str, Path] = field(default_factory=dict)
    errors: dict[str, StudioError] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)


class Session:
    """A timeline file being worked on without a window."""

    def __init__(self, source: Path, out: Path, search: Sequence[Path] = ()) -> None:
        """Raises TimelineError."""
        self.out = Path(out)
        self.stamp, self._kept = stamp(self.out), False
        self.timeline: otio.schema.Timeline = read_timeline(source)
        self.project: Project = read_project(self.timeline)
        self.source = Path(source)
        old, new = self.source.resolve().parent, self.out.resolve().parent
        rebase(self.timeline, old, new)
        self.project = rebased_project(self.project, old, new)
        found = with_folders_searched(self.timeline, new, self.project, search).relinked
        folders = [*search, *(Path(folder) for folder in self.project.search_folders)]
        self.views = clip_views(self.timeline, new, folders, found)
        self._index = ClipIndex(self.views)
        self.store = TakeStore(self.out)
        self._made: list[Order] = []

    def add_cues(self, sheet: Path) -> None:
        """Cues of a sheet; one with a known id replaces what that cue asks for."""
        cues = merged(self.project.cues, read_cue_sheet(sheet, self.timeline))
        self.project = replace(self.project, cues=cues)

    def plan(self, cue: Cue, sampling: Sampling) -> Request:
        """The request that `cue` makes. Raises StudioError."""
        near = self._index.near(with_handles(cue.range))
        return plan(
            self.timeline, self.views, cue, self.project, sampling, self.source, self.out.parent, near
        )

    def warnings(self, cue: Cue, model: str) -> list[str]:
        """What `warnings_for` says of the cue, and where it stands."""
        timecode = record_timecode(self.timeline, cue.range.start_time)
        said = warnings_for(cue, self.project, self.out, model)
        return [str(StudioError(text, file=self.source, timecode=timecode)) for text in said]

    def made(self, order: Order) -> None:
        """Its WAV is finished; the index is for `remember` to write, and until then the WAV itself says so."""
        self._made.append(order)

    def remember(self) -> None:
        """Enter what was made into the takes' index. Raises StorageError."""
        if self._made:
            self.store.remember(*self._made)
            self._made.clear()

    def keep(self, cue_id: str, order: Order, path: Path) -> None:
        """Give a cue its new take, and write the file."""
        self.give(cue_id, order, path)
        self.save()

    def give(self, cue_id: str, order: Order, path: Path) -> None:
        """Give a cue its new take; the file is for `save` to write."""
        self.project = replace(
            self.project,
            cues=tuple(
                cue.with_take(self.store.take(order, path)) if cue.id == cue_id else cue
                for cue in self.project.cues
            ),
        )

    def save(self) -> None:
        """Write the takes' index, cues and tracks; the file as it was before the first time becomes a backup.

        Raises StorageError, and ChangedError when another program has written the file
        meanwhile; the file is then as it was.
        """
        self.remember()
        if self.stamp and self.out.exists() and not self.stamp.still_true(self.out):
            raise ChangedError(
                "Another program has changed the timeline meanwhile, so it was not written",
                file=self.out,
                remedy="Generate again: the takes that were finished are on disk and are used at once.",
            )
        ensure_rendered(self.project.cues, self.store.base)
        write_project(self.timeline, self.project)
        place_takes(self.timeline, self.project.cues)
        save_timeline(self.timeline, self.out, backup=not self._kept)
        self.stamp, self._kept = stamp(self.out), True


def generate(
    source: Path,
    *,
    out: Path | None = None,
    cue_sheet: Path | None = None,
    sampling: Sampling = Sampling(),
    device: str = "auto",
    search: Sequence[Path] = (),
    on_event: Callable[[Job], None] = lambda job: None,
    cancelled: Callable[[], bool] = lambda: False,
    within: tuple[str | None, str | None] = (None, None),
    make_queue: Callable[[Callable[[Job], None]], JobQueue] | None = None,
    models: Mapping[str, str] | None = None,
) -> Report:
    """Make a take for every cue of `source` and write `out` (else `source`, or the .otio beside it).

    A cue that can't be made is reported and the others go on. `cancelled` is asked
    twenty times a second; then Cancelled is raised, finished takes kept. `within` are record
    timecodes (or seconds): only cues of which something lies between them are made. `make_queue`
    gives another queue than this machine's, such as a farm's; `models` another model than
    `sampling`'s for each kind of cue. Raises StudioError for what stops everything, LockedError
    when `out` is open elsewhere.
    """
    source = source if out else work_file(source)
    with locked(out or source):
        session = Session(source, out or source, search)
        for folder in (session.store.base, session.store.folder, hidden_folder(session.out)):
            sweep(folder)
        make_queue = make_queue or (lambda told: JobQueue(device, told))
        chosen = {kind: replace(sampling, model=name) for kind, name in (models or {}).items()}

        def sampled(cue: Cue) -> Sampling:
            return chosen.get(cue.kind, sampling)

        return _generate(session, cue_sheet, sampled, make_queue, on_event, cancelled, within)


def _generate(
    session: Session, cue_sheet, sampled: Callable[[Cue], Sampling], make_queue, on_event, cancelled, within
) -> Report:
    wanted = _wanted(session.timeline, within)
    if cue_sheet:
        session.add_cues(cue_sheet)
    if not session.project.cues:
        raise TimelineError(
            "There are no cues in this timeline",
            file=session.source,
            remedy="Add some with `cues add`, or give a sheet with --cues.",
        )
    report = Report(session.out)
    waiting = Waiting(session, report, on_event, make_queue)
    try:
        for cue in session.project.cues:
            if cue.picture != "gone" and wanted(cue):
                waiting.begin(cue, sampled(cue))
        waiting.finish(cancelled)
    except (Cancelled, KeyboardInterrupt):
        session.save()  # what is finished is kept
        raise
    finally:
        waiting.close()
    session.save()
    return report


def _wanted(timeline: otio.schema.Timeline, within: tuple[str | None, str | None]) -> Callable[[Cue], bool]:
    """Whether something of a cue lies between two timecodes. Raises CueError for what is none."""

    def parsed(text: str | None):
        try:
            return parse_time(text, timeline) if text is not None else None
        except ValueError as error:
            raise CueError(f"“{text}” is no timecode", remedy="Write 01:00:10:00 or seconds.") from error

    begin, end = map(parsed, within)
    return lambda cue: (begin is None or cue.range.end_time_exclusive() > begin) and (
        end is None or cue.range.start_time < end
    )


class Waiting:
    """The queue as a headless run sees it: submit all, then take answers as they come.

    The timeline is written at once when that is quick, else seldom enough to take no more than a
    tenth of the time: with ten thousand cues that is seconds each time. A take that it doesn't
    have yet is on disk, where the next run finds it.
    """

    def __init__(self, session: Session, report: Report, on_event, make_queue) -> None:
        self._save_at = 0.0
        self.session, self.report, self.on_event = session, report, on_event
        self.events: queues.SimpleQueue[Job] = queues.SimpleQueue()
        self.queue = make_queue(self.events.put)
        self.open = 0

    def begin(self, cue: Cue, sampling: Sampling) -> None:
        session = self.session
        try:
            request = session.plan(cue, sampling)
            order = session.store.order(session.timeline, cue, request, model_card(sampling.model))
        except StudioError as error:
            self.report.errors[cue.id] = error
            return
        if warnings := session.warnings(cue, sampling.model):
            self.report.warnings[cue.id] = warnings
        if answer := session.store.answers(order, cue):
            self.report.takes[cue.id] = answer
            return
        made = session.store.found(order)
        if made:
            self._keep(cue.id, order, made)
            return
        self.queue.submit(request, order)
        self.open += 1

    def finish(self, cancelled: Callable[[], bool]) -> None:
        while self.open:
            if cancelled():
                raise Cancelled
            try:
                job = self.events.get(timeout=0.05)
            except queues.Empty:
                continue
            self.on_event(job)
            if not job.is_over:
                continue
            self.open -= 1
            if job.state == "done":
                self.session.made(job.order)
                self._keep(job.order.cue_id, job.order, job.order.path)
                if job.note:
                    self.report.warnings.setdefault(job.order.cue_id, []).append(job.note)
            elif job.error:
                self.report.errors[job.order.cue_id] = job.error

    def close(self) -> None:
        self.queue.close()

    def _keep(self, cue_id: str, order: Order, path: Path) -> None:
        cue = next(cue for cue in self.session.project.cues if cue.id == cue_id)
        relative = self.session.store.take(order, path).path
        if cue.circled_take is None or cue.circled_take.path != relative or cue.picture == "changed":
            self.session.give(cue_id, order, path)
            begun = time.monotonic()
            if begun >= self._save_at:
                self.session.save()
                now = time.monotonic()
                self._save_at = now + _SELDOM * (now - begun)
        self.report.takes[cue_id] = path
