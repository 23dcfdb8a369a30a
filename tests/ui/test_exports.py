from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest
from cuts import write_cut
from PySide6.QtWidgets import QFileDialog

from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project
from vssflow_studio.ui.files.exports import TempDialog


@pytest.fixture
def cut(window, tmp_path: Path):
    assert window.open(write_cut(tmp_path))
    return window


def choose(monkeypatch, out: Path, kind: str) -> list:
    """Answer the file dialog; what it was asked."""
    asked: list = []
    answer = lambda *given: asked.append(given) or (str(out), kind)  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return asked


def test_export_writes_what_is_in_the_window(qtbot, cut, monkeypatch, tmp_path: Path) -> None:
    before = (tmp_path / "cut.otio").read_bytes()
    cut.undo_stack.change_fields("c0", "Edit line", text="Not saved yet.")
    asked = choose(monkeypatch, tmp_path / "out", "OpenTimelineIO (*.otio)")
    with qtbot.waitSignal(cut.exports.done, timeout=20_000):
        cut.actions_["export"].trigger()
    assert all(f"*.{suffix}" in asked[0][3] for suffix in ("otioz", "xml", "aaf", "edl", "mp4", "wav"))
    timeline = read_timeline(tmp_path / "out.otio")
    assert read_project(timeline).cues[0].text == "Not saved yet."
    assert str(tmp_path / "out.otio") in cut.message.text
    assert (tmp_path / "cut.otio").read_bytes() == before and cut.isWindowModified()


def test_the_level_of_a_mix_is_told(qtbot, cut, monkeypatch, tmp_path: Path) -> None:
    choose(monkeypatch, tmp_path / "mix.wav", "Mix at −27 LUFS dialogue level (*.wav)")
    with qtbot.waitSignal(cut.exports.done, timeout=20_000):
        cut.actions_["export"].trigger()
    assert "−27" in cut.message.text.replace("-27", "−27") and (tmp_path / "mix.wav").is_file()


@pytest.mark.parametrize(("name", "says"), [("cut.otio", "timeline that is open"), ("cut.doc", "“.doc”")])
def test_what_can_not_be_exported_is_told(qtbot, cut, monkeypatch, tmp_path: Path, name: str, says: str) -> None:
    choose(monkeypatch, tmp_path / name, "")
    with qtbot.waitSignal(cut.exports.failed, timeout=20_000):
        cut.actions_["export"].trigger()
    assert says in cut.message.text


def test_what_is_still_temp_is_listed(cut) -> None:
    cut.actions_["temp"].trigger()
    dialog = cut.findChild(TempDialog)
    assert dialog.label.text() == "2 clips are still temp."
    cells = [dialog.table.item(0, column).text() for column in range(dialog.table.columnCount())]
    assert cells[:5] == ["01:00:01:06", "01:00:02:18", "DX TEMP", "ANNA: Mind the door!", "take0.wav"]
    assert cells[5:8] == ["draft", "0", "Apache-2.0"]
    dialog.close()


def test_a_timeline_without_takes_is_told_so(window, timeline_file: Path) -> None:
    assert window.open(timeline_file)
    window.actions_["temp"].trigger()
    assert window.findChild(TempDialog).label.text() == "Nothing in this timeline is temp."


def test_nothing_to_export_without_a_timeline(window) -> None:
    assert not window.actions_["export"].isEnabled() and not window.actions_["temp"].isEnabled()


def test_exported_xml_opens_elsewhere(qtbot, cut, monkeypatch, tmp_path: Path) -> None:
    choose(monkeypatch, tmp_path / "out.xml", "")
    with qtbot.waitSignal(cut.exports.done, timeout=20_000):
        cut.actions_["export"].trigger()
    assert len(list(otio.adapters.read_from_file(str(tmp_path / "out.xml")).find_clips())) == 3


def test_an_otio_for_kdenlive_is_written_as_kdenlive_reads_it(qtbot, cut, tmp_path) -> None:
    with qtbot.waitSignal(cut.exports.done, timeout=30_000):
        cut.exports.export(tmp_path / "plain.otio", "OpenTimelineIO (*.otio)")
    with qtbot.waitSignal(cut.exports.done, timeout=30_000):
        cut.exports.export(tmp_path / "kdenlive", "OpenTimelineIO for Kdenlive 25.04 or later (*.otio)")
    assert (tmp_path / "kdenlive.otio").read_text() != (tmp_path / "plain.otio").read_text()
