from __future__ import annotations

import pytest

from vssflow_studio.script.normalise import spoken


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It's 5:30.", "It's five thirty."),
        ("at 5:00 sharp", "at five o'clock sharp"),
        ("10:05 PM", "ten oh five P M"),
        ("Come at 9 a.m.", "Come at nine Ay M."),
        ("I owe $3.50!", "I owe three dollars and fifty cents!"),
        ("$1 or £1.01", "one dollar or one pound and one penny"),
        ("a $1.5 million house", "a one point five million dollars house"),
        ("$1,000,000", "one million dollars"),
        ("in 1984", "in nineteen eighty four"),
        ("the 1990s", "the nineteen nineties"),
        ("1,984 men", "one thousand nine hundred and eighty four men"),
        ("the 21st", "the twenty first"),
        ("-5 degrees", "minus five degrees"),
        ("3.14", "three point one four"),
        ("call 911", "call nine one one"),
        ("agent 007", "agent zero zero seven"),
        ("1/2 mile", "one half mile"),
        ("50% off", "fifty percent off"),
        ("No. 5", "number five"),
        ("#1", "number one"),
    ],
)
def test_numbers_are_spoken(text: str, said: str) -> None:
    assert spoken(text).replace(" !", "!").replace(" .", ".") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dr. No", "doctor No"),
        ("MR. SMITH", "mister SMITH"),
        ("No. No!", "No. No!"),
        ("St. Louis", "saint Louis"),
        ("on Main St.", "on Main street"),
        ("etc.", "et cetera"),
        ("U.S. Army", "U S Army"),
        ("the US is big", "the U S is big"),
        ("LET US GO", "LET US GO"),
        ("LET US GO AT 5:30", "LET US GO AT five thirty"),
        ("FBI agent", "FBI agent"),
        ("the QZX", "the Q Z X"),
        ("A.I.", "Ay I"),
    ],
)
def test_titles_and_initials(text: str, said: str) -> None:
    assert spoken(text) == said


@pytest.mark.parametrize("text", ["(whispering) Hi Tom", "[laughs] Hi Tom", "{sad} Hi <i>Tom</i>", "*Hi* Tom"])
def test_directions_and_mark_up_are_dropped(text: str) -> None:
    assert spoken(text) == "Hi Tom"
