"""From a cue on the timeline to a request for the model."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import CueError, MediaError, StudioError, TextError
from ..media.span import Span
from ..models.interface import ModelCard
from ..models.registry import model_card
from ..script.phonemes import phonemes
from ..timeline.clips import ClipView, record_timecode, visible_picture
from ..timeline.cues import Cue, Project
from ..timeline.timecode import from_seconds, range_of, seconds
from .request import Request, Sampling
from .spans import to_span

HANDLE = 0.5
"""Seconds of handle before and after a cue."""


def plan(
    timeline: otio.schema.Timeline,
    views: Sequence[ClipView],
    cue: Cue,
    project: Project,
    sampling: Sampling,
    file: Path | str = "",
) -> Request:
    """The request that `cue` makes. Raises CueError, TextError, MediaError, ModelError."""
    where = {"file": file, "clip": cue.clip.name if cue.clip else ""}
    where["timecode"] = record_timecode(timeline, cue.range.start_time)
    if not cue.range.duration.value > 0:
        raise CueError("The cue has no length", **where, remedy="Drag its end further out.")
    if cue.range.start_time.value < 0:
        raise CueError("The cue starts before the timeline", **where, remedy="Move it inside.")
    if not cue.text.strip():
        what = "The line is empty" if cue.kind == "dialogue" else "The prompt is empty"
        raise CueError(what, **where, remedy="Type what is to be heard.")
    card, window = model_card(sampling.model), with_handles(cue.range)
    spans = _spans(timeline, views, cue, window, where) if cue.kind == "foley" else ()
    speaks = cue.kind == "dialogue"
    return Request(
        kind=cue.kind,
        duration=float(seconds(cue.range.duration)),
        head=float(seconds(cue.range.start_time - window.start_time)),
        tail=float(seconds(window.end_time_exclusive() - cue.range.end_time_exclusive())),
        phonemes=_placed(where, phonemes, cue.text) if speaks else (),
        voice=_placed(where, voice_of, cue, project, card) if speaks else "",
        prompt="" if speaks else cue.text.strip(),
        picture=spans,
        sampling=sampling,
    )


def with_handles(range_: TimeRange) -> TimeRange:
    """The cue's range and its handles, in whole frames, none before the timeline's first."""
    handle = from_seconds(HANDLE, range_.start_time.rate)
    start = max(range_.start_time - handle, RationalTime(0, range_.start_time.rate))
    return range_of(start, range_.end_time_exclusive() + handle)


def voice_of(cue: Cue, project: Project, card: ModelCard) -> str:
    """The cue's voice, its character's, or one that stays the same for the character.

    Raises TextError for a voice that the model doesn't have.
    """
    voice = cue.voice or project.cast.get(cue.character, "")
    if not voice:
        return card.voices[zlib.crc32(cue.character.upper().encode()) % len(card.voices)]
    if voice not in card.voices:
        raise TextError(
            f"{card.title} has no voice “{voice}”", remedy=f"It has {', '.join(card.voices)}."
        )
    return voice


def _placed(where: dict, function: Callable, *arguments):
    """What `function` gives; its TextError says where the line stands."""
    try:
        return function(*arguments)
    except TextError as error:
        raise TextError(error.what, **where, remedy=error.remedy) from error


def _spans(timeline, views, cue: Cue, window: TimeRange, where: dict) -> tuple[Span, ...]:
    """What is seen during the window of a foley cue; missing media matters under the cue."""
    pieces = visible_picture(views, window)
    spans = []
    for view, piece in pieces:
        if view.media:
            spans.append(to_span(timeline, view, piece, window.start_time))
        elif _touch(piece, cue.range):
            raise _missing(view, where)
    if not any(_touch(piece, cue.range) for _, piece in pieces):
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
