from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.timeline.cue_markers import place_markers
from vssflow_studio.timeline.marker_cues import marker_cues


def span(start: float, frames: float, rate: float = 24) -> TimeRange:
    return TimeRange(RationalTime(start, rate), RationalTime(frames, rate))


def cut() -> otio.schema.Timeline:
    timeline = otio.schema.Timeline("cut", global_start_time=RationalTime(86_400, 24))
    track = otio.schema.Track("V1", kind="Video")
    for name in "AB":
        track.append(otio.schema.Clip(name, source_range=span(100, 48)))
    timeline.tracks.append(track)
    return timeline


def marker(name: str, start: float = 12, frames: float = 24, **more) -> otio.schema.Marker:
    return otio.schema.Marker(name=name, marked_range=span(start, frames), **more)


def read(timeline, colour: str = ""):
    cues, skipped = marker_cues(timeline, lambda text: 2.0, colour)
    found = [(c.kind, c.character, c.text, c.range.start_time.value, c.range.duration.value) for c in cues]
    return found, [one.why for one in skipped]


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        (marker("ANNA: Where were you?"), ("dialogue", "ANNA", "Where were you?")),
        (marker("ADR: ANNA: Where?"), ("dialogue", "ANNA", "Where?")),
        (marker("Marker 1", comment="FX: boots: slow"), ("foley", "", "boots: slow")),
        (marker("amb: rain"), ("ambience", "", "rain")),
        (marker("ANNA", comment="Where?"), ("dialogue", "ANNA", "Where?")),
        (marker("", metadata={"Resolve_OTIO": {"Note": "BG: wind"}}), ("ambience", "", "wind")),
    ],
)
def test_what_a_marker_asks_for(made, asked) -> None:
    timeline = cut()
    timeline.tracks.markers.append(made)
    assert read(timeline) == ([(*asked, 12, 24)], [])


def test_where_markers_stand() -> None:
    timeline = cut()
    timeline.tracks.markers.append(marker("FX: on the timeline"))
    timeline.tracks.markers.append(marker("FX: in record timecode", 86_400 + 24))
    timeline.tracks[0].markers.append(marker("FX: on the track", 30))
    timeline.tracks[0][1].markers.append(marker("FX: on the clip", 104))  # media time
    timeline.tracks[0][0].markers.append(marker("FX: cut off", 99))
    found, skipped = read(timeline)
    assert [(text, start) for *_, text, start, _ in found] == [
        ("on the timeline", 12), ("in record timecode", 24), ("on the track", 30), ("on the clip", 52)
    ]
    assert len(skipped) == 1 and "cut off" in skipped[0]


def test_a_marker_without_length_lasts_as_its_text() -> None:
    timeline = cut()
    for name in ("ANNA: Hi.", "FX: steps"):
        timeline.tracks.markers.append(marker(name, 0, 0))
    assert [row[-1] for row in read(timeline)[0]] == [48, 24]


def test_others_markers_are_left_alone_but_for_a_colour() -> None:
    timeline = cut()
    for name in ("TODO: grade", "https://a.b/c", "fix this", "Marker 7"):
        timeline.tracks.markers.append(marker(name, color="RED"))
    found, skipped = read(timeline)
    assert not found and len(skipped) == 4 and "01:00:00:12" in skipped[0]
    assert [row[2] for row in read(timeline, "red")[0]] == ["TODO: grade", "https://a.b/c", "fix this"]


def test_our_own_markers_are_no_cues() -> None:
    timeline = cut()
    timeline.tracks.markers.append(marker("ANNA: Hi."))
    cues, _ = marker_cues(timeline, lambda text: 1.0)
    place_markers(timeline, cues)
    assert len(timeline.tracks.markers) == 2 and len(read(timeline)[0]) == 1
