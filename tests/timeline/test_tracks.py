from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import recuts
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.cli import main
from vssflow_studio.engine.preview import sound_spans
from vssflow_studio.media.bwf import write_bwf
from vssflow_studio.media.mixdown import mix
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Cue, Project, Take
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.timeline.timecode import exact_rate, seconds
from vssflow_studio.timeline.tracks import is_ours, place_takes, strip_takes

RATES = [23.976, 23.98, 23.976023976, 24, 25, 29.97, 30, 50, 59.94]
SAMPLES = 48_000


def cue(start: float, length: float, *, id: str = "c1", kind="dialogue", rate: float = 24, head=12, **more) -> Cue:
    def time(value):
        return RationalTime(value, rate)

    take = Take("t1", f"cut.takes/{id}.wav", time(head), time(length), time(12), {"synthetic": True, "seed": 7})
    return Cue(id, kind, TimeRange(time(start), time(length)), "Mind the door!", takes=(take,), **more)


def empty(start: float | None = 86_400, rate: float = 24) -> otio.schema.Timeline:
    global_start = None if start is None else RationalTime(start, rate)
    made = otio.schema.Timeline("cut", global_start_time=global_start)
    track = otio.schema.Track("V1", kind="Video")
    track.append(otio.schema.Gap(duration=RationalTime(1000, rate)))
    made.tracks.append(track)
    return made


def layout(timeline) -> list[tuple[str, list[tuple[str, float, float]]]]:
    """(track, [(clip, record start, length)]) of the audio tracks, in frames."""
    out = []
    for track in timeline.audio_tracks():
        at, row = 0.0, []
        for item in track:
            if isinstance(item, otio.schema.Transition):
                continue
            length = item.source_range.duration.value
            if not isinstance(item, otio.schema.Gap):
                row.append((item.name, at, length))
            at += length
        out.append((track.name, row))
    return out


def ours(timeline) -> otio.schema.Track:
    return next(track for track in timeline.tracks if is_ours(track))


@pytest.mark.parametrize("rate", RATES)
def test_the_wav_starts_exactly_its_head_before_the_cue(tmp_path, rate):
    timeline = empty(rate=rate)
    cues = [cue(n, 31, id=f"c{n}", rate=rate, head=11) for n in (11, 100, 777, 86_401)]
    place_takes(timeline, cues)
    write_timeline(timeline, tmp_path / "cut.otio")
    (track,) = json.loads((tmp_path / "cut.otio").read_text())["tracks"]["children"][1:]
    exact, at, starts = exact_rate(rate), Fraction(0), []
    for item in track["children"]:
        source = item["source_range"]
        if item["OTIO_SCHEMA"].startswith("Clip"):
            media = item["media_references"]["DEFAULT_MEDIA"]["available_range"]["start_time"]
            into = Fraction(source["start_time"]["value"]) - Fraction(media["value"])
            starts.append((at - into) / exact * SAMPLES)
        at += Fraction(source["duration"]["value"])
    assert starts == [(seconds(c.range.start_time) - 11 / exact) * SAMPLES for c in cues]


@pytest.mark.parametrize("rate", RATES)
def test_what_is_heard_stands_on_the_cue_to_the_sample(tmp_path, rate):
    timeline, asked = empty(rate=rate), cue(101, 24, rate=rate, head=13)
    sound = np.zeros(3 * SAMPLES, np.float32)
    sound[round(seconds(RationalTime(13, rate)) * SAMPLES)] = 0.9
    (tmp_path / "cut.takes").mkdir()
    write_bwf(tmp_path / "cut.takes" / "c1.wav", sound, time_reference=0, description="", provenance={})
    place_takes(timeline, [asked])
    write_timeline(timeline, tmp_path / "cut.otio")
    back = read_timeline(tmp_path / "cut.otio")
    heard = mix(sound_spans(back, clip_views(back, tmp_path)), 10)[:, 0]
    assert np.flatnonzero(np.abs(heard) > 0.5).tolist() == [round(seconds(asked.range.start_time) * SAMPLES)]


