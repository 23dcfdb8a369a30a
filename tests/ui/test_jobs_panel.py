"""The Jobs panel over a real queue: order, state, time, memory, errors that stay, and what steers it."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QScrollArea

from vssflow_studio.engine.memory import Memory
from vssflow_studio.ui.jobs.panel import JobsPanel, usage
from vssflow_studio.ui.jobs.table import CUE, KIND, LEFT, PROGRESS, STATE, duration


@pytest.fixture
def panel(qtbot, opened):
    """A panel over the window's jobs, three ambiences waiting in a queue that is paused."""
    panel = JobsPanel(opened.jobs)
    qtbot.addWidget(panel)
    panel.resize(700, 260)
    panel.show()
    opened.jobs.pause(True)
    for text in ("rain", "wind", "fire"):
        opened.add_cue("ambience")
        opened.undo_stack.change_fields(opened.model.selected_cue, "Edit", text=text)
        opened.jobs.generate(opened.model.selected_cue)
    qtbot.waitUntil(lambda: texts(panel) == ["rain", "wind", "fire"])
    return panel


def texts(panel: JobsPanel, column: int = CUE) -> list[str]:
    table = panel.table_model
    return [table.index(row, column).data() for row in range(table.rowCount())]


def select(panel: JobsPanel, text: str) -> None:
    panel.select(panel.table_model.rows[texts(panel).index(text)].id)


def click(qtbot, panel: JobsPanel, name: str) -> None:
    assert panel.buttons[name].isEnabled()
    qtbot.mouseClick(panel.buttons[name], Qt.MouseButton.LeftButton)


def test_an_empty_queue_says_what_to_do(qtbot, opened) -> None:
    panel = JobsPanel(opened.jobs)
    qtbot.addWidget(panel)
    panel.show()
    assert not panel.table.isVisible()
    assert not any(button.isEnabled() for button in panel.buttons.values())


def test_waiting_jobs_change_places_by_button_and_by_drag(qtbot, panel) -> None:
    assert texts(panel, STATE) == ["◌ Waiting"] * 3
    select(panel, "fire")
    click(qtbot, panel, "up")
    assert texts(panel) == ["rain", "fire", "wind"]
    click(qtbot, panel, "top")
    assert texts(panel) == ["fire", "rain", "wind"]
    assert not panel.buttons["up"].isEnabled()
    click(qtbot, panel, "down")
    assert texts(panel) == ["rain", "fire", "wind"]
    table = panel.table_model
    data = table.mimeData([table.index(2, 0)])
    table.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    qtbot.waitUntil(lambda: texts(panel) == ["wind", "rain", "fire"])


def test_pause_and_resume_say_so_and_the_takes_come_in_the_order_shown(qtbot, panel, opened) -> None:
    assert panel.buttons["pause"].text() == "Resume" and "Paused, 3 jobs to go" in panel.summary.text()
    select(panel, "fire")
    click(qtbot, panel, "top")
    made: list[str] = []
    opened.jobs.made.connect(lambda cue_id, take: made.append(opened.model.find(cue_id).text))
    seen = {"time": False, "memory": False, "progress": False}

    def look(_job) -> None:
        panel.refresh()
        seen["memory"] |= "memory" in panel.usage.text() and "CPU" in panel.usage.text()
        seen["progress"] |= any("%" in text for text in texts(panel, PROGRESS))
        seen["time"] |= any(text.endswith((" s", "min")) for text in texts(panel, LEFT))

    opened.jobs.changed.connect(look)
    click(qtbot, panel, "pause")
    qtbot.waitUntil(lambda: len(made) == 3, timeout=180_000)
    assert made == ["fire", "rain", "wind"] and all(seen.values()), seen
    panel.refresh()
    assert texts(panel, STATE) == ["● Done"] * 3 and panel.summary.text() == ""
    click(qtbot, panel, "clear")
    qtbot.waitUntil(lambda: not panel.table.isVisible())


