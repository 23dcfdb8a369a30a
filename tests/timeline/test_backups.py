"""Backups, the lock, the stamp and what is written aside: nobody's work is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import opentimelineio as otio
import pytest

from vssflow_studio.atomic import replacing, sweep
from vssflow_studio.cli import main
from vssflow_studio.errors import LockedError, StorageError, TimelineError
from vssflow_studio.timeline.backups import backups, keep, keep_unsaved, restore, save_timeline
from vssflow_studio.timeline.cues import Project
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.lock import lock, locked
from vssflow_studio.timeline.recovery import (
    forget_recovery,
    read_recovery,
    recovery_file,
    write_recovery,
)
from vssflow_studio.timeline.stamp import stamp


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "cut.otio"
    save(path, "first")
    return path


def save(path: Path, name: str) -> None:
    save_timeline(otio.schema.Timeline(name), path)


def name_of(path: Path) -> str:
    return read_timeline(path).name


def test_three_generations_are_kept_and_the_oldest_goes(cut: Path) -> None:
    assert backups(cut) == ()
    for name in ("second", "third", "fourth", "fifth"):
        save(cut, name)
    assert [name_of(one.path) for one in backups(cut)] == ["fourth", "third", "second"]
    assert name_of(cut) == "fifth"


def test_a_backup_says_when_it_was_saved(cut: Path) -> None:
    os.utime(cut, (1_700_000_000, 1_700_000_000))
    keep(cut)
    keep(cut)  # the same file is not kept twice
    (one,) = backups(cut)
    assert one.saved.timestamp() == 1_700_000_000 and one.size == cut.stat().st_size


def test_neighbours_of_a_like_name_do_not_share_backups(cut: Path) -> None:
    others = [cut.with_name(name) for name in ("cut.0001.otio", "cut[1].otio", "cut.xml")]
    for path in others:
        shutil.copyfile(cut, path)
        keep(path)
    save(cut, "second")
    assert [name_of(one.path) for one in backups(cut)] == ["first"]
    assert all(len(backups(path)) == 1 for path in others)


def test_restoring_can_be_taken_back(cut: Path) -> None:
    for name in ("second", "third", "fourth"):
        save(cut, name)
    oldest = backups(cut)[-1]
    assert restore(cut, oldest.number) == oldest
    assert name_of(cut) == "first" and name_of(backups(cut)[0].path) == "fourth"
    restore(cut)
    assert name_of(cut) == "fourth"


def test_restoring_what_is_not_there_or_damaged_changes_nothing(cut: Path) -> None:
    save(cut, "second")
    with pytest.raises(StorageError, match="There are: 1"):
        restore(cut, 7)
    backups(cut)[0].path.write_text("{")
    with pytest.raises(TimelineError):
        restore(cut)
    assert name_of(cut) == "second"


def test_what_was_never_saved_can_be_kept_too(cut: Path) -> None:
    keep_unsaved(otio.schema.Timeline("mine"), cut)
    assert name_of(backups(cut)[0].path) == "mine" and name_of(cut) == "first"


def test_a_folder_that_takes_no_backups_does_not_stop_a_save(cut: Path) -> None:
    cut.with_name(".vssflow").write_text("a file where the folder should be")
    save(cut, "second")
    assert name_of(cut) == "second"


def test_the_command_line_lists_and_restores(cut: Path, capsys) -> None:
    save(cut, "second")
    assert main(["backups", "list", str(cut), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["number"] == 1 and Path(row["path"]).is_file()
    assert main(["backups", "restore", str(cut)]) == 0
    assert "number 1" in capsys.readouterr().out and name_of(cut) == "first"
    assert main(["backups", "restore", str(cut), "9"]) == 1


def test_only_our_own_old_temporary_files_are_swept(tmp_path: Path) -> None:
    with replacing(tmp_path / "cut.otio") as left:
        shutil.copyfile(left, tmp_path / "kept")
        ours = left.name
    old, young = tmp_path / ours, tmp_path / ours.replace("cut-", "new-")
    theirs = [tmp_path / name for name in (".cut-abcdefgh.otio", ".vssflow-half.otio", "cut.vssflow-half.otio")]
    for path in (old, young, *theirs):
        path.touch()
    hour_ago = time.time() - 3700
    for path in (old, *theirs):
        os.utime(path, (hour_ago, hour_ago))
    assert sweep(tmp_path) == 1
    assert not old.exists() and young.exists() and all(path.exists() for path in theirs)
    assert sweep(tmp_path / "gone") == 0


# --- the lock ---


def holding(cut: Path) -> subprocess.Popen:
    """Another process that has `cut` open."""
    script = f"from vssflow_studio.timeline.lock import lock\nl = lock({str(cut)!r})\nprint(1, flush=True)\ninput()"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def test_a_second_process_is_told_who_holds_it_until_that_one_is_killed(cut: Path) -> None:
    process = holding(cut)
    try:
        with pytest.raises(LockedError) as caught:
            lock(cut)
        assert f"process {process.pid}" in str(caught.value) and not caught.value.elsewhere
        with pytest.raises(LockedError):  # a living process of this machine yields to nobody
            lock(cut, force=True)
    finally:
        process.kill()
        process.wait()
    with locked(cut):
        assert json.loads(cut.with_name(".vssflow").joinpath("cut.otio.lock").read_text())["pid"] == os.getpid()
    assert os.listdir(cut.parent) == ["cut.otio"]


def test_generate_and_edits_of_cues_respect_it(cut: Path, capsys) -> None:
    before = cut.read_bytes()
    held = lock(cut)
    add = ["cues", "add", str(cut), "--in", "0", "--out", "1", "--text", "Hi."]
    for command in (["generate", str(cut)], add, ["media", "relink", str(cut)], ["backups", "restore", str(cut)]):
        assert main(command) == 1
        said = capsys.readouterr().err
        assert f"process {os.getpid()}" in said and str(cut) in said and "Close it there" in said
    assert cut.read_bytes() == before
    held.release()
    assert main(add) == 0


def test_a_lock_of_another_host_is_asked_about(cut: Path) -> None:
    held = lock(cut)
    written = {"pid": 1, "host": "edit-3", "user": "pia", "since": "2026-11-21T08:00:00"}
    held.path.write_text(json.dumps(written))
    os.close(held._handle)  # as when edit-3 was switched off
    with pytest.raises(LockedError, match="pia on edit-3") as caught:
        lock(cut)
    assert caught.value.elsewhere
    taken = lock(cut, force=True)
    with pytest.raises(LockedError):
        lock(cut)
    taken.release()
    lock(cut).release()


def test_half_a_lock_file_of_a_killed_process_is_free(cut: Path) -> None:
    folder = cut.with_name(".vssflow")
    folder.mkdir()
    (folder / "cut.otio.lock").write_text('{"pid": 4')
    lock(cut).release()


def test_where_nothing_can_be_written_there_is_no_lock_and_no_error(tmp_path: Path) -> None:
    lock(tmp_path / "gone" / "cut.otio").release()
    assert os.listdir(tmp_path) == []


# --- stamps ---


def test_a_stamp_sees_other_content_and_nothing_else(cut: Path) -> None:
    seen = stamp(cut)
    assert seen.still_true(cut)
    os.utime(cut, (1, 1))
    assert seen.still_true(cut)
    text = cut.read_text()
    cut.write_text(text.replace("first", "worst"))  # of the same size
    assert not seen.still_true(cut)
    cut.unlink()
    assert not seen.still_true(cut) and stamp(cut) is None


# --- what is written aside ---


def test_what_is_written_aside_is_read_back_until_it_is_forgotten(cut: Path, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert read_recovery(cut) is None
    before = cut.read_bytes()
    write_recovery(cut, Project(cast={"ANNA": "slt"}))
    assert read_recovery(cut).project.cast == {"ANNA": "slt"} and cut.read_bytes() == before
    assert recovery_file(cut).is_relative_to(tmp_path / "data")
    assert recovery_file(tmp_path / "other" / "cut.otio") != recovery_file(cut)
    forget_recovery(cut)
    forget_recovery(cut)
    assert read_recovery(cut) is None


def test_a_timeline_can_be_opened_on_a_full_disk(cut: Path) -> None:
    """No one can be named in the lock file then; the system's lock holds all the same."""
    script = f"""
import resource, signal
from pathlib import Path
from vssflow_studio.errors import LockedError
from vssflow_studio.timeline.lock import lock
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
held = lock(Path({str(cut)!r}))
try:
    lock(Path({str(cut)!r}))
except LockedError:
    print("held")
held.release()
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "held"
    assert not list(cut.parent.rglob("*.lock"))
    lock(cut).release()
