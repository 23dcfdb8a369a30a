"""Timelines as other tools write them; what broke us in samples is written here anew, small."""

from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.cli import main
from vssflow_studio.errors import ChoiceNeeded, TimelineError
from vssflow_studio.timeline.clips import clip_views, record_timecode, start_time, timeline_rate
from vssflow_studio.timeline.files import default_output, read_timeline
from vssflow_studio.timeline.importing import work_file


def edl(path, *events: str, fcm: str = "NON-DROP FRAME", encoding: str = "utf-8"):
    path.write_bytes("\n".join(["TITLE: CUT", f"FCM: {fcm}", *events, ""]).encode(encoding))
    return path


CUT25 = (
    "001  A001 V     C        01:00:04:20 01:00:06:12 10:00:00:00 10:00:01:17",
    "* FROM CLIP NAME: A.MOV",
    "002  A001 V     C        01:00:00:24 01:00:02:00 10:00:01:17 10:00:02:18",
)


def placed(path, **more) -> list[tuple[str, str, str, float, float]]:
    timeline = read_timeline(path, **more)
    return [
        (view.name, view.track_name, record_timecode(timeline, view.record.start_time),
         view.record.duration.value, view.speed)
        for view in clip_views(timeline, path.parent)
    ]  # fmt: skip


def test_an_edl_tells_its_rate_by_its_cuts(tmp_path):
    path = edl(tmp_path / "cut.edl", *CUT25)
    assert placed(path) == [("A.MOV", "V", "10:00:00:00", 42, 1), ("002", "V", "10:00:01:17", 26, 1)]
    timeline = read_timeline(path)
    assert (timeline_rate(timeline), start_time(timeline)) == (25, RationalTime(900_000, 25))
    assert timeline.tracks[0][0].media_reference.target_url == "A.MOV"


def test_an_edl_that_does_not_tell_its_rate_asks(tmp_path):
    path = edl(tmp_path / "cut.edl", "001  A V C  00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00")
    with pytest.raises(ChoiceNeeded, match="frame rate") as caught:
        read_timeline(path)
    assert (caught.value.option, caught.value.choices) == ("rate", (24.0, 25.0, 29.97, 50.0, 59.94))
    assert [one[3] for one in placed(path, rate=25)] == [50]
    assert [one[3] for one in placed(path, rate=23.976)] == [48]
    assert timeline_rate(read_timeline(path, rate=23.976)) == pytest.approx(24000 / 1001, abs=1e-3)


@pytest.mark.parametrize("sign", [":", ";"])
def test_drop_frame_by_its_heading_or_its_semicolons(tmp_path, sign):
    times = [f"{time[:8]}{sign}{time[9:]}" for time in ("00:00:58:20", "00:01:01:02", "00:00:59:28", "00:01:02:10")]
    path = edl(tmp_path / "cut.edl", f"001  A V C  {' '.join(times)}", fcm="DROP FRAME" if sign == ":" else "NON-DROP FRAME")
    timeline = read_timeline(path, rate=29.97)
    (view,) = clip_views(timeline, tmp_path)
    assert (view.record.duration.value, start_time(timeline).value) == (70, 59 * 30 + 28)
    path = edl(tmp_path / "long.edl", "001  A V C  00:00:00:00 00:02:00:04 01:00:00:00 01:02:00:04")
    assert [one[3] for one in placed(path, rate=29.97)] == [3604]


def test_tracks_of_an_edl_begin_where_their_timecode_says(tmp_path):
    path = edl(
        tmp_path / "cut.edl",
        "001  A001 A2    C        00:00:00:00 00:00:02:00 01:00:05:12 01:00:07:12",
        "002  A001 B     C        00:00:00:20 00:00:02:10 01:00:01:00 01:00:02:14",
        "003  A001 V     C        00:00:10:00 00:00:11:00 01:00:08:00 01:00:09:00",
    )
    assert sorted(placed(path)) == [
        ("001", "A2", "01:00:05:12", 48, 1),
        ("002", "A1", "01:00:01:00", 38, 1),
        ("002", "V", "01:00:01:00", 38, 1),
        ("003", "V", "01:00:08:00", 24, 1),
    ]


