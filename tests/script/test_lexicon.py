from __future__ import annotations

import gzip

import pytest

from vssflow_studio.errors import TextError
from vssflow_studio.paths import resources
from vssflow_studio.script import lexicon as room
from vssflow_studio.script.arpabet import ARPABET
from vssflow_studio.script.lexicon import lexicon, own_lexicon, read_lexicon
from vssflow_studio.script.phonemes import phonemes


def test_only_known_symbols_are_in_the_dictionary() -> None:
    words = list(lexicon())
    assert len(words) > 120_000
    assert {symbol for word in words for symbol in lexicon()[word]} <= {*ARPABET}
    text = gzip.decompress((resources() / "lexicon" / "cmudict.txt.gz").read_bytes()).decode()
    said = (line.split("#")[0].split()[1:] for line in text.splitlines())
    assert {symbol for symbols in said for symbol in symbols} <= {*ARPABET}


def test_a_word_has_the_first_of_its_pronunciations() -> None:
    text = gzip.decompress((resources() / "lexicon" / "cmudict.txt.gz").read_bytes()).decode()
    lines = (line.split("#")[0].split() for line in text.splitlines())
    first = {word: tuple(sounds) for word, *sounds in lines if not word.endswith(")")}
    assert dict(lexicon()) == first
    for word in ("", "a(2)", "aardvarkk", "zzz", "'", "the cat", "é"):
        assert word not in lexicon()


def test_a_file_of_ones_own(tmp_path) -> None:
    path = tmp_path / "names.txt"
    path.write_text(
        "\ufeff;;; names\n\nKAL  K EY1 L\nKAL(2)  K AE1 L\nZoë\tZ OW1 IY0  # his sister\nO'Xil  OW1 Z IH0 L ;;; odd\n",
        encoding="utf-8",
    )
    own = read_lexicon(path)
    assert own == {"kal": ("K", "EY1", "L"), "zoe": ("Z", "OW1", "IY0"), "o'xil": ("OW1", "Z", "IH0", "L")}
    assert " ".join(phonemes("Kal's Zoë, O’Xil, KAL", own)) == "K EY1 L Z | Z OW1 IY0 , OW1 Z IH0 L , K EY1 L"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("KAL  K EE1 L", "EE1 is no ARPAbet symbol"),
        ("KAL  K EY L", "EY needs its stress"),
        ("KAL", "no symbols"),
        ("JEAN-LUC  ZH AA1 N", "letters and apostrophes"),
        ("Ким  K IH1 M", "letters and apostrophes"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path, line, what) -> None:
    path = tmp_path / "names.txt"
    path.write_text(f";;; names\nTOM  T AA1 M\n{line}\n", encoding="utf-8")
    with pytest.raises(TextError, match=what) as caught:
        read_lexicon(path)
    assert "Line 3" in caught.value.what and caught.value.file == str(path) and caught.value.remedy


@pytest.mark.parametrize("content", [None, b"KAL  \xff"])
def test_a_file_that_cant_be_read(tmp_path, content) -> None:
    path = tmp_path / "names.txt"
    if content:
        path.write_bytes(content)
    with pytest.raises(TextError, match="can't be read") as caught:
        own_lexicon(path)
    assert caught.value.file == str(path)


def test_the_projects_words_win_over_the_users(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(room, "settings", lambda: tmp_path / "config")
    assert own_lexicon() == {}
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "lexicon.txt").write_text("KAL  K AE1 L\nTOM  T OW1 M\n")
    (tmp_path / "film.txt").write_text("KAL  K EY1 L\n")
    assert own_lexicon(tmp_path / "film.txt") == {"kal": ("K", "EY1", "L"), "tom": ("T", "OW1", "M")}
