from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from vssflow_studio.timeline.cues import Cue, Project, Take
from vssflow_studio.timeline.media_links import forget_search, is_relative, media_name, resolve, url_path
from vssflow_studio.timeline.rebase import rebase, rebased_project
from opentimelineio.opentime import RationalTime, TimeRange


def reference(url: str) -> otio.schema.ExternalReference:
    return otio.schema.ExternalReference(url)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/a/b c.mov", "/a/b c.mov"),
        ("file:///a/b%20c.mov", "/a/b c.mov"),
        ("FILE://localhost/a/b.mov", "/a/b.mov"),
        ("file:///C:/cards/a.mov", "C:/cards/a.mov"),
        ("file://nas/cards/a.mov", "//nas/cards/a.mov"),
        ("file:///a/take #1?.mov", "/a/take #1?.mov"),
        ("100% cut.mov", "100% cut.mov"),
    ],
)
def test_what_a_url_means(url, path):
    assert url_path(url) == path


@pytest.mark.parametrize("url", ["/a.mov", "C:\\a.mov", "\\\\nas\\a.mov", "file:///a.mov", "https://x/a.mov", ""])
def test_what_is_not_relative(url):
    assert not is_relative(url)
    assert is_relative("media/a.mov")


@pytest.mark.parametrize(
    "url",
    ["{base}/a b.mov", "file://{base}/a%20b.mov", "file://localhost{base}/a b.mov", "a b.mov", "a%20b.mov", "./a b.mov", "C:\\cards\\a b.mov", "file:///Volumes/gone/a%20b.mov"],
)
def test_media_is_found_where_it_is_said_to_be_or_beside_the_timeline(tmp_path, url):
    (tmp_path / "a b.mov").touch()
    found = resolve(reference(url.format(base=tmp_path)), tmp_path)
    assert found.samefile(tmp_path / "a b.mov")


def test_a_name_with_a_percent_sign_is_taken_as_it_is(tmp_path):
    (tmp_path / "100%25.mov").touch()
    assert resolve(reference("100%25.mov"), tmp_path) == tmp_path / "100%25.mov"


def test_moved_media_is_found_by_name_below_a_search_folder(tmp_path):
    base, store = tmp_path / "cut", tmp_path / "store"
    for card in ("card1", "card2"):
        (store / "day 1" / card).mkdir(parents=True)
        (store / "day 1" / card / "A001.mov").touch()
    (store / "e\u0301te.mov").touch()
    forget_search()
    found = resolve(reference("/Volumes/x/card2/A001.mov"), base, [store])
    assert found == store / "day 1" / "card2" / "A001.mov"
    assert resolve(reference("/Volumes/x/\u00e9te.mov"), base, [store]) is not None
    assert resolve(reference("/Volumes/x/A002.mov"), base, [store]) is None
    assert resolve(otio.schema.MissingReference(), base, [store]) is None


def test_new_files_are_found_after_forgetting(tmp_path):
    assert resolve(reference("/x/late.mov"), tmp_path / "cut", [tmp_path]) is None
    (tmp_path / "late.mov").touch()
    forget_search()
    assert resolve(reference("/x/late.mov"), tmp_path / "cut", [tmp_path]) is not None


def test_names():
    assert media_name(reference("file:///a/b%20c.mov")) == "b c.mov"
    assert media_name(reference("C:\\cards\\a.mov")) == "a.mov"
    assert media_name(otio.schema.ImageSequenceReference("/a/", "sh010.", ".exr")) == "sh010."


def test_relative_media_follow_a_timeline_that_moves(tmp_path):
    old, new = tmp_path / "a", tmp_path / "b" / "c"
    for folder in (old, new):
        folder.mkdir(parents=True)
    urls = ["media/x y.mov", "media/x%20y.mov", "/abs/x.mov", "C:\\x.mov", "https://x/y.mov"]
    timeline = otio.schema.Timeline()
    timeline.tracks.append(otio.schema.Track())
    sequence = otio.schema.ImageSequenceReference("shots/", "a.", ".exr")
    for media in (*map(reference, urls), sequence):
        timeline.tracks[0].append(otio.schema.Clip(media_reference=media))
    rebase(timeline, old, new)
    got = [c.media_reference.target_url for c in timeline.tracks[0][:-1]]
    assert got == ["../../a/media/x y.mov", "../../a/media/x%20y.mov", *urls[2:]]
    assert sequence.target_url_base == "../../a/shots/"


def test_takes_follow_too(tmp_path):
    one = RationalTime(1, 24)
    cue = Cue("c", "foley", TimeRange(one, one), "steps", takes=(Take("t", "cut.takes/s.wav", one, one, one),))
    moved = rebased_project(Project(cues=(cue,)), tmp_path / "a", tmp_path / "b")
    assert Path(tmp_path / "b" / moved.cues[0].takes[0].path).resolve() == tmp_path / "a" / "cut.takes" / "s.wav"
