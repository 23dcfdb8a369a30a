from __future__ import annotations

import pytest

from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.script.pronunciation import with_sounds, words

LINE = "(whisper) Ask Kal [K EY1 L] now, it's late."


def test_each_word_has_its_sounds() -> None:
    said = {word.text: (word.sounds, word.own) for word in words(LINE)}
    assert list(said) == ["Ask", "Kal", "now", "it's", "late"]
    assert said["Kal"] == ("K EY1 L", True) and said["late"] == ("L EY1 T", False)


def test_another_pronunciation_is_written_into_the_line_and_taken_back() -> None:
    late = words(LINE)[-1]
    changed = with_sounds(LINE, late, "l ah1 t")
    assert changed == "(whisper) Ask Kal [K EY1 L] now, it's late [L AH1 T]."
    assert phonemes(changed)[-3:] == ("L", "AH1", "T")
    assert with_sounds(changed, words(changed)[-1], "") == LINE


def test_the_lines_own_is_replaced() -> None:
    assert with_sounds(LINE, words(LINE)[1], "K AE1 L").startswith("(whisper) Ask Kal [K AE1 L] now")


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="XX"):
        with_sounds(LINE, words(LINE)[0], "XX")
