"""Instructions in plain words as cues, by the shipped gate."""

from __future__ import annotations

import json

import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.cli import main
from vssflow_studio.engine.instruct import cues_for, gate, wishes
from vssflow_studio.errors import CueError
from vssflow_studio.timeline.cues import Cue
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project


def found(instruction: str) -> list[tuple]:
    asked = wishes(instruction, gate().task(instruction))
    return [(wish.kind, wish.character, wish.text, wish.delivery) for wish in asked]


@pytest.mark.parametrize(
    ("instruction", "wanted"),
    [
        (
            "make Anna say 'get down' under the thunder",
            [("dialogue", "ANNA", "get down", "normal"), ("foley", "", "the thunder", "normal")],
        ),
        ('Tom whispers "Don\'t move."', [("dialogue", "TOM", "Don't move.", "whisper")]),
        ("add rain on a tin roof", [("ambience", "", "rain on a tin roof", "normal")]),
        ("narrator: “Long ago.”", [("dialogue", "NARRATOR", "Long ago.", "normal")]),
        (
            'rain on the roof, and Mia says "I love this sound."',
            [("dialogue", "MIA", "I love this sound.", "normal"), ("ambience", "", "rain on the roof", "normal")],
        ),
        ("let the captain yell “Fire!”", [("dialogue", "CAPTAIN", "Fire!", "shout")]),
    ],
)
def test_words_become_wishes(instruction, wanted) -> None:
    assert found(instruction) == wanted


def range_of(start: int, length: int) -> TimeRange:
    return TimeRange(RationalTime(start, 24), RationalTime(length, 24))


def test_a_line_lies_under_the_sound_that_is_there() -> None:
    thunder = Cue("t", "foley", range_of(240, 72), "thunder rolls")
    asked = wishes("make Anna say 'get down' under the thunder", "mixed")
    (line,) = cues_for(asked, range_of(0, 48), (thunder,), lambda text: 1.0)
    assert line.character == "ANNA" and line.range == range_of(240, 24)
    line, sound = cues_for(asked, range_of(0, 48), (), lambda text: 1.0)
    assert (line.range, sound.range, sound.text) == (range_of(0, 24), range_of(0, 48), "thunder")
    (line,) = cues_for(wishes("Mia says 'the end'", "v2s"), range_of(0, 48), (), lambda text: 1.0)
    assert line.text == "the end"


def test_what_comes_after_comes_after() -> None:
    asked = wishes('Ken says "Taxi!" then a car stops', "mixed")
    line, sound = cues_for(asked, range_of(0, 96), (), lambda text: 1.0)
    assert sound.range == range_of(24, 72)
    asked = wishes('First a gunshot, after that Joe says "Nobody move."', "mixed")
    line, sound = cues_for(asked, range_of(0, 96), (), lambda text: 1.0)
    assert (sound.range, line.range.start_time.value) == (range_of(0, 36), 36)


def test_nothing_to_be_heard_is_said() -> None:
    with pytest.raises(CueError, match="nothing that can be heard"):
        wishes("please", "v2a")
    with pytest.raises(CueError):
        wishes('say ""', "v2s")


def test_the_command_line_adds_them(timeline_file, capsys) -> None:
    ask = ["cues", "ask", str(timeline_file), "make Anna say 'get down' while a dog barks"]
    where = ["--in", "01:00:00:00", "--out", "01:00:03:00"]
    assert main([*ask, *where, "--dry-run"]) == 0
    assert "ANNA: get down" in capsys.readouterr().out
    assert read_project(read_timeline(timeline_file)).cues == ()
    assert main([*ask, *where, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["task"] == "mixed" and len(said["cues"]) == 2
    kinds = {cue.kind: cue.text for cue in read_project(read_timeline(timeline_file)).cues}
    assert kinds == {"dialogue": "get down", "foley": "a dog barks"}
    assert main([*ask, "--in", "5", "--out", "5"]) == 1
    assert "no length" in capsys.readouterr().err
