"""The logs and the report: what a support person needs, and nothing private."""

from __future__ import annotations

import getpass
import json
import socket
import zipfile
from pathlib import Path

import pytest

from vssflow_studio import logs
from vssflow_studio.errors import MediaError, StorageError
from vssflow_studio.paths import logs as folder
from vssflow_studio.report import collect, without_private, write_report


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


def text(program: str = "studio") -> str:
    return (folder() / f"{program}.log").read_text()


def test_an_event_is_one_line_with_time_process_and_facts() -> None:
    logs.start("studio", device="cpu")
    logs.event("job", state="done", took=3.14159, kind="foley")
    first, second = text().splitlines()
    assert " started program=studio version=" in first and first.endswith("device=cpu")
    assert second.endswith("job state=done took=3.14 kind=foley") and second[:4].isdigit()


def test_an_error_keeps_our_words_and_loses_the_users() -> None:
    logs.start("studio")
    secret = "Meet me in Lisbon"
    logs.problem("jobs", MediaError(f"The media “{secret}.mov” is missing", file="/home/pia/secret.mov", clip=secret))
    logs.problem("jobs", MediaError(f"The picture can't be read: {secret}"))
    assert "The media … is missing" in text() and "The picture can't be read" in text()
    assert secret not in text() and "pia" not in text()


def test_a_defect_leaves_its_places_and_not_its_words() -> None:
    logs.start("studio")
    try:
        try:
            {}["ANNA"]
        except KeyError:
            int("Meet me in Lisbon")
    except ValueError as error:
        logs.defect("window", error)
    said = text()
    assert "ERROR" in said and "error=ValueError" in said and "from KeyError" in said
    assert "test_logs.py:" in said and "test_a_defect_leaves_its_places" in said
    assert "Lisbon" not in said and "ANNA" not in said and str(Path.home()) not in said


def test_files_are_named_by_a_hash_that_stays_the_same(tmp_path: Path) -> None:
    name = logs.hidden(tmp_path / "The Secret Film.otio")
    assert "Secret" not in name and name == logs.hidden(tmp_path / "x" / ".." / "The Secret Film.otio")
    assert name != logs.hidden(tmp_path / "Another.otio")


def test_a_log_is_turned_over_before_it_grows_too_large() -> None:
    logs.start("studio")
    for _ in range(30_000):
        logs.event("job", state="done", took=1.0, kind="foley", model="draft")
    files = sorted(file.name for file in folder().iterdir())
    assert files == ["studio.log", "studio.log.1", "studio.log.2"][: len(files)] and len(files) > 1
    assert all(file.stat().st_size <= 1_000_000 for file in folder().iterdir())


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    logs.start("studio")
    logs.event("job")


def test_the_report_has_what_is_needed_and_nothing_private(tmp_path: Path) -> None:
    logs.start("studio", device="cpu")
    logs.problem("jobs", StorageError("The disk is full", file=Path.home() / "ANNA" / "cut.otio"))
    (folder() / "crash.log").write_text(f'File "{Path.home()}/venv/x.py" on {socket.gethostname()}')
    parts = collect()
    write_report(tmp_path / "report.zip", parts)
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        held = {name: archive.read(name).decode() for name in archive.namelist()}
    assert held == parts
    assert {"report.txt", "doctor.json", "settings.json", "studio.log", "crash.log"} <= held.keys()
    assert "The disk is full" in held["studio.log"] and "draft" in held["doctor.json"]
    assert json.loads(held["settings.json"])["device"] == "auto"
    everything = "\n".join(held.values())
    for private in (str(Path.home()), str(tmp_path), socket.gethostname(), "ANNA"):
        assert private not in everything, private
    if len(getpass.getuser()) > 2:
        assert getpass.getuser() not in everything


def test_paths_below_the_home_folder_go_whole() -> None:
    said = without_private(f"before {Path.home()}/Secret Films/cut.otio after")
    assert str(Path.home()) not in said and said.startswith("before ·")
