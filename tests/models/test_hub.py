"""Models from the hub, over real HTTP: resumed, held against their hash, refused with what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import f5_files
import hub_server
import mmaudio_files
import pytest
from hub_server import LARGE, Hub

from vssflow_studio.models.available import AVAILABLE, available
from vssflow_studio.models.install import Offer, Progress, install, offer
from vssflow_studio.models.installer import Installer, Task
from vssflow_studio.models.interface import ModelCard
from vssflow_studio.models.registry import load_model
from vssflow_studio.paths import weights

REPO = "studio/copy-of-draft"
WEIGHTS = f"/bytes/{REPO}/weights.safetensors"


@pytest.fixture(scope="module")
def draft() -> dict[str, bytes]:
    """The shipped model as somebody would upload it, with what has no place in a model."""
    files = {path.name: path.read_bytes() for path in (weights() / "draft").iterdir()}
    return files | {"pytorch_model.bin": b"a pickle", ".gitattributes": b"*.bin lfs", "notes/../up.json": b"{}"}


@pytest.fixture
def hub(draft, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with hub_server.serving() as server:
        server.files[REPO] = draft
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def run(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "vssflow_studio", "models", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def installed(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / "data" / "vssflow-studio" / "models").glob("*")}


def parts(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "cache" / "vssflow-studio" / "downloads").glob("*.part"))


def test_a_model_comes_from_the_hub_and_speaks(hub: Hub, tmp_path, draft) -> None:
    done = run("install", REPO, "--accept-licence", "--json")
    assert done.returncode == 0, done.stderr
    assert "apache-2.0" in done.stderr and hub.address in done.stderr
    assert json.loads(done.stdout)["name"] == "copy-of-draft"
    folder = tmp_path / "data" / "vssflow-studio" / "models" / "copy-of-draft"
    assert {path.name for path in folder.iterdir()} == {"weights.safetensors", "card.json", "MODEL_CARD.md"}
    assert (folder / "weights.safetensors").read_bytes() == draft["weights.safetensors"]
    assert hub.sent(WEIGHTS) == [""] and not hub.tokens
    assert not list((tmp_path / "cache").rglob("*.part")) and not any((tmp_path / "cache").rglob("downloads/*"))
    assert "copy-of-draft" in run("list").stdout
    assert "already" in run("install", REPO, "--accept-licence").stderr
    assert run("remove", "copy-of-draft").returncode == 0 and installed(tmp_path) == set()
    assert "shipped" in run("remove", "draft").stderr


def test_a_connection_that_breaks_goes_on_where_it_stopped(hub: Hub, tmp_path) -> None:
    hub.broken_after = 5_000_000
    assert run("install", REPO, "--accept-licence").returncode == 0
    first, second = hub.sent(WEIGHTS)
    begin = int(second.removeprefix("bytes=").removesuffix("-"))
    assert first == "" and 4_000_000 < begin <= 5_000_000
    assert installed(tmp_path) == {"copy-of-draft"}


def test_a_killed_download_goes_on_in_the_next(hub: Hub, tmp_path) -> None:
    hub.slow = 0.05
    command = [sys.executable, "-m", "vssflow_studio", "models", "install", REPO, "--accept-licence"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any(part.stat().st_size > 2_000_000 for part in parts(tmp_path)):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert installed(tmp_path) == set()
    hub.slow, there = 0, parts(tmp_path)[0].stat().st_size
    assert run("install", REPO, "--accept-licence").returncode == 0
    assert hub.sent(WEIGHTS)[-1] == f"bytes={there}-"


def test_what_is_not_what_the_hub_announced_is_refused(hub: Hub, tmp_path) -> None:
    hub.wrong = True
    done = run("install", REPO, "--accept-licence")
    assert done.returncode == 1 and "hash is another" in done.stderr and "weights.safetensors" in done.stderr
    assert installed(tmp_path) == set() and not parts(tmp_path)
    hub.wrong = False
    assert run("install", REPO, "--accept-licence").returncode == 0


def test_weights_that_are_not_the_cards_are_refused(hub: Hub, tmp_path, draft) -> None:
    hub.files[REPO] = draft | {"weights.safetensors": draft["weights.safetensors"][:-4] + b"\0\0\0\1"}
    done = run("install", REPO, "--accept-licence")
    assert done.returncode == 1 and "not those that the card names" in done.stderr
    assert installed(tmp_path) == set()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"private": True}, "HF_TOKEN"),
        ({"gated": True}, "ask for an agreement"),
        ({"down": True}, "503"),
        ({"files": {}}, "no such model"),
        ({"files": {REPO: {"README.md": b"hello"}}}, "no model of ours"),
    ],
)
def test_refusals_say_what_to_do(hub: Hub, tmp_path, what: dict, said: str) -> None:
    for name, value in what.items():
        setattr(hub, name, value)
    done = run("install", REPO, "--accept-licence")
    assert done.returncode == 1 and said in done.stderr, done.stderr
    assert REPO in done.stderr and installed(tmp_path) == set()


def test_a_token_from_the_environment_opens_a_gate_and_stays_with_the_hub(hub: Hub, monkeypatch) -> None:
    hub.gated = True
    monkeypatch.setenv("HF_TOKEN", "hf_of_a_test")
    assert run("install", REPO, "--accept-licence").returncode == 0
    assert hub.tokens == {(False, "Bearer hf_of_a_test")}


def test_a_licence_that_is_not_accepted_fetches_nothing(hub: Hub, tmp_path) -> None:
    hub.licence = "cc-by-nc-4.0"
    done = run("install", REPO)
    assert done.returncode == 1 and "cc-by-nc-4.0" in done.stderr and "not accepted" in done.stderr
    assert not any("/resolve/" in path for _, path, _ in hub.asked) and installed(tmp_path) == set()


def test_offline_mode_and_an_address_where_nobody_is_say_so(hub: Hub, monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "Offline mode is on" in run("install", REPO, "--accept-licence").stderr
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "127.0.0.1:9 broke" in run("install", REPO, "--accept-licence").stderr


@pytest.mark.parametrize("name", ["nobody", "a/b/c", "two words/x"])
def test_names_that_are_none_are_told(hub: Hub, name: str) -> None:
    done = run("install", name, "--accept-licence")
    assert done.returncode == 1 and name in done.stderr


def test_a_disk_that_fills_midway_loses_nothing(hub: Hub, tmp_path, monkeypatch) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = shutil.which("mount") and os.name == "posix"
    if not mounted or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        monkeypatch.setenv("XDG_CACHE_HOME", str(small))
        hub.slow = 0.02
        filler, process = small / "filler", None
        command = [sys.executable, "-m", "vssflow_studio", "models", "install", REPO, "--accept-licence"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not any(part.stat().st_size > LARGE for part in small.rglob("*.part")):  # it has seen that there is room
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.01)
        filler.write_bytes(bytes(8_000_000))  # somebody else fills the disk
        _, said = process.communicate(timeout=60)
        assert process.returncode == 1 and "disk is full" in said and "goes on where it stopped" in said, said
        assert "Traceback" not in said and installed(tmp_path) == set()
        done = run("install", REPO, "--accept-licence")  # still full: told before anything comes
        assert "not enough room" in done.stderr
        filler.unlink()
        hub.slow = 0
        assert run("install", REPO, "--accept-licence").returncode == 0
        assert hub.sent(WEIGHTS)[-1].startswith("bytes=")
    finally:
        subprocess.run(["umount", small], capture_output=True)


def test_a_model_is_installed_from_a_folder(hub: Hub, tmp_path) -> None:
    shutil.copytree(weights() / "draft", tmp_path / "mine")
    (tmp_path / "mine" / "run.py").write_text("print('no')")
    assert run("install", str(tmp_path / "mine"), "--as", "other").returncode == 0
    folder = tmp_path / "data" / "vssflow-studio" / "models" / "other"
    assert not (folder / "run.py").exists() and (folder / "weights.safetensors").is_file()
    assert "no model of ours" in run("install", str(tmp_path)).stderr
    assert "can’t be a model’s name" in run("install", str(tmp_path / "mine"), "--as", "../up").stderr


def test_a_folder_of_public_checkpoints_is_installed_whole(hub: Hub, tmp_path) -> None:
    """As somebody fetched them by hand: two networks and what both need, some of it a folder below."""
    fetched = tmp_path / "fetched"
    (fetched / "ext_weights").mkdir(parents=True)
    mmaudio_files.write_all(fetched / "ext_weights")
    (fetched / "ext_weights" / "mmaudio_tiny.pth").rename(fetched / "mmaudio_small_16k.pth")
    f5_files.write_all(fetched)
    (fetched / "README.txt").write_text("Thanks for all the sound.")
    assert "2 networks" in run("install", str(fetched), "--as", "one").stderr
    assert installed(tmp_path) == set()
    done = run("install", str(fetched))
    assert done.stdout.split() == ["model", "v2c_s16"] and "Converting mmaudio_small_16k.pth" in done.stderr
    assert installed(tmp_path) == {"deepaudio", "mmaudio_small_16k", "v2c_s16"}
    again = run("install", str(fetched))
    assert again.returncode == 1 and "already" in again.stderr
    (fetched / "v2c_s16.pt").write_bytes((fetched / "v2c_s16.pt").read_bytes()[:4000])
    assert "cut short" in run("install", str(fetched)).stderr


class Answers(list):
    """What an installer said, and a way to wait for its end."""

    def of(self, task: Task) -> Installer:
        self.clear()
        return Installer(task, self.append)


def test_in_a_process_of_its_own_with_progress_and_a_cancel(hub: Hub, tmp_path) -> None:
    heard = Answers()
    heard.of(Task(look=REPO)).wait()
    (found,) = heard
    assert isinstance(found, Offer) and found.licence == "apache-2.0" and found.size > 14e6
    hub.slow = 0.02
    installer = heard.of(Task(offer=found))
    deadline = time.monotonic() + 60
    while not any(isinstance(one, Progress) and one.done > 1e6 for one in heard):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    begun = time.monotonic()
    installer.cancel()
    installer.wait()
    print(f"cancelled after {1000 * (time.monotonic() - begun):.0f} ms")
    assert heard[-1] is None and installed(tmp_path) == set()
    hub.slow = 0
    heard.of(Task(offer=found, name="again")).wait()
    assert isinstance(heard[-1], ModelCard) and heard[-1].name == "again"
    fractions = [one.fraction for one in heard if isinstance(one, Progress) and one.total]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0 and 0 < fractions[0]
    assert hub.sent(WEIGHTS)[-1].startswith("bytes=")


def test_a_published_model_whose_bytes_are_not_its_authors_is_refused(hub: Hub, tmp_path) -> None:
    """The hub may well announce the hash of what it sends: the authors published another."""
    hub.files = {file.repo: {} for row in AVAILABLE for file in row.files}
    for file in available("mmaudio_small_16k").files:
        hub.files[file.repo][file.path] = b"not what they trained"
    done = run("install", "mmaudio_small_16k", "--accept-licence")
    assert done.returncode == 1 and "not the file that its authors published" in done.stderr
    assert "CC-BY-NC-4.0" in done.stderr and "synchformer_state_dict.pth" in done.stderr
    assert installed(tmp_path) == set()


def test_the_table_says_what_each_model_needs(hub: Hub, capsys) -> None:
    rows = {row["name"]: row for row in json.loads(run("available", "--json").stdout)}
    assert {name: round(row["size"] / 1e9, 1) for name, row in rows.items()} == {
        "mmaudio_small_16k": 6.5, "mmaudio_small_44k": 7.1, "mmaudio_medium_44k": 8.9,
        "mmaudio_large_44k": 10.4, "mmaudio_large_44k_v2": 10.4, "f5tts_v1": 1.4, "f5tts": 1.4,
        "deepaudio_v2c_s16": 7.9, "deepaudio_v2c_s44": 8.5, "deepaudio_v2c_m44": 10.3, "deepaudio_v2c_l44": 11.8,
    }  # fmt: skip
    assert all(row["memory"] for row in rows.values())
    suits = {name.partition("_")[0]: set(row["kinds"]) for name, row in rows.items()}
    assert suits == {"mmaudio": {"foley", "ambience"}, "f5tts": {"dialogue"}, "deepaudio": {"dialogue"}}


def test_a_model_that_speaks_brings_its_guide(hub: Hub, tmp_path) -> None:
    """Small files under the published names: two networks and what both need, from five repositories."""
    there = {path.name: path.read_bytes() for path in (*mmaudio_files.write_all(tmp_path), *f5_files.write_all(tmp_path))}
    there["mmaudio_small_16k.pth"] = there.pop("mmaudio_tiny.pth")
    rows = available("deepaudio_v2c_s16"), available("mmaudio_small_16k")
    for file in (file for row in rows for file in row.files):
        hub.files.setdefault(file.repo, {})[file.path] = there[Path(file.path).name]
    with pytest.MonkeyPatch.context() as patch:  # the small files are not their authors'
        for row in rows:
            for file in row.files:
                patch.setitem(file.__dict__, "md5", "")
        card = install(offer("deepaudio_v2c_s16"))
    assert card.title == "DeepAudio v2c_s16" and card.guide == "mmaudio_small_16k"
    assert installed(tmp_path) == {"deepaudio", "deepaudio_v2c_s16", "mmaudio_small_16k"}
    assert load_model("deepaudio_v2c_s16", "cpu").guide.card.sample_rate == 16_000
    assert available("deepaudio_v2c_l44").size < 7e9  # the parts are there now
    assert not any((tmp_path / "cache").rglob("named-*"))
