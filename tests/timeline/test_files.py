from __future__ import annotations

import json
import os
import subprocess
import sys

import opentimelineio as otio
import pytest

from vssflow_studio.errors import StorageError, TimelineError
from vssflow_studio.timeline.cues import Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import write_project

RANGE = {
    "OTIO_SCHEMA": "TimeRange.1",
    "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 0.0, "value": 0.0},
    "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 0.0, "value": 9.0},
}
SPAN = RANGE | {name: dict(RANGE[name], rate=24.0) for name in ("start_time", "duration")}
BAD = {
    "empty.otio": b"",
    "noise.otio": bytes(range(256)) * 9,
    "letter.otio": b"Dear editor,",
    "cut.otio": b'{"OTIO_SCHEMA": "Timeline.1", "name": "x", "tracks": {"OTIO_S',
    "utf16.otio": '{"OTIO_SCHEMA": "Timeline.1"}'.encode("utf-16"),
    "newer.otio": b'{"OTIO_SCHEMA": "Timeline.99", "name": "x"}',
    "list.otio": b"[1, 2]",
    "null.otio": b"null",
    "other.otio": b'{"OTIO_SCHEMA": "Recipe.1"}',
    "trackless.otio": b'{"OTIO_SCHEMA": "Timeline.1", "name": "x", "tracks": null}',
    "cut.otioz": b"PK but no zip",
    "film.mov": b"moov",
    "noname": b"{}",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_errors_that_name_the_file_and_a_remedy(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BAD[name])
    with pytest.raises(TimelineError) as caught:
        read_timeline(path)
    assert caught.value.file == str(path)
    assert caught.value.remedy
    assert path.read_bytes() == BAD[name]


@pytest.mark.parametrize(
    "bare", [otio.schema.Clip("c"), otio.schema.Stack("s"), otio.schema.SerializableCollection("b")]
)
def test_other_objects_than_timelines_are_named(tmp_path, bare):
    path = tmp_path / "bare.otio"
    otio.adapters.write_to_file(bare, str(path))
    with pytest.raises(TimelineError, match=bare.schema_name()):
        read_timeline(path)


def test_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path / "none.otio", tmp_path):
        with pytest.raises(TimelineError, match="no such file"):
            read_timeline(path)


def test_a_rate_of_zero_names_the_clip(tmp_path, timeline_file):
    found = json.loads(timeline_file.read_text())
    clip = found["tracks"]["children"][0]["children"][0]
    clip["source_range"] = RANGE
    path = tmp_path / "zero.otio"
    path.write_text(json.dumps(found))
    with pytest.raises(TimelineError) as caught:
        read_timeline(path)
    assert caught.value.clip == "film"


def test_a_collection_with_one_timeline_comes_back_with_all_the_rest(tmp_path, movie, make_timeline):
    shelf = otio.schema.SerializableCollection("bin", metadata={"bin": {"colour": "teal"}})
    shelf.extend([otio.schema.Clip("loose"), make_timeline(movie), otio.schema.Marker("m")])
    path = tmp_path / "bin.otio"
    otio.adapters.write_to_file(shelf, str(path))
    timeline = read_timeline(path)
    for _ in range(2):  # saving twice must not nest
        write_project(timeline, Project(cast={"ANNA": "slt"}))
        write_timeline(timeline, path)
    back = otio.adapters.read_from_file(str(path))
    assert [type(child) for child in back] == [otio.schema.Clip, otio.schema.Timeline, otio.schema.Marker]
    assert back.metadata["bin"]["colour"] == "teal"
    assert list(back[1].metadata) == ["vssflow_studio"]


def test_a_bundle_is_read_but_not_written(tmp_path, movie, make_timeline):
    path = tmp_path / "cut.otioz"
    otio.adapters.write_to_file(make_timeline(movie), str(path))
    timeline = read_timeline(path)
    assert timeline.tracks[0][0].name == "film"
    before = path.read_bytes()
    with pytest.raises(TimelineError, match="can.t be saved"):
        write_timeline(timeline, path)
    assert path.read_bytes() == before


