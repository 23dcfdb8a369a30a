"""The Premiere panel: its own tests under Node, its package, and its talk with a real window."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vssflow_studio.cli import main
from vssflow_studio.endpoint import PORTS
from vssflow_studio.paths import endpoint
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.ui.window.main_window import MainWindow
from vssflow_studio.ui.outside import Outside, verbs

PANEL = Path(__file__).parents[2] / "plugins" / "premiere"

node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


@node
def test_the_panels_logic_under_node() -> None:
    done = subprocess.run(["node", "--test", "test/"], cwd=PANEL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_package_holds_what_its_pages_ask_for(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert main(["plugins", "install", "premiere", "--folder", str(tmp_path)]) == 0
    with zipfile.ZipFile(tmp_path / "vssflow-studio.ccx") as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
        texts = "".join(archive.read(name).decode() for name in names if name.endswith((".js", ".html")))
    assert manifest["manifestVersion"] == 5 and manifest["main"] in names
    for wanted in ("index.js", "style.css", "src/studio.js", "src/work.js"):
        assert wanted in names and Path(wanted).name in texts
    allowed = manifest["requiredPermissions"]["network"]["domains"]
    assert allowed == [f"http://127.0.0.1:{port}" for port in PORTS]


@node
def test_the_panel_sends_and_brings_back_through_a_real_window(
    qtbot, tmp_path, monkeypatch, timeline_file
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / ".local/share"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    window = MainWindow()
    qtbot.addWidget(window, before_close_func=lambda w: w.undo_stack.setClean())
    door = Outside(verbs(window), window)
    door.open()
    try:
        with ThreadPoolExecutor(1) as pool:

            def panel(task: str) -> str:
                answer = pool.submit(_in_node, task, home, tmp_path, timeline_file)
                qtbot.waitUntil(answer.done, timeout=30_000)
                return answer.result()

            assert panel("send") == "Sent Reel.otio."
            first = tmp_path / "VSSFlow Studio" / "Reel.otio"
            qtbot.waitUntil(lambda: window.model.path == first)
            window.undo_stack.change_project(
                Project(cues=(Cue("c", "dialogue", window.model.views[0].record, "Hello.", "ANNA"),)), "Add line"
            )
            assert panel("send") == "Sent Reel 2.otio."  # what was not saved yet comes along
            second = tmp_path / "VSSFlow Studio" / "Reel 2.otio"
            qtbot.waitUntil(lambda: window.model.path == second)
            assert [cue.text for cue in window.model.project.cues] == ["Hello."]
            assert "Imported Reel 2.xml." in panel("bringBack")
            assert "<xmeml" in (tmp_path / "Reel 2.xml").read_text()
    finally:
        door.close()
    assert not endpoint().exists()


def _in_node(task: str, home: Path, folder: Path, exported: Path) -> str:
    """The panel's code with a double of Adobe's module that exports a file of ours."""
    code = """
    const fs = require("fs");
    const [task, home, folder, exported, panel] = process.argv.slice(1);
    const { Studio } = require(`${panel}/src/studio.js`);
    const { Work } = require(`${panel}/src/work.js`);
    const project = {
      path: `${folder}/film.prproj`,
      getActiveSequence: async () => ({ name: "Reel" }),
      getRootItem: async () => null,
      importFiles: async (paths) => fs.existsSync(paths[0]),
    };
    const premiere = {
      Project: { getActiveProject: async () => project },
      ProjectConverter: {
        exportAsOpenTimelineIO: async (_, file) => (fs.copyFileSync(exported, file), true),
      },
    };
    const studio = new Studio({ fs: fs.promises, fetch, home, platform: "linux" });
    new Work({ premiere, fs: fs.promises, studio })[task]().then(console.log, (error) => {
      console.log(error.message);
      process.exitCode = 1;
    });
    """
    command = ["node", "-e", code, "--", task, str(home), str(folder), str(exported), str(PANEL)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    return done.stdout.strip() or done.stderr


def test_a_cue_less_cut_is_sent_on_without_a_word(tmp_path, timeline_file) -> None:
    from vssflow_studio.ui.outside import _conformed

    assert _conformed(timeline_file, tmp_path / "new.otio")["cues"] == 0
    timeline = read_timeline(timeline_file)
    range_ = timeline.tracks[0][0].range_in_parent()
    write_project(timeline, Project(cues=(Cue("c", "foley", range_, "knock"),)))
    write_timeline(timeline, timeline_file)
    new = tmp_path / "new.otio"
    new.write_bytes(timeline_file.read_bytes())
    assert _conformed(timeline_file, new)["cues"] == 1
    assert read_project(read_timeline(new)).cues[0].text == "knock"
