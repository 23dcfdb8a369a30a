"""Settings, models, notices, mishaps and the report, in real windows."""

from __future__ import annotations

import shutil
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from vssflow_studio import logs
from vssflow_studio.paths import logs as log_folder
from vssflow_studio.paths import models, weights
from vssflow_studio.settings import Settings, read_settings
from vssflow_studio.ui.dialogs.licence import LicenceDialog
from vssflow_studio.ui.dialogs.models import ModelsDialog
from vssflow_studio.ui.dialogs.settings import SettingsDialog
from vssflow_studio.ui.jobs.notices import summary


def choose(box, data) -> None:
    at = box.findData(data)
    assert at >= 0, data
    box.setCurrentIndex(at)
    box.activated.emit(at)


# --- settings ---


@pytest.fixture
def settings(window) -> SettingsDialog:
    window.actions_["settings"].trigger()
    return window.support.dialogs["settings"]


def test_settings_hold_at_once_and_are_read_by_everybody(qtbot, window, settings) -> None:
    assert window.actions_["settings"].property("keys") == "Ctrl+,"
    choose(settings.theme, "light")
    assert not window.theme.dark
    choose(settings.theme, "dark")
    assert window.theme.dark
    settings.threads.setValue(1)
    settings.autosave.setValue(3)
    settings.polite.setChecked(False)
    settings.notify.setChecked(False)
    assert window.guard.timer.interval() == 180_000
    assert read_settings() == Settings(theme="dark", threads=1, autosave_minutes=3, polite=False, notify=False)
    qtbot.mouseClick(settings.defaults, Qt.MouseButton.LeftButton)
    assert read_settings() == Settings() and settings.threads.value() == 0 and settings.polite.isChecked()


def test_the_cache_is_measured_and_cleared_alone(qtbot, window, settings, tmp_path: Path) -> None:
    mine = tmp_path / "scratch"
    (mine / "VSSFlow Studio Cache" / "downloads").mkdir(parents=True)
    (mine / "VSSFlow Studio Cache" / "downloads" / "half.part").write_bytes(bytes(3_000_000))
    (mine / "film.mov").write_bytes(b"mine")
    window.preferences.change(scratch=str(mine))
    qtbot.waitUntil(lambda: settings.cache_size.text() == "3 MB")
    qtbot.mouseClick(settings.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: settings.cache_size.text() == "empty")
    assert [path.name for path in mine.iterdir()] == ["film.mov"]


def test_a_settings_file_that_cannot_be_written_is_told(window, settings, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "no").write_text("a file")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no"))
    settings.notify.setChecked(False)
    assert window.message.isVisible() and "settings.json" in window.message.text
    assert not window.preferences.settings.notify  # it holds for this session


def test_every_field_has_a_name(settings) -> None:
    fields = [settings.theme, settings.device, settings.audio, settings.threads, settings.autosave, settings.scratch]
    assert all(field.accessibleName() for field in [*fields, *settings.models.values()])


# --- models ---


@pytest.fixture
def dialog(window) -> ModelsDialog:
    window.actions_["models"].trigger()
    return window.support.dialogs["models"]


def names(dialog: ModelsDialog, group: int) -> list[str]:
    item = dialog.tree.topLevelItem(group)
    return [item.child(row).text(0) for row in range(item.childCount())]


def test_models_are_listed_with_what_they_need(dialog) -> None:
    assert names(dialog, 0) == ["draft", "draft-deepaudio"] and "mmaudio_small_44k" in names(dialog, 1)
    assert "Apache-2.0" in dialog.details.toPlainText() and "Checkpoint" in dialog.details.toPlainText()
    assert not dialog.remove_button.isEnabled()  # it is shipped
    dialog.tree.setCurrentItem(dialog.tree.topLevelItem(1).child(0))
    said = dialog.details.toPlainText()
    assert "CC-BY-NC-4.0" in said and "synchformer_state_dict.pth" in said and "Memory" in said and "free" in said
    assert dialog.install.isEnabled()


def test_a_folder_is_installed_picked_and_makes_the_next_take(qtbot, opened, dialog, answer, tmp_path: Path) -> None:
    shutil.copytree(weights() / "draft", tmp_path / "mine")
    with qtbot.waitSignal(dialog.changed, timeout=60_000):
        dialog.add(tmp_path / "mine")
    assert names(dialog, 0) == ["draft", "draft-deepaudio", "mine"] and "Installed: mine" in dialog.said.text()
    choose(dialog.picks["ambience"], "mine")
    assert read_settings().models == {"dialogue": "draft", "foley": "draft", "ambience": "mine"}
    opened.jobs.pause(True)
    for kind in ("ambience", "foley"):
        opened.add_cue(kind)
        opened.undo_stack.change_fields(opened.model.selected_cue, "Edit", text="rain")
        opened.jobs.generate(opened.model.selected_cue)
    assert [job.request.sampling.model for job in opened.jobs.jobs()] == ["mine", "draft"]
    opened.jobs.cancel_all()
    assert dialog.selected.card.name == "mine" and dialog.remove_button.isEnabled()

    answer("Remove")
    qtbot.mouseClick(dialog.remove_button, Qt.MouseButton.LeftButton)
    assert names(dialog, 0) == ["draft", "draft-deepaudio"] and not (models() / "mine").exists()
    assert dialog.picks["ambience"].currentText() == "mine (not installed)"


def test_what_is_no_model_is_told_and_the_dialog_goes_on(qtbot, dialog, tmp_path: Path) -> None:
    (tmp_path / "no.ckpt").write_bytes(b"nothing of the kind")
    dialog.add(tmp_path / "no.ckpt")
    assert dialog.cancel.isVisible() and not dialog.from_file.isEnabled()
    qtbot.waitUntil(lambda: dialog.from_file.isEnabled(), timeout=60_000)
    assert "no.ckpt" in dialog.said.text() and names(dialog, 0) == ["draft", "draft-deepaudio"]
    dialog.add(tmp_path)
    dialog.cancel_install()
    qtbot.waitUntil(lambda: "Cancelled" in dialog.said.text(), timeout=10_000)


