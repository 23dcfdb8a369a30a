from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio
import pytest
import recuts
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.cli import main
from vssflow_studio.engine.generate import generate
from vssflow_studio.engine.request import Sampling
from vssflow_studio.timeline.conform import Conformed, conform
from vssflow_studio.timeline.cues import Cue, Project, Take
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.timeline.new_cut import into_new_cut
from vssflow_studio.timeline.tracks import is_ours, place_takes


def time(frames: float) -> RationalTime:
    return RationalTime(frames, 24)


def span(start: float, length: float) -> TimeRange:
    return TimeRange(time(start), time(length))


def shot(name: str, start: int = 1000, length: int = 50, speed: float = 1) -> otio.schema.Clip:
    """`length` frames of a film of its own whose timecode begins at 900."""
    clip = otio.schema.Clip(
        name, otio.schema.ExternalReference(f"/shoot/{name}.mov", span(900, 2000)), span(start, length)
    )
    if speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    return clip


def black(length: int) -> otio.schema.Gap:
    return otio.schema.Gap(duration=time(length))


def cut(*items, above=()) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline("cut", global_start_time=time(86_400))
    timeline.tracks.append(otio.schema.Track("V1", children=items, kind="Video"))
    if above:
        timeline.tracks.append(otio.schema.Track("V2", children=above, kind="Video"))
    return timeline


def cue(start: int, length: int, kind: str = "foley", id: str = "c", text: str = "steps", **more) -> Cue:
    take = Take("t", f"old.takes/{id}_t.wav", time(12), time(length), time(12), {"synthetic": True})
    return Cue(id, kind, span(start, length), text, takes=(take,), **more)


def go(old, new, *cues) -> tuple[Conformed, dict[str, tuple[str, float, float]]]:
    """The result, and by cue (state, start, length)."""
    result = conform(old, Project(cues), new)
    now = {one.id: one for one in result.project.cues}
    found = {}
    for fate in result.report:
        range_ = now[fate.cue].range
        found[fate.cue] = (fate.state, range_.start_time.value, range_.duration.value)
    return result, found


OLD = [shot("a"), shot("b"), shot("c"), shot("d")]


def old() -> otio.schema.Timeline:
    return cut(*[clip.clone() for clip in OLD])


def clips(names: str) -> list[otio.schema.Clip]:
    return [shot(name) for name in names]


@pytest.mark.parametrize(
    ("new", "state", "start", "length"),
    [
        (clips("abcd"), "kept", 60, 30),
        (clips("bacd"), "moved", 10, 30),
        ([black(7), *clips("abcd")], "moved", 67, 30),
        (clips("acd"), "orphaned", 60, 30),
        ([shot("a"), shot("b", 1005, 45), *clips("cd")], "moved", 55, 30),
        ([shot("a"), shot("b", 1000, 25), *clips("cd")], "needs-new-sound", 60, 15),
        ([shot("a"), shot("b", 1020, 30), *clips("cd")], "needs-new-sound", 50, 20),
        ([shot("a"), shot("b", 1000, 15), *clips("cd")], "orphaned", 60, 30),
        ([shot("a"), shot("b", 1000, 25, 2), *clips("cd")], "needs-new-sound", 55, 15),
        ([shot("a"), shot("b", 1100, 50), *clips("cd")], "orphaned", 60, 30),
        ([shot("a"), shot("b", 1000, 25), shot("b", 1025, 25), shot("d")], "kept", 60, 30),
    ],
    ids="same moved later removed head-off cut-tail cut-head too-little faster slipped razored".split(),
)
def test_a_foley_cue_goes_where_its_picture_is(new, state, start, length):
    _, found = go(old(), cut(*(item.clone() for item in new)), cue(60, 30))
    assert found["c"] == (state, start, length)


def test_a_take_keeps_its_place_on_the_picture_when_the_cue_loses_its_head():
    result, _ = go(old(), cut(shot("a"), shot("b", 1020, 30)), cue(60, 30))
    (one,) = result.project.cues
    assert (one.takes[0].head, one.takes[0].duration, one.takes[0].tail) == (time(22), time(30), time(2))
    assert one.picture == "changed"
    assert one.with_take(one.takes[0]).picture == ""