def test_markers_of_a_newer_opentimelineio(tmp_path, timeline_file):
    found = json.loads(timeline_file.read_text())
    colour = {"OTIO_SCHEMA": "Color.1", "r": 0.1, "g": 0.9, "b": 0.2, "a": 1.0, "name": "Green"}
    marker = {"OTIO_SCHEMA": "Marker.3", "name": "m", "color": colour, "marked_range": SPAN, "metadata": {"a": 1}}
    found["tracks"]["children"][0]["children"][0]["markers"] = [marker]
    timeline_file.write_text(json.dumps(found))
    timeline = read_timeline(timeline_file)
    marker = timeline.tracks[0][0].markers[0]
    assert (marker.name, marker.color, marker.metadata["a"]) == ("m", "GREEN", 1)
    assert marker.metadata["Marker.3"]["color"].r == 0.1


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("source_range", SPAN | {"duration": dict(SPAN["duration"], value=-5.0)}),
        ("source_range", SPAN | {"start_time": dict(SPAN["start_time"], value=1e300)}),
        ("source_range", SPAN | {"start_time": dict(SPAN["start_time"], rate=1e-6)}),
        ("global_start_time", dict(RANGE["start_time"])),
    ],
)
def test_times_that_place_nothing_are_refused(tmp_path, timeline_file, place, value):
    found = json.loads(timeline_file.read_text())
    (found if place == "global_start_time" else found["tracks"]["children"][0]["children"][0])[place] = value
    timeline_file.write_text(json.dumps(found))
    with pytest.raises(TimelineError, match="no usable rate") as caught:
        read_timeline(timeline_file)
    assert caught.value.remedy


def test_a_file_that_is_not_utf8_and_one_with_a_mark(tmp_path, timeline_file):
    data = timeline_file.read_bytes()
    timeline_file.write_bytes(b"\xef\xbb\xbf" + data)
    timeline = read_timeline(timeline_file)
    assert timeline.tracks[0][0].name == "film"
    timeline_file.write_bytes(data.replace(b'"film"', b'"f\xfclm"'))
    with pytest.raises(TimelineError, match="not UTF-8"):
        read_timeline(timeline_file)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b'{"OTIO_SCHEMA": "Foo.1"}', "holds something else, not a whole timeline"),
        (b'{"hello": 1}', "holds something else, not a whole timeline"),
        (otio.schema.Clip("c").to_json_string().encode(), "holds a Clip, not a whole timeline"),
    ],
)
def test_what_is_no_timeline_is_told_in_plain_words(tmp_path, data, said):
    (tmp_path / "cut.otio").write_bytes(data)
    with pytest.raises(TimelineError, match=said):
        read_timeline(tmp_path / "cut.otio")


def test_a_kind_that_can_not_be_written(tmp_path, movie, make_timeline):
    with pytest.raises(TimelineError, match="can.t be saved"):
        write_timeline(make_timeline(movie), tmp_path / "cut.xyz")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_or_is_a_file(tmp_path, movie, make_timeline):
    (tmp_path / "file").write_text("x")
    for folder in ("gone", "file"):
        with pytest.raises(StorageError) as caught:
            write_timeline(make_timeline(movie), tmp_path / folder / "cut.otio")
        assert caught.value.remedy


def test_a_link_stays_a_link(tmp_path, timeline_file):
    link = tmp_path / "link.otio"
    link.symlink_to(timeline_file)
    timeline = read_timeline(link)
    timeline.name = "renamed"
    write_timeline(timeline, link)
    assert link.is_symlink()
    assert read_timeline(timeline_file).name == "renamed"


def test_a_full_disk_leaves_the_file_as_it_was(timeline_file):
    """A file size limit refuses writes as a full disk does, in a process of its own."""
    before = timeline_file.read_bytes()
    script = f"""
import resource, signal
from pathlib import Path
from vssflow_studio.errors import StorageError
from vssflow_studio.timeline.files import read_timeline, write_timeline
path = Path({str(timeline_file)!r})
timeline = read_timeline(path)
timeline.metadata["much"] = "x" * 100_000
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_timeline(timeline, path)
except StorageError as error:
    print(error)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "nothing was changed" in out.stdout
    assert timeline_file.read_bytes() == before
    assert os.listdir(timeline_file.parent) == [timeline_file.name]
