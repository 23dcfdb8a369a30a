from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys

import pytest

from vssflow_studio.atomic import replacing, storage_error, write_bytes


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EFBIG, "larger than this disk allows"),
        (errno.EACCES, "read-only"),
        (errno.EROFS, "read-only"),
        (errno.ENOENT, "not there"),
        (errno.ENOTDIR, "not there"),
        (errno.EIO, "Can't write here"),
    ],
)
def test_the_disks_refusals_in_a_users_words(tmp_path, number, word):
    error = storage_error(OSError(number, os.strerror(number)), tmp_path / "cut.otio")
    assert word in str(error) and "cut.otio" in str(error) and error.remedy
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_an_error_halfway_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_process_killed_halfway_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    script = f"""
from pathlib import Path
from vssflow_studio.atomic import replacing
with replacing(Path({str(path)!r})) as temporary:
    temporary.write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    process.stdout.close()
    assert path.read_text() == "old"


def test_modes_and_long_names(tmp_path):
    path = tmp_path / ("n" * 240 + ".txt")
    write_bytes(path, b"one")
    path.chmod(0o640)
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_read_only_folder(tmp_path):
    """As nobody where we are root, who may write everywhere."""
    tmp_path.chmod(0o555)
    script = f"""
import os
from pathlib import Path
from vssflow_studio.atomic import write_bytes
from vssflow_studio.errors import StorageError
if os.geteuid() == 0:
    os.setuid(65534)
try:
    write_bytes(Path({str(tmp_path)!r}) / "a.txt", b"x")
except StorageError as error:
    print(error)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    tmp_path.chmod(0o755)
    assert "read-only" in out.stdout
    assert os.listdir(tmp_path) == []