def test_a_line_is_kept_at_another_speed_and_under_a_cutaway():
    line = replace(cue(60, 30, "dialogue"), character="ANNA")
    result, found = go(old(), cut(shot("a"), shot("b", 1000, 25, 2), shot("c")), line)
    assert found["c"] == ("moved", 55, 30) and "200%" in result.report[0].reason
    cutaway = cut(*clips("abcd"), above=[black(55), shot("x", 0, 20)])
    result, found = go(old(), cutaway, line)
    assert found["c"] == ("kept", 60, 30) and "covered" in result.report[0].reason
    _, found = go(old(), cutaway, cue(60, 30))
    assert found["c"] == ("needs-new-sound", 75, 15)


def test_a_cue_over_a_cut():
    over = cue(80, 40)  # 20 frames of b, 20 of c
    assert go(old(), cut(*clips("dabc")), over)[1]["c"] == ("moved", 130, 40)
    assert go(old(), cut(*clips("abxc")), over)[1]["c"] == ("needs-new-sound", 80, 20)
    rolled = cut(shot("a"), shot("b", 1000, 45), shot("c"))
    assert go(old(), rolled, over)[1]["c"] == ("needs-new-sound", 80, 35)
    line = replace(cue(70, 40, "dialogue"), character="ANNA")  # 30 frames of b
    result, found = go(old(), cut(*clips("abx")), line)
    assert found["c"] == ("kept", 70, 40) and "beside its own" in result.report[0].reason


def test_an_ambience_goes_on_over_what_was_put_in_between():
    assert go(old(), cut(*clips("abxcd")), cue(0, 200, "ambience"))[1]["c"] == ("needs-new-sound", 0, 250)


def test_a_duplicated_shot_keeps_the_cue_with_its_neighbours_and_says_where_else_it_is():
    result, found = go(old(), cut(*clips("xbyabcdb")), cue(60, 30))
    assert found["c"] == ("moved", 210, 30)
    assert result.report[0].also == ("01:00:02:12", "01:00:15:00")


def test_two_cues_of_one_text_do_not_come_to_lie_on_each_other():
    first, second = cue(10, 30, id="1"), cue(60, 30, id="2")
    twice = cut(shot("x"), shot("x"), shot("c"))
    result, found = go(twice, cut(shot("x"), shot("c")), first, second)
    assert sorted(state for state, *_ in found.values()) == ["moved", "orphaned"]
    assert "another cue" in next(fate.reason for fate in result.report if fate.state == "orphaned")
    _, found = go(twice, cut(shot("x"), shot("c")), first, replace(second, text="a door"))
    assert {state for state, *_ in found.values()} == {"kept", "moved"}


def test_a_cue_on_black_follows_the_shots_beside_it():
    before = cut(shot("a"), black(40), shot("b"))
    longer = cut(shot("x"), shot("a"), black(60), shot("b"))
    assert go(before, longer, cue(60, 20))[1]["c"] == ("moved", 110, 20)
    assert go(before, cut(shot("a"), shot("b")), cue(60, 20))[1]["c"][0] == "orphaned"
    assert go(cut(), cut(), cue(60, 20))[1]["c"][0] == "kept"


def test_titles_and_watermarks_are_no_picture():
    logo = otio.schema.ExternalReference("/gfx/logo.png", span(0, 999))
    mark = otio.schema.Clip("logo", logo, span(0, 200))
    title = otio.schema.Clip("title", otio.schema.GeneratorReference("Text"), span(0, 200))
    for over in (mark, title):
        new = cut(*clips("bacd"), above=[over.clone()])
        assert go(cut(*clips("abcd"), above=[over.clone()]), new, cue(60, 30))[1]["c"] == ("moved", 10, 30)


# What NLEs do to media.


@pytest.mark.parametrize("damage", ["folder", "suffix", "offline", "zero", "bare", "case"])
def test_media_are_known_again(damage):
    new = cut(*clips("bacd"))
    for clip in new.find_clips():
        reference = clip.media_reference
        if damage == "folder":
            reference.target_url, clip.name = f"file:///D%3A/job/{clip.name}.mov", ""
        elif damage == "suffix":
            reference.target_url, clip.name = f"/proxies/{clip.name}.mxf", ""
        elif damage == "case":
            reference.target_url = f"/SHOOT/{clip.name.upper()}.MOV"
        elif damage == "offline":
            clip.media_reference = otio.schema.MissingReference()
        elif damage == "zero":
            reference.available_range = span(0, 2000)
            clip.source_range = span(clip.source_range.start_time.value - 900, 50)
        else:
            reference.available_range = None
    assert go(old(), new, cue(60, 30))[1]["c"] == ("moved", 10, 30)


