"""Stems and mixes: as long as the programme, in sync, at the level that was asked for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from cuts import CLICK, onsets, write_cut
from vssflow_studio.cli import main
from vssflow_studio.media.bwf import read_bwf_info
from vssflow_studio.timeline.files import read_timeline, write_timeline

NTSC = 30000 / 1001


@pytest.mark.parametrize("rate", [24, 25, NTSC])
def test_stems_are_as_long_as_the_programme_and_in_sync(tmp_path: Path, rate: float, capsys) -> None:
    cut = write_cut(tmp_path, rate)
    assert main(["stems", str(cut), str(tmp_path / "stems"), "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert {name: Path(file).name for name, file in files.items()} == {"DX": "cut_DX.wav", "FOLEY": "cut_FOLEY.wav"}
    for file, start in zip(files.values(), (30, 81), strict=True):
        sound, sample_rate = soundfile.read(file)
        assert sample_rate == 48_000 and soundfile.info(file).subtype == "PCM_24" and sound.ndim == 1
        assert len(sound) == round(144 / rate * 48_000)
        assert onsets(sound, rate) == pytest.approx([start + CLICK], abs=0.01)
        info = read_bwf_info(Path(file))
        assert info["time_reference"] == round(3600 * round(rate) / rate * 48_000)
        made = info["provenance"]
        assert made["synthetic"] is True and made["date"][:4].isdigit()
        assert (made["model"], made["checkpoint"], made["licence"]) == ("draft", "0f3a" * 16, "Apache-2.0")


def test_one_for_each_character_in_stereo(tmp_path: Path) -> None:
    cut = write_cut(tmp_path, starts=(10, 40, 80))
    timeline = read_timeline(cut)
    ours = timeline.metadata["vssflow_studio"]
    ours["cues"][2]["character"] = "Léon / 2"
    timeline.tracks[2][1].enabled = False  # the footsteps
    write_timeline(timeline, cut)
    command = ["stems", str(cut), str(tmp_path / "s"), "--per", "character", "--channels", "stereo"]
    assert main(command) == 0
    made = sorted(file.name for file in (tmp_path / "s").iterdir())
    assert made == ["cut_DX-ANNA.wav", "cut_DX-Léon-2.wav"]
    sound, _ = soundfile.read(tmp_path / "s" / "cut_DX-Léon-2.wav")
    assert sound.shape == (288_000, 2) and (sound[:, 0] == sound[:, 1]).mean() > 0.2
    assert onsets(sound, 24) == pytest.approx([80 + CLICK], abs=0.01)


def test_stems_that_would_clip_are_turned_down_alike(tmp_path: Path, capsys) -> None:
    cut = write_cut(tmp_path, starts=(30, 31, 30))  # two lines at once, on two tracks
    assert main(["stems", str(cut), str(tmp_path / "s")]) == 0
    assert "turned down by 4.1 dB" in capsys.readouterr().err
    loudest = {
        file.stem: np.abs(soundfile.read(file)[0]).max() for file in (tmp_path / "s").iterdir()
    }
    assert loudest["cut_DX"] == pytest.approx(1.0, abs=1e-5)
    assert loudest["cut_FOLEY"] == pytest.approx(0.5, abs=1e-5)


def test_no_takes_no_stems(timeline_file: Path, tmp_path: Path, capsys) -> None:
    assert main(["stems", str(timeline_file), str(tmp_path / "s")]) == 1
    assert "no takes" in capsys.readouterr().err and not (tmp_path / "s").exists()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has a limit for one file's size")
@pytest.mark.parametrize("command", [["stems", "{cut}", "{out}"], ["export", "{cut}", "{out}/mix.wav"]])
def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path, command: list[str]) -> None:
    cut, out = write_cut(tmp_path), tmp_path / "out"
    out.mkdir()
    script = (
        "import resource, signal, sys\nfrom vssflow_studio.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    arguments = [part.format(cut=cut, out=out) for part in command]
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
    assert done.returncode == 1 and str(out) in done.stderr and "Traceback" not in done.stderr
    assert list(out.iterdir()) == []


def speech_like(seconds: float, level: float) -> np.ndarray:
    """Noise in syllables, with peaks well above its mean."""
    rng, time = np.random.default_rng(3), np.arange(round(seconds * 48_000)) / 48_000
    syllables = np.clip(np.sin(2 * np.pi * 3 * time), 0, 1) ** 2
    return (level * rng.standard_normal(len(time)) * syllables).astype(np.float32)


@pytest.fixture
def loud_cut(tmp_path: Path) -> Path:
    """The cut whose takes are noise in syllables, loud enough to meet the limiter at −10 LUFS or so."""
    from vssflow_studio.media.bwf import write_bwf

    cut = write_cut(tmp_path, 24, starts=(12, 40, 84))
    for index, level in enumerate((0.05, 0.2, 0.1)):
        file = tmp_path / "cut.takes" / f"take{index}.wav"
        info = read_bwf_info(file)
        write_bwf(
            file,
            speech_like(2.5, level),
            time_reference=info["time_reference"],
            description="",
            provenance=info["provenance"],
        )
    return cut


def by_ffmpeg(file: Path) -> tuple[float, float]:
    """Integrated loudness and true peak as FFmpeg's EBU R 128 meter tells them."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(file), "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr.rpartition("Summary:")[2]
    return float(re.search(r"I:\s+(\S+) LUFS", said)[1]), float(re.search(r"Peak:\s+(\S+) dBFS", said)[1])


