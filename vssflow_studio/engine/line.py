"""What a dialogue cue says, and how: its text, its controls and the project's lexicon together.

And what the user should know of a cue, a line or a sound, before it is generated.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError, TextError
from ..models.conditions.phonemes import rate_warning
from ..models.registry import model_card
from ..script.lexicon import own_lexicon
from ..script.markup import parse
from ..script.phonemes import phonemes
from ..timeline.cues import Cue, Project
from ..timeline.timecode import seconds
from .foley_cue import asked_by
from .foley_prompt import nearest_kinds


@dataclass(frozen=True)
class SpokenLine:
    """ARPAbet as of `script.phonemes`, and the delivery, which the line itself decides first."""

    phonemes: tuple[str, ...]
    delivery: str


def spoken_line(cue: Cue, project: Project, folder: Path) -> SpokenLine:
    """The cue's line. `folder` is where the project's relative paths count from.

    Raises TextError: for the lexicon with its file and line, else without a place.
    """
    words = own_lexicon(folder / project.lexicon if project.lexicon else "")
    try:
        said = phonemes(cue.text, words)
    except TextError as error:
        line = " ".join(cue.text.split())
        short = line if len(line) <= 40 else f"{line[:39]}…"
        raise TextError(f"“{short}”: {error.what}", remedy=error.remedy) from error
    return SpokenLine(said, parse(cue.text).delivery or cue.delivery)


def read_ahead() -> None:
    """Read the tables that the first line and the first prompt would wait for: a tenth of a second, for a thread."""
    phonemes("Read ahead, zorblat.")  # the last is said by the letters' rules
    nearest_kinds("door")


def warnings_for(cue: Cue, project: Project, file: Path | str = "", model: str = "draft") -> tuple[str, ...]:
    """What the user should know before the cue is generated; whole sentences, mostly none.

    Now: that a line asks for more than 1.6 times the natural speed, and that `model` doesn't
    know a sound's prompt, with the kind it takes it for. For the window's inspector and for
    `generate`; loads no model, takes a few milliseconds, and is silent where `plan` would
    raise. `file` is the timeline's, for the project's lexicon.
    """
    if not cue.text.strip() or not cue.range.duration.value > 0:
        return ()
    if cue.kind != "dialogue":
        return _of_sound(cue, model)
    try:
        said = spoken_line(cue, project, Path(file).parent).phonemes
    except TextError:
        return ()
    warning = rate_warning(said, float(seconds(cue.range.duration)))
    return (warning,) if warning else ()


def _of_sound(cue: Cue, model: str) -> tuple[str, ...]:
    try:
        note = asked_by(cue, model_card(model)).note
    except ModelError:
        return ()
    return (note,) if note else ()