def card(letter: str, root: str = "/shoot") -> otio.schema.Clip:
    reference = otio.schema.ExternalReference(f"{root}/{letter}/CLIP/C0001.MP4", span(0, 500 + ord(letter)))
    return otio.schema.Clip("C0001", reference, span(10, 50))


def test_cards_with_files_of_one_name_are_not_mixed_up():
    before = cut(card("A"), card("B"))
    assert go(before, cut(card("B", "/moved"), card("A", "/moved")), cue(10, 30))[1]["c"] == ("moved", 60, 30)
    assert go(before, cut(card("B", "/moved"), card("C", "/moved")), cue(10, 30))[1]["c"][0] == "orphaned"
    assert go(cut(card("A")), cut(card("C", "/moved")), cue(10, 30))[1]["c"][0] == "orphaned"


def test_an_edl_finds_by_reel_and_timecode():
    before, after = cut(*clips("abcd")), cut(*clips("bacd"))
    for clip in before.find_clips():
        clip.metadata["fcp_xml"] = {"timecode": {"reel": {"name": f"R{ord(clip.name)}"}}}
    for clip in after.find_clips():
        clip.metadata["cmx_3600"] = {"reel": f"R{ord(clip.name)}"}
        clip.name, clip.media_reference = "", otio.schema.MissingReference()
    assert go(before, after, cue(60, 30))[1]["c"] == ("moved", 10, 30)


@pytest.mark.parametrize("suffix", [".xml", ".edl", ".aaf"])
def test_a_new_cut_in_another_format(tmp_path, suffix):
    """At 29.97, whose fraction each of them writes in its own way."""
    rate = 30000 / 1001
    before, after = (
        otio.adapters.read_from_string(timeline.to_json_string().replace('"rate": 24.0', f'"rate": {rate}'))
        for timeline in (old(), cut(*clips("bacd")))
    )
    path = tmp_path / f"new{suffix}"
    options = {".edl": {"rate": rate}, ".aaf": {"use_empty_mob_ids": True}}.get(suffix, {})
    otio.adapters.write_to_file(after, str(path), **options)
    one = replace(cue(60, 30), range=TimeRange(RationalTime(60, rate), RationalTime(30, rate)))
    result, found = go(before, read_timeline(path, rate=rate), one)
    assert found["c"] == ("moved", 10, 30)
    assert result.project.cues[0].range.duration == one.range.duration


# Orphans.


def test_an_orphan_comes_back_with_its_picture():
    first, _ = go(old(), cut(*clips("acd")), cue(60, 30))
    (lost,) = first.project.cues
    assert lost.picture == "gone" and lost.takes
    again, found = go(cut(*clips("acd")), cut(*clips("acd")), lost)
    assert found["c"][0] == "orphaned"
    back, found = go(cut(*clips("acd")), cut(*clips("acdb")), *again.project.cues)
    assert found["c"] == ("moved", 160, 30)
    assert back.project.cues[0].picture == ""


def test_an_orphan_is_on_no_track_and_not_generated(tmp_path):
    new = cut(*clips("acd"))
    into_new_cut(old(), Project((cue(60, 30), cue(10, 20, id="k"))), tmp_path, new, tmp_path)
    (track,) = [track for track in new.tracks if is_ours(track)]
    assert [item.metadata["vssflow_studio"]["cue"] for item in track.find_clips()] == ["k"]
    assert [marker.metadata["vssflow_studio"]["cue"] for marker in new.tracks.markers] == ["k"]
    moved = read_project(new).cues[1].with_range(span(0, 10))
    assert moved.picture == ""


# The same file cut anew, with our metadata and tracks in it.


def ours_at(timeline) -> dict[str, float]:
    found = {}
    for track in timeline.tracks:
        if is_ours(track):
            for clip in track.find_clips():
                found[clip.metadata["vssflow_studio"]["cue"]] = track.range_of_child(clip).start_time.value
    return found


@pytest.mark.parametrize("lost", [False, True], ids=["metadata", "lost"])
@pytest.mark.parametrize(
    ("clip_at", "heard_at"), [(70, 70), (77, 77), (60, 70)], ids=["rippled", "slipped", "left-behind"]
)
def test_what_the_editor_did_to_our_clip_holds_against_the_picture(tmp_path, lost, clip_at, heard_at):
    before, project = old(), Project((cue(60, 30),))
    write_project(before, project)
    place_takes(before, project.cues)
    new = cut(shot("a"), shot("x", 1000, 10), *clips("bcd"))
    track = before.tracks[1].clone()
    track[0].source_range = span(0, clip_at)
    new.tracks.append(track)
    if lost:
        for item in (track, *track):
            item.metadata.clear()
            item.name = ""
    else:
        new.metadata.update(before.metadata)
    into_new_cut(before, project, tmp_path, new, tmp_path)
    assert ours_at(new) == {"c": heard_at}
    assert read_project(new).cues[0].range == span(70, 30)