def test_an_error_stays_with_its_job_and_the_job_is_tried_again(qtbot, panel, opened) -> None:
    takes = opened.model.path.with_name("cut.takes")
    shutil.rmtree(takes)
    for text in ("wind", "fire"):
        select(panel, text)
        click(qtbot, panel, "cancel")
    qtbot.waitUntil(lambda: panel.table_model.left == {panel.table_model.rows[0].id: None})
    click(qtbot, panel, "pause")
    qtbot.waitUntil(lambda: "✕ Failed" in texts(panel, STATE), timeout=120_000)
    opened.message.hide()
    select(panel, "rain")
    assert panel.error.isVisible() and "not there" in panel.error.text()
    assert "nothing was changed" in panel.error.text()  # what to do
    takes.mkdir()
    click(qtbot, panel, "retry")
    with qtbot.waitSignal(opened.jobs.made, timeout=120_000):
        pass
    (rain,) = [cue for cue in opened.model.project.cues if cue.text == "rain"]
    assert (takes.parent / rain.circled_take.path).is_file()


def test_the_cancelled_job_alone_is_cancelled(qtbot, panel, opened) -> None:
    select(panel, "wind")
    click(qtbot, panel, "cancel")
    qtbot.waitUntil(lambda: texts(panel, STATE).count("◌ Waiting") == 2)
    assert texts(panel) == ["rain", "fire", "wind"]
    opened.jobs.cancel_all()


def test_a_job_that_is_tried_again_stays_selected(qtbot, panel, opened) -> None:
    select(panel, "rain")
    click(qtbot, panel, "cancel")
    qtbot.waitUntil(lambda: texts(panel) == ["wind", "fire", "rain"])
    cancelled = panel.selected
    click(qtbot, panel, "retry")
    qtbot.waitUntil(lambda: texts(panel, STATE) == ["◌ Waiting"] * 3)
    assert panel.selected not in ("", cancelled) and panel.table_model.row_of(panel.selected) == texts(panel).index("rain")
    assert panel.buttons["cancel"].isEnabled() and not panel.buttons["retry"].isEnabled()


def test_the_device_is_a_setting(qtbot, panel, opened) -> None:
    at = panel.device.findData("cpu")
    panel.device.setCurrentIndex(at)
    panel.device.activated.emit(at)
    assert opened.jobs.preferences.settings.device == "cpu" and opened.jobs.queue.device == "cpu"
    opened.jobs.preferences.change(device="auto")
    assert panel.device.currentData() == "auto"


def test_two_generates_of_a_cue_are_two_takes(qtbot, panel, opened) -> None:
    (cue,) = [cue for cue in opened.model.project.cues if cue.text == "fire"]
    opened.jobs.generate(cue.id)
    jobs = [job for job in opened.jobs.jobs() if job.order.cue_id == cue.id]
    assert sorted(job.request.sampling.seed for job in jobs) == [0, 1]
    opened.jobs.cancel(cue.id)
    assert {job.order.description for job in opened.jobs.unfinished()} == {"rain", "wind"}


def test_a_screen_reader_hears_the_whole_row(panel) -> None:
    said = panel.table_model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "rain, Ambience, ◌ Waiting, –"
    assert all(button.accessibleName() for button in panel.buttons.values())
    assert panel.device.accessibleName() and panel.table.accessibleName()


def test_durations_and_memory_in_words() -> None:
    assert [duration(s) for s in (None, 0.2, 59.4, 130, 3900)] == ["–", "1 s", "59 s", "2 min 10 s", "1 h 05 min"]
    assert usage(Memory(), "") == ""
    assert usage(Memory(1_300_000_000), "cpu") == "CPU, memory 1.3 GB"
    assert usage(Memory(900_000_000, 2_500_000_000, 24_000_000_000), "cuda") == "CUDA, memory 900 MB, on the device 2.5 GB of 24.0 GB"
    assert usage(Memory(None, None, None), "mps") == "MPS, memory unknown, on the device unknown"


def test_at_the_windows_side_nothing_of_a_job_is_cut_off(qtbot, panel) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setWidget(panel)
    area.resize(320, 300)
    area.show()
    qtbot.waitUntil(lambda: panel.width() < 400)
    assert area.horizontalScrollBar().maximum() == 0 == panel.table.horizontalScrollBar().maximum()
    assert panel.table.columnWidth(CUE) >= 80
    assert panel.table.isColumnHidden(KIND) and not panel.table.isColumnHidden(LEFT)
    area.takeWidget()  # which the area would delete before the jobs that it shows
