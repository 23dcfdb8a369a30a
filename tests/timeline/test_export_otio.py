"""Exports as OpenTimelineIO: paths from the new place, media collected, the best format by name."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from cuts import write_cut
from vssflow_studio.cli import main
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.timeline.tracks import place_takes


def media_of(file: Path) -> list[Path | None]:
    timeline = read_timeline(file)
    return [view.media for view in clip_views(timeline, file.resolve().parent)]


def test_otio_finds_its_media_from_its_new_place(tmp_path: Path) -> None:
    cut = write_cut(tmp_path)
    out = tmp_path / "to the mix" / "cut.otio"
    out.parent.mkdir()
    before = cut.read_bytes()
    assert main(["export", str(cut), str(out)]) == 0
    assert cut.read_bytes() == before
    timeline = read_timeline(out)
    urls = [clip.media_reference.target_url for clip in timeline.find_clips()]
    assert urls == ["../film é#1.mov", "../cut.takes/take0.wav", "../cut.takes/take1.wav"]
    assert all(media_of(out))
    take = read_project(timeline).cues[0].circled_take
    assert (out.parent / take.path).is_file()
    assert timeline.is_equivalent_to(timeline) and timeline.global_start_time == RationalTime(86_400, 24)


def test_a_bundle_has_the_whole_project_in_it_and_opens_anywhere(tmp_path: Path) -> None:
    cut = write_cut(tmp_path)
    timeline = read_timeline(cut)
    other = tmp_path / "card two" / "film é#1.mov"  # two cards have a file of this name
    other.parent.mkdir()
    other.write_bytes((tmp_path / "film é#1.mov").read_bytes() + b"\0")
    clip = timeline.tracks[0][0].clone()
    clip.media_reference.target_url = other.as_uri()
    timeline.tracks[0].append(clip)
    project = read_project(timeline)
    older = replace(project.cues[0].takes[0], id="older", path="cut.takes/older.wav")
    (tmp_path / older.path).write_bytes(b"an older take")
    line = replace(project.cues[0], takes=(older, *project.cues[0].takes), circled="t0")
    write_project(timeline, replace(project, cues=(line, project.cues[1])))
    write_timeline(timeline, cut)
    out = tmp_path / "elsewhere" / "cut.otioz"
    out.parent.mkdir()
    assert main(["export", str(cut), str(out)]) == 0

    with zipfile.ZipFile(out) as bundle:
        assert bundle.testzip() is None and bundle.read("version.txt") == b"1.0.0"
        names = set(bundle.namelist()) - {"content.otio", "version.txt"}
        assert names == {
            "media/film é#1.mov",
            "media/film é#1-2.mov",
            "media/take0.wav",
            "media/take1.wav",
            "media/older.wav",
        }
        assert bundle.read("media/film é#1-2.mov") == other.read_bytes()
        assert bundle.getinfo("media/take0.wav").compress_type == zipfile.ZIP_STORED
    by_otio = otio.adapters.read_from_file(str(out))  # OTIO itself, not our reader
    assert [c.media_reference.target_url for c in by_otio.find_clips()][0] == "media/film%20%C3%A9%231.mov"

    for name in ("film é#1.mov", "cut.takes/take0.wav"):
        (tmp_path / name).unlink()
    other.unlink()
    opened = read_timeline(out)
    views = clip_views(opened, out.parent)
    assert len(views) == 4 and all(view.media for view in views)
    # The takes of its cues are found there as well, and stay found when the tracks are rebuilt.
    found = read_project(opened)
    assert all((out.parent / take.path).is_file() for cue in found.cues for take in cue.takes)
    place_takes(opened, found.cues)
    assert all(view.media for view in clip_views(opened, out.parent))


def test_a_bundle_as_a_folder_and_media_that_is_gone(tmp_path: Path, capsys) -> None:
    cut = write_cut(tmp_path)
    (tmp_path / "film é#1.mov").unlink()
    out = tmp_path / "cut.otiod"
    for _ in range(2):  # the second time over the first
        assert main(["export", str(cut), str(out), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out.splitlines()[-1])["files"]
    assert told["warnings"] == ["not collected, because it is not there: film é#1.mov"]
    assert {file.name for file in (out / "media").iterdir()} == {"take0.wav", "take1.wav"}
    assert [media is not None for media in media_of(out)] == [False, True, True]


def test_numbered_pictures_are_collected(tmp_path: Path) -> None:
    cut = write_cut(tmp_path)
    (tmp_path / "board").mkdir()
    for number in range(1001, 1025):
        (tmp_path / "board" / f"a.{number}.png").write_bytes(b"picture %d" % number)
    timeline, range_ = read_timeline(cut), TimeRange(RationalTime(0, 24), RationalTime(24, 24))
    images = otio.schema.ImageSequenceReference(
        "board/", "a.", ".png", 1001, 1, 24, 4, available_range=range_
    )
    timeline.tracks[0].append(otio.schema.Clip("board", images, range_))
    write_timeline(timeline, cut)
    assert main(["export", str(cut), str(tmp_path / "cut.otioz")]) == 0
    with zipfile.ZipFile(tmp_path / "cut.otioz") as bundle:
        inside = [name for name in bundle.namelist() if name.endswith(".png")]
        assert len(inside) == 24 and bundle.read(inside[-1]) == b"picture 1024"


@pytest.mark.parametrize(
    ("client", "name"),
    [
        ("resolve", "cut.otio"),
        ("premiere", "cut.xml"),
        ("avid", "cut.aaf"),
        ("protools", "cut.aaf"),
        ("kdenlive", "cut.otio"),
    ],
)
def test_each_program_gets_what_it_reads_best(tmp_path: Path, client: str, name: str) -> None:
    cut = write_cut(tmp_path)
    (tmp_path / "out").mkdir()
    assert main(["export", str(cut), str(tmp_path / "out"), "--for", client]) == 0
    assert [file.name for file in (tmp_path / "out").iterdir()] == [name]


@pytest.mark.parametrize(
    ("out", "more", "says"),
    [
        ("cut.doc", [], "Nothing can be exported as “.doc”"),
        ("", [], "Nothing can be exported"),
        ("cut.otio", ["--for", "avid"], "Avid doesn't read “.otio”"),
        ("gone/cut.xml", [], "folder is not there"),
    ],
)
def test_what_can_not_be_exported_is_named(tmp_path: Path, capsys, out: str, more: list[str], says: str) -> None:
    cut = write_cut(tmp_path)
    assert main(["export", str(cut), str(tmp_path / out), *more]) == 1
    assert says in capsys.readouterr().err
    assert main(["export", str(cut)]) == 1


def test_media_in_a_search_folder_is_exported_as_found(tmp_path: Path) -> None:
    cut = write_cut(tmp_path)
    archive = tmp_path / "archive"
    archive.mkdir()
    (tmp_path / "film é#1.mov").rename(archive / "film é#1.mov")
    assert main(["export", str(cut), str(tmp_path / "cut.xml"), "--search", str(archive)]) == 0
    found = (archive / "film é#1.mov").as_uri().removeprefix("file://")
    assert f"<pathurl>file://localhost{found}</pathurl>" in (tmp_path / "cut.xml").read_text()


def test_a_timeline_out_of_a_collection(tmp_path: Path) -> None:
    """The .otio is the collection again; a bundle holds the timeline alone."""
    cut = write_cut(tmp_path)
    shelf = otio.schema.SerializableCollection("bin", [otio.adapters.read_from_file(str(cut)), otio.schema.Clip("x")])
    otio.adapters.write_to_file(shelf, str(cut))
    for suffix, kind in (("otio", "SerializableCollection"), ("otioz", "Timeline")):
        out = tmp_path / f"out.{suffix}"
        assert main(["export", str(cut), str(out)]) == 0
        assert otio.adapters.read_from_file(str(out)).schema_name() == kind
        assert "collection" not in str(read_timeline(out).metadata) or suffix == "otio"
