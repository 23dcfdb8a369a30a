"""File ▸ Import Cues…, Cues from Markers and Export Cue Sheet…"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMainWindow

from ...engine.export_cues import KINDS as SHEETS
from ...engine.export_cues import export_cues
from ...engine.import_cues import KINDS, Imported, import_cues, import_markers
from ...errors import StudioError
from ..edits import Edits
from ..model import StudioModel
from ..window.panels import MessageBar

_FILTER = f"Sheets, subtitles and scripts ({' '.join('*' + suffix for suffix in KINDS)})"
_SHEETS = {
    "PDF to print (*.pdf)": ".pdf",
    "CSV (*.csv)": ".csv",
    "TSV (*.tsv)": ".tsv",
}
_TOLD = 3
"""Reasons for what was skipped that the message bar names."""


class CueFiles:
    """Asks which file, puts its cues into the project as one edit, says what came of it."""

    def __init__(self, model: StudioModel, edits: Edits, message: MessageBar, window: QMainWindow) -> None:
        self._model, self._edits, self._message, self._window = model, edits, message, window

    def ask_import(self) -> None:
        """Choose a file and take over its cues."""
        start = str(self._model.path.parent)
        name, _ = QFileDialog.getOpenFileName(self._window, "Import cues", start, _FILTER)
        if name:
            self.import_file(Path(name))

    def import_file(self, path: Path) -> None:
        """Take over the cues of a file."""
        self._import(import_cues, path)

    def import_markers(self) -> None:
        """Take over the cues that the timeline's markers ask for."""
        self._import(import_markers)

    def ask_export(self) -> None:
        """Choose a file and write the cue sheet, as it is in the window."""
        start = str(self._model.path.with_suffix(SHEETS[-1]))
        name, kind = QFileDialog.getSaveFileName(self._window, "Export cue sheet", start, ";;".join(_SHEETS))
        if not name:
            return
        out = Path(name)
        out = out if out.suffix else out.with_suffix(_SHEETS.get(kind, SHEETS[-1]))
        try:
            warning = export_cues(out, self._model.timeline, self._model.project.cues)
        except StudioError as error:
            self._message.show_error(error)
            return
        self._message.show_text(f"Exported {out}. {warning}".strip())

    def _import(self, read, *file: Path) -> None:
        model, project = self._model, self._model.project
        try:
            made: Imported = read(model.timeline, project.cues, model.views, *file)
        except StudioError as error:
            self._message.show_error(error)
            return
        self._edits.change_project(replace(project, cues=made.cues), "Import cues")
        why = [str(one) for one in made.skipped[:_TOLD]]
        more = ["…"] if len(made.skipped) > _TOLD else []
        self._message.show_text(f"{made.summary}. {'; '.join(why + more)}".strip())