def test_speed_freeze_and_dissolve_in_an_edl(tmp_path):
    path = edl(
        tmp_path / "cut.edl",
        CUT25[0],
        "002  A002 V     C        00:00:01:00 00:00:01:20 10:00:01:17 10:00:02:07",
        "M2   A002       050.0    00:00:01:00",
        "003  A003 V     C        00:00:01:00 00:00:01:01 10:00:02:07 10:00:03:07",
        "* FREEZE FRAME",
        "004  A005 V     C        00:00:01:00 00:00:02:00 10:00:03:07 10:00:04:07",
        "M2   A005       -025.0   00:00:01:00",
        "006  A003 V     C        00:00:03:00 00:00:03:00 10:00:04:07 10:00:04:07",
        "006  A004 V     D    010 00:00:01:00 00:00:02:00 10:00:04:07 10:00:05:07",
    )
    timeline = read_timeline(path)
    views = clip_views(timeline, tmp_path)
    assert [(v.record.start_time.value, v.record.duration.value, v.speed) for v in views] == [
        (0, 42, 1), (42, 15, 2), (57, 25, 0), (82, 25, -1), (107, 25, 1)
    ]  # fmt: skip
    assert views[4].fade_in == TimeRange(RationalTime(107, 25), RationalTime(10, 25))


def test_an_edl_in_a_machines_own_letters_and_with_avids_comment(tmp_path):
    path = edl(tmp_path / "cut.edl", *CUT25, "* SOURCE FILE: Straße 7.mxf", encoding="cp1252")
    timeline = read_timeline(path)
    assert timeline.tracks[0][1].media_reference.target_url == "Straße 7.mxf"


@pytest.mark.parametrize(
    "events",
    [
        ["003  A V C  00:00:03:00 00:00:03:00 01:00:00:00 01:00:00:00", "004  B V D 012 x y z w"],
        ["001  A V C  00:00:03:00 00:00:04:00 01:00:00:00 01:00:09:13"],
        ["001  A V C  00:00:03:99 00:00:04:00 01:00:00:00 01:00:09:13"],
        ["SPLIT:"],
        ["nonsense"],
    ],
)
def test_a_bad_edl_is_named(tmp_path, events):
    path = edl(tmp_path / "cut.edl", *events)
    with pytest.raises(TimelineError) as caught:
        read_timeline(path, rate=24)
    assert caught.value.file == str(path) and caught.value.remedy


# FCP7 XML and AAF.


def cut(name: str = "cut") -> otio.schema.Timeline:
    made = otio.schema.Timeline(name, global_start_time=RationalTime(90_000, 25))
    track = otio.schema.Track("V1", kind="Video")
    media = otio.schema.ExternalReference("file://localhost/cards/a%20b.mov", TimeRange(RationalTime(0, 25), RationalTime(500, 25)))
    for index in range(3):
        track.append(otio.schema.Clip(f"c{index}", media.clone(), TimeRange(RationalTime(50 * index, 25), RationalTime(25, 25))))
    track.insert(1, otio.schema.Gap(duration=RationalTime(10, 25)))
    made.tracks.append(track)
    return made


def remapped(speed: str, reverse: str) -> dict:
    cells = {"speed": speed, "reverse": reverse, "variablespeed": "0"}
    parameters = [{"parameterid": name, "name": name, "value": value} for name, value in cells.items()]
    return {"effect": {"name": "Time Remap", "effectid": "timeremap", "parameter": parameters}}


def test_fcp7_xml_with_retimes(tmp_path):
    made, path = cut(), tmp_path / "cut.xml"
    made.tracks[0].append(made.tracks[0][-1].clone())
    filters = remapped("200", "FALSE"), remapped("50", "TRUE"), remapped("0", "FALSE")
    for clip, filter_ in zip(made.find_clips()[1:], filters, strict=True):
        clip.metadata["fcp_xml"] = {"filter": filter_}
    path.write_text(otio.adapters.write_to_string(made, "fcp_xml"))
    timeline = read_timeline(path)
    views = clip_views(timeline, tmp_path)
    assert start_time(timeline) == RationalTime(90_000, 25)
    assert [(v.record.start_time.value, v.speed) for v in views] == [(0, 1), (35, 2), (60, -0.5), (85, 0)]
    # In points count retimed frames: 50 at double speed is frame 100; 100 backwards at half
    # speed is 50 from the end, where it begins.
    assert [float(v.media_start * 25) for v in views] == [0, 100, 450, 100]


