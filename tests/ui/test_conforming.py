from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtWidgets import QFileDialog, QMessageBox

from vssflow_studio.timeline.cues import Cue, Project, Take
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.timeline.tracks import is_ours
from vssflow_studio.ui.files.conforming import ConformReport


def span(start: int, length: int) -> TimeRange:
    return TimeRange(RationalTime(start, 24), RationalTime(length, 24))


@pytest.fixture
def cuts(tmp_path: Path, movie: Path, make_timeline) -> tuple[Path, Path]:
    """A cut with two cues, and a new one in which only the picture of the first is left, later."""
    old, new = make_timeline(movie, movie), make_timeline(movie)
    old.tracks[0][1].source_range = span(48, 48)
    new.tracks[0].insert(0, old.tracks[0][1].clone())
    new.tracks[0][0].source_range = span(30, 12)
    take = Take("t", "old.takes/s_t.wav", *(RationalTime(n, 24) for n in (12, 20, 12)), {"synthetic": True})
    cues = Cue("s", "foley", span(4, 20), "steps", takes=(take,)), Cue("d", "foley", span(60, 30), "a door")
    write_project(old, Project(cues))
    write_timeline(old, tmp_path / "old.otio")
    write_timeline(new, tmp_path / "new.otio")
    return tmp_path / "old.otio", tmp_path / "new.otio"


def test_the_new_cut_is_opened_with_the_cues(qtbot, window, cuts, monkeypatch) -> None:
    old, new = cuts
    assert window.open(old)
    window.undo_stack.change(replace(window.model.project.cues[0], notes="not saved"), "Note")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(new), ""))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
    window.actions_["conform"].trigger()
    report = window.findChild(ConformReport)
    assert "1 moved" in report.summary.text() and "1 orphaned" in report.summary.text()
    model = window.model
    assert model.path == new and window.isWindowModified()
    steps, door = (model.find(i) for i in "sd")
    assert steps.range == span(16, 20) and steps.notes == "not saved"
    assert (model.state(steps), model.state(door)) == ("ready", "orphaned")
    report.table.selectRow(1)
    assert model.selected_cue == "d"
    assert sum(map(is_ours, model.timeline.tracks)) == 1
    window.undo_stack.change_fields("d", "Change cue range", range=span(0, 10))
    assert model.state(model.find("d")) == "wanted"
    assert window.save()
    assert {cue.id for cue in read_project(read_timeline(new)).cues} == {"s", "d"}
    window.undo_stack.undo()
    window.undo_stack.undo()
    assert model.project.cues == () and not any(map(is_ours, model.timeline.tracks))
