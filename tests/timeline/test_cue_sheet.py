from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.errors import CueError
from vssflow_studio.timeline.cue_sheet import read_cue_sheet, read_sheet, write_cue_sheet
from vssflow_studio.timeline.cues import Cue


def timeline(start: float = 86_400, rate: float = 24) -> otio.schema.Timeline:
    return otio.schema.Timeline("t", global_start_time=RationalTime(start, rate))


def read(tmp_path, text: str | bytes, name: str = "cues.csv", **more):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_cue_sheet(path, timeline(**more))


@pytest.mark.parametrize("name", ["cues.csv", "cues.tsv"])
@pytest.mark.parametrize(("start", "rate"), [(86_400, 24), (86_400, 23.98), (107_892, 29.97), (0, 50), (54_000, 15)])
def test_round_trip(tmp_path, name, start, rate):
    def range_(a, b):
        return TimeRange(RationalTime(a, rate), RationalTime(b, rate))

    cues = (
        Cue("c1", "dialogue", range_(5, 1800), 'He said: "no, never"; then\nleft.', "ANNA", "slt", notes="a\tb"),
        Cue("c2", "foley", range_(100_000, 9), "Schritte, naß"),
        Cue("c3", "ambience", range_(0, 1), "rain"),
        Cue("c4", "dialogue", range_(9, 9), "Run!", pace=1.25, pitch=-2.5, energy=-6.0, delivery="shout"),
    )
    path = tmp_path / name
    write_cue_sheet(path, timeline(start, rate), cues)
    assert read_cue_sheet(path, timeline(start, rate)) == cues


def test_columns_in_any_order_case_and_name(tmp_path):
    sheet = "\ufeffPrompt,TC Out,tc in ,Colour\nsteps on gravel,01:00:02:00,01:00:01:12,red\n\n,,,\nrain,9.5,8\n"
    steps, rain = read(tmp_path, sheet)
    assert (steps.kind, steps.text) == ("foley", "steps on gravel")
    assert steps.range == TimeRange(RationalTime(36, 24), RationalTime(12, 24))
    assert rain.range == TimeRange(RationalTime(192, 24), RationalTime(36, 24))
    assert steps.id and steps.id != rain.id


def test_a_spreadsheet_with_decimal_commas(tmp_path):
    (cue,) = read(tmp_path, "character;in;out;text\nANNA;1,5;2,5;Yes, now.\n")
    assert (cue.kind, cue.range.start_time.value, cue.text) == ("dialogue", 36, "Yes, now.")


def test_controls_are_optional_and_empty_means_untouched(tmp_path):
    sheet = "character,in,out,text,Pace,pitch,energy,delivery\nANNA,0,1,Hi,,,,\nANNA,1,2,Hi,\"1,5\",−2,+3,Whispered\n"
    plain, set_ = read(tmp_path, sheet)
    assert (plain.pace, plain.pitch, plain.energy, plain.delivery) == (None, 0.0, 0.0, "normal")
    assert (set_.pace, set_.pitch, set_.energy, set_.delivery) == (1.5, -2.0, 3.0, "whisper")


def test_a_sounds_place_is_read_and_written(tmp_path):
    plain, there = read(tmp_path, "in,out,prompt,Perspective,Space\n0,1,knock,,\n1,2,knock,Far,hall\n")
    assert (plain.distance, plain.room) == ("", "")
    assert (there.distance, there.room) == ("far", "hall")
    timeline = otio.schema.Timeline("t")
    write_cue_sheet(tmp_path / "out.csv", timeline, (plain, there))
    again = read_cue_sheet(tmp_path / "out.csv", timeline)
    assert [(cue.distance, cue.room) for cue in again] == [("", ""), ("far", "hall")]


@pytest.mark.parametrize(
    ("column", "value"),
    [("pace", "fast"), ("pace", "3"), ("pitch", "99"), ("energy", "nan"), ("delivery", "sung"),
     ("distance", "near"), ("room", "pub")],
)
def test_a_control_that_cant_be_used_is_named(tmp_path, column, value):
    with pytest.raises(CueError, match=f"Row 2 has .*{column}.*{value}") as caught:
        read(tmp_path, f"in,out,text,{column}\n0,1,Hi,{value}\n")
    assert caught.value.remedy and caught.value.file.endswith("cues.csv")


