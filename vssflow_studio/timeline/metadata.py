"""How cues, cast and takes stand in the timeline's own metadata.

Under `timeline.metadata["vssflow_studio"]`, schema version 1:

    schema: 1
    cast: {character: voice}
    characters: {character: {colour, notes}}
    search_folders: [folder]
    lexicon: path of a file of pronunciations, or empty
    relinked: {media that the clip asks for: {path, size}}
    cues: [{id, kind, range: {start, duration, rate}, text, character, voice, notes,
            pace: number or null, pitch, energy, delivery, distance, room, negative,
            clip: {name, media, source_start, at} or null, picture, circled,
            takes: [{id, path, head, duration, tail, rate, provenance, rating, comment,
                     adjustment: {gain, fade_in, fade_out, trim_in, trim_out, slip}}]}]

What is absent has its default, so that files of earlier versions mean what they meant.
Times are frames at `rate`, counted from the timeline's first frame. Keys that are not
known here are left where they are, in the whole and in each cue.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from math import isfinite
from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import TimelineError
from .cues import (
    DELIVERIES,
    DISTANCES,
    KINDS,
    PICTURES,
    ROOMS,
    Adjustment,
    Character,
    ClipKey,
    Cue,
    Project,
    Relinked,
    Take,
    checked_control,
)
from .timecode import is_usable

KEY = "vssflow_studio"
SCHEMA = 1
_ADJUSTED = {field.name for field in fields(Adjustment)}


def read_project(timeline: otio.schema.Timeline) -> Project:
    """What the timeline carries of ours. Raises TimelineError when it can't be understood."""
    try:
        ours = dict(plain(timeline.metadata.get(KEY, {})))
        if int(ours.get("schema", SCHEMA)) > SCHEMA:
            raise TimelineError(
                f"The cues in this timeline have schema {ours['schema']}, "
                f"and {SCHEMA} is the newest known",
                remedy="Update VSSFlow Studio; the file was not changed.",
            )
        return _checked(
            Project(
                cues=tuple(_cue(row) for row in ours.get("cues", ())),
                cast={who: _text(voice) for who, voice in ours.get("cast", {}).items()},
                search_folders=tuple(map(_text, ours.get("search_folders", ()))),
                lexicon=ours.get("lexicon", ""),
                characters={who: _character(row) for who, row in ours.get("characters", {}).items()},
                relinked={key: _checked(Relinked(**row)) for key, row in ours.get("relinked", {}).items()},
            )
        )
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise TimelineError(
            f"The cues in this timeline are damaged ({error})",
            remedy="Open an earlier version of the file.",
        ) from error


def write_project(timeline: otio.schema.Timeline, project: Project) -> None:
    """Put `project` into the timeline's metadata; keys of ours that are not known here stay."""
    ours = plain(timeline.metadata.get(KEY, {}))
    known = {row.get("id"): row for row in ours.get("cues", ())}
    people = ours.get("characters", {})
    ours |= {
        "schema": SCHEMA,
        "cast": dict(project.cast),
        "characters": {who: people.get(who, {}) | asdict(one) for who, one in project.characters.items()},
        "search_folders": list(project.search_folders),
        "lexicon": project.lexicon,
        "relinked": {key: asdict(found) for key, found in project.relinked.items()},
        "cues": [known.get(cue.id, {}) | _row(cue) for cue in project.cues],
    }
    timeline.metadata[KEY] = ours


def plain(value: Any) -> Any:
    """OTIO's metadata containers as Python's own."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if hasattr(value, "items"):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return value
    return [plain(inner) for inner in value]


def _character(row: dict) -> Character:
    return _checked(Character(row.get("colour", ""), row.get("notes", "")))


def _cue(row: dict) -> Cue:
    rate = row["range"]["rate"]
    clip = row.get("clip")
    if not rate > 0:
        raise ValueError(f"a cue with the rate {rate}")
    made = Cue(
        id=row["id"],
        kind=_one_of(KINDS, "kind", row["kind"]),
        range=TimeRange(
            RationalTime(row["range"]["start"], rate), RationalTime(row["range"]["duration"], rate)
        ),
        text=row["text"],
        character=row.get("character", ""),
        voice=row.get("voice", ""),
        clip=_checked(ClipKey(**clip)) if clip else None,
        notes=row.get("notes", ""),
        takes=tuple(_take(take) for take in row.get("takes", ())),
        circled=row.get("circled", ""),
        picture=_one_of(PICTURES, "picture", row.get("picture", "")),
        distance=_one_of(DISTANCES, "distance", row.get("distance", "")),
        room=_one_of(ROOMS, "room", row.get("room", "")),
        negative=row.get("negative", ""),
        **_controls(row),
    )
    return _checked(made)


def _controls(row: dict) -> dict:
    delivery = _one_of(DELIVERIES, "delivery", row.get("delivery", "normal"))
    given = {name: row.get(name, 0.0) for name in ("pitch", "energy")}
    if row.get("pace") is not None:
        given["pace"] = row["pace"]
    return {name: checked_control(name, value) for name, value in given.items()} | {
        "delivery": delivery
    }


def _one_of(known: tuple[str, ...], name: str, value: object):
    if value not in known:
        raise ValueError(f"a cue with the {name} {value!r}")
    return value


def _take(row: dict) -> Take:
    head, duration, tail = (RationalTime(row[k], row["rate"]) for k in ("head", "duration", "tail"))
    provenance, rating = row.get("provenance", {}), row.get("rating", 0)
    if rating not in range(6):
        raise ValueError(f"a take with the rating {rating!r}")
    given = {name: float(value) for name, value in row.get("adjustment", {}).items() if name in _ADJUSTED}
    adjustment, comment = _checked(Adjustment(**given)), row.get("comment", "")
    take = Take(row["id"], row["path"], head, duration, tail, dict(provenance), rating, comment, adjustment)
    return _checked(take)


def _checked(made):
    """`made`, when its texts are texts and its times can be told. Raises ValueError, TypeError."""
    for field in fields(made):
        value = getattr(made, field.name)
        if field.type == "str":
            _text(value)
        elif field.type == "float" and not isfinite(value):
            raise ValueError(f"the {field.name} {value}")
        elif isinstance(value, TimeRange):
            _check_time(value.start_time)
            _check_time(value.duration)
        elif isinstance(value, RationalTime):
            _check_time(value)
    return made


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} where there should be text")
    return value


def _check_time(time: RationalTime) -> None:
    if not is_usable(time):
        raise ValueError(f"a time of {time.value} frames at {time.rate}")


def _row(cue: Cue) -> dict:
    return {
        "id": cue.id,
        "kind": cue.kind,
        "range": {
            "start": cue.range.start_time.value,
            "duration": cue.range.duration.value,
            "rate": cue.range.start_time.rate,
        },
        "text": cue.text,
        "character": cue.character,
        "voice": cue.voice,
        "clip": cue.clip and asdict(cue.clip),
        "notes": cue.notes,
        "takes": [_take_row(take) for take in cue.takes],
        "circled": cue.circled,
        "pace": cue.pace,
        "pitch": cue.pitch,
        "energy": cue.energy,
        "delivery": cue.delivery,
        "picture": cue.picture,
        "distance": cue.distance,
        "room": cue.room,
        "negative": cue.negative,
    }


def _take_row(take: Take) -> dict:
    return {
        "id": take.id,
        "path": take.path,
        "head": take.head.value,
        "duration": take.duration.value,
        "tail": take.tail.value,
        "rate": take.duration.rate,
        "provenance": dict(take.provenance),
        "rating": take.rating,
        "comment": take.comment,
        "adjustment": asdict(take.adjustment),
    }