def test_a_clip_says_what_it_is():
    timeline = empty()
    place_takes(timeline, [cue(48, 24, character="ANNA")])
    clip = ours(timeline)[-1]
    assert ours(timeline).kind == "Audio"
    assert clip.name == "ANNA: Mind the door!"
    assert clip.source_range == TimeRange(RationalTime(86_448, 24), RationalTime(24, 24))
    assert clip.media_reference.target_url == "cut.takes/c1.wav"
    assert clip.available_range() == TimeRange(RationalTime(86_436, 24), RationalTime(48, 24))
    facts = clip.metadata["vssflow_studio"]
    assert (facts["cue"], facts["take"]) == ("c1", "t1")
    assert facts["provenance"]["synthetic"] is True


def test_stems_and_overlaps_have_tracks_of_their_own():
    timeline = empty()
    cues = [
        cue(0, 24, id="a"),
        cue(20, 24, id="b"),
        cue(24, 24, id="c"),
        cue(0, 24, id="f", kind="foley"),
        cue(0, 24, id="m", kind="ambience"),
        replace(cue(90, 24, id="none"), takes=()),
    ]
    place_takes(timeline, cues)
    name = "Mind the door!"
    want = [
        ("DX TEMP", [(name, 0, 24), (name, 24, 24)]),
        ("DX TEMP 2", [(name, 20, 24)]),
        ("FOLEY TEMP", [(name, 0, 24)]),
        ("AMB TEMP", [(name, 0, 24)]),
    ]
    assert layout(timeline) == want
    before = timeline.to_json_string()
    place_takes(timeline, cues)
    assert timeline.to_json_string() == before


def test_the_circled_take_stands():
    timeline, one = empty(), cue(0, 24)
    place_takes(timeline, [one.with_take(replace(one.takes[0], id="t2", path="b.wav"))])
    assert ours(timeline)[0].media_reference.target_url == "b.wav"


def test_a_head_before_the_first_frame_and_a_cue_that_hangs_over_it():
    timeline = empty(start=None)
    place_takes(timeline, [cue(-10, 24, id="a"), cue(-90, 24, id="gone")])
    (clip,) = ours(timeline)
    assert clip.source_range.duration.value == 14
    assert clip.source_range.start_time - clip.available_range().start_time == RationalTime(22, 24)


def test_a_cue_longer_than_its_take_gets_what_there_is():
    timeline, one = empty(), cue(0, 24)
    place_takes(timeline, [replace(one, range=TimeRange(RationalTime(0, 24), RationalTime(500, 24)))])
    assert ours(timeline)[0].source_range.duration.value == 36


def test_a_cue_that_moved_keeps_the_wavs_own_time():
    timeline, one = empty(), cue(240, 24)
    begin = (86_400 + 228) * 2000
    take = replace(one.takes[0], provenance={"time_reference": begin})
    moved = replace(one, range=TimeRange(RationalTime(480, 24), RationalTime(24, 24)), takes=(take,))
    place_takes(timeline, [moved])
    assert layout(timeline) == [("DX TEMP", [("Mind the door!", 480, 24)])]
    assert ours(timeline)[-1].available_range().start_time.value == 86_628
    assert ours(timeline)[-1].source_range.start_time.value == 86_640


def test_a_cue_at_another_rate_stands_on_the_timelines_frames():
    timeline = empty(rate=25)
    place_takes(timeline, [cue(48, 24, rate=24)])
    assert layout(timeline) == [("DX TEMP", [("Mind the door!", 50, 25)])]


# What editors do to our tracks.


def shift(track, frames: int) -> None:
    gap = next(item for item in track if isinstance(item, otio.schema.Gap))
    gap.source_range = TimeRange(duration=gap.source_range.duration + RationalTime(frames, 24))


