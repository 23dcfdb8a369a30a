from __future__ import annotations

from datetime import date
from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtPdf import QPdfDocument

from vssflow_studio.timeline import cue_pdf
from vssflow_studio.timeline.cue_pdf import cue_numbers, write_cue_pdf
from vssflow_studio.timeline.cues import Cue, Take, new_id

TIMELINE = otio.schema.Timeline("The Tree House", global_start_time=RationalTime(86_400, 24))


def cue(at: int, text: str = "Hi.", kind: str = "dialogue", name: str = "", **more) -> Cue:
    return Cue(name or new_id(), kind, TimeRange(RationalTime(at, 24), RationalTime(36, 24)), text, **more)


def take(name: str) -> Take:
    return Take(name, f"{name}.wav", *(RationalTime(n, 24) for n in (0, 24, 0)))


def pages(path: Path) -> list[str]:
    document = QPdfDocument()
    assert document.load(str(path)) == QPdfDocument.Error.None_
    return [" ".join(document.getAllText(i).text().split()) for i in range(document.pageCount())]


def test_what_stands_on_the_sheet(tmp_path: Path) -> None:
    cues = (
        cue(48, "boots on gravel", "foley"),
        cue(24, "Where were you?", name="101", character="ANNA", notes="boom in shot",
            takes=(take("a"), take("b"), take("c")), circled="b", delivery="whisper"),
    )
    assert write_cue_pdf(tmp_path / "s.pdf", TIMELINE, cues, date(2026, 11, 21)) == ""
    (page,) = pages(tmp_path / "s.pdf")
    for part in ("Cue sheet", "2026-11-21", "The Tree House", "24 fps", "Page 1 of 1",
                 "101 ANNA 01:00:01:00 01:00:02:12 Where were you? boom in shot; whisper 1 (2) 3",
                 "F1 01:00:02:00 01:00:03:12 boots on gravel"):
        assert part in page


def test_a_long_sheet_names_its_columns_on_each_page(tmp_path: Path) -> None:
    cues = [cue(i * 24, f"line number {i} " + "and so on " * (400 if i == 5 else 3)) for i in range(60)]
    write_cue_pdf(tmp_path / "s.pdf", TIMELINE, cues)
    read = pages(tmp_path / "s.pdf")
    assert len(read) > 3
    for number, page in enumerate(read, 1):
        assert "Character In Out" in page and f"Page {number} of {len(read)}" in page
    whole = " ".join(read)
    assert all(f"line number {i} and" in whole for i in range(60))


@pytest.mark.parametrize("with_fonts", [True, False])
def test_no_letter_stops_it(tmp_path: Path, monkeypatch, with_fonts: bool) -> None:
    if not with_fonts:
        monkeypatch.setattr(cue_pdf, "_system_fonts", lambda: None)
    elif cue_pdf._system_fonts() is None:
        pytest.skip("no font of the system is known")
    timeline = otio.schema.Timeline("Здесь 木", global_start_time=RationalTime(86_400, 24))
    text = "naïve Ł “q”… привет 你好 \x07 \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")
    missing = write_cue_pdf(tmp_path / "s.pdf", timeline, [cue(0, text, character="ÉLOÏSE")])
    (page,) = pages(tmp_path / "s.pdf")
    assert "ÉLOÏSE" in page and "naïve" in page and "“q”…" in page
    assert {"你", "好"} <= set(missing) and "??" in page
    assert ("привет" in page) is with_fonts and ("п" in missing) is not with_fonts


def test_an_empty_sheet(tmp_path: Path) -> None:
    write_cue_pdf(tmp_path / "s.pdf", TIMELINE, [])
    assert "no cues" in pages(tmp_path / "s.pdf")[0]


def test_numbers_are_those_of_the_sheet_that_came_in() -> None:
    cues = [cue(48), cue(24, name="D1"), cue(0), cue(0, kind="foley")]
    numbers = cue_numbers(cues)
    assert [numbers[one.id] for one in cues] == ["D3", "D1", "D2", "F1"]
