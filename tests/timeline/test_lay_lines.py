from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.script.script_lines import ScriptLine
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Cue
from vssflow_studio.timeline.lay_lines import lay_lines, place_timed, storyboard_panels

RATE = 24


def second(text: str) -> float:
    """A word a second."""
    return float(len(text.split()))


def board(*names: str, frames: int = 48, start: int = 86_400, rate: float = RATE) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline("board", global_start_time=RationalTime(start, rate))
    track = otio.schema.Track("V1", kind="Video")
    range_ = TimeRange(RationalTime(0, rate), RationalTime(frames, rate))
    for name in names:
        track.append(otio.schema.Gap(source_range=range_) if not name else otio.schema.Clip(name, source_range=range_))
    timeline.tracks.append(track)
    return timeline


def laid(timeline: otio.schema.Timeline, *lines: ScriptLine, cues=()):
    panels = storyboard_panels(clip_views(timeline, Path()))
    placed, left = lay_lines(lines, panels, cues, second)
    return [(line.text, r.start_time.value, r.duration.value) for line, r in placed], left


def test_lines_begin_with_the_panels_and_are_as_long_as_their_text() -> None:
    placed, left = laid(board("A", "B", "C"), ScriptLine(1, "one", "ANNA"), ScriptLine(2, "two", "BEN"), ScriptLine(3, "now three", "ANNA"))
    assert placed == [("one", 0, 24), ("two", 48, 24), ("now three", 96, 48)] and not left


def test_lines_move_up_where_panels_are_too_few() -> None:
    placed, left = laid(board("A", "B"), *(ScriptLine(i, f"line{i}", "ANNA") for i in range(3)))
    assert placed == [("line0", 0, 24), ("line1", 30, 24), ("line2", 60, 24)] and not left


def test_what_finds_no_room_is_told_with_its_line() -> None:
    placed, left = laid(board("A"), ScriptLine(4, "a b", "ANNA"), ScriptLine(9, "c d", "ANNA"))
    assert placed == [("a b", 0, 48)]
    assert [str(one) for one in left] == ["line 9: no picture is left for “c d”"]


def test_a_character_never_overlaps_himself_and_those_beside_do() -> None:
    taken = Cue("c", "dialogue", TimeRange(RationalTime(12, RATE), RationalTime(24, RATE)), "Hey", "ANNA")
    lines = ScriptLine(1, "a b", "ANNA"), ScriptLine(2, "x y", "BEN", beside=True), ScriptLine(3, "z", "BEN", beside=True)
    placed, _ = laid(board("A", "B", "C"), *lines, cues=[taken])
    # ANNA waits until her other line is over, BEN speaks with her, and then his own next line waits for him.
    assert placed == [("a b", 36, 48), ("x y", 36, 48), ("z", 84, 24)]


def test_no_line_lies_over_a_gap() -> None:
    placed, _ = laid(board("A", "", "B"), ScriptLine(1, "a", "ANNA"), ScriptLine(2, "b c", "BEN"))
    assert placed == [("a", 0, 24), ("b c", 96, 48)]


@pytest.mark.parametrize("names", [("SC01_10", "SC01_20", "SC02_10"), ("1_010", "1_020", "2_010"), ("KITCHEN_1", "KITCHEN_2", "TREE HOUSE 1")])
def test_scenes_lie_over_their_own_panels(names) -> None:
    lines = (
        ScriptLine(1, "a", "ANNA", scene="1", heading=1, place="INT. KITCHEN - DAY"),
        ScriptLine(2, "b", "BEN", scene="2", heading=2, place="EXT. TREE HOUSE - DAY"),
    )
    assert laid(board(*names), *lines)[0] == [("a", 0, 24), ("b", 96, 24)]


def test_what_is_there_is_not_laid_again() -> None:
    cue = Cue("c", "dialogue", TimeRange(RationalTime(0, RATE), RationalTime(60, RATE)), "a", "ANNA")
    placed, left = laid(board("A", "B"), ScriptLine(1, "a", "ANNA"), ScriptLine(2, "b", "BEN"), cues=[cue])
    assert [text for text, *_ in placed] == ["b"] and placed[0][1] >= 60
    assert [(one.row, "there already" in one.why) for one in left] == [(1, True)]


def test_the_topmost_of_equal_tracks_has_the_panels() -> None:
    timeline = board("A", "B")
    above = board("C", "D").tracks[0].clone()
    timeline.tracks.append(above)
    title = board("TITLE").tracks[0].clone()
    timeline.tracks.append(title)
    assert [view.name for view in storyboard_panels(clip_views(timeline, Path()))] == ["C", "D"]


def timed(timeline, *spans):
    lines = [ScriptLine(i, f"l{i}", who, start=a, end=b) for i, (who, a, b) in enumerate(spans)]
    placed, skipped = place_timed(lines, timeline)
    return [(r.start_time.value, r.duration.value) for _, r in placed], [one.row for one in skipped]


def test_times_count_from_the_first_frame_or_are_record_timecode() -> None:
    timeline = board("A", "B")
    assert timed(timeline, ("", 1, 2), ("", 2.5, 3)) == ([(24, 24), (60, 12)], [])
    assert timed(timeline, ("", 3601, 3602)) == ([(24, 24)], [])
    assert timed(board("A", "B", rate=23.976), ("", 3601, 3602)) == ([(24, 24)], [])


def test_a_character_in_subtitles_is_cut_where_he_overlaps() -> None:
    spans = ("ANNA", 0, 2), ("ANNA", 1, 3), ("BEN", 1, 2), ("ANNA", 1.5, 2.5), ("", 9, 10)
    assert timed(board("A", "B"), *spans) == ([(0, 48), (48, 24), (24, 24)], [3, 4])
