"""A marker on the timeline for each cue, coloured by its kind."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

import opentimelineio as otio
from opentimelineio.opentime import TimeRange

from .clips import timeline_rate
from .cues import Cue
from .metadata import KEY
from .rows import ours
from .take_clips import COLOURS, label
from .timecode import in_frames

_SIGN = re.compile(r"\[cue ([^\]\s]+)\]$")


def marked_cue(marker: otio.schema.Marker) -> str:
    """The id of the cue that a marker of ours is for, else empty; metadata may have been lost."""
    found = _SIGN.search(marker.comment or "")
    return ours(marker).get("cue", "") or (found[1] if found else "")


def place_markers(
    timeline: otio.schema.Timeline, cues: Sequence[Cue], same: Set[str] = frozenset()
) -> None:
    """Markers for `cues`; ours of before are brought up to date or go, all others stay.

    What the editor's colour for one of them is, stays. Those of the cues `same` are right already.
    """
    markers, wanted = timeline.tracks.markers, {cue.id: cue for cue in cues if cue.picture != "gone"}
    for index in reversed(range(len(markers))):
        if (cue_id := marked_cue(markers[index])) and wanted.pop(cue_id, None) is None:
            del markers[index]
    known = {cue.id: cue for cue in cues}
    for marker in markers:
        if (cue_id := marked_cue(marker)) and cue_id not in same:
            _write(marker, timeline, known[cue_id])
    for cue in wanted.values():
        marker = otio.schema.Marker(color=COLOURS[cue.kind])
        _write(marker, timeline, cue)
        markers.append(marker)


def _write(marker: otio.schema.Marker, timeline: otio.schema.Timeline, cue: Cue) -> None:
    rate = timeline_rate(timeline)
    times = (cue.range.start_time, cue.range.duration)
    marker.name = label(cue)
    marker.marked_range = TimeRange(*(in_frames(time, rate) for time in times))
    marker.comment = f"{cue.notes} [cue {cue.id}]".strip()
    marker.metadata[KEY] = {"cue": cue.id}
