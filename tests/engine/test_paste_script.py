from __future__ import annotations

from pathlib import Path

import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.engine.import_cues import natural_seconds
from vssflow_studio.engine.paste_script import Place, pasted, recognised, ways
from vssflow_studio.errors import CueError
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.timecode import seconds

PLAIN = "ANNA: Get down!\nBEN: (whisper) Where is she?\nI can't see her.\n\nANNA: Gone."
FOUNTAIN = "INT. HOUSE - DAY\n\nANNA\nGet down!\n\nBEN\n(whispering)\nWhere is she?\n"
SRT = "1\n00:00:00,500 --> 00:00:01,000\nANNA: Get down!\n"
SHEET = "Kind\tCharacter\tIn\tOut\tText\nfoley\t\t01:00:00:12\t01:00:01:00\tdoor closes\n"


@pytest.fixture
def cut(movie, make_timeline):
    timeline = make_timeline(movie, movie, movie)
    return timeline, clip_views(timeline, Path())


def place(cut, **fields) -> Place:
    return Place(RationalTime(12, 24), **fields)


@pytest.mark.parametrize(
    ("text", "kind"),
    [(PLAIN, "plain"), (FOUNTAIN, "fountain"), (SRT, "subtitles"), (SHEET, "sheet"), ("Hello there", "plain"),
     ("Time: 10:30", "plain")],
)  # fmt: skip
def test_texts_are_recognised(text: str, kind: str) -> None:
    assert recognised(text) == kind


def test_plain_lines_have_names_and_go_on(cut) -> None:
    made = pasted(PLAIN, "playhead", *cut, (), place(cut))
    assert [(cue.character, cue.text, cue.delivery) for cue in made.cues] == [
        ("ANNA", "Get down!", "normal"),
        ("BEN", "Where is she? I can't see her.", "whisper"),
        ("ANNA", "Gone.", "normal"),
    ]


def test_from_the_playhead_lines_follow_one_another_at_their_natural_speed(cut) -> None:
    cues = pasted(PLAIN, "playhead", *cut, (), place(cut)).cues
    assert cues[0].range.start_time == RationalTime(12, 24)
    for cue in cues:
        assert float(seconds(cue.range.duration)) == pytest.approx(natural_seconds(cue.text), abs=0.05)
    for before, after in zip(cues, cues[1:], strict=False):
        assert after.range.start_time > before.range.end_time_exclusive()
    assert cues[0].clip and cues[0].clip.name


def test_one_for_each_selected_clip_and_the_rest_is_told(cut) -> None:
    timeline, views = cut
    made = pasted(PLAIN, "clips", timeline, views, (), place(cut, clips=(views[1], views[0])))
    assert [cue.range for cue in made.cues] == [views[0].record, views[1].record]
    assert [one.row for one in made.skipped] == [5] and "Gone" in str(made.skipped[0])


def test_evenly_fills_the_marked_range_without_overlap(cut) -> None:
    marked = TimeRange(RationalTime(10, 24), RationalTime(100, 24))
    cues = pasted(PLAIN, "range", *cut, (), place(cut, marked=marked)).cues
    assert cues[0].range.start_time == marked.start_time
    assert cues[-1].range.end_time_exclusive() == marked.end_time_exclusive()
    for before, after in zip(cues, cues[1:], strict=False):
        assert after.range.start_time >= before.range.end_time_exclusive()


def test_a_range_too_short_is_told(cut) -> None:
    marked = TimeRange(RationalTime(10, 24), RationalTime(2, 24))
    with pytest.raises(CueError, match="too short"):
        pasted(PLAIN, "range", *cut, (), place(cut, marked=marked))


def test_subtitles_and_sheets_keep_their_times(cut) -> None:
    (line,) = pasted(SRT, "times", *cut, (), place(cut)).cues
    assert line.range == TimeRange(RationalTime(12, 24), RationalTime(12, 24))
    (sound,) = pasted(SHEET, "times", *cut, (), place(cut)).cues
    assert (sound.kind, sound.text, sound.range) == ("foley", "door closes", line.range)


def test_ways_are_those_that_can_be_taken(cut) -> None:
    timeline, views = cut
    assert ways("sheet", place(cut), views) == ("times",)
    assert ways("plain", place(cut), ()) == ("playhead",)
    assert ways("plain", place(cut, clips=views), views)[0] == "clips"
    assert ways("fountain", place(cut), views)[0] == "panels"


def test_lines_behind_the_timelines_end_are_told(cut) -> None:
    made = pasted("\n".join(f"ANNA: Line number {n} is rather long, isn't it?" for n in range(9)), "playhead", *cut, (), place(cut))
    assert len(made.cues) + len(made.skipped) == 9 and "ends before" in str(made.skipped[0])
