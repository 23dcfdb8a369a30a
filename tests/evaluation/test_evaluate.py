"""`vssflow-studio evaluate` on folders of real sounds and films."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

import metric_files
import public_weights
from vssflow_studio.cli import main
from vssflow_studio.errors import Cancelled, StudioError
from vssflow_studio.evaluation.item import Item
from vssflow_studio.evaluation.measure import Progress, measure, meters_for
from vssflow_studio.evaluation.networks import files
from vssflow_studio.evaluation.pairs import Pair, find_pairs
from vssflow_studio.evaluation.paper import TABLES
from vssflow_studio.paths import models
from vssflow_studio.training.speech import SAMPLE_RATE, speak

LINES = ("get down right now", "where did you leave the car")


@pytest.fixture(autouse=True)
def models_folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return models()


@pytest.fixture
def folders(tmp_path) -> tuple[Path, Path]:
    made, real = tmp_path / "made", tmp_path / "real"
    made.mkdir()
    real.mkdir()
    return made, real


def write(folder: Path, name: str, sound: np.ndarray, rate: int = 16_000) -> Path:
    soundfile.write(folder / f"{name}.wav", sound, rate)
    return folder / f"{name}.wav"


def evaluated(capsys, *arguments, code: int = 0) -> dict:
    """What `evaluate --json` prints; `code` is 1 where nothing could be measured."""
    assert main(["evaluate", *map(str, arguments), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_help_needs_no_torch() -> None:
    script = (
        "import sys\nfrom vssflow_studio.cli import main\n"
        "try: main(['evaluate', '--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'numpy', 'av') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "RECORDINGS" in done.stdout and done.stdout.rstrip().endswith("[]")


def test_the_same_sounds_are_at_no_distance_and_others_are(folders, models_folder, capsys) -> None:
    for file in (files.VGGISH, files.CNN14):
        metric_files.write(file, models_folder)
    made, real = folders
    for name in "abc":
        sound = metric_files.sound(name, 2)
        write(made, name, sound)
        write(real, name, sound)
    same = evaluated(capsys, made, real)
    assert same["table"] == "v2a" and same["pairs"] == 3 and not same["warnings"]
    scores = {metric: score["value"] for metric, score in same["scores"].items()}
    assert [scores[m] for m in ("FAD", "FD", "KL", "FD (mel)")] == pytest.approx([0] * 4, abs=1e-4)
    assert scores["IS"] >= 1 and same["scores"]["IS"]["over"] == 3
    write(real, "c", 0.5 * np.sin(np.arange(32_000) / 5))
    others = evaluated(capsys, made, real)["scores"]
    for metric in ("FAD", "FD", "KL", "FD (mel)"):
        assert others[metric]["value"] > 1e-6 + 100 * scores[metric], metric


def test_the_level_of_a_take_and_the_rate_of_its_file_are_told_apart(folders, capsys) -> None:
    made, real = folders
    for name in "ab":
        low = metric_files.sound(name, 2)
        write(made, name, np.interp(np.arange(96_000) / 3, np.arange(32_000), low), 48_000)
        write(real, name, low)
    near = evaluated(capsys, made, real)["scores"]["FD (mel)"]["value"]
    for name in "ab":
        write(made, name, metric_files.sound(name, 2) / 10)
    assert evaluated(capsys, made, real)["scores"]["FD (mel)"]["value"] > 5 * near


@pytest.fixture
def spoken(folders) -> None:
    """LINES in both folders, by two of the teacher's voices."""
    for folder, voice in zip(folders, ("slt", "rms"), strict=True):
        for name, line in zip("ab", LINES, strict=True):
            try:
                write(folder, name, speak(line, voice).sound, SAMPLE_RATE)
            except StudioError as error:
                pytest.skip(str(error))


def test_what_is_said_is_heard_and_a_wrong_line_is_an_error(folders, spoken, capsys) -> None:
    made, real = folders
    for name, line in zip("ab", LINES, strict=True):
        (made / f"{name}.txt").write_text(line.upper() + "!")
    found = evaluated(capsys, made, real)
    right = found["scores"]["WER (pocketsphinx)"]["value"]
    assert found["table"] == "dub1" and right < 0.35
    (made / "a.txt").write_text("penguins never juggle")
    (made / "b.txt").write_text("no such thing happened to us")
    assert evaluated(capsys, made, real)["scores"]["WER (pocketsphinx)"]["value"] > right + 0.5