def test_from_the_hub_the_licence_comes_first(qtbot, dialog, monkeypatch) -> None:
    import hub_server

    files = {path.name: path.read_bytes() for path in (weights() / "draft").iterdir()}
    shown: list[LicenceDialog] = []

    def answer(accept: bool) -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, LicenceDialog):
            QTimer.singleShot(20, lambda: answer(accept))
            return
        shown.append(box)
        assert not box.install.isEnabled() and "apache-2.0" in box.text.text()
        box.accept_box.setChecked(accept)
        box.install.click() if accept else box.reject()

    with hub_server.serving() as hub:
        hub.files["studio/ours"] = files
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        QTimer.singleShot(0, lambda: answer(False))
        dialog.look("studio/ours")
        qtbot.waitUntil(lambda: "not accepted" in dialog.said.text(), timeout=60_000)
        assert not any(path.startswith("/bytes/") for _, path, _ in hub.asked)
        QTimer.singleShot(0, lambda: answer(True))
        with qtbot.waitSignal(dialog.changed, timeout=60_000):
            dialog.look("studio/ours")
    assert names(dialog, 0) == ["draft", "draft-deepaudio", "ours"] and len(shown) == 2


# --- notices ---


def test_a_batch_is_told_once_and_only_when_nobody_is_looking(qtbot, opened) -> None:
    told: list[str] = []
    opened.support.notices.tell = lambda title, text: told.append(text)
    opened.support.notices._in_front = lambda: False

    def batch() -> None:
        opened.jobs.pause(True)
        for text in ("rain", "wind"):
            opened.add_cue("ambience")
            opened.undo_stack.change_fields(opened.model.selected_cue, "Edit", text=text)
            opened.jobs.generate(opened.model.selected_cue)
        opened.jobs.pause(False)
        qtbot.waitUntil(lambda: not opened.jobs.unfinished(), timeout=120_000)
        qtbot.wait(100)

    batch()
    assert told == ["2 takes are ready"]
    opened.preferences.change(notify=False)
    batch()
    opened.preferences.change(notify=True)
    opened.support.notices._in_front = lambda: True
    batch()
    assert told == ["2 takes are ready"]


def test_what_a_notice_says() -> None:
    assert [summary(*counts) for counts in ((1, 0), (4, 1), (0, 2), (0, 0))] == [
        "1 take is ready", "4 takes are ready, 1 failed", "2 failed", "",
    ]  # fmt: skip


def test_a_notice_without_a_tray_is_no_crash(opened) -> None:
    opened.support.notices.tell("cut.otio", "1 take is ready")


# --- mishaps and the report ---


@pytest.fixture
def listening(window, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sys, "__excepthook__", lambda *caught: None)
    logs.start("studio")
    before = sys.excepthook, threading.excepthook
    window.support.mishaps.install()
    yield window
    sys.excepthook, threading.excepthook = before


def test_a_defect_in_a_slot_is_told_and_logged_and_the_window_lives(qtbot, listening) -> None:
    QTimer.singleShot(0, lambda: {}["Meet me in Lisbon"])
    qtbot.waitUntil(lambda: "Something went wrong inside" in listening.message.text)
    assert "Report a Problem" in listening.message.text and listening.isVisible()
    said = (log_folder() / "studio.log").read_text()
    assert "error=KeyError" in said and "test_support.py" in said and "Lisbon" not in said


def test_a_defect_on_a_thread_is_told_too(qtbot, listening) -> None:
    threading.Thread(target=lambda: [][1]).start()
    qtbot.waitUntil(lambda: "Something went wrong inside" in listening.message.text)
    assert "error=IndexError" in (log_folder() / "studio.log").read_text()


def test_the_report_is_shown_whole_and_has_nothing_of_the_film(qtbot, opened, timeline_file: Path, tmp_path) -> None:
    logs.start("studio")
    opened.support.opened()
    opened.add_cue("dialogue")
    cue = opened.model.selected_cue
    opened.undo_stack.change_fields(cue, "Edit", text="Meet me in Lisbon", character="ANNA", voice="Nobody")
    opened.jobs.generate(cue)  # there is no such voice
    opened.actions_["report"].trigger()
    report = opened.support.dialogs["report"]
    qtbot.waitUntil(report.save.isEnabled, timeout=60_000)
    shown = [report.files.item(row).text() for row in range(report.files.count())]
    report.what.setPlainText("It was silent.")
    assert report.write(tmp_path / "report.zip")
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        assert archive.namelist() == shown
        held = {name: archive.read(name).decode() for name in shown}
    for name, text in held.items():
        report.files.setCurrentRow(shown.index(name))
        assert report.text.toPlainText().strip() == text.strip()
    everything = "\n".join(held.values())
    assert "It was silent." in everything and "opened file=" in everything and "error=TextError" in everything
    for private in ("Lisbon", "ANNA", "Nobody", timeline_file.name, str(timeline_file.parent), str(Path.home())):
        assert private not in everything, private
    assert not report.write(tmp_path / "nowhere" / "report.zip") and "not there" in report.said.text()


def test_each_dialog_is_open_once(window) -> None:
    for name in ("settings", "models", "report"):
        window.actions_[name].trigger()
        first = window.support.dialogs[name]
        window.actions_[name].trigger()
        assert window.support.dialogs[name] is first and isinstance(first, QDialog)
        first.close()
        assert name not in window.support.dialogs
