"""Adjusted takes: the WAV that is rendered, and the clip on the timeline that plays it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.engine.adjust import adjust, ensure_rendered, rendered
from vssflow_studio.engine.audit import temps
from vssflow_studio.engine.cut import Cut
from vssflow_studio.errors import TimelineError
from vssflow_studio.media.bwf import read_bwf_info, write_bwf
from vssflow_studio.timeline.adjustments import adjusted, heard_path, needs_render, original_name
from vssflow_studio.timeline.cues import Adjustment, Cue, Project, Take
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import KEY, read_project, write_project
from vssflow_studio.timeline.tracks import place_takes, strip

RATE = 48_000
PROVENANCE = {"synthetic": True, "model": "draft", "seed": 7, "text": "Hello."}


def frames(value: float) -> RationalTime:
    return RationalTime(value, 24)


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Two seconds from frame 24 on, half a second of handles, a steady tone at −6 dBFS."""
    times = np.arange(3 * RATE) / RATE
    tone = (0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    (tmp_path / "takes").mkdir()
    write_bwf(tmp_path / "takes" / "a.wav", tone, time_reference=RATE // 2, description="x", provenance=PROVENANCE)
    return Take("t1", "takes/a.wav", frames(12), frames(48), frames(12), PROVENANCE)


def cue_of(take: Take) -> Cue:
    return Cue("c1", "dialogue", TimeRange(frames(24), frames(48)), "Hello.", takes=(take,), circled="t1")


def level(sound: np.ndarray, second: float) -> float:
    at = round(second * RATE)
    return float(np.abs(sound[at - 120 : at + 120]).max())


def our_clip(timeline) -> otio.schema.Clip:
    return next(clip for track in timeline.audio_tracks() for clip in track.find_clips())


def test_a_take_that_is_not_adjusted_is_its_own_file(take: Take) -> None:
    assert heard_path(take) == take.path and not needs_render(take)


def test_the_original_stays_and_the_adjusted_one_says_where_it_is_from(tmp_path: Path, take: Take) -> None:
    before = (tmp_path / take.path).read_bytes()
    one = adjusted(take, gain=-6.0)
    path = rendered(one, tmp_path)
    assert (tmp_path / take.path).read_bytes() == before
    assert path.parent == (tmp_path / take.path).parent and original_name(path.name) == "a.wav"
    info, was = read_bwf_info(path), read_bwf_info(tmp_path / take.path)
    assert info["time_reference"] == was["time_reference"] and info["samples"] == was["samples"]
    assert info["provenance"]["adjusted"] == {"gain": -6.0} and info["provenance"]["seed"] == 7
    sound, _ = soundfile.read(path)
    assert level(sound, 1.5) == pytest.approx(0.5 * 10 ** (-6 / 20), rel=0.01)


def test_fades_begin_and_end_where_they_say_and_nothing_sounds_beyond(tmp_path: Path, take: Take) -> None:
    one = adjusted(take, trim_in=0.25, fade_in=0.5, trim_out=0.1, fade_out=0.4)
    sound, _ = soundfile.read(rendered(one, tmp_path))
    assert np.abs(sound[: round(0.75 * RATE)]).max() < 1e-4  # head 0.5 and trim 0.25
    assert level(sound, 1.0) == pytest.approx(0.25, abs=0.02)  # the middle of the fade
    assert level(sound, 1.26) == pytest.approx(0.5, abs=0.01)
    assert level(sound, 2.2) == pytest.approx(0.25, abs=0.02)
    assert np.abs(sound[round(2.4 * RATE) :]).max() < 1e-4


def test_a_slip_of_less_than_a_frame_is_of_whole_samples(tmp_path: Path, take: Take) -> None:
    source, _ = soundfile.read(tmp_path / take.path, dtype="float32")
    sound = adjust(source[:, None], adjusted(take, slip=0.0102))[:, 0]
    assert np.abs(sound[490:] - source[:-490]).max() < 1e-6 and not sound[:480].any()


def test_a_gain_upwards_never_clips(tmp_path: Path, take: Take) -> None:
    sound, _ = soundfile.read(rendered(adjusted(take, gain=12.0), tmp_path))
    assert 0.85 < np.abs(sound).max() <= 0.9  # −1 dBFS


def test_a_trim_of_whole_frames_needs_no_file_and_is_the_clips_range(take: Take, movie, make_timeline) -> None:
    one = adjusted(take, trim_in=0.25, trim_out=0.5)
    assert not needs_render(one)
    timeline = make_timeline(movie, frames=96)
    place_takes(timeline, [cue_of(one)])
    clip = our_clip(timeline)
    assert clip.media_reference.target_url == "takes/a.wav"
    assert clip.source_range.duration == frames(48 - 6 - 12)
    assert clip.trimmed_range_in_parent().start_time == frames(24 + 6)
    assert clip.source_range.start_time - clip.available_range().start_time == frames(12 + 6)


def test_a_trim_may_open_the_handles(take: Take, movie, make_timeline) -> None:
    timeline = make_timeline(movie, frames=96)
    place_takes(timeline, [cue_of(adjusted(take, trim_in=-9.0, trim_out=-0.25))])
    clip = our_clip(timeline)
    assert clip.trimmed_range_in_parent().start_time == frames(12)  # no further than the WAV goes
    assert clip.source_range.duration == frames(12 + 48 + 6)


def test_a_trim_between_frames_is_rendered_to_the_sample(tmp_path: Path, take: Take, movie, make_timeline) -> None:
    one = adjusted(take, trim_in=0.030)
    timeline = make_timeline(movie, frames=96)
    place_takes(timeline, [cue_of(one)])
    clip = our_clip(timeline)
    assert clip.trimmed_range_in_parent().start_time == frames(24)  # the frame in which it begins
    sound, _ = soundfile.read(rendered(one, tmp_path))
    begin = round((0.5 + 0.030) * RATE)
    assert np.abs(sound[:begin]).max() < 1e-4 and level(sound, 0.535) > 0.45


def test_the_timeline_plays_the_adjusted_wav_and_all_of_it_is_known_as_temp(tmp_path: Path, take: Take, movie, make_timeline) -> None:
    cue = cue_of(adjusted(take, gain=-3.0, slip=0.004))
    (path,) = ensure_rendered([cue], tmp_path)
    assert ensure_rendered([cue], tmp_path) == ()
    timeline = make_timeline(movie, frames=96)
    write_project(timeline, Project(cues=(cue,)))
    place_takes(timeline, [cue])
    for clip in timeline.find_clips():
        clip.metadata.pop(KEY, None)  # a tool that keeps no metadata: the WAV says it
    write_timeline(timeline, tmp_path / "cut.otio")
    (temp,) = temps(Cut.read(tmp_path / "cut.otio"))
    assert temp.media == path.name and temp.known_by == "file" and temp.provenance["seed"] == 7
    path.unlink()
    (temp,) = temps(Cut.read(tmp_path / "cut.otio"))
    assert temp.known_by == "name"


def test_a_clip_of_an_adjusted_take_is_adopted_and_stripped(tmp_path: Path, take: Take, movie, make_timeline) -> None:
    cue, timeline = cue_of(adjusted(take, fade_in=0.2)), make_timeline(movie, frames=96)
    write_project(timeline, Project(cues=(cue,)))
    place_takes(timeline, [cue])
    for owner in (*timeline.tracks, *timeline.find_clips()):
        owner.metadata.pop(KEY, None)
    place_takes(timeline, [cue])
    assert len(timeline.audio_tracks()) == 1 and our_clip(timeline).metadata[KEY]["take"] == "t1"
    strip(timeline)
    assert not timeline.audio_tracks()


def test_what_the_editor_did_to_the_clip_stays_when_the_take_is_adjusted(take: Take, movie, make_timeline) -> None:
    timeline = make_timeline(movie, frames=96)
    place_takes(timeline, [cue_of(take)])
    clip = our_clip(timeline)
    clip.source_range = TimeRange(clip.source_range.start_time, frames(30))
    place_takes(timeline, [cue_of(adjusted(take, gain=2.0))])
    clip = our_clip(timeline)
    assert clip.source_range.duration == frames(30) and "~" in clip.media_reference.target_url


def test_stars_comment_and_adjustment_are_saved_and_old_files_open(tmp_path: Path, take: Take, movie, make_timeline) -> None:
    one = replace(adjusted(take, gain=1.5, slip=-0.01, fade_out=0.3), rating=4, comment="a little slow")
    timeline, path = make_timeline(movie, frames=96), tmp_path / "cut.otio"
    write_project(timeline, Project(cues=(cue_of(one),)))
    write_timeline(timeline, path)
    (cue,) = read_project(read_timeline(path)).cues
    assert cue.takes == (one,)
    row = timeline.metadata[KEY]["cues"][0]["takes"][0]
    for name in ("rating", "comment", "adjustment"):
        del row[name]
    (cue,) = read_project(timeline).cues
    assert cue.takes == (take,) and cue.takes[0].adjustment == Adjustment()


@pytest.mark.parametrize("damage", ({"rating": 9}, {"rating": "x"}, {"comment": 3}, {"adjustment": {"gain": float("nan")}}))
def test_a_damaged_take_is_told(take: Take, movie, make_timeline, damage: dict) -> None:
    timeline = make_timeline(movie, frames=96)
    write_project(timeline, Project(cues=(cue_of(take),)))
    timeline.metadata[KEY]["cues"][0]["takes"][0].update(damage)
    with pytest.raises(TimelineError):
        read_project(timeline)


def test_no_rendered_wav_is_taken_for_an_unlisted_take(tmp_path: Path, take: Take) -> None:
    from vssflow_studio.engine.takes import TakeStore

    store = TakeStore(tmp_path / "cut.otio")
    store.folder.mkdir()
    said = PROVENANCE | {"request": "abc"}
    for name in ("b.wav", "b~0123abcd.wav"):
        write_bwf(store.folder / name, np.zeros(480, np.float32), time_reference=0, description="x", provenance=said)
    assert store._unlisted == {"abc": "b.wav"}
