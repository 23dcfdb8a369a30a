"""Every change of the project goes through here, by a name that undo shows."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QUndoCommand, QUndoStack

from ..timeline.cues import Cue, Kind, Project, Take
from .model import StudioModel

_ADDED = {"dialogue": "Add line", "foley": "Add foley", "ambience": "Add ambience"}


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

    def add(self, kind: Kind) -> Cue:
        """A new cue over the selected clip."""
        cue = self.model.new_cue(kind)
        self._push(self.model.with_cue(cue), _ADDED[kind])
        return cue

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
        cast = {who: v for who, v in self.model.project.cast.items() if who != character}
        if voice:
            cast[character] = voice
        self._push(replace(self.model.project, cast=cast), "Change voice")

    def change_project(self, project: Project, name: str) -> None:
        """Put a whole other project in place of this one."""
        self._push(project, name)

    def remove(self, cue_id: str) -> None:
        """Take a cue away; its takes' files stay on disk."""
        self._push(self.model.without_cue(cue_id), "Remove cue")

    def add_take(self, cue_id: str, take: Take) -> None:
        """Circle a new take of the cue, if that is still there."""
        project = self.model.with_take(cue_id, take)
        if project:
            self._push(project, "Add take")

    def _push(self, project: Project, name: str) -> None:
        if project != self.model.project:
            self.push(Edit(self.model, project, name))
