"""Markers as cues: what editors already write on their timelines, whatever the tool.

    ANNA: Where were you?       a line
    ADR: ANNA: Where were you?  a line
    FX: boots on gravel         foley (FOLEY:, SFX:, FOL: too)
    AMB: rain on a tin roof     ambience (BG:, ATMOS: too)

The text may be the marker's name, its comment, or the note that a tool keeps in the metadata;
a name and a comment of their own (`ANNA` and `Where were you?`) are read together. Without a
prefix, the markers of one colour can be taken as foley prompts. Markers stand on the timeline,
on tracks, clips and gaps, at the top and in nests; one of no length gets the text's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

from ..script.script_lines import Skipped, shortened
from .clips import record_timecode, start_time, timeline_rate
from .cue_markers import marked_cue
from .cues import Cue, Kind, new_id
from .metadata import KEY, plain
from .timecode import from_seconds, is_usable, range_of, seconds
from .walk import item_length

_KINDS: dict[str, Kind] = (
    dict.fromkeys(("adr", "dx", "dialogue", "dialog", "line", "vo"), "dialogue")
    | dict.fromkeys(("fx", "sfx", "foley", "fol"), "foley")
    | dict.fromkeys(("amb", "ambience", "ambiance", "bg", "atmos", "atmo"), "ambience")
)
_NO_NAMES = set("todo note notes fixme fix vfx gfx mx music grade colour color http https tc cut scene shot marker".split())
_PREFIX = re.compile(r"\s*([^\W\d_][^:\n]{0,29}?)\s*:\s*(?=\S)")
_DEFAULT_NAME = re.compile(r"(marker\s*)?\d*", re.IGNORECASE)
_NOTES = ("note", "notes", "comment", "comments")
_POINT = {"foley": 1.0, "ambience": 8.0}
"""Seconds of a cue whose marker has no length."""


def marker_cues(
    timeline: otio.schema.Timeline, length: Callable[[str], float], foley_colour: str = ""
) -> tuple[tuple[Cue, ...], tuple[Skipped, ...]]:
    """The cues that the timeline's markers ask for, by time, and what is no cue, and why.

    `length` gives the seconds that a line takes. Markers that we wrote are left alone.
    """
    rate, cues, skipped = timeline_rate(timeline), [], []
    for found in placed_markers(timeline):
        marker = found.marker
        asked = _asked(marker, foley_colour.upper())
        name = f"the marker “{shortened(marker.name or marker.comment or '')}”"
        if found.start is None:
            skipped.append(Skipped(0, f"{name} of {found.place} lies where that isn't seen"))
            continue
        start = from_seconds(found.start, rate)
        if asked is None:
            at = record_timecode(timeline, start)
            skipped.append(Skipped(0, f"{name} at {at} is neither NAME: line nor FX: prompt"))
            continue
        kind, character, text = asked
        lasts = from_seconds(seconds(marker.marked_range.duration), rate)
        if lasts.value <= 1:
            lasts = from_seconds(_POINT.get(kind) or length(text), rate)
        end = start + max(lasts, RationalTime(1, rate))
        cues.append(Cue(new_id(), kind, range_of(start, end), text, character))
    cues.sort(key=lambda cue: cue.range.start_time.value)
    return tuple(cues), tuple(skipped)


@dataclass(frozen=True)
class PlacedMarker:
    """A marker and where it stands, in seconds from the first frame; None: cut off.

    `track` is the index of the track that it is on or in; None: on the timeline itself.
    """

    marker: otio.schema.Marker
    start: Fraction | None
    place: str
    track: int | None = None


def placed_markers(timeline: otio.schema.Timeline) -> Iterator[PlacedMarker]:
    """All markers that aren't ours, of the timeline and of what is on it."""
    theirs = list(_theirs(timeline.tracks))
    whole = max((item_length(track) for track in timeline.tracks), default=Fraction(0)) if theirs else 0
    for marker in theirs:
        at = seconds(marker.marked_range.start_time)
        first = seconds(start_time(timeline))
        # Some tools count these in record timecode.
        at = at - first if first and at >= max(first, whole) else at
        yield PlacedMarker(marker, at if at >= 0 else None, "the timeline")
    for index, track in enumerate(timeline.tracks):
        if not _has_markers(track):  # most have none, and then nothing needs measuring
            continue
        for found in _below(track, Fraction(0), (Fraction(0), item_length(track))):
            yield replace(found, track=index)


