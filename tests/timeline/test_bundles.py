from __future__ import annotations

import os
import zipfile
from pathlib import Path

import opentimelineio as otio
import pytest

from vssflow_studio.errors import TimelineError
from vssflow_studio.media.video import thumbnail
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.files import read_timeline


@pytest.fixture
def bundle(tmp_path, movie, make_timeline):
    """`bundle(suffix)`: the film's timeline packed by OTIO itself."""

    def made(suffix: str) -> Path:
        path = tmp_path / f"cut{suffix}"
        otio.adapters.write_to_file(make_timeline(movie), str(path))
        return path

    return made


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_the_media_of_a_bundle_is_seen(tmp_path, movie, bundle, frame_number, suffix):
    path = bundle(suffix)
    timeline = read_timeline(path)
    (view,) = clip_views(timeline, tmp_path)
    assert view.media.is_relative_to(tmp_path) and view.media.read_bytes() == movie.read_bytes()
    assert frame_number(thumbnail(view.media, 1.0, 36)) == 24


def test_media_that_was_taken_out_is_left_alone(tmp_path, bundle):
    path = bundle(".otioz")
    read_timeline(path)
    media = tmp_path / "cut.media" / "media" / "film.mp4"
    inode = media.stat().st_ino
    read_timeline(path)
    assert media.stat().st_ino == inode
    media.write_bytes(b"cut short")
    read_timeline(path)
    assert media.stat().st_size > 1000


def packed(path: Path, *entries, content: bytes | None = None, method: int = zipfile.ZIP_STORED) -> Path:
    timeline = otio.schema.Timeline("t", tracks=[otio.schema.Track("V1", kind="Video")])
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("content.otio", timeline.to_json_string() if content is None else content)
        for entry, data in entries:
            archive.writestr(entry, data)
    return path


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


@pytest.mark.parametrize(
    "entries",
    [
        [("../out.wav", b"x")],
        [("media/../../out.wav", b"x")],
        [("/tmp/out.wav", b"x")],
        [("C:/out.wav", b"x")],
        [("media\\..\\..\\out.wav", b"x")],
        [("media/a\n.wav", b"x")],
        [("media/" + "n" * 300, b"x")],
        [("media/a.wav", b"x"), ("media/A.WAV", b"y")],
        [(link("media/a.wav"), b"/etc/passwd")],
        [(link("media"), b"/tmp"), ("media/a.wav", b"x")],
    ],
)
def test_an_entry_that_leads_elsewhere_refuses_the_bundle(tmp_path, entries):
    inside = tmp_path / "inside"
    inside.mkdir()
    path = packed(inside / "cut.otioz", *entries)
    with pytest.raises(TimelineError, match="The bundle holds") as caught:
        read_timeline(path)
    assert caught.value.file == str(path) and caught.value.remedy
    assert os.listdir(tmp_path) == ["inside"] and os.listdir(inside) == ["cut.otioz"]


def test_a_bomb_is_not_unpacked(tmp_path):
    path = packed(tmp_path / "cut.otioz", ("media/a.wav", bytes(80_000_000)), method=zipfile.ZIP_DEFLATED)
    with pytest.raises(TimelineError, match="would unpack to 2 files of 80 MB"):
        read_timeline(path)
    assert os.listdir(tmp_path) == ["cut.otioz"]


def test_a_link_in_place_of_the_media_folder_is_not_followed(tmp_path):
    inside, elsewhere = tmp_path / "inside", tmp_path / "elsewhere"
    inside.mkdir()
    elsewhere.mkdir()
    path = packed(inside / "cut.otioz", ("media/a.wav", b"x"))
    (inside / "cut.media").symlink_to(elsewhere)
    with pytest.raises(TimelineError, match="is a link"):
        read_timeline(path)
    (inside / "cut.media").unlink()
    (inside / "cut.media").mkdir()
    (inside / "cut.media" / "media").symlink_to(elsewhere)
    with pytest.raises(TimelineError, match="is a link"):
        read_timeline(path)
    assert os.listdir(elsewhere) == []


@pytest.mark.parametrize("damage", ["content", "crc", "empty", "half"])
def test_damaged_bundles_are_named(tmp_path, damage):
    path = tmp_path / "cut.otioz"
    if damage == "content":
        packed(path, content=b"{")
    elif damage == "empty":
        zipfile.ZipFile(path, "w").close()
    else:
        data = packed(path, ("media/a.wav", b"sound" * 99)).read_bytes()
        spoilt = data.replace(b"soundsound", b"soundSound", 1) if damage == "crc" else data[: len(data) // 2]
        path.write_bytes(spoilt)
    with pytest.raises(TimelineError) as caught:
        read_timeline(path)
    assert caught.value.file == str(path) and caught.value.remedy
    assert not (tmp_path / "cut.media" / "media" / "a.wav").exists()


def test_a_link_in_an_otiod_is_offline_and_so_is_what_lies_above_it(tmp_path, bundle):
    path = bundle(".otiod")
    media = path / "media" / "film.mp4"
    media.rename(tmp_path / "outside.mp4")
    media.symlink_to(tmp_path / "outside.mp4")
    timeline = read_timeline(path)
    assert clip_views(timeline, tmp_path)[0].media is None
    text = (path / "content.otio").read_text().replace("media/film.mp4", "media/../../outside.mp4")
    (path / "content.otio").write_text(text)
    timeline = read_timeline(path)
    assert timeline.tracks[0][0].media_reference.target_url == "media/../../outside.mp4"
    (path / "content.otio").rename(tmp_path / "content.otio")
    (path / "content.otio").symlink_to(tmp_path / "content.otio")
    with pytest.raises(TimelineError, match="no content.otio"):
        read_timeline(path)
