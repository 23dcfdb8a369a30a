from __future__ import annotations

import pytest

from vssflow_studio.errors import CueError
from vssflow_studio.script.subtitles import read_subtitles


def said(text: str) -> list[tuple]:
    return [(line.character, line.text, line.start, line.end) for line in read_subtitles(text).lines]


def test_subrip() -> None:
    script = read_subtitles(
        "1\n00:00:01,000 --> 00:00:02,500\n<i>Where were</i> you,\n{\\an8}then?\n\n"
        "2\n01:00:03,040 --> 01:00:04,000\nANNA (V.O.): [sighs] All day.\n"
    )
    one, two = script.lines
    assert (one.text, one.start, one.end, one.row) == ("Where were you, then?", 1.0, 2.5, 2)
    assert (two.character, two.text, two.parenthetical) == ("ANNA", "All day.", "sighs")
    assert two.start == pytest.approx(3603.04) and not script.skipped


def test_webvtt() -> None:
    text = (
        "WEBVTT - made by hand\n\nSTYLE\n::cue { color: red }\n\nNOTE\n00:01 is no time\n\nintro\n"
        "00:01.000 --> 00:02.000 align:start\n<v.loud Anna Bell>Tom &amp; Ben!</v>\n\n"
        "00:03.000 --> 00:05.000\n<v Anna>Yes.<v Ben>Nowhere.\n"
    )
    assert said(text) == [
        ("Anna Bell", "Tom & Ben!", 1, 2),
        ("Anna", "Yes.", 3, pytest.approx(3 + 2 * 4 / 12)),
        ("Ben", "Nowhere.", pytest.approx(3 + 2 * 4 / 12), 5),
    ]


def test_two_speak_in_one_subtitle() -> None:
    one, two = said("00:00:02,000 --> 00:00:04,000\n- Here,\nmy dear.\n- BEN: Never here.\n")
    assert one[:2] == ("", "Here, my dear.") and two[:2] == ("BEN", "Never here.")
    assert one[2] == 2 and one[3] == two[2] and two[3] == 4
    assert one[3] == pytest.approx(2 + 2 * 14 / 25)


def test_what_is_no_name_is_spoken() -> None:
    assert said("00:01.000 --> 00:02.000\nRemember: never at 10:30.\n")[0][:2] == ("", "Remember: never at 10:30.")


def test_what_is_not_spoken_is_told_with_its_line() -> None:
    script = read_subtitles(
        "1\n00:00:01,000 --> 00:00:02,000\n[door slams]\n\n2\n00:00:03,000 --> 00:00:04,000\n♪ la ♪\n\n"
        "stray words\n\n3\n00:00:06,000 --> 00:00:05,000\nBack!\n\n4\n00:00:07,000 --> 00:00:08,000\nHi.\n"
    )
    assert [line.text for line in script.lines] == ["Hi."]
    assert [one.row for one in script.skipped] == [2, 6, 9, 12]
    assert "is music" in str(script.skipped[1]) and "ends before" in script.skipped[3].why


def test_a_forgotten_empty_line() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n"
    assert [row[1] for row in said(text)] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("text", "word"), [("", "no subtitles"), ("Hello.\n", "no subtitles"), ("00:00:99,000 --> 00:01\nHi.\n", "Line 1")]
)
def test_what_can_not_be_read_is_told(text: str, word: str) -> None:
    with pytest.raises(CueError, match=word) as caught:
        read_subtitles(text, "cut.srt")
    assert caught.value.file == "cut.srt" and caught.value.remedy
