"""What goes to Kdenlive and comes from it; MLT, which is under it, plays it here for real.

Kdenlive from 25.04 on reads and writes OTIO itself. Before, its projects are read and written by
their adapter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import av
import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from cuts import write_cut
from films import read_frame_number, write_movie
from vssflow_studio.cli import main
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.export_kdenlive import for_kdenlive
from vssflow_studio.timeline.files import read_timeline

NTSC = 24000 / 1001

needs_melt = pytest.mark.skipif(not shutil.which("melt"), reason="melt is not installed (apt package melt)")


def laid(timeline: otio.schema.Timeline) -> list[tuple]:
    """(track, kind, [(clip, first frame, length)]) of every track."""
    return [
        (track.name, track.kind, [
            (clip.name, clip.range_in_parent().start_time.value, clip.range_in_parent().duration.value)
            for clip in track.find_clips()
        ])
        for track in timeline.tracks
    ]  # fmt: skip


WANTED = [
    ("V1", "Video", [("shot", 0, 144)]),
    ("DX TEMP", "Audio", [("ANNA: Mind the door!", 30, 36), ("ANNA: Mind the door!", 100, 36)]),
    ("FOLEY TEMP", "Audio", [("footsteps", 50, 36)]),
]


@pytest.mark.parametrize("rate", [NTSC, 25])
def test_a_kdenlive_project_is_written_and_opened_again(tmp_path: Path, rate: float, capsys) -> None:
    cut = write_cut(tmp_path, rate, starts=(30, 50, 100))
    project = tmp_path / "out.kdenlive"
    assert main(["export", str(cut), str(project)]) == 0
    files = [
        Path(element.text)
        for element in ElementTree.parse(project).iterfind("producer/property[@name='resource']")
        if element.text != "black"
    ]
    assert len(files) == 4 and all(file.is_file() for file in files), files  # “film é#1.mov” among them
    capsys.readouterr()
    assert main(["import", str(project)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "out.otio")
    timeline = read_timeline(tmp_path / "out.otio")
    assert laid(timeline) == WANTED
    views = clip_views(timeline, tmp_path)
    assert all(view.media and view.media.is_file() for view in views)
    assert views[0].record.duration.rate == pytest.approx(rate, abs=1e-3)


def test_what_kdenlive_itself_saved_is_opened(tmp_path: Path) -> None:
    """Kdenlive 22.12.3 opened our export of such a cut and saved it anew, in its own manner."""
    write_cut(tmp_path, 25, starts=(30, 50, 95))
    shutil.copy(Path(__file__).with_name("kdenlive_22_12.kdenlive"), tmp_path / "theirs.kdenlive")
    timeline = read_timeline(tmp_path / "theirs.kdenlive")
    assert laid(timeline) == [
        WANTED[0],
        ("DX TEMP", "Audio", [("ANNA: Mind the door!", 30, 36), ("ANNA: Mind the door!", 95, 36)]),
        WANTED[2],
    ]
    assert [view.media.name for view in clip_views(timeline, tmp_path)] == [
        "film é#1.mov", "take0.wav", "take2.wav", "take1.wav",
    ]  # fmt: skip


def test_for_kdenlive_of_today_it_is_otio_that_counts_from_its_files(tmp_path: Path) -> None:
    cut = write_cut(tmp_path, 25, starts=(30, 50, 100))
    (tmp_path / "there").mkdir()
    assert main(["export", str(cut), str(tmp_path / "there"), "--for", "kdenlive"]) == 0
    timeline = read_timeline(tmp_path / "there" / "cut.otio")
    assert laid(timeline) == WANTED
    for clip in timeline.find_clips():
        # As Kdenlive resolves it: a URL, relative to the file.
        assert (tmp_path / "there" / unquote(urlsplit(clip.media_reference.target_url).path)).is_file()
    starts = [[clip.source_range.start_time.value for clip in track.find_clips()] for track in timeline.tracks]
    assert starts == [[0], [12, 12], [12]]  # the takes' handles, though their time references say an hour
    assert all(clip.available_range().start_time.value == 0 for clip in timeline.find_clips())


def test_a_camera_file_keeps_its_timecode_for_kdenlive(tmp_path: Path) -> None:
    film = write_movie(tmp_path / "a.mov", 4, 25)
    with av.open(str(film)) as plain, av.open(str(tmp_path / "card.mov"), "w") as card:
        stream = card.add_stream_from_template(plain.streams.video[0])
        stream.metadata["timecode"] = "10:00:00:00"
        for packet in plain.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                card.mux(packet)
    start = RationalTime(10 * 3600 * 25, 25)
    available = TimeRange(start, RationalTime(100, 25))
    source = TimeRange(start + RationalTime(40, 25), RationalTime(50, 25))
    track = otio.schema.Track("V1", kind="Video")
    track.append(otio.schema.Clip("card", otio.schema.ExternalReference("card.mov", available), source))
    timeline = otio.schema.Timeline("cut", tracks=[track])
    assert for_kdenlive(timeline, tmp_path) == ()
    assert track[0].source_range == source and track[0].available_range() == available
    track[0].media_reference.available_range = TimeRange(RationalTime(0, 25), RationalTime(100, 25))
    track[0].source_range = TimeRange(RationalTime(40, 25), RationalTime(50, 25))
    track[0].effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    assert for_kdenlive(timeline, tmp_path) == ("clips that Kdenlive shows at their normal speed: 1",)
    assert track[0].source_range == source


@needs_melt
@pytest.mark.parametrize("suffix", ["mlt", "kdenlive"])
def test_melt_shows_our_pictures(tmp_path: Path, suffix: str) -> None:
    cut = write_cut(tmp_path, 25)
    project, out = tmp_path / f"out.{suffix}", tmp_path / "seen.mkv"
    assert main(["export", str(cut), str(project)]) == 0
    encoded = [f"avformat:{out}", "an=1", "vcodec=libx264", "preset=ultrafast", "real_time=-1", "s=320x180"]
    command = ["melt", str(project), "in=40", "out=44", "-consumer", *encoded]
    done = subprocess.run(command, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=120)
    assert out.is_file(), done.stderr
    with av.open(str(out)) as film:
        seen = [read_frame_number(frame.to_ndarray(format="rgb24")) for frame in film.decode(video=0)]
    assert seen == [40, 41, 42, 43, 44]
