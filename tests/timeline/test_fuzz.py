"""Property tests: whatever is in a file, it ends in a timeline or a StudioError."""

from __future__ import annotations

import json

import pytest

from timeline_fuzz import check, whole
from vssflow_studio.errors import TimelineError
from vssflow_studio.timeline.files import read_timeline


def test_spoilt_timelines_open_or_are_refused(tmp_path):
    came = check(200, tmp_path)
    assert sum(came.values()) >= 200
    assert {what for _, what in came} == {"opened", "refused"}


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
