from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vssflow_studio.cli import main
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project


def track_names(path: Path) -> list[str]:
    timeline = read_timeline(path)  # its tracks go when it goes
    return [track.name for track in timeline.tracks]


def test_help_imports_neither_torch_nor_qt() -> None:
    script = (
        "import sys\nfrom vssflow_studio.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'PySide6', 'av', 'numpy', 'opentimelineio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "generate" in done.stdout and done.stdout.rstrip().endswith("[]")


def test_cues_are_added_listed_exported_and_imported(timeline_file: Path, capsys, tmp_path) -> None:
    add = ["cues", "add", str(timeline_file), "--in", "01:00:00:12", "--out", "2.5", "--text", "Hi!"]
    assert main([*add, "--character", "ANNA", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)["id"]
    assert main(["cues", "list", str(timeline_file), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["id"], row["in"], row["out"]) == (made, "01:00:00:12", "01:00:02:12")
    sheet = tmp_path / "sheet.csv"
    assert main(["cues", "export", str(timeline_file), str(sheet)]) == 0
    sheet.write_text(sheet.read_text().replace("Hi!", "Hello!"))
    assert main(["cues", "import", str(timeline_file), str(sheet)]) == 0
    assert [c.text for c in read_project(read_timeline(timeline_file)).cues] == ["Hello!"]


@pytest.mark.parametrize("arguments", [["generate", "{}"], ["cues", "list", "{}"]])
def test_what_is_no_timeline_exits_1_and_says_so(arguments, tmp_path, capsys) -> None:
    bad = tmp_path / "bad.otio"
    bad.write_text("{")
    assert main([a.format(bad) for a in arguments]) == 1
    said = capsys.readouterr().err
    assert str(bad) in said and "Traceback" not in said
    assert main([*(a.format(bad) for a in arguments), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "TimelineError"
    assert bad.read_text() == "{"


def test_generate_from_a_sheet_as_json(timeline_file: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "s.csv"
    sheet.write_text("kind,character,in,out,text\ndialogue,ANNA,0.5,2.0,Hello there.\ndialogue,ANNA,2.1,3.5,Привет\n")
    out = tmp_path / "out.otio"
    done = subprocess.run(
        [sys.executable, "-m", "vssflow_studio", "generate", str(timeline_file), "--cues", str(sheet),
         "-o", str(out), "--steps", "2", "--device", "cpu", "--json"],
        capture_output=True, text=True, timeout=200,
    )
    report = json.loads(done.stdout)
    assert done.returncode == 3, done.stderr
    assert len(report["takes"]) == 1 and len(report["errors"]) == 1
    assert track_names(out) == ["V1", "DX TEMP"]


def test_ctrl_c_leaves_130_and_a_whole_file(timeline_file: Path) -> None:
    for n in range(4):
        main(["cues", "add", str(timeline_file), "--in", f"0.{n}", "--out", "3", "--text", f"Hello {n}."])
    command = [sys.executable, "-m", "vssflow_studio", "generate", str(timeline_file), "--steps", "300", "--device", "cpu"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "Cancelled" in said and "Traceback" not in said
    assert len(read_project(read_timeline(timeline_file)).cues) == 4


@pytest.mark.parametrize("wait", [1.5, 4])
def test_ctrl_c_in_a_terminal_reaches_every_process_and_none_shows_a_trace(wait, timeline_file: Path) -> None:
    main(["cues", "add", str(timeline_file), "--in", "0", "--out", "3", "--text", "rain", "--kind", "ambience"])
    command = [sys.executable, "-m", "vssflow_studio", "generate", str(timeline_file), "--steps", "4000", "--device", "cpu"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(wait)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said
    assert process.returncode in (130, -signal.SIGINT)


@pytest.mark.parametrize("span", [("x", "2"), ("2", "1"), ("00:59:59:00", "01:00:00:12")])
def test_a_cue_in_no_time_is_refused_by_name(span, timeline_file: Path, capsys) -> None:
    before = timeline_file.read_bytes()
    add = ["cues", "add", str(timeline_file), "--in", span[0], "--out", span[1], "--text", "Hi."]
    assert main(add) == 1
    said = capsys.readouterr().err
    assert str(timeline_file) in said and span[0] in said
    assert timeline_file.read_bytes() == before


def test_a_cues_controls_are_given_and_kept(timeline_file: Path, capsys) -> None:
    add = ["cues", "add", str(timeline_file), "--in", "0", "--out", "2", "--text", "Run!"]
    controls = ["--pace", "1.25", "--pitch", "-2.5", "--energy", "3", "--delivery", "shout"]
    assert main([*add, *controls]) == 0
    assert main([*add, "--kind", "foley", "--energy", "-6", "--room", "hall"]) == 0
    capsys.readouterr()
    assert main(["cues", "list", str(timeline_file), "--json"]) == 0
    line, foley = json.loads(capsys.readouterr().out)
    assert [line[name] for name in ("pace", "pitch", "energy", "delivery")] == [1.25, -2.5, 3.0, "shout"]
    assert [foley[name] for name in ("pace", "pitch", "energy", "delivery")] == [None, 0.0, -6.0, "normal"]
    assert [foley[name] for name in ("distance", "room")] == ["", "hall"]
    with pytest.raises(SystemExit):
        main([*add, "--kind", "foley", "--room", "pub"])
    assert "small room" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "limit"),
    [("--pace", "3", "2"), ("--pitch", "nan", "-6"), ("--energy", "loud", "loud"), ("--delivery", "sung", "shout")],
)
def test_a_control_out_of_its_limits_is_wrong_usage(option, value, limit, timeline_file: Path, capsys) -> None:
    before = timeline_file.read_bytes()
    with pytest.raises(SystemExit) as caught:
        main(["cues", "add", str(timeline_file), "--in", "0", "--out", "2", "--text", "Hi.", option, value])
    said = capsys.readouterr().err
    assert caught.value.code == 2 and option in said and limit in said
    assert timeline_file.read_bytes() == before


def test_a_foley_cue_is_not_asked_how_it_speaks(timeline_file: Path, capsys) -> None:
    add = ["cues", "add", str(timeline_file), "--in", "0", "--out", "2", "--text", "steps", "--kind", "foley"]
    assert main([*add, "--delivery", "shout", "--pitch", "2"]) == 1
    said = capsys.readouterr().err
    assert "delivery, pitch" in said and str(timeline_file) in said and "--energy" in said


def test_a_line_too_long_for_its_range_is_made_and_warned_of(timeline_file: Path, capsys) -> None:
    text = "We were the first people to cross the river."
    main(["cues", "add", str(timeline_file), "--in", "1", "--out", "2.2", "--text", text])
    made = capsys.readouterr().out.strip()
    generate = ["generate", str(timeline_file), "--steps", "2", "--device", "cpu"]
    assert main([*generate, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report["takes"]) == [made]
    (warning,) = report["warnings"][made]
    for part in ("line asks for 1.9×", "natural speed", str(timeline_file), "01:00:01:00"):
        assert part in warning
    assert main(generate) == 0
    assert f"warning: {warning}" in capsys.readouterr().err


def test_a_lexicon_is_set_shown_used_and_taken_away(timeline_file: Path, capsys) -> None:
    names = timeline_file.with_name("names.txt")
    names.write_text("KALZ  K EY1 L\n", encoding="utf-8")
    lexicon = ["cues", "lexicon", str(timeline_file)]
    assert main([*lexicon, str(names)]) == 0
    assert "names.txt" in capsys.readouterr().out
    assert read_project(read_timeline(timeline_file)).lexicon == "names.txt"
    assert main([*lexicon, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["words"]["kalz"] == ["K", "EY1", "L"]
    assert main([*lexicon, "--none", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lexicon"] == ""


def test_a_wrong_lexicon_is_told_with_its_line_and_the_old_one_stays(timeline_file: Path, capsys) -> None:
    wrong, before = timeline_file.with_name("names.txt"), timeline_file.read_bytes()
    wrong.write_text("KAL  K EY1 L\nZOE  Z QQ\n", encoding="utf-8")
    assert main(["cues", "lexicon", str(timeline_file), str(wrong)]) == 1
    said = capsys.readouterr().err
    assert str(wrong) in said and "Line 2" in said and "QQ" in said
    assert timeline_file.read_bytes() == before


def test_models_and_doctor(capsys) -> None:
    assert main(["models", "list", "--json"]) == 0
    assert [card["name"] for card in json.loads(capsys.readouterr().out)] == ["draft", "draft-deepaudio"]
    assert main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert findings["missing"] == [] and "cpu" in findings["devices"]


def test_wrong_usage_exits_2() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["generate"])
    assert caught.value.code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are POSIX's")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_seen_enough_is_no_error(unbuffered: str) -> None:
    command = [sys.executable, "-m", "vssflow_studio", "plugins", "list"]
    own = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=own) as verb:
        verb.stdout.close()
        assert verb.stderr.read() == b"" and verb.wait() == 141
