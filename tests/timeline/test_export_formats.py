"""What adapters read back of our exports: the same ranges, at the same places, of the same files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from cuts import HEAD, LENGTH, TAIL, write_cut
from films import turn
from vssflow_studio.cli import main
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.flat import file_url, flatten
from vssflow_studio.timeline.media_links import url_path

NTSC = 30000 / 1001
RATES = [24, 25, 24000 / 1001, NTSC]


def exported(cut: Path, name: str, *more: str) -> Path:
    out = cut.parent / "out" / name
    out.parent.mkdir(exist_ok=True)
    assert main(["export", str(cut), str(out), *more]) == 0
    return out


def audio(timeline: otio.schema.Timeline) -> list[tuple]:
    """(record start, source start, length, media start, media length) of the audio clips, in frames."""
    found = []
    for track in timeline.audio_tracks():
        for clip in track.find_clips():
            record = clip.transformed_time(clip.source_range.start_time, timeline.tracks)
            media = clip.media_reference.available_range
            known = (media.start_time.value, media.duration.value) if media else ()
            source = clip.source_range
            found.append((round(record.value), source.start_time.value, source.duration.value, *known))
    return sorted(found)


def slipped_cut(folder: Path, rate: float) -> Path:
    """The cut, its line slipped by four frames: source and record timecode differ."""

    def slip(timeline):
        clip = timeline.tracks[1][1]
        start = clip.source_range.start_time - RationalTime(4, rate)
        clip.source_range = TimeRange(start, clip.source_range.duration)

    return edited(write_cut(folder, rate), slip)


def wanted(rate: float) -> list[tuple]:
    """What `audio` is to give of the slipped cut."""
    first, whole = 3600 * round(rate), HEAD + LENGTH + TAIL
    return [
        (30, first + 30 - 4, LENGTH, first + 30 - HEAD, whole),
        (81, first + 81, LENGTH, first + 81 - HEAD, whole),
    ]


def edited(cut: Path, change) -> Path:
    timeline = read_timeline(cut)
    change(timeline)
    write_timeline(timeline, cut)
    return cut


# --- Final Cut Pro 7 XML ---


@pytest.mark.parametrize("rate", RATES)
def test_fcp_xml_reads_back(tmp_path: Path, rate: float) -> None:
    cut = slipped_cut(tmp_path, rate)
    before = cut.read_bytes()
    out = exported(cut, "cut.xml")
    assert cut.read_bytes() == before
    timeline = otio.adapters.read_from_file(str(out), "fcp_xml")
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio", "Audio"]
    assert audio(timeline) == wanted(rate)
    assert timeline.global_start_time.value == 3600 * round(rate)
    assert abs(timeline.global_start_time.rate - rate) < 0.005
    urls = [clip.media_reference.target_url for clip in timeline.find_clips()]
    assert [Path(url_path(url)) for url in urls] == [
        tmp_path / name for name in ("film é#1.mov", "cut.takes/take0.wav", "cut.takes/take1.wav")
    ]
    assert urls[0].startswith("file://localhost/") and urls[0].endswith("film%20%C3%A9%231.mov")


def test_a_file_of_another_rate_keeps_its_own_timecode_in_a_drop_frame_sequence(tmp_path: Path) -> None:
    def change(timeline):
        reference = timeline.tracks[0][0].media_reference
        reference.available_range = TimeRange(RationalTime(0, 25), RationalTime(250, 25))

    out = exported(edited(write_cut(tmp_path, NTSC), change), "cut.xml")
    sequence = ElementTree.parse(out).find("project/children/sequence")
    assert sequence.findtext("timecode/displayformat") == "DF"
    film = next(sequence.iter("file")).find("timecode")
    assert (film.findtext("rate/timebase"), film.findtext("displayformat")) == ("25", "NDF")
    assert film.findtext("string") == "00:00:00:00"


def test_fcp_xml_says_what_resolve_and_premiere_ask_for(tmp_path: Path) -> None:
    def change(timeline):
        timeline.tracks[2][1].enabled = False
        timeline.tracks[0][0].effects.append(otio.schema.LinearTimeWarp(time_scalar=-2.0))

    out = exported(edited(write_cut(tmp_path, NTSC), change), "cut.xml")
    assert "<!DOCTYPE xmeml>" in out.read_text()
    sequence = ElementTree.parse(out).find("project/children/sequence")
    picture = sequence.find("media/video/format/samplecharacteristics")
    assert (picture.findtext("width"), picture.findtext("height")) == ("64", "36")
    assert (picture.findtext("rate/timebase"), picture.findtext("rate/ntsc")) == ("30", "TRUE")
    assert sequence.findtext("timecode/displayformat") == "DF"
    film, line, steps = sequence.iter("clipitem")
    assert film.find("sourcetrack") is None and line.findtext("sourcetrack/mediatype") == "audio"
    assert [clip.findtext("enabled") for clip in (film, line, steps)] == ["TRUE", "TRUE", "FALSE"]
    remap = {p.findtext("parameterid"): p.findtext("value") for p in film.iter("parameter")}
    assert (remap["speed"], remap["reverse"]) == ("200", "TRUE")
    file = line.find("file")
    assert file.findtext("pathurl") == f"file://localhost{tmp_path}/cut.takes/take0.wav"
    tracks = sequence.findall("media/audio/track")
    assert [track.get("MZ.TrackName") for track in tracks] == ["DX TEMP", "FOLEY TEMP"]
    assert file.findtext("media/audio/channelcount") == "1" and file.find("media/video") is None
    assert file.findtext("media/audio/samplecharacteristics/depth") == "24"
    assert (line.findtext("duration"), line.findtext("in"), line.findtext("out")) == ("60", "12", "48")
    assert len(line.findall("rate")) == 1
    said = line.findtext("comments/mastercomment1")
    assert all(fact in said for fact in ("SYNTHETIC", "draft", "0f3a", "seed 0", "2026-11-21", "Apache-2.0"))


def test_a_vertical_sequence_of_interlaced_pictures_stays_one(tmp_path: Path) -> None:
    cut = write_cut(tmp_path, 25)
    shape = {"width": "1080", "height": "1920", "fielddominance": "upper"}

    def came_as_fcp_xml(timeline: otio.schema.Timeline) -> None:
        timeline.metadata["fcp_xml"] = {"media": {"video": {"format": {"samplecharacteristics": shape}}}}

    root = ElementTree.parse(exported(edited(cut, came_as_fcp_xml), "back.xml")).getroot()
    said = root.find(".//sequence/media/video/format/samplecharacteristics")
    assert {name: said.findtext(name) for name in shape} == shape
    assert said.findtext("rate/timebase") == "25"


def test_fcp_xml_keeps_dissolves_and_flattens_nests(tmp_path: Path) -> None:
    def change(timeline):
        track, film = timeline.tracks[0], timeline.tracks[0][0]
        half = TimeRange(RationalTime(0, 24), RationalTime(72, 24))
        second = film.clone()
        film.source_range, second.source_range = half, TimeRange(RationalTime(60, 24), RationalTime(72, 24))
        six = RationalTime(6, 24)
        track.append(otio.schema.Transition("Dissolve", in_offset=six, out_offset=six))
        track.append(second)
        nest = otio.schema.Stack("nest")
        for name in ("low", "high"):
            layer = otio.schema.Track(name, kind="Video")
            layer.append(film.clone())
            nest.append(layer)
        track.append(nest)

    out = exported(edited(write_cut(tmp_path), change), "cut.xml")
    timeline = otio.adapters.read_from_file(str(out), "fcp_xml")
    lower, upper = timeline.video_tracks()
    assert [type(item).__name__ for item in lower] == ["Clip", "Transition", "Clip", "Clip"]
    assert (lower[1].in_offset.value, lower[1].out_offset.value) == (6, 6)
    assert [clip.source_range.start_time.value for clip in lower.find_clips()] == [0, 60, 0]
    (top,) = upper.find_clips()
    assert upper.range_of_child(top).start_time.value == 144


# --- EDL ---


@pytest.mark.parametrize("rate", RATES)
def test_edl_reads_back(tmp_path: Path, rate: float) -> None:
    out = exported(slipped_cut(tmp_path, rate), "cut.edl")
    timeline = otio.adapters.read_from_file(str(out), "cmx_3600", rate=rate)
    assert [track.name for track in timeline.tracks] == ["A1", "A2"]
    first = 3600 * round(rate)
    assert audio(timeline) == [(first + record, *rest[:2]) for record, *rest in wanted(rate)]


def test_edl_says_drop_frame_reels_and_files(tmp_path: Path) -> None:
    text = exported(write_cut(tmp_path, NTSC), "cut.edl").read_text()
    lines = text.splitlines()
    assert lines[:2] == ["TITLE: cut", "FCM: DROP FRAME"]
    assert "001  TAKE0    A     C        01:00:04;18 01:00:05;24 01:00:04;18 01:00:05;24" in lines
    assert "* FROM CLIP NAME: ANNA: Mind the door!" in lines and "* SOURCE FILE: take1.wav" in lines
    assert "SYNTHETIC" in text and "Apache-2.0" in text


def test_edl_reels_are_short_and_each_files_own(tmp_path: Path) -> None:
    def change(timeline):
        for index, clip in enumerate(timeline.audio_tracks()[0].find_clips()):
            clip.media_reference.target_url = f"/gone/ANNA_Mind-the-door_{index}.wav"

    cut = write_cut(tmp_path, 24, starts=(30, 60, 90, 100, 140))
    text = exported(edited(cut, change), "cut.edl").read_text()
    reels = [line.split()[1] for line in text.splitlines() if line[:3].isdigit()]
    assert len(reels) == 5 == len(set(reels)) and all(len(reel) <= 8 for reel in reels)


@pytest.mark.parametrize("speed", [2.0, 0.5, -1.0])
def test_edl_says_a_change_of_speed(tmp_path: Path, speed: float) -> None:
    def change(timeline):
        timeline.tracks[1][1].effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))

    out = exported(edited(write_cut(tmp_path), change), "cut.edl")
    timeline = otio.adapters.read_from_file(str(out), "cmx_3600", rate=24, ignore_timecode_mismatch=True)
    (effect,) = timeline.tracks[0][0].effects if speed != -1 else [None]
    assert timeline.tracks[0][0].source_range.duration.value == LENGTH
    assert effect is None or effect.time_scalar == speed
    assert f"{speed * 24:06.1f}" in out.read_text()


def test_edl_wraps_at_midnight_and_counts_non_drop_to_its_end(tmp_path: Path) -> None:
    def change(timeline):
        timeline.global_start_time = RationalTime(24 * 3600 * 30 - 40, NTSC)
        timeline.metadata["fcp_xml"] = {"timecode": {"displayformat": "NDF"}}

    text = exported(edited(write_cut(tmp_path, NTSC), change), "cut.edl").read_text()
    assert "FCM: NON-DROP FRAME" in text
    assert " 23:59:59:20 00:00:00:26\n" in text and " 00:00:01:11 00:00:02:17\n" in text


# --- AAF ---


@pytest.mark.parametrize("rate", RATES)
def test_aaf_reads_back(tmp_path: Path, rate: float) -> None:
    timeline = otio.adapters.read_from_file(str(exported(slipped_cut(tmp_path, rate), "cut.aaf")), "AAF")
    assert [(track.name, track.kind) for track in timeline.tracks] == [
        ("V1", "Video"),
        ("DX TEMP", "Audio"),
        ("FOLEY TEMP", "Audio"),
    ]
    assert audio(timeline) == wanted(rate)
    assert timeline.global_start_time.value == 3600 * round(rate)


def test_aaf_links_our_wavs_below_a_primary_timecode_track(tmp_path: Path) -> None:
    import aaf2

    with aaf2.open(str(exported(write_cut(tmp_path, NTSC), "cut.aaf"))) as file:
        (top,) = file.content.toplevel()
        clock = top.slot_at(1)
        assert clock["PhysicalTrackNumber"].value == 1
        assert (clock.segment.start, clock.segment.fps, clock.segment.drop) == (108_000, 30, True)
        assert str(clock.edit_rate) == "30000/1001"
        sounds = [slot for slot in top.slots if slot.media_kind == "Sound"]
        assert [slot.segment.length for slot in sounds] == [144, 144]
        gap, clip, rest = sounds[0].segment.components
        assert (gap.length, clip.start, clip.length, rest.length) == (30, HEAD, LENGTH, 144 - 66)
        master = clip.mob
        assert master.name == "ANNA: Mind the door!"
        comments = dict(master.comments.items())
        assert "SYNTHETIC" in comments["VSSFlow Studio"] and comments["VSSFlow licence"] == "Apache-2.0"
        physical = clip.slot.segment.mob
        (locator,) = physical.descriptor["Locator"].value
        assert locator["URLString"].value == (tmp_path / "cut.takes/take0.wav").as_uri()
        assert physical.descriptor["Length"].value == round(60 * 1001 / 30000 * 48_000)
        tape = next(iter(physical.slots)).segment.mob
        assert tape.slot_at(2).segment.start == 108_000 + 30 - HEAD


# --- all of them ---


@pytest.mark.parametrize("suffix", ["xml", "edl", "aaf", "mlt", "kdenlive"])
def test_odd_timelines_can_be_written(tmp_path: Path, suffix: str) -> None:
    """No start, media that is gone, a sequence, a generator, samples as a rate, odd names, an empty track."""

    def change(timeline):
        timeline.global_start_time = None
        range_ = TimeRange(RationalTime(10, 25), RationalTime(25, 25))
        extra = otio.schema.Track("V\x07 2", kind="Video")
        gone = otio.schema.ExternalReference("Z:\\a b\\gone%20.mov")
        extra.append(otio.schema.Clip("gone\nfar \x00", gone, range_))
        extra.append(otio.schema.Clip("black", otio.schema.GeneratorReference("b", "SolidColor"), range_))
        images = otio.schema.ImageSequenceReference(
            "/gone/", "a.", ".exr", 1001, 1, 25, 4, available_range=range_
        )
        extra.append(otio.schema.Clip("images", images, range_))
        extra.append(otio.schema.Clip("frozen", otio.schema.ExternalReference("film é#1.mov"), range_))
        extra[-1].effects.append(otio.schema.FreezeFrame())
        sound = otio.schema.Track("", kind="Audio")
        samples = TimeRange(RationalTime(0, 48_000), RationalTime(96_000, 48_000))
        sound.append(otio.schema.Clip("room", otio.schema.ExternalReference("film é#1.mov", samples), samples))
        timeline.tracks.extend([extra, sound, otio.schema.Track("", kind="Audio")])

    out = exported(edited(write_cut(tmp_path), change), f"cut.{suffix}")
    assert out.stat().st_size > 200


def test_media_of_another_rate_keeps_its_frames(tmp_path: Path, make_movie) -> None:
    film = make_movie(tmp_path / "pal.mov", 4, 25, sound=False)

    def change(timeline):
        whole = TimeRange(RationalTime(90_000, 25), RationalTime(100, 25))
        used = TimeRange(RationalTime(90_050, 25), RationalTime(25, 25))
        reference = otio.schema.ExternalReference(str(film), whole)
        timeline.tracks[0].append(otio.schema.Clip("pal", reference, used))

    cut = edited(write_cut(tmp_path), change)
    sequence = ElementTree.parse(exported(cut, "cut.xml")).find("project/children/sequence")
    pal = [clip for clip in sequence.iter("clipitem") if clip.findtext("name") == "pal"][0]
    assert (pal.findtext("start"), pal.findtext("end"), pal.findtext("in")) == ("144", "168", "48")
    assert pal.findtext("file/rate/timebase") == "25" and pal.findtext("file/timecode/frame") == "90000"
    flat = flatten(read_timeline(cut), tmp_path)
    assert flat.tracks[0].clips[1].source == RationalTime(86_400 + 48, 24)


def test_layers_that_overlap_get_tracks_of_their_own(tmp_path: Path) -> None:
    def change(timeline):
        nest = otio.schema.Stack("nest")
        for index in range(3):
            layer = otio.schema.Track(str(index), kind="Audio")
            layer.append(timeline.tracks[1][1].clone())
            nest.append(layer)
        track = otio.schema.Track("A9", kind="Audio")
        track.append(nest)
        timeline.tracks.append(track)

    flat = flatten(read_timeline(edited(write_cut(tmp_path), change)), tmp_path)
    assert [track.name for track in flat.tracks[3:]] == ["A9", "A9 2", "A9 3"]
    assert flat.lost == ("nested stacks laid out flat: 1",)


def test_what_plain_cuts_leave_behind_is_said(tmp_path: Path, capsys) -> None:
    def change(timeline):
        timeline.tracks[1][1].enabled = False
        timeline.tracks[0][0].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
        offset = RationalTime(0, 24), RationalTime(6, 24)
        timeline.tracks[0].insert(0, otio.schema.Transition(in_offset=offset[0], out_offset=offset[1]))

    exported(edited(write_cut(tmp_path), change), "cut.aaf")
    assert capsys.readouterr().err.splitlines() == [
        "note: transitions that became cuts: 1",
        "note: clips that lost their change of speed: 1",
        "note: disabled clips left out: 1",
    ]


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/media/a b/é#1%.mov", "file:///media/a%20b/%C3%A9%231%25.mov"),
        ("C:\\media\\a b.mov", "file:///C:/media/a%20b.mov"),
        ("\\\\server\\share\\a.mov", "file://server/share/a.mov"),
    ],
)
def test_urls_are_absolute_and_encoded(path: str, url: str) -> None:
    assert file_url(path) == url


def test_help_of_export_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom vssflow_studio.cli import main\n"
        "try: main(['export', '--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'PySide6', 'av', 'numpy', 'opentimelineio', 'aaf2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ".kdenlive" in done.stdout and done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize("speed", [-1.0, -2.0, 0.5])
def test_a_retimed_clip_shows_the_same_frames_after_fcp_xml(tmp_path: Path, speed: float) -> None:
    def change(timeline):
        clip = timeline.tracks[0][0]
        start = clip.source_range.start_time
        clip.source_range = TimeRange(start + RationalTime(8, 24), RationalTime(48, 24))
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))

    cut = edited(write_cut(tmp_path, 24), change)
    out = exported(cut, "cut.xml")
    shown = []
    for path in (cut, out):
        timeline = read_timeline(path)
        view = clip_views(timeline, tmp_path)[0]
        shown.append((round(float(view.media_start) * 24), view.speed, view.record))
    assert shown[0] == shown[1] and shown[0][1] == speed


@pytest.mark.parametrize("quarters, size", [(0, ("128", "72")), (1, ("72", "128"))])
def test_a_phones_film_has_the_size_in_which_it_stands(tmp_path, make_movie, quarters: int, size) -> None:
    film = make_movie(tmp_path / "phone.mp4", 6)
    if quarters:
        turn(film, quarters)
    root = ElementTree.parse(exported(write_cut(tmp_path, film=film), "cut.xml")).getroot()
    said = root.find(".//clipitem/file[name='phone.mp4']/media/video/samplecharacteristics")
    assert (said.findtext("width"), said.findtext("height")) == size
    sound = root.find(".//clipitem/file[name='phone.mp4']/media/audio/samplecharacteristics")
    assert sound.findtext("samplerate") == "48000"