def _below(item, start: Fraction, window: tuple[Fraction, Fraction]) -> Iterator[PlacedMarker]:
    """The markers of `item`, which begins at `start`, and of all in it, as far as it is seen."""
    window = max(window[0], start), min(window[1], start + item_length(item))
    origin = _first(item)
    for marker in _theirs(item):
        at = start + seconds(marker.marked_range.start_time) - origin
        seen = window[0] <= at < window[1]
        yield PlacedMarker(marker, at if seen else None, f"“{item.name or item.schema_name()}”")
    if not isinstance(item, (otio.schema.Track, otio.schema.Stack)):
        return
    at = start - (seconds(item.source_range.start_time) if item.source_range else 0)
    for child in item:
        if not isinstance(child, otio.schema.Transition):
            yield from _below(child, at, window)
        if isinstance(item, otio.schema.Track):
            at += item_length(child)


def _has_markers(item) -> bool:
    children = item if isinstance(item, (otio.schema.Track, otio.schema.Stack)) else ()
    return bool(item.markers) or any(
        _has_markers(child) for child in children if not isinstance(child, otio.schema.Transition)
    )


def _first(item) -> Fraction:
    """The item's own time at its first frame."""
    reference = getattr(item, "media_reference", None)
    known = item.source_range or (reference.available_range if reference is not None else None)
    return seconds(known.start_time) if known is not None else Fraction(0)


def _theirs(item) -> Iterator[otio.schema.Marker]:
    for marker in item.markers:
        range_ = marker.marked_range
        usable = is_usable(range_.start_time) and is_usable(range_.duration)
        if usable and not marked_cue(marker) and KEY not in marker.metadata:
            yield marker


def _asked(marker: otio.schema.Marker, foley_colour: str) -> tuple[Kind, str, str] | None:
    """(kind, character, text) of a marker, None where it asks for nothing."""
    name = " ".join((marker.name or "").split())
    notes = [" ".join(note.split()) for note in (marker.comment or "", *_noted(marker)) if note.strip()]
    for text in (name, *notes):
        if found := _prefixed(text):
            return found
    for note in notes:
        if name and (name == name.upper() or name.lower() in _KINDS) and (found := _prefixed(f"{name}: {note}")):
            return found
    if foley_colour and (marker.color or "").upper() == foley_colour:
        text = next((one for one in (name, *notes) if not _DEFAULT_NAME.fullmatch(one)), "")
        return ("foley", "", text) if text else None
    return None


def _prefixed(text: str) -> tuple[Kind, str, str] | None:
    found = _PREFIX.match(text)
    if not found or found[1].lower().split()[0] in _NO_NAMES or found[1].count(" ") > 2:
        return None
    rest, kind = text[found.end() :].strip(), _KINDS.get(found[1].lower())
    if kind is None:
        return "dialogue", found[1], rest
    if kind == "dialogue" and (named := _PREFIX.match(rest)):
        return kind, named[1], rest[named.end() :].strip()
    return kind, "", rest


def _noted(marker: otio.schema.Marker) -> Iterator[str]:
    """Notes that tools keep beside the marker, one or two levels down."""
    found = plain(marker.metadata)
    for value in (found, *found.values()):
        if isinstance(value, dict):
            yield from (v for k, v in value.items() if k.lower() in _NOTES and isinstance(v, str))