def test_a_mix_at_r128(loud_cut: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "mix.wav"
    assert main(["export", str(loud_cut), "--mix", str(out), "--loudness", "r128", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert told["lufs"] == pytest.approx(-23, abs=0.1) and told["true_peak"] <= -1 and not told["warnings"]
    sound, _ = soundfile.read(out)
    assert sound.shape == (288_000, 2)
    assert read_bwf_info(out)["provenance"]["synthetic"] is True
    if not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed; the rest compares with its meter")
    lufs, peak = by_ffmpeg(out)
    assert lufs == pytest.approx(-23, abs=0.2) and peak <= -1


def test_a_mix_by_its_dialogue(loud_cut: Path, tmp_path: Path) -> None:
    from vssflow_studio.engine.cut import Cut
    from vssflow_studio.engine.mixing import dialogue_stretches
    from vssflow_studio.media.loudness import measure

    out = tmp_path / "mix.wav"
    assert main(["export", str(loud_cut), str(out), "--loudness", "-27"]) == 0
    cut = Cut.read(loud_cut)
    assert dialogue_stretches(cut) == [(0.5, 2.0), (3.5, 5.0)]
    sound = soundfile.read(out, dtype="float32")[0]
    assert measure([sound], dialogue_stretches(cut)).lufs == pytest.approx(-27, abs=0.1)
    assert measure([sound]).lufs > -26  # the footsteps are louder, and don't count


def test_a_mix_without_a_target_keeps_its_level(tmp_path: Path) -> None:
    cut = write_cut(tmp_path, level=0.25)
    assert main(["export", str(cut), str(tmp_path / "mix.wav")]) == 0
    sound, _ = soundfile.read(tmp_path / "mix.wav")
    assert np.abs(sound).max() == pytest.approx(0.25, abs=1e-5)
    assert onsets(sound, 24) == pytest.approx([30 + CLICK, 81 + CLICK], abs=0.01)


def test_a_silent_mix_is_told_and_is_json(tmp_path: Path, capsys) -> None:
    cut = write_cut(tmp_path, level=0.0)
    assert main(["export", str(cut), str(tmp_path / "mix.wav"), "--loudness", "r128", "--json"]) == 0
    said = capsys.readouterr().out
    assert "Infinity" not in said and "nothing loud enough" in json.loads(said)["files"][0]["warnings"][0]


def test_a_preview_says_in_its_metadata_that_it_is_temp(tmp_path: Path) -> None:
    cut = write_cut(tmp_path)
    assert main(["export", str(cut), str(tmp_path / "cut.mp4")]) == 0
    with av.open(str(tmp_path / "cut.mp4")) as film:
        assert "SYNTHETIC" in film.metadata["comment"]
        assert float(film.duration / av.time_base) == pytest.approx(6, abs=0.1)
