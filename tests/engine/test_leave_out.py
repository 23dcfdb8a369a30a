"""What must not be heard: from the cue to the model, or a word that it can't be left out."""

from __future__ import annotations

from dataclasses import replace

from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.cli import main
from vssflow_studio.engine.foley_cue import asked_by
from vssflow_studio.engine.line import warnings_for
from vssflow_studio.models.registry import model_card
from vssflow_studio.timeline.cue_sheet import read_cue_sheet, write_cue_sheet
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project

STEPS = Cue("c", "foley", TimeRange(RationalTime(0, 24), RationalTime(48, 24)), "footsteps", negative="music")


def test_a_model_that_can_is_told_and_another_says_that_it_can_not() -> None:
    draft = model_card("draft")
    asked = asked_by(STEPS, replace(draft, family="mmaudio", kinds=()))
    assert (asked.negative, asked.note) == ("music", "")
    asked = asked_by(STEPS, draft)
    assert asked.negative == "" and "can't be told to leave out “music”" in asked.note
    assert warnings_for(STEPS, Project()) == (asked.note,)
    assert warnings_for(replace(STEPS, negative=""), Project()) == ()


def test_it_goes_through_command_line_file_and_sheet(timeline_file, tmp_path) -> None:
    add = ["cues", "add", str(timeline_file), "--kind", "foley", "--text", "footsteps", "--without", "music"]
    assert main([*add, "--in", "01:00:00:00", "--out", "01:00:01:00"]) == 0
    timeline = read_timeline(timeline_file)
    (cue,) = read_project(timeline).cues
    assert cue.negative == "music"
    write_cue_sheet(tmp_path / "cues.csv", timeline, (cue,))
    assert read_cue_sheet(tmp_path / "cues.csv", timeline)[0].negative == "music"
