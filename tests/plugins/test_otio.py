"""The OTIO plugin in OTIO's own tools, each in a process of its own as a user starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import opentimelineio as otio
import pytest

from vssflow_studio.cli import main
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project


@pytest.fixture
def manifest(tmp_path, monkeypatch, capsys) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert main(["plugins", "install", "otio", "--json"]) == 0
    return Path(json.loads(capsys.readouterr().out)["files"][0])


@pytest.fixture
def run(manifest):
    """`run("otioconvert", …)`, or Python code with "-c", where the plugin is known."""

    def started(program: str, *arguments: str) -> str:
        tool = Path(sys.executable).with_name(program)
        command = [sys.executable, "-c"] if program == "-c" else [sys.executable, str(tool)]
        environment = os.environ | {"OTIO_PLUGIN_MANIFEST_PATH": str(manifest)}
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return started


@pytest.fixture
def with_cue(timeline_file) -> Path:
    timeline = read_timeline(timeline_file)
    whole = timeline.tracks[0][0].range_in_parent()
    write_project(timeline, Project(cues=(Cue("c1", "dialogue", whole, "Get down!", "ANNA"),)))
    write_timeline(timeline, timeline_file)
    return timeline_file


def test_otios_tools_know_the_plugin(run) -> None:
    said = run("otiopluginfo")
    assert "vssflow_studio" in said and "vssflow_studio_upgrade" in said


def test_cues_have_types(run, with_cue) -> None:
    code = (
        "import sys, opentimelineio as otio\n"
        "module = otio.schema.schemadef.module_from_name('vssflow_studio')\n"
        "cue, = module.cues(otio.adapters.read_from_file(sys.argv[1]))\n"
        "again = otio.core.deserialize_json_from_string(otio.core.serialize_json_to_string(cue))\n"
        "print(again.character, again.text, again.range.duration.value, again.circled_take())"
    )
    assert run("-c", code, str(with_cue)).split("\n")[0] == "ANNA Get down! 96.0 None"


@pytest.mark.parametrize("tool", ["otioconvert", "otiotool"])
def test_an_old_file_is_brought_up_to_date(run, with_cue, tmp_path, tool) -> None:
    document = json.loads(with_cue.read_text())
    ours = document["metadata"]["vssflow_studio"]
    for name in ("schema", "lexicon", "relinked"):
        del ours[name]
    for name in ("pace", "delivery", "picture", "takes"):
        del ours["cues"][0][name]
    with_cue.write_text(json.dumps(document))
    out = tmp_path / "new.otio"
    run(tool, "-i", str(with_cue), "-o", str(out))
    ours = json.loads(out.read_text())["metadata"]["vssflow_studio"]
    assert ours["schema"] == 1 and ours["relinked"] == {}
    assert ours["cues"][0]["delivery"] == "normal" and ours["cues"][0]["pace"] is None
    assert read_project(read_timeline(out)).cues[0].text == "Get down!"


def test_a_newer_file_stays_as_it_is(run, with_cue, tmp_path) -> None:
    document = json.loads(with_cue.read_text())
    document["metadata"]["vssflow_studio"] = {"schema": 99, "something": "else"}
    with_cue.write_text(json.dumps(document))
    run("otioconvert", "-i", str(with_cue), "-o", str(tmp_path / "new.otio"))
    kept = json.loads((tmp_path / "new.otio").read_text())["metadata"]["vssflow_studio"]
    assert kept == {"schema": 99, "something": "else"}


def test_moved_media_are_found(run, tmp_path, make_movie, make_timeline) -> None:
    shelf = tmp_path / "shelf" / "day 1"
    shelf.mkdir(parents=True)
    make_movie(shelf / "a 100%.mp4", 1)
    timeline = make_timeline(Path("/gone/a 100%.mp4"), frames=24)
    otio.adapters.write_to_file(timeline, str(tmp_path / "cut.otio"))
    linked = ("-m", "vssflow_studio", "-M", f'folders="{tmp_path / "shelf"}"')
    run("otioconvert", "-i", str(tmp_path / "cut.otio"), "-o", str(tmp_path / "out.otio"), *linked)
    (clip,) = otio.adapters.read_from_file(str(tmp_path / "out.otio")).find_clips()
    assert clip.media_reference.target_url == str(shelf / "a 100%.mp4")
