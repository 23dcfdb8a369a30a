from __future__ import annotations

import pytest

from vssflow_studio.errors import TextError
from vssflow_studio.script.arpabet import ARPABET, PAUSE, WORD
from vssflow_studio.script.letters import sounds
from vssflow_studio.script.lexicon import lexicon
from vssflow_studio.script.phonemes import phonemes


def test_there_are_the_papers_69_symbols() -> None:
    assert len(set(ARPABET)) == 69


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Wait—what", "W EY1 T , W AH1 T"),
        ("and/or", "AE1 N D | AO1 R"),
        ("twenty-one", "T W EH1 N T IY0 | W AH1 N"),
        ("No. I won't.", "N OW1 , AY1 | W OW1 N T"),
        ("So did I. Come on...", "S OW1 | D IH1 D | AY1 , K AH1 M | AA1 N"),
        ("...now!", "N AW1"),
        ("café", "K AH0 F EY1"),
        ("don’t", "D OW1 N T"),
        ("CIA", "S IY1 AY1 EY1"),
    ],
)
def test_pauses_stand_where_the_line_has_them(text: str, said: str) -> None:
    assert " ".join(phonemes(text)) == said


def test_the_before_a_vowel_is_said_as_the_teacher_does() -> None:
    assert phonemes("the apple")[:2] == ("DH", "IY0")
    assert phonemes("the pear")[:2] == ("DH", "AH0")
    assert phonemes("the, apple")[:2] == ("DH", "AH0")
    assert phonemes("the apple", {"the": ("DH", "AH1")})[:2] == ("DH", "AH1")


@pytest.mark.parametrize("end", ["'s", "s"])
@pytest.mark.parametrize(
    ("name", "last"), [("B L IH1 K", "S"), ("B L IH1 N D AH0", "Z"), ("B L IH1 CH", "AH0 Z")]
)
def test_plurals_and_possessives_follow_the_last_sound(name: str, last: str, end: str) -> None:
    assert "xblik" not in lexicon()
    said = phonemes("xblik" + end, {"xblik": tuple(name.split())})
    assert " ".join(said) == f"{name} {last}"


def test_letters_to_sounds_reads_words_that_no_dictionary_has() -> None:
    assert "blorp" not in lexicon()
    assert [symbol.rstrip("012") for symbol in sounds("blorp")] == ["B", "L", "AO", "R", "P"]
    assert set(sounds("qxzjkwyv")) <= {*ARPABET}


def test_half_of_all_words_are_read_as_the_dictionary_says() -> None:
    words = [word for word in lexicon() if word.isascii() and word.isalpha()][::400]
    right = sum(_bare(sounds(word)) == _bare(lexicon()[word]) for word in words)
    assert right / len(words) > 0.5


@pytest.mark.parametrize(
    "text", ["x" * 2000, "9" * 400, "1,2,3", "a\x00b", "{[(<", "12.5.2024", "ß Æ ø ½"]
)
def test_odd_lines_are_said_or_refused_but_never_crash(text: str) -> None:
    try:
        assert set(phonemes(text)) <= {*ARPABET, PAUSE, WORD}
    except TextError as error:
        assert "no words" in str(error) or "never closed" in str(error)


def _bare(symbols: tuple[str, ...]) -> list[str]:
    return [symbol.rstrip("012") for symbol in symbols]
