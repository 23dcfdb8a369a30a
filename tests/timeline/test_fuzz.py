"""Property tests: whatever is in a file, it ends in a timeline or a StudioError."""

from __future__ import annotations

import json

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from timeline_fuzz import check, survive, whole
from vssflow_studio.errors import TimelineError
from vssflow_studio.timeline.cues import Cue, Take
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import KEY
from vssflow_studio.timeline.rows import is_ours
from vssflow_studio.timeline.tracks import place_takes


def test_spoilt_timelines_open_or_are_refused(tmp_path):
    came = check(200, tmp_path)
    assert sum(came.values()) >= 200
    assert {what for _, what in came} == {"opened", "refused"}


@pytest.mark.parametrize("stem", [otio.schema.Marker("m"), "", "  ", 3, None, ["dialogue 1"], {"a": 1}], ids=repr)
def test_a_track_whose_stem_names_none_is_not_taken_for_ours(stem) -> None:
    timeline = whole()
    mine = next(track for track in timeline.tracks if is_ours(track))
    count = len(timeline.tracks)
    mine.metadata[KEY] = {"stem": stem}
    assert not is_ours(mine)
    take = Take("t2", "cut.takes/z.wav", RationalTime(0, 24), RationalTime(24, 24), RationalTime(0, 24))
    cue = Cue("z", "dialogue", TimeRange(RationalTime(10, 24), RationalTime(24, 24)), "Hey!", takes=(take,))
    place_takes(timeline, [cue])
    assert len(timeline.tracks) >= count and any(map(is_ours, timeline.tracks))


@pytest.mark.parametrize(
    ("kind", "seed"),
    [(".otio again", 55865363), (".otioz", 5341)],
    ids=["a marker as a track's stem", "a number as a cue's takes"],
)
def test_what_once_escaped_is_opened_or_refused(tmp_path, kind: str, seed: int) -> None:
    assert survive(tmp_path, kind, seed) in ("opened", "refused")


GAP = '{"OTIO_SCHEMA": "Gap.1"}'
TRACK = '{"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [%s]}'
TIMELINE = '{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [%s]}}'
SHARED = '{"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "a"}'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (TIMELINE % (TRACK % ", ".join([GAP] * 1_000_000)), "1,000,000 parts"),
        (TIMELINE % (TRACK % ", ".join([GAP] * 150_000)), "more than can be worked on"),
        (TIMELINE % ", ".join([TRACK % ""] * 3_000), "more than can be worked on"),
        ("[" * 1_000_000, "nested more than"),
        (TIMELINE % (TRACK % "").replace('"children"', '"OTIO_REF_ID": "a", "children"').replace("[]", f"[{SHARED}]"), "holds itself"),
        ('{"OTIO_SCHEMA": "Timeline.1", "OTIO_REF_ID": "a", "metadata": {"x": %s}, "tracks": %s}' % (SHARED, SHARED), "holds itself"),
    ],
    ids=["gaps", "items", "tracks", "brackets", "track", "metadata"],
)  # fmt: skip
def test_what_would_hang_or_crash_the_reader_is_refused(tmp_path, text, word):
    path = tmp_path / "cut.otio"
    path.write_text(text)
    with pytest.raises(TimelineError, match=word) as caught:
        read_timeline(path)
    assert caught.value.file == str(path) and caught.value.remedy


def test_an_object_that_stands_in_two_places_is_no_cycle(tmp_path):
    found = json.loads(whole().to_json_string())
    one = {"OTIO_SCHEMA": "SerializableObjectWithMetadata.1", "OTIO_REF_ID": "a", "name": "x", "metadata": {}}
    found["metadata"] |= {"one": one, "two": json.loads(SHARED)}
    (tmp_path / "cut.otio").write_text(json.dumps(found))
    timeline = read_timeline(tmp_path / "cut.otio")
    assert timeline.metadata["one"].name == timeline.metadata["two"].name == "x"