@pytest.mark.parametrize(("written", "kind"), [("DX", "dialogue"), ("sfx", "foley"), ("Foley", "foley"), ("AMB", "ambience")])
def test_kinds_as_departments_write_them(tmp_path, written, kind):
    (cue,) = read(tmp_path, f"kind,in,out,text\n{written},0,1,x\n")
    assert cue.kind == kind


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("foley,x,1,steps", "no timecode"),
        ("foley,nan,1,steps", "no timecode"),
        ("foley,inf,1,steps", "no timecode"),
        ("foley,01:00:00:00,01:00:99:00,steps", "no timecode"),
        ("foley,01:00:00:30,01:00:02:00,steps", "no timecode"),
        ("foley,,,steps", "no timecode"),
        ("foley,2,1,steps", "ends before"),
        ("foley,1,1,steps", "ends before"),
        ("foley,00:00:01:00,00:00:02:00,steps", "before the timeline"),
        ("song,0,1,la", "kind"),
        ("dialogue,0,1,", "no text"),
        ("foley,0", "no text"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, word):
    with pytest.raises(CueError, match=word) as caught:
        read(tmp_path, f"kind,in,out,text\nfoley,0,1,fine\n{row}\n")
    assert "Row 3" in caught.value.what
    assert caught.value.file.endswith("cues.csv")
    assert caught.value.remedy


@pytest.mark.parametrize(
    "sheet",
    ["", "a,b\n1,2\n", "in,out\n0,1\n", "text\n", "in,out,text\n0,1,x\n".encode("utf-16")[2:], b"\x89PNG\r\n\x1a\n\0\0"],
)
def test_what_is_no_sheet(tmp_path, sheet):
    with pytest.raises(CueError) as caught:
        read(tmp_path, sheet)
    assert caught.value.file.endswith("cues.csv")


def test_ids_stand_once(tmp_path):
    with pytest.raises(CueError, match="twice"):
        read(tmp_path, "id,in,out,text\na,0,1,x\na,1,2,y\n")


def test_a_missing_sheet(tmp_path):
    with pytest.raises(CueError, match="can't be read"):
        read_cue_sheet(tmp_path / "none.csv", timeline())


ADR = """Production:,"The Tree House",,,,
Reel 1,,,,,
Cue #,Character,TC In,TC Out,Dialogue,Notes
101,ANNA,01:00:01:00,01:00:02:12,"Where were you, then?",boom in shot
,,,,,
REEL 2,,,,,
Cue #,Character,TC In,TC Out,Dialogue,Notes
102 A,,01:00:03:00,01:00:04:00,Naß.,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_studios_adr_sheet(tmp_path, delimiter, encoding):
    text = ADR.replace("you, then", "you then").replace(",", delimiter).replace("\n", "\r\n")
    path = tmp_path / "adr.csv"
    path.write_bytes(text.encode(encoding))
    sheet = read_sheet(path, timeline())
    one, two = sheet.cues
    assert (one.id, one.kind, one.character, one.notes) == ("101", "dialogue", "ANNA", "boom in shot")
    assert one.range == TimeRange(RationalTime(24, 24), RationalTime(36, 24))
    # A sheet of dialogue has lines, also where nobody is named; ids have no space.
    assert (two.id, two.kind, two.text) == ("102_A", "dialogue", "Naß.")
    assert sheet.rows == {"101": 4, "102_A": 8}
    assert [(one.row, one.why) for one in sheet.skipped] == [(6, "the row has neither a time nor a line")]


@pytest.mark.parametrize(("start", "end"), [("Start", "End"), ("TC In", "TC Out"), ("start_time", "END TIME"), ("In", "Out")])
def test_columns_as_departments_call_them(tmp_path, start, end):
    (cue,) = read(tmp_path, f"No.,Line #,Role,{start},{end},Line,Comments\n7,9,BEN,1,2,Hi.,wild\n")
    assert (cue.id, cue.character, cue.text, cue.notes) == ("9", "BEN", "Hi.", "wild")


def test_drop_frame(tmp_path):
    sheet = "in,out,text\n01:01:00;02,01;01;01;02,steps\n"
    (cue,) = read(tmp_path, sheet, start=107_892, rate=29.97)
    assert cue.range == TimeRange(RationalTime(1800, 29.97), RationalTime(30, 29.97))
    with pytest.raises(CueError, match="no timecode"):
        read(tmp_path, sheet, rate=25)
