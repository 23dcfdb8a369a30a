"""Media that goes away and comes back while a timeline is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ...errors import MediaError
from ...timeline.cues import Project
from ...timeline.relink import Answers, offline_clips, relinked
from ..model import StudioModel
from .offline import MediaSearch


class MediaWatch(QObject):
    """Tells what went offline, and finds what is below the project's folders.

    Signals:
        lost(object): a MediaError that names what is not there any more.
        back(): all of it is there again.
    """

    lost = Signal(object)
    back = Signal()

    def __init__(self, model: StudioModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model, self._away = model, set()
        self._searched = None
        self.search = MediaSearch()
        self.search.done.connect(self._found)

    @property
    def paths(self) -> set[Path]:
        """The files that are worth a look: those in use, and those that went away."""
        return {view.media for view in self.model.views if view.media} | self._away

    def opened(self) -> None:
        """Another timeline is open: search its folders for what is offline, in the background."""
        model, self._away = self.model, set()
        self.search.cancel()
        folders = [Path(folder) for folder in model.project.search_folders]
        if folders and any(view.media is None for view in model.views):
            rows = offline_clips(model.timeline, model.path.resolve().parent, model.project)
            self._searched = model.timeline
            self.search.start([row.wanted for row in rows], folders)

    def heard(self, missing: set[Path]) -> None:
        """`missing` is what of `paths` is not there now."""
        if missing == self._away:
            return
        self._away = missing
        self.model.look_for_media()
        if missing:
            self.lost.emit(_lost(missing))
        else:
            self.back.emit()

    def _found(self, answers: Answers) -> None:
        if answers.found and self._searched is self.model.timeline:
            self.model.look_for_media(relinked(Project(), answers.found).relinked)


def _lost(missing: set[Path]) -> MediaError:
    names = sorted(path.name for path in missing)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    what = "A media file is" if len(names) == 1 else f"{len(names)} media files are"
    return MediaError(
        f"{what} not there any more: {', '.join(names[:3])}{more}",
        file=sorted(missing)[0].parent,
        remedy="Put it back or plug the disk in, or find it with Timeline ▸ Offline Media. Nothing is lost.",
    )
