from __future__ import annotations

import pytest

from vssflow_studio.errors import TextError
from vssflow_studio.script.markup import Piece, parse
from vssflow_studio.script.phonemes import phonemes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Wait… what", "W EY1 T … W AH1 T"),
        ("Wait... what", "W EY1 T … W AH1 T"),
        ("Wait . . . what", "W EY1 T … W AH1 T"),
        ("yes / no", "Y EH1 S / N OW1"),
        ("yes/ no", "Y EH1 S / N OW1"),
        ("yes, / no", "Y EH1 S / N OW1"),
        ("yes / … no", "Y EH1 S … N OW1"),
        ("/ yes …", "Y EH1 S"),
    ],
)
def test_pauses(text: str, said: str) -> None:
    assert " ".join(phonemes(text)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("*never* go", "N EH1* V ER0 | G OW1"),
        ("**Never**, Tom", "N EH1* V ER0 , T AA1 M"),
        ("go *“never”*!", "G OW1 | N EH1* V ER0"),
        ("*Tom*'s", "T AA1* M Z"),
        ("*Dear old* Tom", "D IH1* R | OW1* L D | T AA1 M"),
        ("*the* apple", "DH IY1* | AE1 P AH0 L"),
        ("*a* dog", "EY1* | D AO1 G"),
        ("St. *Tom*", "S EY1 N T | T AA1* M"),
    ],
)
def test_emphasis(text: str, said: str) -> None:
    assert " ".join(phonemes(text)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ask Kal [K EY1 L] now", "AE1 S K | K EY1 L | N AW1"),
        ("Kal [k ey1 l]", "K EY1 L"),
        ("Jean-Luc [ZH AA1 N] here", "ZH AA1 N | HH IH1 R"),
        ("*Kal* [K EY1 L]", "K EY1* L"),
        ("*Kal [K EY1 L]*", "K EY1* L"),
        ("No, [K EY1 L]", "N OW1 , K EY1 L"),
        ("[SH] [K EY1 L]", "SH | K EY1 L"),
        ("see 42 [K EY1 L]", "S IY1 | K EY1 L"),
        ("the [AE1 P] is", "AE1 P | IH1 Z"),
        ("Kal [K EY2 L]", "K EY1 L"),
        ("Hi [laughs] Tom [MUSIC PLAYS]", "HH AY1 | T AA1 M"),
    ],
)
def test_pronunciations_stand_for_the_word_before(text: str, said: str) -> None:
    assert " ".join(phonemes(text)) == said


@pytest.mark.parametrize(
    ("text", "delivery"),
    [
        ("(whisper) Hi", "whisper"),
        (" (Whispering, scared) Hi", "whisper"),
        ("(SHOUTS) Hi", "shout"),
        ("(normal) Hi", "normal"),
        ("(sad) Hi", ""),
        ("Hi (whisper)", ""),
        ("whisper it", ""),
    ],
)
def test_delivery_stands_at_the_start(text: str, delivery: str) -> None:
    assert parse(text).delivery == delivery


@pytest.mark.parametrize(
    "text",
    ["3/4", "and/or", "24/7", "2 * 3", "2*3", "f**k", "w/o you", "w/ you", "5*", "(212) 555-0123", "A.B.", "a :) b"],
)
def test_what_is_no_mark_up_stays(text: str) -> None:
    assert parse(text).pieces == (Piece(text),)


@pytest.mark.parametrize("text", ["(softly) Hi Tom", "[laughs] Hi Tom", "{sad} Hi <i>Tom</i>", "Hi (a (b) c) Tom", "Hi [[note]] Tom"])
def test_directions_are_not_said(text: str) -> None:
    assert phonemes(text) == phonemes("Hi Tom")


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("Kal [K EY1 L", "never closed", 5),
        ("K EY1 L]", "never opened", 8),
        ("Kal [K EY L]", "EY needs its stress", 5),
        ("Hi Kal [K QX L]", "QX is no ARPAbet symbol", 8),
        ("Kal [K EY7 L]", "EY7 is no ARPAbet symbol", 5),
        ("Oh *Hi Tom", "has no end", 4),
        ("*un*believable", "has no end", 1),
        ("Hi (softly Tom", "never closed", 4),
        ("Hi {softly Tom", "never closed", 4),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, what: str, place: int) -> None:
    with pytest.raises(TextError, match=what) as caught:
        parse(text)
    assert f"at character {place}, “{text[place - 1:][:16]}”" in caught.value.what
    assert caught.value.remedy