@pytest.fixture
def placed():
    timeline = empty()
    place_takes(timeline, [cue(100, 24)])
    return timeline


def again(timeline, *cues) -> None:
    """Through text, as an NLE would give it back, and placed twice."""
    back = otio.adapters.read_from_string(timeline.to_json_string())
    timeline.tracks[:] = back.tracks.clone()[:]
    for _ in range(2):
        place_takes(timeline, cues)


def test_a_moved_clip_stays_where_the_editor_put_it(placed):
    shift(ours(placed), 7)
    again(placed, cue(100, 24))
    assert layout(placed) == [("DX TEMP", [("Mind the door!", 107, 24)])]


def test_a_trimmed_and_slipped_clip_stays_so_under_a_new_take(placed):
    clip = ours(placed)[-1]
    clip.source_range = TimeRange(clip.source_range.start_time + RationalTime(5, 24), RationalTime(10, 24))
    one = cue(100, 24)
    again(placed, one.with_take(replace(one.takes[0], id="t2", path="new.wav")))
    clip = ours(placed)[-1]
    assert layout(placed) == [("DX TEMP", [("Mind the door!", 100, 10)])]
    assert clip.source_range.start_time.value == 86_505
    assert clip.media_reference.target_url == "new.wav"
    assert clip.metadata["vssflow_studio"]["take"] == "t2"


def test_moving_the_cue_itself_wins_over_the_editors_move(placed):
    shift(ours(placed), 7)
    again(placed, cue(200, 24))
    assert layout(placed) == [("DX TEMP", [("Mind the door!", 200, 24)])]


def test_a_razored_clip_stays_in_two(placed):
    track = ours(placed)
    tail = track[-1].clone()
    track[-1].source_range = TimeRange(track[-1].source_range.start_time, RationalTime(10, 24))
    tail.source_range = TimeRange(RationalTime(86_512, 24), RationalTime(12, 24))
    track.extend([otio.schema.Gap(duration=RationalTime(5, 24)), tail])
    again(placed, cue(100, 24))
    name = "Mind the door!"
    assert layout(placed) == [("DX TEMP", [(name, 100, 10), (name, 115, 12)])]
    again(placed, cue(300, 24))
    assert layout(placed) == [("DX TEMP", [(name, 300, 24)])]


def test_other_clips_on_our_track_and_effects_on_our_clips_stay(placed):
    track = ours(placed)
    track[-1].effects.append(otio.schema.Effect(effect_name="Gain"))
    track[-1].markers.append(otio.schema.Marker("ok"))
    track[-1].enabled = False
    track.append(otio.schema.Transition("fade", "SMPTE_Dissolve", RationalTime(2, 24), RationalTime(2, 24)))
    track.append(otio.schema.Clip("door slam", source_range=TimeRange(RationalTime(0, 24), RationalTime(9, 24))))
    track.name, track.metadata["nle"] = "Dialogue (AI)", {"colour": "rose"}
    placed.tracks.insert(0, otio.schema.Track("first", kind="Audio"))
    placed.tracks.append(otio.schema.Track("last", kind="Audio"))
    again(placed, cue(100, 24), cue(130, 24, id="new"))
    names = [track.name for track in placed.tracks]
    assert names == ["first", "V1", "Dialogue (AI)", "last", "DX TEMP 2"]
    track = ours(placed)
    assert track.metadata["nle"]["colour"] == "rose"
    assert [type(item).__name__ for item in track] == ["Gap", "Clip", "Transition", "Clip"]
    assert track[1].effects[0].effect_name == "Gain"
    assert track[1].markers[0].name == "ok"
    assert not track[1].enabled
    again(placed)
    assert layout(placed) == [("first", []), ("Dialogue (AI)", [("door slam", 124, 9)]), ("last", [])]


