"""The cue sheet of a timeline in the form that a file's suffix asks for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import opentimelineio as otio

from ..errors import CueError
from ..timeline.cue_sheet import write_cue_sheet
from ..timeline.cues import Cue

KINDS = (".csv", ".tsv", ".pdf")


def export_cues(path: Path, timeline: otio.schema.Timeline, cues: Sequence[Cue]) -> str:
    """Write the sheet; gives what is to be known about it, mostly nothing.

    Raises CueError for another suffix, StorageError.
    """
    path = Path(path)
    if path.suffix.lower() not in KINDS:
        raise CueError(
            f"A cue sheet can't be written as “{path.suffix or path.name}”",
            file=path,
            remedy=f"Let its name end in {', '.join(KINDS)}.",
        )
    if path.suffix.lower() != ".pdf":
        write_cue_sheet(path, timeline, tuple(cues))
        return ""
    from ..timeline.cue_pdf import write_cue_pdf

    missing = write_cue_pdf(path, timeline, cues)
    if not missing:
        return ""
    return f"No font here has the characters {missing[:40]}: they are printed as “?”. Install DejaVu Sans."