def test_a_longer_take_costs_in_mcd_sl_alone(folders, spoken, capsys) -> None:
    pytest.importorskip("pyworld")
    made, real = folders
    assert evaluated(capsys, real, real, "--table", "dub1")["scores"]["MCD-SL"]["value"] == 0
    for name in "ab":
        sound, rate = soundfile.read(real / f"{name}.wav")
        write(made, name, np.concatenate([sound, sound]), rate)
    scores = evaluated(capsys, made, real, "--table", "dub1")["scores"]
    assert scores["MCD-SL"]["value"] == pytest.approx(2 * scores["MCD"]["value"], rel=0.02)


def test_voices_are_compared_where_the_encoder_is_there(folders, models_folder, capsys) -> None:
    made, real = folders
    write(made, "a", metric_files.sound("a", 4))
    write(real, "a", metric_files.sound("a", 4))
    before = evaluated(capsys, made, real, "--table", "tts", code=1)["scores"]["SPK-SIM (RawNet3)"]
    assert before["value"] is None and "rawnet3.pt" in before["why"]
    (models_folder / files.FOLDER).mkdir(parents=True)
    public_weights.voice_file(models_folder / files.FOLDER)
    for file in (files.DVECTOR, files.XVECTOR):
        metric_files.write(file, models_folder)
    after = evaluated(capsys, made, real, "--table", "tts")["scores"]
    alike = ("SPK-SIM (RawNet3)", "SPK-SIM (d-vector)", "SPK-SIM")
    assert [after[m]["value"] for m in alike] == pytest.approx([1, 1, 1])
    assert after["SIM-O"]["value"] is None and "WavLM" in after["SIM-O"]["why"]


def test_how_a_line_is_meant_is_compared_and_a_click_is_left_out(folders, models_folder, capsys) -> None:
    made, real = folders
    for name, seconds in (("a", 2), ("b", 3), ("click", 0.02)):
        write(made, name, metric_files.sound(name, seconds))
        write(real, name, metric_files.sound(name, seconds))
    metric_files.write(files.EMOTION, models_folder)
    same = evaluated(capsys, made, real, "--table", "dub1")
    assert same["scores"]["EMO-SIM"]["value"] == pytest.approx(1) and same["scores"]["EMO-SIM"]["over"] == 2
    assert any("EMO-SIM: left out click: shorter than" in warning for warning in same["warnings"])
    write(made, "a", 0.5 * np.sin(np.arange(32_000) / 5))
    assert evaluated(capsys, made, real, "--table", "dub1")["scores"]["EMO-SIM"]["value"] < 0.99


def test_a_film_is_seen_whole_and_measured_with_its_sound(folders, models_folder, make_movie, capsys) -> None:
    metric_files.write(files.SYNCNET, models_folder)
    made, real = folders
    film = make_movie(real / "shot.mp4", 0.6, 25)
    write(made, "shot", metric_files.sound("shot", 0.6))
    scores = evaluated(capsys, made, real)["scores"]
    assert 0 <= scores["AV"]["value"] <= 1 and scores["AV"]["over"] == 1
    scores = evaluated(capsys, made, real, "--table", "dub1")["scores"]
    assert scores["LSE-D"]["value"] > 0 <= scores["LSE-C"]["value"]
    item = Item(Pair("shot", film, film, film))
    assert item.squares(25, 224, cropped=True).shape == (15, 224, 224, 3)
    assert sum(1 for _ in item.grey(64)) == 15 and next(item.grey(64)).shape == (36, 64)


def test_a_single_pair_has_no_distance_and_it_is_said(folders, capsys) -> None:
    made, real = folders
    for folder in folders:
        write(folder, "only", metric_files.sound("only", 2))
    score = evaluated(capsys, made, real, code=1)["scores"]["FD (mel)"]
    assert score["value"] is None and "two" in score["why"]


def test_odd_pairs_are_named_and_the_rest_is_measured(folders, capsys) -> None:
    made, real = folders
    for name in ("a", "b", "silent", "short", "broken"):
        for folder in folders:
            write(folder, name, metric_files.sound(name, 2))
    write(made, "silent", np.zeros(32_000))
    write(made, "short", metric_files.sound("short", 0.05))
    (made / "broken.wav").write_bytes(b"RIFF no more")
    write(made, "extra", metric_files.sound("extra", 1))
    found = evaluated(capsys, made, real)
    said = "\n".join(found["warnings"])
    assert "silent: the take is silent" in said and "lasts 0.1 s and the recording 2.0 s" in said
    assert "broken" in said and "1 without a counterpart" in said and "extra" in said
    assert found["scores"]["FD (mel)"]["over"] == 4 and "left out broken" in said