def test_a_cue_that_changed_its_kind_changes_its_track(placed):
    again(placed, cue(100, 24, kind="foley"))
    assert layout(placed) == [("FOLEY TEMP", [("Mind the door!", 100, 24)])]


def test_a_muted_and_faded_clip_stays_so_under_a_new_take(placed):
    track = ours(placed)
    track[-1].enabled = False
    fade = otio.schema.Transition("fade", "SMPTE_Dissolve", RationalTime(0, 24), RationalTime(5, 24))
    track.insert(len(track) - 1, fade)
    shift(track, 3)
    one = cue(100, 24)
    again(placed, one.with_take(replace(one.takes[0], id="t2", path="new.wav", head=RationalTime(20, 24))))
    gap, fade, clip = ours(placed)
    assert (gap.duration().value, fade.name, clip.enabled) == (103, "fade", False)
    assert clip.media_reference.target_url == "new.wav"
    assert clip.source_range.start_time - clip.available_range().start_time == RationalTime(20, 24)


def lose(timeline, rebase: bool = False) -> None:
    """What some NLEs do: our metadata goes, clips are called as their files, and lie on A1, A2."""
    timeline.metadata.clear()
    for number, track in enumerate(timeline.audio_tracks(), 1):
        track.metadata.clear()
        track.name = f"A{number}"
        for clip in track.find_clips():
            clip.metadata.clear()
            clip.name = clip.media_reference.target_url.rsplit("/", 1)[-1]
            clip.media_reference.target_url = f"file:///mnt/Audio/{clip.name}"
            if rebase:
                begin = clip.available_range().start_time
                clip.source_range = TimeRange(clip.source_range.start_time - begin, clip.source_range.duration)
                whole = TimeRange(RationalTime(0, 24), clip.available_range().duration)
                clip.media_reference.available_range = whole
    for marker in timeline.tracks.markers:
        marker.metadata.clear()


@pytest.mark.parametrize("rebase", [False, True], ids=["timecode", "zero"])
def test_our_wavs_are_known_by_name_where_metadata_was_lost(rebase):
    timeline = empty()
    cues = [cue(100, 24, id="a"), cue(300, 24, id="b"), cue(310, 24, id="c")]
    place_takes(timeline, cues)
    lose(timeline, rebase)
    shift(timeline.audio_tracks()[0], 5)
    clip = timeline.audio_tracks()[0][-1]
    clip.source_range = TimeRange(clip.source_range.start_time + RationalTime(4, 24), RationalTime(9, 24))
    newer = replace(cues[0].takes[0], id="t2", path="cut.takes/new.wav")
    again(timeline, cues[0].with_take(newer), *cues[1:])
    name = "Mind the door!"
    assert layout(timeline) == [("A1", [(name, 105, 24), (name, 305, 9)]), ("A2", [(name, 310, 24)])]
    a, b = (item for item in timeline.audio_tracks()[0] if isinstance(item, otio.schema.Clip))
    assert (a.media_reference.target_url, b.media_reference.target_url) == ("cut.takes/new.wav", "cut.takes/b.wav")
    assert a.source_range.start_time - a.available_range().start_time == RationalTime(12, 24)
    assert b.source_range.start_time - b.available_range().start_time == RationalTime(16, 24)
    assert len(timeline.tracks.markers) == 3
    strip_takes(timeline)
    assert not timeline.audio_tracks() or layout(timeline) == []


def test_a_clip_of_ours_on_the_editors_own_track_stays_there_and_is_heard_once(placed):
    theirs = otio.schema.Track("Tom's dialogue", kind="Audio")
    theirs.extend([otio.schema.Gap(duration=RationalTime(50, 24)), ours(placed)[-1].clone()])
    theirs.append(otio.schema.Clip("theirs", source_range=TimeRange(RationalTime(0, 24), RationalTime(9, 24))))
    del placed.tracks[1]
    placed.tracks.append(theirs)
    one = cue(100, 24)
    again(placed, one.with_take(replace(one.takes[0], id="t2", path="new.wav")))
    assert layout(placed) == [("Tom's dialogue", [("Mind the door!", 50, 24), ("theirs", 74, 9)])]
    assert placed.tracks[1][1].media_reference.target_url == "new.wav"
    again(placed)
    assert layout(placed) == [("Tom's dialogue", [("theirs", 74, 9)])]