def test_cues_are_taken_from_the_new_cut_where_it_has_them():
    before, after = old(), cut(*clips("bacd"))
    project = Project((cue(60, 30), cue(10, 20, id="gone")))
    write_project(after, Project((replace(cue(60, 30), text="boots"), cue(150, 20, id="new"))))
    result = conform(before, project, after)
    assert [(one.id, one.text, one.range.start_time.value) for one in result.project.cues] == [
        ("c", "boots", 10),
        ("new", "steps", 150),
    ]


# Through the command line, with sound.


@pytest.fixture
def two_cuts(tmp_path, make_movie, monkeypatch):
    """A cut with takes in one folder, and its recut without any metadata in another."""
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        for name in "ab":
            make_movie(folder / f"{name}.mp4", 4 if name == "a" else 3)

    def clip(folder: Path, name: str, start: int, length: int):
        url = os.fspath(folder / f"{name}.mp4")
        return otio.schema.Clip(name, otio.schema.ExternalReference(url), span(start, length))

    before = cut(clip(here, "a", 0, 72), clip(here, "b", 0, 48))
    write_project(before, Project((
        Cue("steps", "foley", span(10, 40), "footsteps"),
        Cue("door", "foley", span(80, 30), "a door closes"),
        Cue("rain", "ambience", span(76, 40), "rain"),
    )))
    write_timeline(before, here / "old.otio")
    after = cut(clip(there, "b", 0, 48), clip(there, "a", 0, 72), clip(there, "b", 8, 10))
    write_timeline(after, there / "new.otio")
    return here / "old.otio", there / "new.otio"


def test_only_what_changed_is_made_again(two_cuts, capsys):
    before, after = two_cuts
    quick = Sampling(steps=1)
    first = generate(before, sampling=quick, device="cpu")
    assert main(["conform", str(before), str(after), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["count"] == {"kept": 0, "moved": 3, "needs-new-sound": 0, "orphaned": 0}
    heard = ours_at(read_timeline(after))
    assert heard == {"steps": 58, "door": 8, "rain": 4}
    asked = []
    second = generate(after, sampling=quick, device="cpu", on_event=asked.append)
    assert not asked and {i: p.resolve() for i, p in second.takes.items()} == first.takes
    assert not list(after.parent.glob("new.takes/*.wav"))
    timeline = read_timeline(after)
    timeline.tracks[0][1].source_range = span(0, 40)
    write_timeline(timeline, after.with_name("shorter.otio"))
    assert main(["conform", str(after), str(after.with_name("shorter.otio"))]) == 0
    said = capsys.readouterr().out
    assert "needs-new-sound" in said and "1 needs-new-sound" in said
    third = generate(after.with_name("shorter.otio"), sampling=quick, device="cpu", on_event=asked.append)
    assert {job.order.cue_id for job in asked} == {"steps"}
    assert third.takes["door"].resolve() == first.takes["door"]
    assert read_project(read_timeline(after.with_name("shorter.otio"))).cues[-1].picture == ""


def test_conform_leaves_the_new_cut_alone_when_given_an_out(two_cuts, tmp_path, capsys):
    before, after = two_cuts
    untouched = after.read_bytes()
    out = tmp_path / "out.otio"
    assert main(["conform", str(before), str(after), "-o", str(out)]) == 0
    assert after.read_bytes() == untouched
    assert len(read_project(read_timeline(out)).cues) == 3
    assert main(["conform", str(after), str(after)]) == 1
    assert "no cues" in capsys.readouterr().err
    assert main(["conform", str(before), str(tmp_path / "none.otio")]) == 1
    assert "no such file" in capsys.readouterr().err


# Many cuts.


@pytest.mark.parametrize("seed", range(5))
def test_random_recuts(seed):
    """Every cue whose picture is wholly there is found, and none lies on another's."""
    wrong = [
        what
        for number in range(25)
        for what in recuts.mistakes(recuts.Editor(1000 * seed + number), 1 + number % 9)
    ]
    assert not wrong
