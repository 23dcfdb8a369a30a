"""Cue ▸ Generate With: a take by another model than the usual one, to compare in the takes panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from ...errors import StudioError
from ...models.about import Installed, installed
from ..edits import counted
from ..jobs.jobs import Jobs


class WithModel(QMenu):
    """The installed models; each makes what it can of the selected cues, and says for how many that is."""

    def __init__(self, jobs: Jobs, commit: Callable[[], None], parent: QWidget) -> None:
        super().__init__("Generate &With", parent)
        self.jobs, self._commit = jobs, commit
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Look which models there are now."""
        self.clear()
        try:
            models = installed()
        except StudioError as error:
            self.addAction(str(error)).setEnabled(False)
            return
        for model in models:
            self._add(model)

    def _add(self, model: Installed) -> None:
        cues = [cue for cue in self.jobs.model.chosen_cues if cue.kind in model.card.suits]
        usual = {self.jobs.preferences.settings.models[cue.kind] for cue in cues} == {model.card.name}
        several = f" ({counted(len(cues))})" if len(cues) > 1 else ""
        action = self.addAction(f"{model.card.title}{several}{', as usual' if usual else ''}")
        action.setEnabled(bool(cues) and not model.lack)
        suited = f"It makes {' and '.join(model.card.suits)}"
        action.setToolTip(f"It makes no sound yet: {model.lack}. {model.remedy}" if model.lack else suited)
        action.triggered.connect(partial(self._generate, tuple(cue.id for cue in cues), model.card.name))

    def _generate(self, cue_ids: tuple[str, ...], maker: str, _checked: bool = False) -> None:
        self._commit()
        for cue_id in cue_ids:
            self.jobs.generate(cue_id, maker)
