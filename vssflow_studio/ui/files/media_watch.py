"""Media and takes that go away and come back while a timeline is open."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from ...errors import MediaError
from ...image_sequence import is_there
from ...timeline.cues import Project
from ...timeline.relink import Answers, offline_clips, relinked
from .. import tasks
from ..edits import counted
from ..model import StudioModel
from ..takes.sound import take_files
from .offline import MediaSearch

_EVERY = 10_000
"""Milliseconds between two looks: a disk that is unplugged tells nobody."""


@dataclass(frozen=True)
class Gone:
    """What is not there: media by path, and the ids of takes whose WAV isn't."""

    media: frozenset[Path] = frozenset()
    takes: frozenset[str] = frozenset()


class MediaWatch(QObject):
    """Tells what went offline, and finds what is below the project's folders.

    Signals:
        lost(object): a MediaError that names what is not there any more.
        back(): all that was missed is there again.
        looked(object): the timeline that was looked at, and what is Gone.
    """

    lost = Signal(object)
    back = Signal()
    looked = Signal(object)

    def __init__(self, model: StudioModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model, self._gone, self._said = model, Gone(), False
        self._pool, self.looking = QThreadPool(self), False
        self._pool.setMaxThreadCount(1)
        self.looked.connect(self._heard)
        self._searched = None
        self.search = MediaSearch()
        self.search.done.connect(self._found)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)

    def look(self) -> None:
        """See on another thread which files are there: those in use, every take's, and those that went away."""
        if self.model.timeline is not None and not self.looking:
            self.looking, timeline, question = True, self.model.timeline, self._question()
            tasks.start(lambda: self.looked.emit((timeline, question())), pool=self._pool)

    def _question(self) -> Callable[[], Gone]:
        """What a look asks, of the timeline as it is now; for any thread."""
        model, away = self.model, self._gone.media
        views, cues, path = model.views, model.project.cues, model.path
        again = model.relinked

        def ask() -> Gone:
            base = path.resolve().parent
            takes = {take.id: take_files(take, base, again) for cue in cues for take in cue.takes}
            ours = {file for files in takes.values() for file in files}
            media = {view.media for view in views if view.media} | away
            missing = frozenset(one for one in media if str(one) not in ours and not is_there(one))
            return Gone(missing, frozenset(_without_file(takes)))

        return ask

    def opened(self) -> None:
        """Another timeline is open: search its folders for what is offline, in the background."""
        model, self._gone, self._said = self.model, Gone(), False
        self.search.cancel()
        folders = [Path(folder) for folder in model.project.search_folders]
        if folders and any(view.media is None for view in model.views):
            rows = offline_clips(model.timeline, model.path.resolve().parent, model.project)
            self._searched = model.timeline
            self.search.start([row.wanted for row in rows], folders)
        self._timer.start(_EVERY)
        self.look()

    def _heard(self, answer: tuple[object, Gone]) -> None:
        timeline, gone = answer
        self.looking = False
        if timeline is not self.model.timeline:  # another was opened meanwhile
            self.look()
        elif gone != self._gone:
            self._take_in(gone)

    def _take_in(self, gone: Gone) -> None:
        before, self._gone = self._gone, gone
        self.model.look_for_media(offline=gone.takes)
        if error := _lost(gone.media - before.media, self._named(gone.takes - before.takes)):
            self._said = True
            self.lost.emit(error)
        elif self._said and not gone.media and not self._named(gone.takes):
            self._said = False
            self.back.emit()

    def _named(self, ids: frozenset[str]) -> list[Path]:
        """The WAVs of the takes that stand on the timeline; one that isn't circled is missed by nobody."""
        base = self.model.path.parent
        circled = (cue.circled_take for cue in self.model.project.cues)
        return [base / take.path for take in circled if take and take.id in ids]

    def _found(self, answers: Answers) -> None:
        if answers.found and self._searched is self.model.timeline:
            self.model.look_for_media(relinked(Project(), answers.found).relinked)


def _without_file(takes: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """The takes of whose files none is there; each folder is read once, for the sake of network disks."""

    @cache
    def inside(folder: str) -> frozenset[str]:
        try:
            return frozenset(os.listdir(folder))
        except OSError:
            return frozenset()

    def there(path: str) -> bool:
        folder, name = os.path.split(path)
        return name in inside(folder) or os.path.exists(path)  # a disk may write names otherwise

    return (take for take, paths in takes.items() if not any(map(there, paths)))


def _lost(media: frozenset[Path], takes: list[Path]) -> MediaError | None:
    """What to say of files that have gone just now."""
    if not media and not takes:
        return None
    if not media:
        whose = "A take is" if len(takes) == 1 else f"{len(takes)} takes are"
        remedy = "Put the file back or plug the disk in, find it with Timeline ▸ Offline Media, or generate the cue again."
        return MediaError(f"{whose} offline: {_some(takes)}", file=takes[0].parent, remedy=remedy)
    names = [*sorted(media), *takes]
    what = "A media file is" if len(media) == 1 else f"{len(media)} media files are"
    also = f", nor {counted(len(takes), 'take')}" if takes else ""
    return MediaError(
        f"{what} not there any more{also}: {_some(names)}",
        file=names[0].parent,
        remedy="Put it back or plug the disk in, or find it with Timeline ▸ Offline Media. Nothing is lost.",
    )


def _some(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(path.name for path in paths[:3]) + more
