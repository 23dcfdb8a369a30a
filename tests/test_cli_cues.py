"""`cues import` and `cues export` on real files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.cli import main
from vssflow_studio.models.registry import model_card
from vssflow_studio.timeline.backups import backups
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project

SCRIPT = "INT. HOUSE - DAY\n\nANNA\n(whispering)\nWhere were you?\n\nBEN\nHere.\n\nANNA\n" + "And so on and on, you see. " * 40


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """Four panels of 3 s, with a marker."""
    timeline = otio.schema.Timeline("board", global_start_time=RationalTime(86_400, 24))
    track = otio.schema.Track("V1", kind="Video")
    for name in ("P1", "P2", "P3", "P4"):
        track.append(otio.schema.Clip(name, source_range=TimeRange(RationalTime(0, 24), RationalTime(72, 24))))
    timeline.tracks.append(track)
    range_ = TimeRange(RationalTime(24, 24), RationalTime(24, 24))
    timeline.tracks.markers.append(otio.schema.Marker(name="FX: boots", marked_range=range_))
    path = tmp_path / "board.otio"
    otio.adapters.write_to_file(timeline, str(path))
    return path


def cues_of(path: Path):
    return read_project(read_timeline(path)).cues


def imported(capsys, board: Path, *what: object) -> dict:
    assert main(["cues", "import", str(board), *map(str, what), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def test_a_script_is_laid_over_the_panels(board: Path, tmp_path: Path, capsys) -> None:
    script = written(tmp_path, "house.fountain", SCRIPT)
    told = imported(capsys, board, script)
    assert [(row["character"], row["in"], row["clip"]) for row in told["imported"]] == [
        ("ANNA", "01:00:00:00", "P1"), ("BEN", "01:00:03:00", "P2")
    ]
    assert [row["line"] for row in told["skipped"]] == [10] and "no picture is left" in told["skipped"][0]["why"]
    anna, ben = cues_of(board)
    assert anna.delivery == "whisper" and 0.5 < anna.range.duration.to_seconds() < 1.5
    assert len(backups(board)) == 1
    again = imported(capsys, board, script)
    assert not again["imported"] and len(again["skipped"]) == 3 and cues_of(board) == (anna, ben)


def test_subtitles_and_what_was_skipped_as_text(board: Path, tmp_path: Path, capsys) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nANNA: Salut, ça va?\n\n2\n00:00:03,000 --> 00:00:04,000\n♪ la\n"
    assert main(["cues", "import", str(board), str(written(tmp_path, "a.srt", text))]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "imported  01:00:01:00 – 01:00:02:00  dialogue  ANNA: Salut, ça va?"
    assert out[1:] == ["skipped   line 6: “♪ la” is music", "1 cue imported, 1 skipped"]


def test_subtitles_in_an_old_encoding(board: Path, tmp_path: Path, capsys) -> None:
    imported(capsys, board, written(tmp_path, "a.SRT", "00:00:01,000 --> 00:00:02,000\nÇa va?\n", "cp1252"))
    assert [cue.text for cue in cues_of(board)] == ["Ça va?"]


def test_final_draft(board: Path, tmp_path: Path, capsys) -> None:
    lines = "".join(
        f'<Paragraph Type="{kind}"><Text>{text}</Text></Paragraph>' for kind, text in (("Character", "ANNA"), ("Dialogue", "Hi."))
    )
    script = written(tmp_path, "a.fdx", f"<FinalDraft><Content>{lines}</Content></FinalDraft>")
    assert imported(capsys, board, script)["imported"][0]["text"] == "Hi."


def test_markers(board: Path, capsys) -> None:
    (row,) = imported(capsys, board, "--markers")["imported"]
    assert (row["kind"], row["text"], row["in"], row["clip"]) == ("foley", "boots", "01:00:01:00", "P1")


def test_an_adr_sheet_is_brought_up_to_date(board: Path, tmp_path: Path, capsys) -> None:
    text = "Cue #;Character;TC In;TC Out;Dialogue\n101;ANNA;01:00:01:00;01:00:02:00;Hi.\n;BEN;1,5;2,5;Ho.\n"
    assert len(imported(capsys, board, written(tmp_path, "adr.csv", text))["imported"]) == 2
    told = imported(capsys, board, written(tmp_path, "adr.csv", text.replace("Hi.", "Hello.")))
    assert [row["text"] for row in told["changed"]] == ["Hello."]
    assert [cue.text for cue in cues_of(board)] == ["Hello.", "Ho."]
    assert [row["line"] for row in told["skipped"]] == [3]


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("a.csv", "in,out,text\n0,1,fine\nx,2,bad\n", "Row 3"),
        ("a.srt", "00:00:01,000 --> 00:00:02,000\nHi.\n\n00:00:99,000 --> 1\nHo.\n", "Line 4"),
        ("a.fountain", "Nobody speaks.\n", "no dialogue"),
        ("a.fdx", '<!DOCTYPE x [<!ENTITY a "b">]><FinalDraft/>', "Line 1"),
        ("a.doc", "", "“.doc”"),
        (None, "", "--markers"),
    ],
)
def test_nothing_is_changed_on_failure(board: Path, tmp_path: Path, capsys, name, text: str, word: str) -> None:
    before = board.read_bytes()
    file = [str(written(tmp_path, name, text))] if name else []
    assert main(["cues", "import", str(board), *file]) == 1
    said = capsys.readouterr().err
    assert word in said and "Traceback" not in said and (not name or name in said)
    assert board.read_bytes() == before and not backups(board)


def test_a_missing_file(board: Path, capsys) -> None:
    assert main(["cues", "import", str(board), "none.srt"]) == 1
    assert "none.srt" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["s.csv", "s.tsv"])
def test_a_sheet_goes_out_and_comes_back_exactly(board: Path, tmp_path: Path, capsys, name: str) -> None:
    imported(capsys, board, "--markers")
    add = ["cues", "add", str(board), "--in", "2", "--out", "3", "--character", "ANNA", "--text"]
    assert main([*add, 'He said: "no;\tnever",\nthen left.', "--pace", "1.5", "--delivery", "shout"]) == 0
    before, sheet = cues_of(board), tmp_path / name
    assert main(["cues", "export", str(board), str(sheet)]) == 0
    delimiter = "\t" if name.endswith("tsv") else ","
    assert len(list(csv.reader(sheet.open(newline=""), delimiter=delimiter))) == 3
    capsys.readouterr()
    assert imported(capsys, board, sheet)["summary"] == "0 cues imported"
    assert cues_of(board) == before


def test_a_pdf_and_what_is_no_sheet(board: Path, tmp_path: Path, capsys) -> None:
    imported(capsys, board, "--markers")
    assert main(["cues", "export", str(board), str(tmp_path / "s.pdf"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cues"] == 1 and (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF-")
    assert main(["cues", "export", str(board), str(tmp_path / "s.doc")]) == 1
    assert ".pdf" in capsys.readouterr().err and not (tmp_path / "s.doc").exists()


# --- kinds ---


def test_kinds_are_listed_with_category_and_synonyms(capsys):
    assert main(["cues", "kinds"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == len(model_card("draft").kinds)
    assert any(row.startswith("bell ") and "BELLMisc" in row and "chimes" in row for row in rows)
    assert main(["cues", "kinds", "--json"]) == 0
    kinds = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert kinds["rain"]["ambience"] and not kinds["bell"]["ambience"]
    assert "bells" in kinds["bell"]["synonyms"]


def test_the_nearest_kinds_of_a_prompt(capsys):
    assert main(["cues", "kinds", "glockenspiel far away in a church"]) == 0
    out = capsys.readouterr().out
    assert "bell" in out.splitlines()[0] and "not known; nearest: bell (BELLMisc)" in out
    assert "far, church" in out
    assert main(["cues", "kinds", "loud church bells", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["intensity"] == "hard" and told["nearest"][0]["likeness"] > 0
