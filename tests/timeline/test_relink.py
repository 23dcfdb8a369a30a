"""What is offline is listed, found where nothing speaks against it, and never guessed."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.cli import main
from vssflow_studio.errors import Cancelled
from vssflow_studio.media.bwf import write_bwf
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.media_facts import media_facts
from vssflow_studio.timeline.metadata import read_project
from vssflow_studio.timeline.relink import offline_clips, search


def shot(path: Path, timecode: str = "", frames: int = 12, reel: str = "") -> Path:
    """A film of so many frames at 24, as cameras write them: .mov with a timecode track."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=24)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        video.metadata.update({"timecode": timecode} if timecode else {})
        video.metadata.update({"reel_name": reel} if reel else {})
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), index, np.uint8), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 24)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
    return path


def clip(url: str, first: int = 0, frames: int = 12, reel: str = "") -> otio.schema.Clip:
    range_ = TimeRange(RationalTime(first, 24), RationalTime(frames, 24))
    reference = otio.schema.ExternalReference(url, range_)
    if reel:
        reference.metadata["fcp_xml"] = {"timecode": {"reel": {"name": reel}}}
    return otio.schema.Clip(Path(url).stem, reference, range_)


def cut(folder: Path, *clips: otio.schema.Clip) -> Path:
    timeline = otio.schema.Timeline("cut")
    timeline.global_start_time = RationalTime(86_400, 24)
    timeline.tracks.append(otio.schema.Track("V1", kind="Video"))
    timeline.tracks[0].extend(clips)
    path = folder / "cut.otio"
    folder.mkdir(exist_ok=True)
    write_timeline(timeline, path)
    return path


def relink(*arguments: object) -> int:
    return main(["media", "relink", *map(str, arguments)])


def media_of(path: Path) -> list[Path | None]:
    timeline = read_timeline(path)
    return [view.media for view in clip_views(timeline, path.parent, relinked=read_project(timeline).relinked)]


HOUR = 24 * 3600  # frames


def test_a_files_facts(tmp_path: Path) -> None:
    facts = media_facts(shot(tmp_path / "a.mov", "10:00:00:00", 12, "A001R1"))
    assert (facts.start, facts.duration, facts.rate) == (36_000, 0.5, 24)
    assert facts.size == (tmp_path / "a.mov").stat().st_size and facts.reel == "A001R1"
    wav = tmp_path / "a.wav"
    write_bwf(wav, np.zeros(4800, np.float32), time_reference=48_000 * 5, description="x", provenance={})
    assert (media_facts(wav).start, media_facts(wav).duration) == (5, 0.1)
    wav.write_bytes(b"no more")
    assert media_facts(wav).start is None and media_facts(wav).size == 7


