"""Plugins and a second start, as they reach a window that is open: over a real socket."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vssflow_studio.endpoint import LARGEST, ask
from vssflow_studio.errors import StudioError
from vssflow_studio.paths import endpoint
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.ui.outside import Outside, verbs


@pytest.fixture
def outside(window):
    door = Outside(verbs(window), window)
    door.open()
    yield door
    door.close()


@pytest.fixture
def elsewhere(qtbot):
    """Runs a function on another thread while the window goes on, and gives what it gave."""
    with ThreadPoolExecutor(1) as pool:

        def run(function, *given):
            answer = pool.submit(function, *given)
            qtbot.waitUntil(answer.done, timeout=20_000)
            return answer.result()

        yield run


def post(verb: str, body: bytes = b"{}", **changed: str | None) -> tuple[int, dict]:
    known = json.loads(endpoint().read_text())
    head = {"Authorization": f"Bearer {known['token']}", "Content-Type": "application/json"}
    head = {key: value for key, value in (head | changed).items() if value is not None}
    line = http.client.HTTPConnection("127.0.0.1", known["port"], timeout=10)
    line.request("POST", f"/v1/{verb}", body, head)
    answer = line.getresponse()
    return answer.status, json.loads(answer.read())


def test_a_timeline_is_opened_and_exported(window, outside, elsewhere, qtbot, timeline_file, tmp_path) -> None:
    assert elsewhere(ask, "status")["timeline"] == ""
    assert elsewhere(ask, "open", {"path": str(timeline_file)}) is not None
    qtbot.waitUntil(lambda: window.model.path == timeline_file)
    assert elsewhere(ask, "status")["timeline"] == str(timeline_file)
    out = tmp_path / "out"
    out.mkdir()
    made = elsewhere(ask, "export", {"for": "resolve", "folder": str(out)})
    assert read_timeline(Path(made["path"])).name == window.model.timeline.name
    assert Path(made["path"]).parent == out


def test_others_are_told_where_a_timeline_really_is(window, outside, elsewhere, timeline_file, tmp_path, monkeypatch) -> None:
    """A plugin knows a file by its real path; it may have been opened from its folder, or by a link to it."""
    monkeypatch.chdir(timeline_file.parent)
    (tmp_path / "home").symlink_to(timeline_file.parent)
    for opened in (Path(timeline_file.name), tmp_path / "home" / timeline_file.name):
        assert window.open(opened)
        assert elsewhere(ask, "status")["timeline"] == str(timeline_file.resolve())


def test_what_can_not_be_done_is_said(window, outside, elsewhere) -> None:
    with pytest.raises(StudioError, match="No timeline is open"):
        elsewhere(ask, "save")
    with pytest.raises(StudioError, match="no answer"):
        elsewhere(ask, "format_disk")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Authorization": "Bearer guessed"}, 401),
        ({"Authorization": None}, 401),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "studio.example.org"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Length": str(LARGEST + 1)}, 413),
    ],
)
def test_strangers_are_refused(window, outside, elsewhere, changed, status) -> None:
    assert elsewhere(lambda: post("status", **changed))[0] == status


def test_nonsense_is_refused(window, outside, elsewhere) -> None:
    for body in (b"[1]", b"{", b"\xff\xfe", b"[" * 50_000):
        assert elsewhere(post, "status", body)[0] == 400
    assert elsewhere(ask, "status") is not None


def test_only_the_owner_can_read_the_token(window, outside) -> None:
    if os.name == "posix":
        assert endpoint().stat().st_mode & 0o777 == 0o600
    outside.close()
    assert not endpoint().exists()


def test_it_listens_on_loopback_only(window, outside) -> None:
    assert outside._endpoint._server.server_address[0] == "127.0.0.1"


def test_a_second_start_hands_its_file_over(window, outside, elsewhere, qtbot, timeline_file) -> None:
    command = [sys.executable, "-m", "vssflow_studio", "open", str(timeline_file)]
    done = elsewhere(lambda: subprocess.run(command, capture_output=True, text=True, timeout=60))
    assert done.returncode == 0, done.stderr
    qtbot.waitUntil(lambda: window.model.path == timeline_file)


def test_no_window_no_answer(window) -> None:
    assert ask("status") is None
    endpoint().parent.mkdir(parents=True, exist_ok=True)
    for left in ('{"port": 1, "token": "t", "pid": 1}', "{", '{"port": "x"}'):
        endpoint().write_text(left)  # as a window that was killed leaves it
        assert ask("status") is None
