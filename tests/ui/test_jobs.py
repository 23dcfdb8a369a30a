"""Takes find their cue wherever the timeline is saved meanwhile; cancelling hits what is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project


@pytest.fixture
def ordered(qtbot, opened):
    """A window with a cue whose job has just been queued."""
    opened.add_cue("dialogue")
    opened.inspector.character.setCurrentText("ANNA")
    opened.inspector.text.setPlainText("Hello there.")
    opened.generate_selected()
    qtbot.waitUntil(lambda: opened.jobs.busy)
    return opened


def wait_for_job(qtbot, window) -> None:
    def is_done(job) -> bool:
        return job.state == "done"

    with qtbot.waitSignal(window.jobs.changed, timeout=120_000, check_params_cb=is_done):
        pass


@pytest.mark.parametrize("name", ["other.otio", "elsewhere/cut.otio"])
def test_a_take_arrives_though_the_timeline_was_saved_under_another_name(
    qtbot, ordered, tmp_path: Path, name: str
) -> None:
    new = tmp_path / name
    new.parent.mkdir(exist_ok=True)
    assert ordered.save(new)
    wait_for_job(qtbot, ordered)
    (cue,) = ordered.model.project.cues
    (take,) = cue.takes
    wav = new.parent / take.path
    assert not Path(take.path).is_absolute() and wav.is_file()
    assert wav.resolve().parent == tmp_path / "cut.takes"
    assert ordered.model.views[-1].media.resolve() == wav.resolve()
    assert ordered.save()
    (saved,) = read_project(read_timeline(new)).cues
    assert saved.takes == cue.takes


def test_a_take_is_left_on_disk_when_another_timeline_was_opened(
    qtbot, ordered, tmp_path: Path
) -> None:
    """The other one is a copy: even the cue's id is the same."""
    path, copy = ordered.model.path, tmp_path / "copy.otio"
    assert ordered.save()
    copy.write_bytes(path.read_bytes())
    jobs, made, failed = ordered.jobs, [], []
    jobs.made.connect(lambda *a: made.append(a))
    jobs.failed.connect(failed.append)
    ordered.model.open(copy)  # the job ends before anyone could cancel it
    qtbot.waitUntil(lambda: all(job.is_over for job in jobs.queue.jobs()), timeout=120_000)
    qtbot.wait(100)
    assert list((tmp_path / "cut.takes").glob("*.wav"))
    assert not made and not failed and not ordered.message.isVisible()
    assert ordered.model.project.cues[0].takes == () and ordered.model.jobs == {}


def test_escape_cancels_the_selected_cues_job_alone(qtbot, ordered) -> None:
    first = ordered.model.selected_cue
    ordered.add_cue("foley")
    ordered.inspector.text.setPlainText("rain")
    ordered.generate_selected()
    second = ordered.model.selected_cue
    qtbot.waitUntil(lambda: ordered.model.is_busy(second))
    ordered.timeline_view.setFocus()
    ordered.model.select_clip(None)
    qtbot.keyClick(ordered, Qt.Key.Key_Escape)
    assert ordered.model.is_busy(first) and ordered.model.is_busy(second)
    ordered.model.select_cue(second)
    qtbot.keyClick(ordered, Qt.Key.Key_Escape)
    assert not ordered.model.is_busy(second) and ordered.model.is_busy(first)
    qtbot.keyClick(ordered, Qt.Key.Key_Escape)  # its job is over
    assert ordered.model.is_busy(first)
    qtbot.keyClick(ordered, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert not ordered.jobs.busy
    assert not ordered.actions_["cancel"].isEnabled() and not ordered.actions_["cancel_all"].isEnabled()