def test_tracks_and_clips_have_their_kinds_colour_until_the_editor_gives_another():
    timeline = empty()
    cues = [cue(0, 24, id=kind, kind=kind) for kind in ("dialogue", "foley", "ambience")]
    place_takes(timeline, cues)
    colours = [(track.name, track.color.name, track[0].color.name) for track in timeline.audio_tracks()]
    assert colours == [("DX TEMP", "Cyan", "Cyan"), ("FOLEY TEMP", "Green", "Green"), ("AMB TEMP", "Purple", "Purple")]
    track = timeline.audio_tracks()[0]
    track.color = track[0].color = otio.core.Color.RED
    again(timeline, *cues)
    assert (timeline.audio_tracks()[0].color.name, timeline.audio_tracks()[0][0].color.name) == ("Red", "Red")


def marks(timeline) -> list[tuple[str, str, float, float]]:
    return [
        (m.name, m.color, m.marked_range.start_time.value, m.marked_range.duration.value)
        for m in timeline.tracks.markers
    ]


def test_each_cue_has_a_marker_that_follows_it():
    timeline = empty()
    timeline.tracks.markers.append(otio.schema.Marker("theirs", color="RED"))
    theirs = ("theirs", "RED", 0, 0)
    line, foley = cue(5, 24, character="ANNA"), replace(cue(50, 9, id="f", kind="foley"), takes=())
    place_takes(timeline, [line, foley])
    said = "ANNA: Mind the door!"
    assert marks(timeline) == [theirs, (said, "CYAN", 5, 24), ("Mind the door!", "GREEN", 50, 9)]
    timeline.tracks.markers[1].color = "PINK"
    moved = replace(line, range=TimeRange(RationalTime(7, 24), RationalTime(20, 24)), notes="MOS")
    again_ = [moved, replace(foley, picture="gone"), replace(foley, id="new", text="a step")]
    place_takes(timeline, again_)
    assert marks(timeline) == [theirs, (said, "PINK", 7, 20), ("a step", "GREEN", 50, 9)]
    assert timeline.tracks.markers[1].comment == "MOS [cue c1]"
    place_takes(timeline, again_)
    assert len(timeline.tracks.markers) == 3
    strip_takes(timeline)
    assert marks(timeline) == [theirs]


# What was in the file.

FOREIGN = {
    "OTIO_SCHEMA": "Flare.7",
    "name": "flare",
    "metadata": {"angle": 3.5, "inner": {"OTIO_SCHEMA": "Rational9.1", "p": [1, None, "x"]}},
}