@pytest.mark.parametrize(
    ("names", "others", "what"),
    [((), ("a",), "no sound and no film"), (("a",), ("b",), "has the name of one"), (("a",), None, "no such folder")],
)
def test_folders_that_can_not_be_measured_are_refused(folders, names, others, what, capsys) -> None:
    made, real = folders
    for folder, held in ((made, names), (real, others or ())):
        for name in held:
            write(folder, name, metric_files.sound(name, 1))
    if others is None:
        real.rmdir()
    assert main(["evaluate", str(made), str(real)]) == 1
    said = capsys.readouterr().err
    assert what in said and "Traceback" not in said

def test_a_folder_that_holds_no_network_is_refused_before_anything_is_measured(folders, tmp_path, capsys) -> None:
    made, _ = folders
    write(made, "a", metric_files.sound("a", 1))
    assert main(["evaluate", str(made), "--table", "dub1", "--whisper", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "no network as transformers saves it" in said and "Reading" not in said


def test_the_table_stands_beside_the_papers_and_goes_into_a_csv(folders, tmp_path, capsys) -> None:
    made, real = folders
    for name in "ab":
        for folder in folders:
            write(folder, name, metric_files.sound(name, 1))
    sheet = tmp_path / "table.csv"
    assert main(["evaluate", str(made), str(real), "--name", "ours", "--csv", str(sheet)]) == 0
    shown = capsys.readouterr()
    assert "DeepAudio MM-S44K" in shown.out and "DeepAudio-V1, Table 1" in shown.out
    (row,) = [line for line in shown.out.splitlines() if line.startswith("ours ")]
    assert row.split() == ["ours", *["—"] * 6, "measured", "here"]  # no film, no network: nothing made up
    assert "FAD —: VGGish is not installed" in shown.out and "FD, KL, IS —: PANNs’ Cnn14" in shown.out
    assert "100%" in shown.err
    rows = list(csv.DictReader(sheet.read_text().splitlines()))
    assert len(rows) == len(TABLES["v2a"].rows) + 1
    assert rows[6]["method"] == "DeepAudio MM-S44K" and float(rows[6]["IS↑"]) == 18.02
    assert rows[-1]["method"] == "ours" and rows[-1]["FAD↓"] == "" and float(rows[-1]["FD of log-mels↓"]) == 0


def test_every_row_of_every_table_has_a_value_for_each_metric() -> None:
    for table in TABLES.values():
        assert all(len(row.values) == len(table.metrics) for row in table.rows)
    assert {meter for name in TABLES for m in meters_for(name) for meter in m.metrics} >= {
        metric for table in TABLES.values() for metric in table.metrics
    }


def test_a_film_beside_its_sound_and_names_in_folders_are_one_pair(folders, make_movie) -> None:
    made, real = folders
    for folder in folders:
        (folder / "reel1").mkdir()
    sound = write(made / "reel1", "shot", metric_files.sound("a", 1))
    film = make_movie(made / "reel1" / "shot.mov", 1)
    recording = write(real / "reel1", "shot", metric_files.sound("b", 1))
    (real / "reel1" / "shot.txt").write_text("Go!\n")
    pairs, left_out = find_pairs(made, real)
    assert pairs == [Pair(str(Path("reel1/shot")), sound, recording, film, "Go!")] and not left_out


def test_progress_counts_to_the_end_and_a_stop_is_obeyed_between_frames(folders, make_movie) -> None:
    made, _ = folders
    make_movie(made / "a.mp4", 2)
    pairs, _ = find_pairs(made)
    told: list[Progress] = []
    measure(pairs, meters_for("v2a"), on_progress=told.append)
    assert [p.done for p in told] == list(range(told[-1].total + 1)) and told[-1].seconds_left == 0
    frames = 0

    def stop_at_the_tenth() -> None:
        nonlocal frames
        frames += 1
        if frames == 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        measure(pairs, meters_for("v2a"), check=stop_at_the_tenth)
    assert frames == 10


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_it_without_a_traceback(folders, make_movie) -> None:
    made, _ = folders
    make_movie(made / "long.mp4", 30)
    command = [sys.executable, "-m", "vssflow_studio", "evaluate", str(made)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    heard = ""
    while not heard.startswith("AV"):
        heard = running.stderr.readline()
        assert heard, "it ended by itself"
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    _, rest = running.communicate(timeout=60)
    assert running.returncode == 130 and "Cancelled" in rest and "Traceback" not in rest