def test_the_table_of_what_is_offline(tmp_path: Path, capsys) -> None:
    shot(tmp_path / "here.mov")
    path = cut(tmp_path, clip("here.mov"), clip("file:///Volumes/SAN/A%201.mov", HOUR, 12, "A001"))
    assert main(["media", "list", str(path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["clip"], row["track"], row["timecode"]) == ("A%201", "V1", "01:00:00:12")
    assert row["media_timecode"] == "01:00:00:00"
    assert (row["wanted"]["path"], row["wanted"]["reel"]) == ("/Volumes/SAN/A 1.mov", "A001")
    main(["media", "list", str(path)])
    head, line = capsys.readouterr().out.splitlines()
    assert head.split()[0] == "record" and "01:00:00:12" in line and "/Volumes/SAN/A 1.mov" in line
    shutil.copyfile(tmp_path / "here.mov", tmp_path / "A 1.mov")
    main(["media", "list", str(path)])
    assert "All media is there" in capsys.readouterr().out


def test_media_moved_and_renamed_by_case_is_found_and_remembered(tmp_path: Path, capsys) -> None:
    found = shot(tmp_path / "store" / "day 1" / "A001.MOV")
    path = cut(tmp_path / "cut", clip("/gone/a001.mov"))
    before = read_timeline(path)
    assert relink(path, tmp_path / "store") == 0
    assert media_of(path) == [found]
    after = read_timeline(path)
    assert after.tracks[0][0].is_equivalent_to(before.tracks[0][0]), "the clip itself stays as it was"
    assert read_project(after).search_folders == (str(tmp_path / "store"),)
    found.rename(found.with_name("moved.mov"))
    capsys.readouterr()
    assert relink(path, "--json") == 0, "by its size, below the folders of the last time"
    assert json.loads(capsys.readouterr().out)["found"] == {"/gone/a001.mov": str(found.with_name("moved.mov"))}


def test_of_a_name_that_every_card_has_timecode_and_reel_decide(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        shot(tmp_path / f"card{number}" / "C0001.mov", f"0{number}:00:00:00")
    for reel in ("A001", "B001"):
        shot(tmp_path / reel / "X.mov", "05:00:00:00", reel=reel)
    path = cut(tmp_path / "cut", clip("/gone/C0001.mov", 2 * HOUR), clip("/gone/X.mov", 5 * HOUR, reel="B001"))
    assert relink(path, tmp_path) == 0
    assert media_of(path) == [tmp_path / "card2" / "C0001.mov", tmp_path / "B001" / "X.mov"]


def test_what_may_be_several_is_listed_and_not_guessed(tmp_path: Path, capsys) -> None:
    for number in (1, 2):
        shot(tmp_path / f"card{number}" / "C0001.mov")
    path = cut(tmp_path / "cut", clip("/gone/C0001.mov"), clip("/gone/nowhere.mov"))
    assert relink(path, tmp_path, "--json") == 3
    said = json.loads(capsys.readouterr().out)
    both = [str(tmp_path / f"card{number}" / "C0001.mov") for number in (1, 2)]
    assert said == {"found": {}, "ambiguous": {"/gone/C0001.mov": both}, "missing": ["/gone/nowhere.mov"]}
    assert media_of(path) == [None, None]
    relink(path, tmp_path)
    assert "ambiguous" in (text := capsys.readouterr().out) and "missing    /gone/nowhere.mov" in text
    nearer = cut(tmp_path / "near", clip("/gone/card2/C0001.mov"))
    assert relink(nearer, tmp_path) == 0 and media_of(nearer) == [Path(both[1])], "the folder's name decides"


def test_the_only_file_of_the_name_is_not_taken_when_its_timecode_is_another(tmp_path: Path, capsys) -> None:
    other = shot(tmp_path / "card9" / "C0001.mov", "09:00:00:00")
    path = cut(tmp_path / "cut", clip("/gone/C0001.mov", HOUR))
    assert relink(path, tmp_path, "--json") == 3
    assert json.loads(capsys.readouterr().out)["ambiguous"] == {"/gone/C0001.mov": [str(other)]}


def test_a_renamed_file_is_found_by_its_timecode_and_length(tmp_path: Path, capsys) -> None:
    shot(tmp_path / "store" / "longer.mov", "03:00:10:00", 24)
    shot(tmp_path / "store" / "later.mov", "03:00:11:00")
    shot(tmp_path / "store" / "untimed.mov")
    path = cut(tmp_path / "cut", clip("/gone/A003C007.mov", 3 * HOUR + 240))
    assert relink(path, tmp_path / "store", "--json") == 3
    assert json.loads(capsys.readouterr().out)["missing"] == ["/gone/A003C007.mov"]
    right = shot(tmp_path / "store" / "scene 4.mov", "03:00:10:00")
    assert relink(path, tmp_path / "store") == 0 and media_of(path) == [right]


def test_rewriting_lets_the_clips_point_there_themselves(tmp_path: Path) -> None:
    shot(tmp_path / "cut" / "media" / "a.mov")
    shot(tmp_path / "store" / "b.mov")
    path = cut(tmp_path / "cut", clip("/gone/a.mov"), clip("file:///gone/b.mov"))
    out = tmp_path / "out" / "new.otio"
    out.parent.mkdir()
    before = path.read_bytes()
    assert relink(path, tmp_path, "-o", out, "--rewrite") == 0
    assert path.read_bytes() == before
    timeline = read_timeline(out)
    urls = [one.media_reference.target_url for one in timeline.find_clips()]
    assert urls == ["../cut/media/a.mov", (tmp_path / "store" / "b.mov").as_uri()]
    assert all(view.media for view in clip_views(timeline, out.parent))


def test_a_clip_of_an_edl_is_found_by_its_name_alone(tmp_path: Path) -> None:
    right = shot(tmp_path / "store" / "A001C002.mov", "01:00:00:00", 24)
    range_ = TimeRange(RationalTime(HOUR + 4, 24), RationalTime(12, 24))
    path = cut(tmp_path / "cut", otio.schema.Clip("A001C002", otio.schema.MissingReference(), range_))
    assert relink(path, tmp_path / "store") == 0 and media_of(path) == [right]


def test_titles_and_bars_are_not_offline(tmp_path: Path) -> None:
    range_ = TimeRange(RationalTime(0, 24), RationalTime(12, 24))
    bars = otio.schema.Clip("bars", otio.schema.GeneratorReference("bars", "SMPTEBars"), range_)
    timeline = read_timeline(cut(tmp_path, bars))
    assert offline_clips(timeline, tmp_path, Project()) == ()


def test_a_search_can_be_cancelled_and_unreadable_folders_are_passed_over(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"d{number}").mkdir()
    seen = []

    def check(files: int) -> None:
        seen.append(files)
        if len(seen) == 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        search((), [tmp_path], check)
    assert len(seen) == 10
    assert search((), [tmp_path / "gone"]).found == {}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys) -> None:
    path = cut(tmp_path, clip("/gone/a.mov"))
    assert relink(path, tmp_path / "nope") == 1
    assert "nope" in capsys.readouterr().err
