from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.engine.devices import choose_device
from vssflow_studio.engine.generate import generate
from vssflow_studio.engine.planner import plan
from vssflow_studio.engine.request import Sampling
from vssflow_studio.errors import CueError, DeviceError, MediaError, StudioError, TextError
from vssflow_studio.media.bwf import read_bwf_info
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.timeline.tracks import is_ours

QUICK = Sampling(steps=2)


def cue(text: str, first: int = 24, length: int = 36, kind: str = "dialogue", name: str = "c") -> Cue:
    range_ = TimeRange(RationalTime(first, 24), RationalTime(length, 24))
    return Cue(name, kind, range_, text, "ANNA" if kind == "dialogue" else "")


def with_cues(path: Path, *cues: Cue) -> Path:
    timeline = read_timeline(path)
    write_project(timeline, Project(cues, {"ANNA": "slt"}))
    write_timeline(timeline, path)
    return path


def test_line_and_foley_land_on_tracks(timeline_file: Path) -> None:
    line, steps = cue("Hello there, Tom."), cue("footsteps", 50, 30, "foley", "f")
    report = generate(with_cues(timeline_file, line, steps), sampling=QUICK, device="cpu")
    assert set(report.takes) == {"c", "f"} and not report.errors
    timeline = read_timeline(timeline_file)
    assert [t.name for t in timeline.tracks] == ["V1", "DX TEMP", "FOLEY TEMP"]
    sound, rate = soundfile.read(report.takes["c"])
    assert rate == 48_000 and len(sound) == 48_000 * (12 + 36 + 12) // 24
    assert 0.01 < np.abs(sound).max() < 0.72
    info = read_bwf_info(report.takes["c"])
    assert info["time_reference"] == (86_400 + 24 - 12) * 2000
    assert info["provenance"]["synthetic"] is True
    assert info["provenance"]["voice"] == "slt"
    take = read_project(timeline).cues[0].circled_take
    assert (timeline_file.parent / take.path) == report.takes["c"]


def test_an_unchanged_cue_is_answered_from_disk_and_a_new_seed_is_not(timeline_file: Path) -> None:
    with_cues(timeline_file, cue("Hello."))
    first = generate(timeline_file, sampling=QUICK, device="cpu").takes["c"]
    before = first.read_bytes()
    assert generate(timeline_file, sampling=QUICK, device="cpu").takes["c"] == first
    other = generate(timeline_file, sampling=replace(QUICK, seed=5), device="cpu").takes["c"]
    assert other != first and first.read_bytes() == before
    assert len(read_project(read_timeline(timeline_file)).cues[0].takes) == 2


def test_out_in_another_folder_still_finds_its_media(tmp_path: Path, make_movie, make_timeline) -> None:
    make_movie(tmp_path / "film.mp4", 4)
    source, out = tmp_path / "cut.otio", tmp_path / "out" / "cut.otio"
    out.parent.mkdir()
    otio.adapters.write_to_file(make_timeline(Path("film.mp4"), frames=96), str(source))
    before = source.read_bytes()
    with_cues(source, cue("Hi.", kind="ambience"))
    before = source.read_bytes()
    generate(source, out=out, sampling=QUICK, device="cpu")
    assert source.read_bytes() == before
    views = clip_views(read_timeline(out), out.parent)
    assert all(view.media and view.media.is_file() for view in views) and len(views) == 2


@pytest.mark.parametrize(
    ("bad", "kind", "says"),
    [
        (cue("  "), CueError, "empty"),
        (cue("Hi.", length=0), CueError, "no length"),
        (cue("Привет"), TextError, "no phonemes"),
        (cue("steps", 400, 20, "foley"), CueError, "no picture"),
        (replace(cue("Hi."), voice="nobody"), TextError, "nobody"),
    ],
)
def test_a_cue_that_cannot_be_made_is_named(bad: Cue, kind, says: str, timeline_file: Path) -> None:
    good = cue("rain", kind="ambience", name="good")
    report = generate(with_cues(timeline_file, bad, good), sampling=QUICK, device="cpu")
    assert "good" in report.takes
    error = report.errors["c"]
    assert isinstance(error, kind) and says in str(error)


def test_missing_and_unreadable_media_are_named(timeline_file: Path, tmp_path: Path) -> None:
    timeline = read_timeline(timeline_file)
    clip = timeline.tracks[0][0]
    clip.media_reference.target_url = "gone/away.mp4"
    views = clip_views(timeline, tmp_path)
    with pytest.raises(MediaError) as caught:
        plan(timeline, views, cue("steps", kind="foley"), Project(), QUICK, timeline_file)
    for part in ("away.mp4", str(timeline_file), clip.name, "01:00:01:00"):
        assert part in str(caught.value)
    (tmp_path / "text.mp4").write_text("not a film")
    clip.media_reference.target_url = str(tmp_path / "text.mp4")
    write_timeline(timeline, timeline_file)
    report = generate(with_cues(timeline_file, cue("steps", kind="foley")), sampling=QUICK, device="cpu")
    assert "text.mp4" in str(report.errors["c"]) and clip.name in str(report.errors["c"])


def test_a_voice_that_is_not_there_is_told_with_its_place(timeline_file: Path) -> None:
    with_cues(timeline_file, replace(cue("Hi."), voice="nobody"))
    error = generate(timeline_file, sampling=QUICK, device="cpu").errors["c"]
    for part in ("nobody", str(timeline_file), "01:00:01:00", "Ada"):
        assert part in str(error)


@pytest.mark.parametrize("damage", ["[1, 2]", "{", ""])
def test_a_damaged_index_costs_nothing(damage: str, timeline_file: Path) -> None:
    with_cues(timeline_file, cue("Hi."))
    first = generate(timeline_file, sampling=QUICK, device="cpu").takes["c"]
    (first.parent / "index.json").write_text(damage)
    second = generate(timeline_file, sampling=QUICK, device="cpu").takes["c"]
    assert first == second and list(first.parent.glob("*.wav")) == [first]


def test_a_device_that_is_not_there_is_named() -> None:
    absent = "mps" if sys.platform != "darwin" else "cuda"
    with pytest.raises(DeviceError, match=absent):
        choose_device(absent)


def test_killed_midway_the_file_opens_with_the_takes_that_were_finished(timeline_file: Path) -> None:
    with_cues(timeline_file, *(cue(f"Line number {n}.", 2 * n, 30, name=f"c{n}") for n in range(6)))
    command = [sys.executable, "-m", "vssflow_studio", "generate", str(timeline_file), "--steps", "4"]
    process = subprocess.Popen([*command, "--device", "cpu"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    folder = timeline_file.with_name("cut.takes")
    deadline = time.monotonic() + 120
    while len(list(folder.glob("*.wav"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    cues = read_project(read_timeline(timeline_file)).cues
    kept = [one.circled_take for one in cues if one.takes]
    assert len(cues) == 6 and 1 <= len(kept) < 6
    for take in kept:
        assert soundfile.info(timeline_file.parent / take.path).frames > 0


def test_a_folder_that_refuses_leaves_everything_as_it_was(timeline_file: Path) -> None:
    with_cues(timeline_file, cue("Hi."))
    timeline_file.with_name("cut.takes").write_text("a file where the takes folder should be")
    with pytest.raises(StudioError):
        report = generate(timeline_file, sampling=QUICK, device="cpu")
        raise report.errors["c"]
    timeline = read_timeline(timeline_file)
    assert not any(is_ours(track) for track in timeline.tracks)
    assert read_project(timeline).cues[0].takes == ()
