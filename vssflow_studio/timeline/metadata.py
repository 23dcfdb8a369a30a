"""How cues, cast and takes stand in the timeline's own metadata.

Under `timeline.metadata["vssflow_studio"]`, schema version 1:

    schema: 1
    cast: {character: voice}
    search_folders: [folder]
    cues: [{id, kind, range: {start, duration, rate}, text, character, voice, notes,
            clip: {name, media, source_start} or null, circled,
            takes: [{id, path, head, duration, tail, rate, provenance}]}]

Times are frames at `rate`, counted from the timeline's first frame. Keys that are not
known here are left where they are, in the whole and in each cue.
"""

from __future__ import annotations

from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import TimelineError
from .cues import KINDS, ClipKey, Cue, Project, Take

KEY = "vssflow_studio"
SCHEMA = 1


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
        return Project(
            cues=tuple(_cue(row) for row in ours.get("cues", ())),
            cast=dict(ours.get("cast", {})),
            search_folders=tuple(ours.get("search_folders", ())),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TimelineError(
            f"The cues in this timeline are damaged ({error})",
            remedy="Open an earlier version of the file.",
        ) from error


def write_project(timeline: otio.schema.Timeline, project: Project) -> None:
    """Put `project` into the timeline's metadata; keys of ours that are not known here stay."""
    ours = plain(timeline.metadata.get(KEY, {}))
    known = {row.get("id"): row for row in ours.get("cues", ())}
    ours |= {
        "schema": SCHEMA,
        "cast": dict(project.cast),
        "search_folders": list(project.search_folders),
        "cues": [known.get(cue.id, {}) | _row(cue) for cue in project.cues],
    }
    timeline.metadata[KEY] = ours


def plain(value: Any) -> Any:
    """OTIO's metadata containers as Python's own."""
    if hasattr(value, "items"):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return value
    return [plain(inner) for inner in value]


def _cue(row: dict) -> Cue:
    rate = row["range"]["rate"]
    clip = row.get("clip")
    if row["kind"] not in KINDS:
        raise ValueError(f"a cue of the kind {row['kind']!r}")
    if not rate > 0:
        raise ValueError(f"a cue with the rate {rate}")
    return Cue(
        id=row["id"],
        kind=row["kind"],
        range=TimeRange(
            RationalTime(row["range"]["start"], rate), RationalTime(row["range"]["duration"], rate)
        ),
        text=row["text"],
        character=row.get("character", ""),
        voice=row.get("voice", ""),
        clip=ClipKey(**clip) if clip else None,
        notes=row.get("notes", ""),
        takes=tuple(_take(take) for take in row.get("takes", ())),
        circled=row.get("circled", ""),
    )


def _take(row: dict) -> Take:
    head, duration, tail = (RationalTime(row[k], row["rate"]) for k in ("head", "duration", "tail"))
    return Take(row["id"], row["path"], head, duration, tail, row.get("provenance", {}))


def _row(cue: Cue) -> dict:
    clip = cue.clip
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
        "clip": clip
        and {"name": clip.name, "media": clip.media, "source_start": clip.source_start},
        "notes": cue.notes,
        "takes": [_take_row(take) for take in cue.takes],
        "circled": cue.circled,
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
    }