def rich(path: Path) -> Path:
    """A file with all that OTIO has, and schemas that it hasn't."""
    timeline = empty()
    timeline.metadata["nle"] = {"list": [1, 2.5, None, True, {"deep": ["ü"]}], "big": 2**40}
    track = timeline.tracks[0]
    track.effects.append(otio.schema.TimeEffect("warp"))
    track.markers.append(otio.schema.Marker("todo", color="RED"))
    clip = otio.schema.Clip("one", otio.schema.MissingReference(), TimeRange(RationalTime(0, 24), RationalTime(30, 24)))
    clip.effects.extend([otio.schema.LinearTimeWarp(time_scalar=1.5), otio.schema.FreezeFrame()])
    clip.metadata["Resolve_OTIO"] = {"Link Group ID": 4}
    other = otio.schema.Clip("two", source_range=clip.source_range)
    other.set_media_references(
        {
            "hi": otio.schema.ExternalReference("file:///a%20b.mxf", clip.source_range),
            "lo": otio.schema.ImageSequenceReference("/s/", "a.", ".exr", 1001, 1, 24, 4),
            "gen": otio.schema.GeneratorReference("bars", "SMPTEBars", parameters={"hue": 1}),
        },
        "lo",
    )
    nest = otio.schema.Stack("nest", source_range=clip.source_range)
    nest.append(otio.schema.Track("inner", children=[clip.clone(), otio.schema.Gap(duration=RationalTime(4, 24))]))
    fade = otio.schema.Transition("x", "SMPTE_Dissolve", RationalTime(3, 24), RationalTime(4, 24), {"curve": "s"})
    track.extend([clip, fade, other, nest])
    timeline.tracks.append(otio.schema.Track("A1", kind="Audio", children=[other.clone()]))
    timeline.tracks.append(otio.schema.Track("Data", kind="Subtitle", children=[other.clone()]))
    found = json.loads(timeline.to_json_string())
    # OpenTimelineIO keeps unknown schemas in metadata only; elsewhere it refuses the file.
    track = found["tracks"]["children"][0]
    track["children"][1]["effects"][0]["metadata"]["odd"] = FOREIGN
    track["metadata"]["odd"] = found["metadata"]["odd"] = FOREIGN
    path.write_text(json.dumps(found))
    return path


def differences(one, other, where: str = "") -> list[str]:
    """Every node where two JSON trees differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys())
        return [d for k in keys for d in differences(one.get(k), other.get(k), f"{where}/{k}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [d for i, (a, b) in enumerate(zip(one, other, strict=True)) for d in differences(a, b, f"{where}/{i}")]
    return [] if one == other and type(one) is type(other) else [f"{where}: {one!r} != {other!r}"]


def test_nothing_of_the_file_is_lost_under_takes_nor_after_them(tmp_path):
    path = rich(tmp_path / "rich.otio")
    before = json.loads(path.read_text())
    timeline = read_timeline(path)
    place_takes(timeline, [cue(0, 24, id="a"), cue(10, 24, id="b"), cue(5, 9, id="f", kind="foley")])
    write_timeline(timeline, path)
    under = json.loads(path.read_text())
    assert len(under["tracks"]["children"]) == 6
    del under["tracks"]["children"][3:], under["tracks"]["markers"][:]
    assert differences(before, under) == []
    timeline = read_timeline(path)
    strip_takes(timeline)
    write_timeline(timeline, path)
    assert differences(before, json.loads(path.read_text())) == []


@pytest.mark.parametrize("seed", range(3))
def test_strip_gives_back_the_file_we_were_handed(tmp_path, seed, capsys):
    """Real-shaped timelines, nested, their metadata included; ours may have lost its own."""
    path = rich(tmp_path / "rich.otio")
    if seed:
        editor = recuts.Editor(seed)
        timeline = editor.cut()
        timeline.metadata["nle"] = {"bins": [{"name": "reel 1", "ids": [1, 2, None]}]}
        timeline.tracks.markers.append(otio.schema.Marker("scene 4"))
        write_timeline(timeline, path)
    before = json.loads(path.read_text())
    timeline = read_timeline(path)
    cues = (cue(0, 24, id="a"), cue(10, 24, id="b"), cue(5, 9, id="f", kind="foley"))
    write_project(timeline, Project(cues, {"ANNA": "slt"}))
    place_takes(timeline, cues)
    write_timeline(timeline, path)
    assert differences(before, json.loads(path.read_text()))
    assert main(["strip", str(path), "--keep-cues", "-o", str(tmp_path / "cues.otio")]) == 0
    kept = read_timeline(tmp_path / "cues.otio")
    assert read_project(kept).cues == cues and not any(map(is_ours, kept.tracks))
    assert main(["strip", str(path)]) == 0
    assert differences(before, json.loads(path.read_text())) == []
