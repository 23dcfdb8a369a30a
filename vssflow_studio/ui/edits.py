"""Every change of the project goes through here, by a name that undo shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtGui import QUndoCommand, QUndoStack

from ..timeline.characters import with_voice
from ..timeline.cues import Cue, Kind, Project, Take, new_id
from .model import StudioModel

_ADDED = {"dialogue": "Add line", "foley": "Add foley", "ambience": "Add ambience"}
_MANY = {"dialogue": "lines", "foley": "foley cues", "ambience": "ambiences"}


def counted(count: int, what: str = "cue", many: str = "") -> str:
    """`1 cue`, `3 cues`."""
    return f"{count:,} {what if count == 1 else many or f'{what}s'}"


class Edit(QUndoCommand):
    """One named edit: the project before and after."""

    def __init__(self, model: StudioModel, after: Project, name: str) -> None:
        super().__init__(name)
        self._model, self._before, self._after = model, model.project, after

    def redo(self) -> None:
        self._model.apply(self._after)

    def undo(self) -> None:
        self._model.apply(self._before)


class Edits(QUndoStack):
    """The undo stack, and what can be put on it. What changes nothing is left out."""

    def __init__(self, model: StudioModel, parent=None) -> None:
        super().__init__(parent)
        self.model = model

    def add(self, kind: Kind, text: str = "") -> Cue:
        """A new cue over the selected clip."""
        cue = replace(self.model.new_cue(kind), text=text)
        self._push(self.model.with_cue(cue), _ADDED[kind])
        return cue

    def add_each(self, kind: Kind) -> tuple[Cue, ...]:
        """A new cue over each selected clip, or one over the marked range, as one edit."""
        clips, marked = self.model.selected_clips, self.model.marked
        if len(clips) < 2 or marked:
            return (self.add(kind),)
        cues = tuple(Cue(new_id(), kind, clip.record, "", clip=clip.key) for clip in clips)
        self.change_cues(cues, f"Add {len(cues)} {_MANY[kind]}")
        return cues

    def change_cues(self, cues: Iterable[Cue], name: str, gone: Sequence[str] = ()) -> None:
        """Put several cues in, or in place of those with their ids; those `gone` go; one edit."""
        self._push(self.model.with_cues(cues, gone), name)

    def change(self, cue: Cue, name: str) -> None:
        """Put a changed cue in place of the old one."""
        self._push(self.model.with_cue(cue), name)

    def change_fields(self, cue_id: str, name: str, **fields) -> None:
        """Give the cue, if it is still there, other values of some fields."""
        cue = self.model.find(cue_id)
        if cue:
            self.change(replace(cue, **fields), name)

    def change_cast(self, character: str, voice: str) -> None:
        """Give a character a voice, for all its lines; none takes it away."""
        self._push(with_voice(self.model.project, character, voice), "Change voice")

    def change_project(self, project: Project, name: str) -> None:
        """Put a whole other project in place of this one."""
        self._push(project, name)

    def remove(self, cue_id: str) -> None:
        """Take a cue away; its takes' files stay on disk."""
        self._push(self.model.without_cue(cue_id), "Remove cue")

    def remove_cues(self, cue_ids: Sequence[str]) -> None:
        """Take several cues away as one edit."""
        self.change_cues((), f"Remove {counted(len(cue_ids))}", gone=cue_ids)

    def add_take(self, cue_id: str, take: Take) -> None:
        """Circle a new take of the cue, if that is still there."""
        project = self.model.with_take(cue_id, take)
        if project:
            self._push(project, "Add take")

    def _push(self, project: Project, name: str) -> None:
        if project != self.model.project:
            self.push(Edit(self.model, project, name))
