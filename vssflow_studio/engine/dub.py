"""Whose recording a line follows, for a model that hears one and reads its text.

The settings of V2C-Animation's benchmark: the clip's own sound (Dub 1.0), another line of the
same character (Dub 2.0), and a recording that the cast has as a file (Dub 3.0).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from ..errors import MediaError
from ..media.span import Span
from ..models.deepaudio.f5.dub import OTHER_LINE
from ..script.markup import words_of
from ..timeline.characters import is_recording
from ..timeline.clips import ClipView, frames_of
from ..timeline.cues import Cue, Project
from ..timeline.rows import is_ours
from .spans import to_span
from .voice_reference import WITH_TEXT, recording_digest

_SHORTEST = 1.0  # seconds of the clip's own sound
_UNSEEN = re.compile(r"\b(narrator|voice[- ]?over|v[./]?o|o[./]?s|off[- ]?screen)\b", re.IGNORECASE)
_CHOOSE = "Choose a recording for the character."


@dataclass(frozen=True)
class Reference:
    """A file, what it holds for the key of a take, the (start, end) that is heard of it, and what is said there."""

    file: str
    recording: str
    transcript: str
    excerpt: tuple[float, float] | tuple[()] = ()


def reference_for(
    timeline: otio.schema.Timeline, views: Sequence[ClipView], cue: Cue, project: Project, voice: str, folder: Path
) -> Reference:
    """The recording for a line in `voice`: a file, relative to `folder`, or one of `f5/dub.py`'s voices.

    Raises MediaError where there is none, or what it says is not known.
    """
    if is_recording(voice):
        path = folder / voice
        return Reference(str(path), recording_digest(path), _transcript(path))
    if voice == OTHER_LINE.name:
        return _other_line(timeline, views, cue, project)
    span = _sound_under(timeline, views, cue)
    if span is None:
        raise MediaError("There is no sound of the clip under the whole line to take the voice from", remedy=_CHOOSE)
    if not _SHORTEST <= span.duration <= WITH_TEXT:
        what = f"The line is {span.duration:.1f} s long, and a voice is taken from {_SHORTEST:.0f} to {WITH_TEXT:.0f} s"
        raise MediaError(what, file=span.media, remedy=_CHOOSE)
    return _heard_in(span, cue)


def is_unseen(cue: Cue) -> bool:
    """Whether nobody is seen saying the line, as scripts have it: a narrator, V.O., O.S."""
    return any(_UNSEEN.search(text) for text in (cue.character, cue.notes))


def _other_line(timeline, views: Sequence[ClipView], cue: Cue, project: Project) -> Reference:
    """The character's longest other line under which its clip has sound."""
    others = (one for one in project.cues if one.kind == "dialogue" and one.character == cue.character)
    others = [one for one in others if one.id != cue.id and one.text.strip() and one.character]
    for one in sorted(others, key=lambda one: len(one.text), reverse=True):
        span = _sound_under(timeline, views, one)
        if span and _SHORTEST <= span.duration <= WITH_TEXT:
            return _heard_in(span, one)
    who = cue.character or "the speaker"
    what = f"No other line of {who} lies over {_SHORTEST:.0f} to {WITH_TEXT:.0f} s of its clip’s own sound"
    raise MediaError(what, remedy=_CHOOSE)


def _sound_under(timeline, views: Sequence[ClipView], cue: Cue) -> Span | None:
    """The clip's sound under all of a cue: the first audio track's, else what the picture's file holds."""
    begin, end = frames_of(cue.range, cue.range.start_time.rate)
    for kind in ("Audio", "Video"):
        for view in views:
            start, stop = frames_of(view.record, cue.range.start_time.rate)
            whole = view.kind == kind and start <= begin and end <= stop
            if whole and view.enabled and view.media and view.speed == 1 and not is_ours(timeline.tracks[view.track]):
                return to_span(timeline, view, cue.range)
    return None


def _heard_in(span: Span, cue: Cue) -> Reference:
    path = Path(span.media)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise MediaError("The clip’s sound is not there", file=path, remedy="Relink it.") from error
    excerpt = round(span.media_start, 4), round(span.media_start + span.duration, 4)
    # A film is too large to be hashed for each of its lines.
    return Reference(span.media, f"{path.name}, {size} bytes", words_of(cue.text), excerpt)


def _transcript(path: Path) -> str:
    """What is said in a recording: the text file beside it. Raises MediaError."""
    beside = path.with_suffix(".txt")
    try:
        said = " ".join(beside.read_text(encoding="utf-8-sig").split())
    except (OSError, UnicodeDecodeError):
        said = ""
    if not said:
        what = "What is said in the recording of the voice is not known"
        raise MediaError(what, file=path, remedy=f"Write its words into {beside.name} beside it.")
    return said
