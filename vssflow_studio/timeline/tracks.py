"""Takes on the timeline: our own audio tracks, rebuilt from the cues' circled takes.

A take's clip is cut to its cue and keeps the rest of the WAV as handles, so that an
editor can slip and trim it. The media's own time is record timecode, the same as the
BWF's time reference, so that an NLE that goes by timecode puts it in the same place.
"""

from __future__ import annotations

from collections.abc import Sequence

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .clips import start_time, timeline_rate
from .cues import Cue, Take
from .metadata import KEY, plain
from .timecode import at_rate, range_of

STEMS = {"dialogue": "DX TEMP", "foley": "FOLEY TEMP", "ambience": "AMB TEMP"}


def is_ours(track: otio.schema.Track) -> bool:
    """Whether we made `track`; its name may have been changed since."""
    return "stem" in track.metadata.get(KEY, {})


def strip_takes(timeline: otio.schema.Timeline) -> None:
    """Take our tracks away again."""
    for index in reversed(range(len(timeline.tracks))):
        if is_ours(timeline.tracks[index]):
            del timeline.tracks[index]


def place_takes(timeline: otio.schema.Timeline, cues: Sequence[Cue]) -> None:
    """Rebuild our tracks from the circled takes of `cues`.

    Cues that overlap go to a second track of their stem. A clip of ours that the
    editor has moved or trimmed since it was written stays as the editor left it, as
    long as its cue stands.
    """
    kept = _moved_by_editor(timeline)
    names = {_stem_key(t): t.name for t in timeline.tracks if is_ours(t)}
    strip_takes(timeline)
    for kind, stem in STEMS.items():
        placed = [
            kept.get(cue.id) or (cue.range.start_time, _clip(timeline, cue, take))
            for cue in cues
            if cue.kind == kind and (take := cue.circled_take) is not None
        ]
        for number, row in enumerate(_without_overlap(placed), start=1):
            name = stem if number == 1 else f"{stem} {number}"
            key = f"{kind} {number}"
            timeline.tracks.append(_track(names.get(key, name), key, row, timeline_rate(timeline)))


_Placed = tuple[RationalTime, otio.schema.Clip]


def _stem_key(track: otio.schema.Track) -> str:
    return track.metadata[KEY]["stem"]


def _without_overlap(placed: Sequence[_Placed]) -> list[list[_Placed]]:
    rows: list[list[_Placed]] = []
    for start, clip in sorted(placed, key=lambda one: one[0]):
        for row in rows:
            last_start, last = row[-1]
            if last_start + last.source_range.duration <= start:
                row.append((start, clip))
                break
        else:
            rows.append([(start, clip)])
    return rows


def _track(name: str, key: str, row: Sequence[_Placed], rate: float) -> otio.schema.Track:
    track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio, metadata={KEY: {"stem": key}})
    at = RationalTime(0, rate)
    for start, clip in row:
        gap = range_of(at, start)
        if gap.duration.value > 0:
            track.append(otio.schema.Gap(duration=gap.duration))
        track.append(clip)
        at = start + clip.source_range.duration
    return track


def _clip(timeline: otio.schema.Timeline, cue: Cue, take: Take) -> otio.schema.Clip:
    rate = timeline_rate(timeline)
    record = at_rate(cue.range.start_time, rate) + at_rate(start_time(timeline), rate)
    duration = at_rate(cue.range.duration, rate)
    head, tail = at_rate(take.head, rate), at_rate(take.tail, rate)
    source = TimeRange(record, duration)
    whole = TimeRange(record - head, head + at_rate(take.duration, rate) + tail)
    label = f"{cue.character}: {cue.text}" if cue.character else cue.text
    ours = {
        "cue": cue.id,
        "take": take.id,
        "written": {"start": cue.range.start_time.value, "source": _facts(source)},
        "provenance": dict(take.provenance),
    }
    return otio.schema.Clip(
        name=label[:60],
        media_reference=otio.schema.ExternalReference(take.path, whole),
        source_range=source,
        metadata={KEY: ours},
    )


def _facts(range_: TimeRange) -> list[float]:
    return [range_.start_time.value, range_.duration.value]


def _moved_by_editor(timeline: otio.schema.Timeline) -> dict[str, _Placed]:
    """Cue id → where the editor put our clip, for those not where we wrote them."""
    moved: dict[str, _Placed] = {}
    rate = timeline_rate(timeline)
    for track in timeline.tracks:
        at = RationalTime(0, rate)
        for item in list(track) if is_ours(track) else ():
            ours = plain(item.metadata.get(KEY, {}))
            if isinstance(item, otio.schema.Clip) and "written" in ours:
                now = {"start": at.value, "source": _facts(item.source_range)}
                if now != ours["written"]:
                    moved[ours["cue"]] = (at, item.deepcopy())
            if not isinstance(item, otio.schema.Transition):
                at += at_rate(item.duration(), rate)
    return moved
