from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.errors import TimelineError
from vssflow_studio.timeline.cues import ClipKey, Cue, Project, Take
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import KEY, plain, read_project, write_project

RATE = 24000 / 1001


def project() -> Project:
    def time(value):
        return RationalTime(value, RATE)

    take = Take("t", "cut.takes/a.wav", time(12), time(30), time(9), {"synthetic": True, "steps": None, "seed": 3})
    cue = Cue(
        "c",
        "dialogue",
        TimeRange(time(10), time(30)),
        "Ça va?",
        character="ANNA",
        voice="slt",
        clip=ClipKey("sh010", "a.mov", 3.5),
        notes="softer",
        takes=(take,),
        circled="t",
        pace=1.25,
        pitch=-2.5,
        energy=3.0,
        delivery="whisper",
    )
    bare = Cue("f", "foley", TimeRange(time(0), time(5)), "steps")
    return Project((cue, bare), {"ANNA": "slt"}, ("/media",), "names.txt")


def test_a_project_comes_back_from_the_file(tmp_path):
    timeline = otio.schema.Timeline("t")
    write_project(timeline, project())
    write_timeline(timeline, tmp_path / "t.otio")
    assert read_project(read_timeline(tmp_path / "t.otio")) == project()


def test_a_timeline_without_anything_of_ours_is_an_empty_project():
    assert read_project(otio.schema.Timeline()) == Project()


def test_keys_that_are_not_known_stay():
    timeline = otio.schema.Timeline("t")
    write_project(timeline, project())
    timeline.metadata["other"] = {"x": 1}
    timeline.metadata[KEY]["window"] = {"zoom": 2}
    timeline.metadata[KEY]["cues"][0]["loudness"] = -23
    write_project(timeline, read_project(timeline))
    assert timeline.metadata["other"]["x"] == 1
    assert timeline.metadata[KEY]["window"]["zoom"] == 2
    assert timeline.metadata[KEY]["cues"][0]["loudness"] == -23


def test_a_file_of_before_the_controls_means_what_it_meant():
    timeline = otio.schema.Timeline("t", metadata={KEY: {"schema": 1, "cues": [GOOD]}})
    (cue,) = read_project(timeline).cues
    assert (cue.pace, cue.pitch, cue.energy, cue.delivery) == (None, 0.0, 0.0, "normal")
    assert (cue.distance, cue.room) == ("", "")
    assert read_project(timeline).lexicon == ""


def test_a_newer_schema_is_refused():
    timeline = otio.schema.Timeline("t", metadata={KEY: {"schema": 2, "cues": [{"new": 1}]}})
    with pytest.raises(TimelineError, match="schema 2"):
        read_project(timeline)


GOOD = {"id": "c", "kind": "foley", "text": "x", "range": {"start": 0, "duration": 5, "rate": 24}}


@pytest.mark.parametrize(
    "ours",
    [
        "text",
        [1],
        {"schema": "new"},
        {"cues": 5},
        {"cues": ["x"]},
        {"cues": [GOOD | {"kind": "song"}]},
        {"cues": [GOOD | {"range": {"start": 0, "duration": 5, "rate": 0}}]},
        {"cues": [GOOD | {"range": {"start": None, "duration": 5, "rate": 24}}]},
        {"cues": [GOOD | {"takes": [{}]}]},
        {"cues": [GOOD | {"clip": {"nom": "x"}}]},
        {"cues": [{}]},
        {"cues": [GOOD | {"text": 5}]},
        {"cues": [GOOD | {"id": None}]},
        {"cues": [GOOD | {"range": {"start": float("nan"), "duration": 5, "rate": 24}}]},
        {"cues": [GOOD | {"clip": {"name": "x", "source_start": float("inf")}}]},
        {"cast": {"ANNA": 4}},
        {"lexicon": 4},
        {"cues": [GOOD | {"pace": 9}]},
        {"cues": [GOOD | {"pitch": "high"}]},
        {"cues": [GOOD | {"energy": float("nan")}]},
        {"cues": [GOOD | {"delivery": "sung"}]},
        {"cast": 4},
    ],
)
def test_damage_is_an_error_with_a_remedy(ours):
    timeline = otio.schema.Timeline("t", metadata={KEY: ours})
    with pytest.raises(TimelineError) as caught:
        read_project(timeline)
    assert caught.value.remedy


def test_plain_values():
    timeline = otio.schema.Timeline(metadata={"a": {"b": [1, {"c": None}], "d": "x"}})
    got = plain(timeline.metadata)
    assert got == {"a": {"b": [1, {"c": None}], "d": "x"}}
    assert type(got["a"]) is dict and type(got["a"]["b"]) is list