def test_xml_says_its_own_letters(tmp_path):
    text = otio.adapters.write_to_string(cut("Straße"), "fcp_xml")
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + text.partition("?>")[2]
    (tmp_path / "cut.xml").write_bytes(text.encode("latin-1"))
    timeline = read_timeline(tmp_path / "cut.xml")
    assert timeline.name == "Straße"


def test_several_sequences_are_asked_about(tmp_path, capsys):
    shelf = otio.schema.SerializableCollection("bin")
    shelf.extend([cut("reel 1"), cut("reel 2")])
    path = tmp_path / "bin.xml"
    path.write_text(otio.adapters.write_to_string(shelf, "fcp_xml"))
    with pytest.raises(ChoiceNeeded, match="reel 1, reel 2") as caught:
        read_timeline(path)
    assert caught.value.option == "sequence"
    timeline = read_timeline(path, sequence="reel 2")
    assert timeline.name == "reel 2"
    with pytest.raises(ChoiceNeeded):
        read_timeline(path, sequence="reel 3")
    assert main(["import", str(path)]) == 1
    assert "--sequence" in capsys.readouterr().err
    assert main(["import", str(path), "--sequence", "reel 1"]) == 0
    timeline = read_timeline(tmp_path / "bin.otio")
    assert timeline.name == "reel 1"


@pytest.mark.parametrize("text", ["", "<xmeml/>", "<xmeml version='4'><clip/></xmeml>", "<a>" * 20_000, "<fcpxml/>"])
def test_bad_xml_is_named(tmp_path, text):
    (tmp_path / "cut.xml").write_text(text)
    with pytest.raises(TimelineError, match="Final Cut") as caught:
        read_timeline(tmp_path / "cut.xml")
    assert caught.value.remedy


def test_aaf_is_read_and_its_adapters_talk_kept_off_standard_output(tmp_path, capfd):
    path = tmp_path / "cut.aaf"
    made = cut()
    del made.tracks[0][1]
    otio.adapters.write_to_file(made, str(path), use_empty_mob_ids=True)
    capfd.readouterr()
    timeline = read_timeline(path)
    assert [(v.name, v.record.start_time.value) for v in clip_views(timeline, tmp_path)] == [("c0", 0), ("c1", 25), ("c2", 50)]
    assert capfd.readouterr().out == ""
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(TimelineError, match="AAF") as caught:
        read_timeline(path)
    assert caught.value.remedy


# What they become.


def test_the_default_output_is_never_something_else(tmp_path):
    assert default_output(tmp_path / "cut.otio") == tmp_path / "cut.otio"
    for name in ("cut.otio", "cut 2.otio", "cut 3.otio"):
        assert default_output(tmp_path / "cut.xml") == tmp_path / name
        (tmp_path / name).touch()
    assert default_output(tmp_path / "cut.v2.aaf") == tmp_path / "cut.v2.otio"


def test_cues_added_to_an_edl_gather_in_one_otio_beside_it(tmp_path, capsys):
    path = edl(tmp_path / "cut.edl", *CUT25)
    before = path.read_bytes()
    for second in (0, 1):
        assert main(["cues", "add", str(path), "--in", f"{second}", "--out", f"{second + 0.5}", "--text", "Hey"]) == 0
    assert work_file(path) == tmp_path / "cut.otio"
    assert main(["cues", "list", str(tmp_path / "cut.otio")]) == 0
    assert capsys.readouterr().out.count("Hey") == 2
    assert path.read_bytes() == before
    edl(path, *CUT25[:2])
    assert work_file(path) == tmp_path / "cut 2.otio"
    assert work_file(path) == tmp_path / "cut 2.otio"  # and goes on there, with the cues that it has got meanwhile
