from __future__ import annotations

import pytest

from vssflow_studio.errors import TextError
from vssflow_studio.script.arpabet import ARPABET, PAUSE, WORD
from vssflow_studio.script.normalise import spoken
from vssflow_studio.script.phonemes import phonemes


def test_there_are_the_papers_69_symbols() -> None:
    assert len(set(ARPABET)) == 69


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It's 5:30.", "It's five thirty."),
        ("I owe $3.50!", "I owe three dollars and fifty cents!"),
        ("in 1984", "in nineteen eighty-four"),
        ("the 21st", "the twenty-first"),
        ("Dr. No", "doctor No"),
        ("FBI agent", "F. B. I. agent"),
        ("50% off", "fifty percent off"),
    ],
)
def test_numbers_and_titles_are_spoken(text: str, said: str) -> None:
    assert spoken(text) == said


def test_a_line_with_pauses() -> None:
    said = " ".join(phonemes("Hello, Tom!"))
    assert said == "HH AH0 L OW1 , T AA1 M"


def test_every_symbol_is_known_even_for_unknown_words() -> None:
    said = phonemes("Grimwold's blorptastic café, naïve zygomorphs…")
    assert set(said) <= {*ARPABET, PAUSE, WORD} and len(said) > 25


def test_overrides_win() -> None:
    assert phonemes("Hi Xue", {"xue": ("SH", "W", "EH1")})[-3:] == ("SH", "W", "EH1")


@pytest.mark.parametrize("text", ["", "   ", "…", "(sighs)", "🙂"])
def test_an_empty_line_is_refused(text: str) -> None:
    with pytest.raises(TextError, match="no words"):
        phonemes(text)


@pytest.mark.parametrize("text", ["Привет", "你好 Tom", "مرحبا"])
def test_a_script_without_phonemes_is_named(text: str) -> None:
    with pytest.raises(TextError) as caught:
        phonemes(text)
    assert text[0] in str(caught.value)
