"""What can be done with cues: add, split, merge, copy, remove, find, paste, generate."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenuBar, QWidget

from ...engine.cue_edits import duplicate, merge, split
from ...errors import StudioError
from ...timeline.cues import Cue, Kind
from ..cast.audition import Auditions
from ..cast.panel import CastPanel
from ..edits import Edits, counted
from ..jobs.jobs import Jobs
from ..model import StudioModel
from .ask_bar import AskBar
from .batch import Batch
from .find_bar import FindBar
from .inspector import Inspector
from .paste_script import PasteScript
from .prompt_tree import PromptTree
from .suggest import SuggestFoley
from .table import CueTable
from .with_model import WithModel


class Lines:
    """Connects the cue list and the inspector with the commands of the menu Cue.

    `told` shows a StudioError to the user.
    """

    def __init__(
        self,
        model: StudioModel,
        edits: Edits,
        jobs: Jobs,
        panels: tuple[CueTable, Inspector],
        told: Callable[[StudioError], None],
        window: QWidget,
    ) -> None:
        self.model, self.edits, self.jobs, self.told, self.window = model, edits, jobs, told, window
        self.table, self.inspector = panels
        self.find = FindBar(model, edits)
        self.ask = AskBar(model, edits, jobs.generate)
        for bar in (self.ask, self.find):
            self.table.above.addWidget(bar)
        self.batch = Batch(model, jobs.generate, window)
        self.with_model = WithModel(jobs, self.commit, window)
        self.auditions = Auditions(model, jobs.preferences, window)
        self.cast = CastPanel(model, edits, self.auditions)
        self.prompts = PromptTree()
        self.prompts.picked.connect(self.add_sound)
        for source in (self.auditions, self.cast):
            source.failed.connect(told)
        self.table.edited.connect(edits.change)
        self.table.paste_asked.connect(self.paste)
        self.inspector.several_edited.connect(edits.change_cues)
        self.inspector.project_edited.connect(edits.change_project)
        self.inspector.command.connect(lambda name: self.slots()[name]())

    def slots(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        batches = ("generate", "generate_all", "generate_stale", "generate_wanted", "generate_character", "generate_scene")
        return {
            "line": lambda: self.add("dialogue"),
            "foley": lambda: self.add("foley"),
            "ambience": lambda: self.add("ambience"),
            "remove": self.remove,
            "split": self.split,
            "merge": self.merge,
            "duplicate": self.duplicate,
            "find": lambda: self.open_find(False),
            "replace": lambda: self.open_find(True),
            "paste_script": lambda: self.paste(QGuiApplication.clipboard().text()),
            "suggest": self.suggest,
            "ask": self.open_ask,
            "cancel_all": self.cancel_all,
        } | {name: lambda name=name: self.generate(name) for name in batches}

    def label_menu(self, bar: QMenuBar, actions: dict[str, QAction]) -> None:
        """Let the menu say, whenever it opens, how many cues each command means."""
        for action in bar.actions():
            if action.menu() and actions["generate_stale"] in action.menu().actions():
                action.menu().aboutToShow.connect(lambda: self.batch.label(actions))

    def commit(self) -> None:
        """Take over what is typed anywhere but not yet confirmed."""
        self.table.commit()
        self.inspector.commit()
        self.cast.commit()

    def close(self) -> None:
        """End what runs in the background."""
        self.batch.stop()
        self.auditions.close()

    # --- one or several cues ---

    def add(self, kind: Kind) -> None:
        """A cue over each selected clip or the marked range; the cursor goes where its text is typed."""
        self.commit()
        cues = self.edits.add_each(kind)
        self.model.select_cue(cues[0].id)
        if len(cues) > 1 and self.table.isVisible():
            self.table.view.type_in(cues[0].id)  # Enter goes on to the next
        else:
            self.inspector.focus_text()

    def add_sound(self, prompt: str, is_bed: bool) -> None:
        """Give the selected sound this prompt, or make a cue that has it."""
        cue = self.model.cue
        if cue and cue.kind != "dialogue":
            self.edits.change_fields(cue.id, "Choose sound", text=prompt)
        elif self.model.timeline:
            cue = self.edits.add("ambience" if is_bed else "foley", prompt)
            self.model.select_cue(cue.id)

    def remove(self) -> None:
        """Take the selected cues away, and cancel their jobs."""
        chosen = self.model.selected_cues
        for cue_id in chosen:
            self.jobs.cancel(cue_id)
        if len(chosen) == 1:
            self.edits.remove(chosen[0])
        elif chosen:
            self.edits.remove_cues(chosen)

    def split(self) -> None:
        """Cut the selected cue, or the one under the playhead, in two."""
        self.commit()
        at = self.model.playhead
        cue = self.model.cue
        if cue is None or not cue.range.start_time < at < cue.range.end_time_exclusive():
            here = (one for one in self.model.project.cues if one.range.contains(at))
            cue = next(here, cue)
        if cue is None:
            return
        self._try(lambda: split(cue, at), lambda parts: self._put(parts, "Split line" if cue.kind == "dialogue" else "Split cue"))

    def merge(self) -> None:
        """Make one cue of the selected ones."""
        self.commit()
        cues = self.model.chosen_cues
        done = f"Merge {counted(len(cues), 'line' if cues and cues[0].kind == 'dialogue' else 'cue')}"

        def put(made: Cue) -> None:
            gone = [cue.id for cue in cues if cue.id != made.id]
            for cue_id in gone:
                self.jobs.cancel(cue_id)
            self.edits.change_cues((made,), done, gone)
            self.model.select_cue(made.id)

        self._try(lambda: merge(cues), put)

    def duplicate(self) -> None:
        """A copy behind each selected cue."""
        self.commit()
        cues = self.model.chosen_cues
        name = "Duplicate cue" if len(cues) == 1 else f"Duplicate {counted(len(cues))}"
        self._put(tuple(duplicate(cue) for cue in cues), name)

    def _put(self, cues: tuple[Cue, ...], name: str) -> None:
        self.edits.change_cues(cues, name)
        self.model.select_cues(tuple(cue.id for cue in cues))

    def _try(self, make: Callable, put: Callable) -> None:
        try:
            made = make()
        except StudioError as error:
            self.told(error)
            return
        put(made)

    # --- many ---

    def generate(self, which: str) -> None:
        """Queue the cues that the command means."""
        self.commit()
        self.batch.start(which)

    def cancel_all(self) -> None:
        """Cancel every job, and those that a batch has still to ask for."""
        self.batch.stop()
        self.jobs.cancel_all()

    def open_find(self, with_replace: bool) -> None:
        """Find, or find and replace."""
        self.commit()
        self.find.open(with_replace)

    def open_ask(self) -> None:
        """Ask for lines and sounds in words."""
        self.commit()
        self.ask.open()

    def paste(self, text: str) -> None:
        """Ask where the lines of a text go."""
        if self.model.timeline:
            self.commit()
            PasteScript(self.model, self.edits, text, self.window).open()

    def suggest(self) -> None:
        """Look for moments in the picture that ask for a sound."""
        if self.model.timeline:
            self.commit()
            SuggestFoley(self.model, self.edits, self.window).open()
