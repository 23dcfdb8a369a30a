from __future__ import annotations

from pathlib import Path

from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.timeline.characters import names, parts, removed, renamed, with_character, with_voice
from vssflow_studio.timeline.cues import Character, Cue, Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.find_text import Search
from vssflow_studio.timeline.metadata import KEY, read_project, write_project


def line(number: int, who: str, text: str, kind: str = "dialogue") -> Cue:
    return Cue(f"c{number}", kind, TimeRange(RationalTime(48 * number, 24), RationalTime(36, 24)), text, who)


PROJECT = Project(
    cues=(
        line(0, "ANNA", "Anna's here."),
        line(1, "BEN", "Get down, Anna!"),
        line(2, "ANNA", "No. Annabel can."),
        line(3, "", "banana falls", "foley"),
    ),
    cast={"ANNA": "Ada"},
    characters={"ANNA": Character("sky", "thirty"), "ZOE": Character("pink")},
)


def test_parts_count_lines_and_time() -> None:
    assert names(PROJECT) == ("ANNA", "BEN", "ZOE")
    assert [(part.lines, part.seconds) for part in parts(PROJECT)] == [(2, 3.0), (1, 1.5), (0, 0.0)]


def test_a_character_is_renamed_everywhere() -> None:
    made = renamed(PROJECT, "ANNA", "ANNE")
    assert [cue.character for cue in made.cues] == ["ANNE", "BEN", "ANNE", ""]
    assert made.cast == {"ANNE": "Ada"} and made.characters["ANNE"] == Character("sky", "thirty")
    assert "ANNA" not in names(made)


def test_merged_with_another_that_one_keeps_its_voice() -> None:
    made = renamed(with_voice(PROJECT, "BEN", "Carl"), "ANNA", "BEN")
    assert made.cast == {"BEN": "Carl"} and names(made) == ("BEN", "ZOE")


def test_a_voice_that_was_heard_stays_with_the_renamed() -> None:
    assert renamed(PROJECT, "BEN", "BENNO", "Boris").cast == {"ANNA": "Ada", "BENNO": "Boris"}


def test_what_says_nothing_is_not_kept() -> None:
    made = with_character(PROJECT, "ZOE", lambda _: Character())
    assert "ZOE" not in made.characters and "ANNA" in removed(PROJECT, "ANNA").cues[0].character
    assert removed(PROJECT, "ANNA").cast == {}


def test_characters_are_saved_and_foreign_keys_stay(timeline_file: Path) -> None:
    timeline = read_timeline(timeline_file)
    write_project(timeline, PROJECT)
    timeline.metadata[KEY]["characters"]["ANNA"]["hat"] = "red"
    write_timeline(timeline, timeline_file)
    again = read_timeline(timeline_file)
    assert read_project(again).characters == PROJECT.characters
    write_project(again, read_project(again))
    assert again.metadata[KEY]["characters"]["ANNA"]["hat"] == "red"


def test_a_file_without_characters_opens(timeline_file: Path) -> None:
    timeline = read_timeline(timeline_file)
    write_project(timeline, PROJECT)
    del timeline.metadata[KEY]["characters"]
    assert read_project(timeline).characters == {}


def test_finding_goes_through_lines_prompts_and_names() -> None:
    found = Search("anna").find(PROJECT.cues)
    assert [(one.cue_id, one.field) for one in found] == [
        ("c0", "text"), ("c0", "character"), ("c1", "text"), ("c2", "text"), ("c2", "character"),
    ]  # fmt: skip
    assert len(Search("anna", whole_word=True).find(PROJECT.cues)) == 3
    assert len(Search("anna", case=True, fields=("text",)).find(PROJECT.cues)) == 0
    assert Search("").find(PROJECT.cues) == ()


def test_replacing_changes_what_is_found_and_nothing_else() -> None:
    made = Search("Anna", whole_word=True).replaced_everywhere(PROJECT, "Eve")
    assert [cue.text for cue in made.cues] == ["Anna's here.", "Get down, Eve!", "No. Annabel can.", "banana falls"]
    assert made.cues[3] is PROJECT.cues[3]
    assert made.cast == {"Eve": "Ada"} and made.characters["Eve"].notes == "thirty"


def test_a_backslash_is_no_expression() -> None:
    made = Search("down").replaced_everywhere(PROJECT, r"\1")
    assert made.cues[1].text == r"Get \1, Anna!"
