"""Cutting cues in two, joining them, and making copies.

What was heard goes on being heard: a take is a WAV with handles, so both halves of a cue keep
their part of it, each in its place. A line's halves say less than their takes and are stale
until they are generated; a sound's halves are as they were.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from opentimelineio.opentime import RationalTime

from ..errors import CueError, TextError
from ..script.markup import parse
from ..timeline.adjustments import adjusted
from ..timeline.cues import Cue, Take, new_id
from ..timeline.timecode import range_of, seconds
from .import_cues import natural_seconds

_SPACE = re.compile(r"\s+")


def split(cue: Cue, at: RationalTime) -> tuple[Cue, Cue]:
    """The cue up to `at` and from there on. Raises CueError where `at` is not inside it.

    A line is cut between the words that are spoken nearest to `at`; a sound's prompt stays
    whole. The second part has an id of its own.
    """
    start, end = cue.range.start_time, cue.range.end_time_exclusive()
    if not start < at < end:
        raise CueError("The playhead is not inside the cue", remedy="Put it where the cue is to be cut.")
    first_text, second_text, delivery = cue.text, cue.text, cue.delivery
    if cue.kind == "dialogue":
        first_text, second_text = split_text(cue.text, _share(cue, at))
        delivery = _delivery(cue)
    first = tuple(_cut(take, at - start, RationalTime(0, start.rate)) for take in cue.takes)
    first = tuple(adjusted(take, trim_out=0.0, fade_out=0.0) for take in first)
    second = (replace(_cut(take, end - at, at - start), id=new_id()) for take in cue.takes)
    copies = tuple(adjusted(take, trim_in=0.0, fade_in=0.0) for take in second)
    circled = next((new.id for new, old in zip(copies, cue.takes, strict=True) if old.id == cue.circled), "")
    return (
        replace(cue, range=range_of(start, at), text=first_text, takes=first),
        replace(
            cue,
            id=new_id(),
            range=range_of(at, end),
            text=second_text,
            takes=copies,
            circled=circled,
            delivery=delivery,
        ),
    )


def split_text(text: str, share: float) -> tuple[str, str]:
    """The words spoken in the first `share` (0 … 1) of the line, and the others.

    Mark-up is never torn. Where there is no place to cut, all stays in the first part.
    """
    whole = natural_seconds(text)
    best, nearest = (text.strip(), ""), abs(1.0 - share)
    for space in _SPACE.finditer(text):
        one, other = text[: space.start()].strip(), text[space.end() :].strip()
        if not (_has_words(one) and _has_words(other)):
            continue
        away = abs(natural_seconds(one) / whole - share)
        if away < nearest or not best[1]:
            best, nearest = (one, other), away
    return best


def merge(cues: Sequence[Cue]) -> Cue:
    """Cues of one kind and one character as one, over all their time, their texts joined.

    Takes of one recording that lie side by side become one again; else those of the first
    cue stay, stale, and the others' remain on disk. Raises CueError.
    """
    ordered = sorted(cues, key=lambda cue: seconds(cue.range.start_time))
    if len(ordered) < 2:
        raise CueError("There is nothing to merge", remedy="Select two or more cues.")
    if len({(cue.kind, cue.character) for cue in ordered}) > 1:
        raise CueError(
            "Only cues of one kind and one character can be merged",
            remedy="Give them the same character first, or select fewer.",
        )
    made = ordered[0]
    for cue in ordered[1:]:
        end = max(made.range.end_time_exclusive(), cue.range.end_time_exclusive())
        joined = _joined(made.circled_take, cue.circled_take)
        takes = tuple(joined if joined and take.id == joined.id else take for take in made.takes)
        text = _texts(made, cue)
        notes = "; ".join(dict.fromkeys(filter(None, (made.notes, cue.notes))))
        range_ = range_of(made.range.start_time, end)
        made = replace(made, range=range_, text=text, notes=notes, takes=takes)
    return made


def duplicate(cue: Cue) -> Cue:
    """A copy right behind the cue, without its takes."""
    range_ = range_of(cue.range.end_time_exclusive(), cue.range.end_time_exclusive() + cue.range.duration)
    return replace(cue, id=new_id(), range=range_, takes=(), circled="", clip=None, picture="")


def _cut(take: Take, duration: RationalTime, into: RationalTime) -> Take:
    """The take as it is heard for `duration`, `into` the cue."""
    tail = take.duration + take.tail - into - duration
    return replace(take, head=take.head + into, duration=duration, tail=tail)


def _joined(one: Take | None, other: Take | None) -> Take | None:
    if one is None or other is None or one.path != other.path or other.head != one.head + one.duration:
        return None
    return replace(one, duration=one.duration + other.duration, tail=other.tail)


def _texts(one: Cue, other: Cue) -> str:
    if one.kind == "dialogue":
        return f"{one.text} {other.text}".strip()
    return one.text if one.text == other.text else ", ".join(filter(None, (one.text, other.text)))


def _share(cue: Cue, at: RationalTime) -> float:
    """How much of the line is spoken at `at`."""
    into = float(seconds(at - cue.range.start_time))
    if cue.pace is None:
        return into / float(seconds(cue.range.duration))
    return min(1.0, into * cue.pace / max(natural_seconds(cue.text), 0.1))


def _delivery(cue: Cue) -> str:
    """What the line itself begins with holds for its second part too."""
    try:
        return parse(cue.text).delivery or cue.delivery
    except TextError:
        return cue.delivery


def _has_words(text: str) -> bool:
    try:
        return any(c.isalnum() for c in parse(text).text) or any(p.sounds for p in parse(text).pieces)
    except TextError:
        return False
