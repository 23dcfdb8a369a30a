"""The Resolve plugin as it is installed, run against a double of Resolve's scripting API.

The command line and the model behind it are the real ones. Resolve itself can't run here.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import time
from pathlib import Path

import opentimelineio as otio
import pytest
import soundfile
from resolve_double import Project, Resolve, Timeline

from vssflow_studio.cli import main
from vssflow_studio.endpoint import ask
from vssflow_studio.paths import endpoint

MENU = {
    "send": "Send timeline to VSSFlow Studio.py",
    "back": "Bring tracks back from VSSFlow Studio.py",
    "generate": "Generate for selected clips.py",
}


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    return tmp_path / "home"


@pytest.fixture
def resolve(make_timeline, movie) -> Resolve:
    cut = make_timeline(movie, movie, frames=48)
    return Resolve(Project("Short: film", [Timeline(cut, "Cut 1")]), page="color")


@pytest.fixture
def choose(home, resolve, tmp_path, capsys, monkeypatch):
    """`choose("send")` runs the installed menu entry in Resolve and gives what it printed."""
    folder = tmp_path / "Utility"
    assert main(["plugins", "install", "resolve", "--folder", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(MENU.values())
    before = list(sys.path)

    def run(entry: str) -> str:
        sys.modules.pop("vssflow_resolve", None)
        capsys.readouterr()
        runpy.run_path(str(folder / MENU[entry]), {"resolve": resolve})
        return capsys.readouterr().out

    yield run
    sys.path[:] = before
    sys.modules.pop("vssflow_resolve", None)


def current(resolve: Resolve) -> Timeline:
    return resolve.GetProjectManager().GetCurrentProject().GetCurrentTimeline()


def test_a_marked_line_is_generated_and_comes_back_beside_the_original(resolve, choose, home) -> None:
    original = current(resolve)
    original.AddMarker(6, "Yellow", "ANNA: Hello there.", "", 36)
    original.AddMarker(60, "Green", "FX: knock on wood", "", 24)
    original.SetCurrentTimecode("01:00:00:10")  # over the first clip: the knock is not asked for
    said = choose("generate")
    made = current(resolve)
    assert made is not original and made.GetName() == "Cut 1 temp", said
    assert original.GetName() == "Cut 1" and list(original.GetMarkers()) == [6, 60]
    assert made.GetCurrentTimecode() == "01:00:00:10" and resolve.GetCurrentPage() == "color"
    (track,) = made.otio.audio_tracks()[len(original.otio.audio_tracks()) :]
    (take,) = track.find_clips()
    assert take.range_in_parent().start_time.value == 6
    file = home / "VSSFlow Studio" / "Short_ film" / take.media_reference.target_url
    samples, rate = soundfile.read(file)
    assert rate == 48_000 and abs(samples).max() > 0.05
    names = {frame: marker["name"] for frame, marker in made.GetMarkers().items()}
    assert names == {6: "ANNA: Hello there.", 60: "knock on wood"}


def test_marks_choose_the_range(resolve, choose) -> None:
    cut = current(resolve)
    cut.AddMarker(60, "Green", "FX: knock on wood", "", 24)
    cut.marks = {"video": {"in": 0, "out": 40}}
    assert "no cues in that range" in choose("generate")
    assert current(resolve) is cut
    cut.marks = {"video": {"in": 50, "out": 70}}
    choose("generate")
    assert current(resolve).GetName() == "Cut 1 temp"


def test_sending_opens_the_window_and_sending_again_keeps_the_cues(resolve, choose, home) -> None:
    assert "was not sent" in choose("back")
    choose("send")
    folder = home / "VSSFlow Studio" / "Short_ film"
    try:
        _until(lambda: (ask("status") or {}).get("timeline") == str(folder / "Cut 1.otio"))
        line = ["--in", "01:00:00:06", "--out", "01:00:01:12", "--text", "Hello there.", "--character", "ANNA"]
        path = str(folder / "Cut 1.otio")
        assert main(["cues", "list", path]) == 0
        _close_window()
        assert main(["cues", "add", path, *line]) == 0
        choose("send")
        _until(lambda: (ask("status") or {}).get("timeline") == str(folder / "Cut 1 2.otio"))
    finally:
        _close_window()
    sent = otio.adapters.read_from_file(str(folder / "Cut 1 2.otio"))
    (cue,) = sent.metadata["vssflow_studio"]["cues"]
    assert (cue["text"], cue["range"]["start"]) == ("Hello there.", 6)
    assert choose("back") == "" and current(resolve).GetName() == "Cut 1 temp"


def test_from_an_empty_project_on_each_entry_says_what_is_missing(resolve, choose, home) -> None:
    project = resolve.GetProjectManager().GetCurrentProject()
    (project.timelines, cut), project.current = ([], project.timelines[0]), None
    for entry in MENU:
        assert "No timeline is open in Resolve" in choose(entry)
    first_frame = otio.opentime.RationalTime(86_400, 24)
    project.current = Timeline(otio.schema.Timeline("Empty", global_start_time=first_frame, tracks=[otio.schema.Track(kind="Video")]))
    project.timelines = [project.current]
    assert "over a clip" in choose("generate") and "was not sent" in choose("back")
    project.current.marks = {"video": {"in": 0, "out": 47}}
    assert "no cues in that range" in choose("generate")
    project.timelines.append(cut)
    project.SetCurrentTimeline(cut)
    assert "as markers: ANNA" in choose("generate")
    cut.AddMarker(0, "Green", "FX: knock on wood", "", 24)
    cut.marks = {"video": {"in": 48, "out": 60}}
    assert "no cues in that range" in choose("generate")
    assert [timeline.GetName() for timeline in project.timelines] == ["Empty", "Cut 1"]


def test_no_timeline_and_no_app_are_said(resolve, choose, home) -> None:
    program = next(home.rglob("program.json"))
    command = program.read_text()
    program.unlink()
    assert "plugins install resolve" in choose("generate")
    program.write_text(command)
    resolve.GetProjectManager().GetCurrentProject().current = None
    assert "No timeline is open in Resolve" in choose("send")


def test_removing_takes_all_files_away(choose, home, tmp_path) -> None:
    assert main(["plugins", "remove", "resolve", "--folder", str(tmp_path / "Utility")]) == 0
    assert not list((tmp_path / "Utility").iterdir()) and not list(home.rglob("vssflow_resolve.py"))


def _until(true, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def _close_window() -> None:
    try:
        pid = json.loads(endpoint().read_text())["pid"]
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)  # it holds the timeline's lock until it is really gone
    except (OSError, ValueError):
        return
    endpoint().unlink()
