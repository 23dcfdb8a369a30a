from __future__ import annotations

import pytest

from vssflow_studio.errors import CueError
from vssflow_studio.script.fountain import read_fountain

SCRIPT = """Title: The Tree House
Author: Nobody

INT. TREE HOUSE - DAY #7A#

ANNA (9) climbs in. NOBODY is there.

ANNA
(whispering)
Where were *you*?
(beat)
I waited. [[say it
slowly]] All day.

BEN (O.S.) (CONT'D)
Here.

ANNA ^
Liar!

/*
ZOE
Cut out.
*/
@McCOY
Nobody move.

SMASH CUT TO:

!BANG
It falls.

THE END

.SNIPER SCOPE

ZOE
~Run, run!

ZOE
(waves)
"""


def test_a_screenplay() -> None:
    script = read_fountain(SCRIPT)
    anna, ben, liar, mccoy, zoe = script.lines
    assert (anna.row, anna.character, anna.text) == (8, "ANNA", "Where were *you*? / I waited. All day.")
    assert (anna.delivery, anna.parenthetical, anna.scene) == ("whisper", "whispering", "7A")
    assert (ben.character, ben.text, ben.notes, ben.beside) == ("BEN", "Here.", "O.S.", False)
    assert (liar.character, liar.text, liar.beside) == ("ANNA", "Liar!", True)
    assert (mccoy.row, mccoy.character, mccoy.text) == (25, "McCOY", "Nobody move.")
    assert (zoe.text, zoe.heading, zoe.place) == ("Run, run!", 2, "SNIPER SCOPE")
    assert [str(one) for one in script.skipped] == ["line 40: ZOE says nothing"]


def test_emphasis_and_escapes() -> None:
    (line,) = read_fountain("ANNA\n***Never*** _ever_ 2\\*3 under\\_line.\n").lines
    assert line.text == "*Never* *ever* 23 under_line."


def test_two_spaces_keep_the_speech_together() -> None:
    (line,) = read_fountain("ANNA\nOne.\n  \nTwo.\n").lines
    assert line.text == "One. Two."


@pytest.mark.parametrize("text", ["", "INT. HOUSE - DAY\n\nShe waits.\n", "Title: No\nAuthor: Body\n"])
def test_a_script_without_dialogue(text: str) -> None:
    with pytest.raises(CueError, match="no dialogue") as caught:
        read_fountain(text, "a.fountain")
    assert caught.value.file == "a.fountain" and caught.value.remedy
