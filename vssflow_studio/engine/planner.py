"""From a cue on the timeline to a request for the model."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import CueError, MediaError, StudioError, TextError
from ..media.span import Span
from ..models.deepaudio.f5.dub import OWN_SOUND
from ..models.interface import ModelCard
from ..models.registry import model_card
from ..script.markup import words_of
from ..timeline.characters import is_recording
from ..timeline.clips import ClipView, record_timecode
from ..timeline.cues import Cue, Project
from ..timeline.dissolves import shown_picture
from ..timeline.timecode import from_seconds, range_of, seconds
from .dub import Reference, is_unseen, reference_for
from .foley_cue import asked_by
from .line import spoken_line
from .request import Request, Sampling
from .spans import to_span
from .under import picture_under
from .voice_reference import recording_digest

HANDLE = 0.5
"""Seconds of handle before and after a cue."""


def plan(
    timeline: otio.schema.Timeline,
    views: Sequence[ClipView],
    cue: Cue,
    project: Project,
    sampling: Sampling,
    file: Path | str = "",
    folder: Path | None = None,
    near: Sequence[ClipView] | None = None,
) -> Request:
    """The request that `cue` makes. Raises CueError, TextError, MediaError, ModelError.

    `file` is the timeline's, for messages; `folder` is where the project's relative paths
    count from, when that is not the file's own folder; `near` those of `views` that are
    seen in the cue's window, where the caller has them at hand.
    """
    where = {"file": file, "clip": cue.clip.name if cue.clip else ""}
    where["timecode"] = record_timecode(timeline, cue.range.start_time)
    if not cue.range.duration.value > 0:
        raise CueError("The cue has no length", **where, remedy="Drag its end further out.")
    if cue.range.start_time.value < 0:
        first = record_timecode(timeline, RationalTime(0, cue.range.start_time.rate))
        raise CueError("The cue starts before the timeline", **where, remedy=f"Move it inside; the timeline begins at {first}.")
    if cue.picture == "gone":
        raise CueError("The cue's picture is gone from this cut", **where, remedy="Move it to its new place.")
    if not cue.text.strip():
        what = "The line is empty" if cue.kind == "dialogue" else "The prompt is empty"
        raise CueError(what, **where, remedy="Type what is to be heard.")
    card, window = model_card(sampling.model), with_handles(cue.range)
    if cue.kind not in card.suits:
        makes = " and ".join(card.suits)
        raise CueError(f"{card.title} makes {makes} only", **where, remedy="Choose another model for this kind of cue.")
    watched = cue.kind != "ambience"
    near = views if near is None else near
    spans = _spans(timeline, near, cue, window, where) if watched else ()
    request = Request(
        kind=cue.kind,
        duration=float(seconds(cue.range.duration)),
        head=float(seconds(cue.range.start_time - window.start_time)),
        tail=float(seconds(window.end_time_exclusive() - cue.range.end_time_exclusive())),
        picture=spans,
        under=picture_under(near, cue.range) if watched else (),
        energy=cue.energy,
        sampling=sampling,
    )
    if cue.kind != "dialogue":
        asked = asked_by(cue, card)
        return replace(request, prompt=asked.sent, treatment=asked.treatment, negative=asked.negative)
    folder = folder or Path(file).parent
    line = _placed(where, spoken_line, cue, project, folder)
    voice = _placed(where, voice_of, cue, project, card)
    request = replace(
        request, phonemes=line.phonemes, voice=voice, pace=cue.pace, pitch=cue.pitch, delivery=line.delivery
    )
    if card.reads == "letters":
        heard = _placed(where, reference_for, timeline, views, cue, project, voice, folder)
        return _in_letters(request, cue, card, heard)
    if not is_recording(voice):
        return request
    recorded = folder / voice
    return replace(request, reference=str(recorded), recording=_placed(where, recording_digest, recorded))


def _in_letters(request: Request, cue: Cue, card: ModelCard, heard: Reference) -> Request:
    """For a model that reads letters; one without a guide, or for a line that nobody is seen saying, sees nothing."""
    return replace(
        request,
        text=words_of(cue.text),
        reference=heard.file,
        recording=heard.recording,
        transcript=heard.transcript,
        excerpt=heard.excerpt,
        picture=() if is_unseen(cue) or not card.guide else request.picture,
    )


def with_handles(range_: TimeRange) -> TimeRange:
    """The cue's range and its handles, in whole frames, none before the timeline's first."""
    handle = from_seconds(HANDLE, range_.start_time.rate)
    start = max(range_.start_time - handle, RationalTime(0, range_.start_time.rate))
    return range_of(start, range_.end_time_exclusive() + handle)


def voice_of(cue: Cue, project: Project, card: ModelCard) -> str:
    """The cue's voice, its character's, or one that stays the same for the character.

    Empty where the model has none to choose from; a recording's path as the cast has it. Raises TextError for a voice that the model doesn't have.
    """
    voice = cue.voice or project.cast.get(cue.character, "")
    if is_recording(voice):
        return voice
    choices = [choice.name for choice in card.choices]
    if not voice and card.reads == "letters":
        return OWN_SOUND.name
    if not voice and not choices:
        return ""
    if not voice:
        return choices[zlib.crc32(cue.character.upper().encode()) % len(choices)]
    if card.voice(voice) is None:
        raise TextError(
            f"{card.title} has no voice “{voice}”", remedy=f"It has {', '.join(choices) or 'none'}."
        )
    return voice


def _placed(where: dict, function: Callable, *arguments):
    """What `function` gives; its error says where the line stands, or a file of its own."""
    try:
        return function(*arguments)
    except (TextError, MediaError) as error:
        place = where | {"file": error.file or where["file"]}
        raise type(error)(error.what, **place, remedy=error.remedy) from error


def _spans(timeline, views, cue: Cue, window: TimeRange, where: dict) -> tuple[Span, ...]:
    """What is seen during the cue's window; under a foley cue missing media matters."""
    pieces = shown_picture(views, window)
    spans = []
    for view, piece, levels in pieces:
        if view.media:
            spans.append(to_span(timeline, view, piece, window.start_time, levels))
        elif cue.kind == "foley" and _touch(piece, cue.range):
            raise _missing(view, where)
    if cue.kind == "foley" and not any(_touch(piece, cue.range) for _, piece, _ in pieces):
        raise CueError(
            "There is no picture under this foley cue",
            **where,
            remedy="Move it over a clip, or make it an ambience.",
        )
    return tuple(spans)


def _touch(one: TimeRange, other: TimeRange) -> bool:
    return (
        one.start_time < other.end_time_exclusive() and other.start_time < one.end_time_exclusive()
    )


def _missing(view: ClipView, where: dict) -> StudioError:
    return MediaError(
        f"The media “{view.media_name or view.name}” is missing",
        **(where | {"clip": view.name}),
        remedy="Relink it, or point to the folder it is in with a search folder.",
    )
