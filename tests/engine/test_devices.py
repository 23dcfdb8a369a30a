"""What runs the model: told without torch, and tried with it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from heard import Heard
from vssflow_studio.cli import main
from vssflow_studio.engine.devices import available_devices, built_for_cuda
from vssflow_studio.engine.doctor import examine
from vssflow_studio.engine.queue import JobQueue
from vssflow_studio.engine.request import Request, Sampling
from vssflow_studio.engine.takes import Order
from vssflow_studio.engine.torch_trial import tried
from vssflow_studio.media.sound import read_sound

ASK = "from vssflow_studio.engine import devices; print(devices.built_for_cuda())"


def test_what_torch_was_built_for_is_told_without_it() -> None:
    assert built_for_cuda() == (torch.version.cuda is not None)
    quick = [sys.executable, "-c", f"import sys; {ASK}; sys.exit('torch' in sys.modules)"]
    assert subprocess.run(quick, stdout=subprocess.DEVNULL).returncode == 0


@pytest.mark.parametrize(("library", "cuda"), [("libtorch_cpu.so", "False"), ("libc10_cuda.so", "True"), ("c10_cuda.dll", "True")])
def test_a_build_for_the_cpu_has_no_cuda_whatever_card_is_there(library: str, cuda: str, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "torch" / "lib"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / library).touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True).stdout.strip() == cuda


def test_doctor_has_torch_compute_when_asked(capsys) -> None:
    quick, deep = examine(), examine(deep=True)
    assert "computing" not in quick and not deep["missing"]
    assert deep["computing"][0].startswith(f"torch {torch.__version__}")
    computed = {line.partition(":")[0] for line in deep["computing"] if line.endswith("computes")}
    assert computed == set(available_devices())
    assert main(["doctor", "--deep"]) == 0
    assert "computes" in capsys.readouterr().out


def test_a_torch_that_gives_no_answer_or_cannot_be_loaded_is_told(tmp_path: Path, monkeypatch) -> None:
    said, failed = tried(patience=0.0)
    assert said == [] and "no answer" in failed[0]
    (tmp_path / "torch.py").write_text("raise OSError('libcudnn.so.9: cannot open shared object file')")
    monkeypatch.syspath_prepend(tmp_path)  # a process that is spawned gets our path
    said, failed = tried()
    assert "libcudnn.so.9" in failed[0]
    (tmp_path / "torch.py").write_text("import os\nos._exit(9)")
    said, failed = tried()
    assert failed == ["torch ended its process (code 9)"]


def test_a_torchaudio_that_does_not_fit_torch_is_told(tmp_path: Path, monkeypatch) -> None:
    other = tmp_path / "torchaudio-2.99.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: torchaudio\nVersion: 2.99.0\n")
    (tmp_path / "torchaudio.py").write_text("raise OSError('undefined symbol: torch_exception_get_what')")
    monkeypatch.syspath_prepend(tmp_path)  # a process that is spawned gets our path
    assert any("torchaudio==" in line and "2.99.0" in line for line in examine()["missing"])
    said, failed = tried()
    assert "undefined symbol" in failed[0] and "cpu: " in said[-1]


DRIVER = """
int cuDriverGetVersion(int *version) { *version = 12020; return 0; }
int cuInit(unsigned flags) { return 0; }
"""
HOLD_CARD = """
mount -t tmpfs none /mnt && touch /mnt/nvidia0 && cp -a /dev/fd /dev/std* /mnt/ && mkdir /mnt/shm
for one in null zero random urandom; do touch /mnt/$one; mount --bind /dev/$one /mnt/$one; done
mount --move /mnt /dev && exec "$@"
"""
ALONE = ["unshare", "--map-root-user", "--mount", "sh", "-c", HOLD_CARD, "sh"]


def with_a_card(*words: str, driver: Path | None = None) -> subprocess.CompletedProcess:
    """Run our program on a machine that shows an NVIDIA card, and has this driver's library or none."""
    own = os.environ | {"LD_LIBRARY_PATH": str(driver or ""), "COLUMNS": "200"}
    return subprocess.run([*ALONE, sys.executable, "-m", "vssflow_studio", *words], env=own, capture_output=True, text=True)


@pytest.fixture
def old_driver(tmp_path) -> Path:
    """NVIDIA's library as torch and we ask it for its version: it says 12.2."""
    (tmp_path / "driver.c").write_text(DRIVER)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "libcuda.so.1", tmp_path / "driver.c"], check=True)
    return tmp_path


def can_hold_a_card() -> bool:
    """Whether a /dev of our own may be laid out here, on a machine without a card, with a torch that could use one."""
    if platform.system() != "Linux" or Path("/dev/nvidia0").exists() or not built_for_cuda() or not shutil.which("cc"):
        return False
    return shutil.which("unshare") is not None and subprocess.run([*ALONE, "test", "-e", "/dev/nvidia0"], capture_output=True).returncode == 0


holds_a_card = pytest.mark.skipif(not can_hold_a_card(), reason="needs Linux' namespaces, a compiler, a torch for CUDA and no card")


@holds_a_card
def test_a_card_whose_driver_is_too_old_is_left_alone_and_doctor_says_why(old_driver, timeline_file) -> None:
    told = with_a_card("doctor", driver=old_driver)
    assert "knows CUDA up to 12.2" in told.stdout and "update the driver" in told.stdout and told.returncode == 0
    # torch says so itself, and is asked where a card shows itself
    deep = with_a_card("doctor", "--deep", driver=old_driver)
    assert "driver on your system is too old" in deep.stdout and deep.returncode == 1
    assert "can't be loaded" in with_a_card("doctor").stdout
    cue = ["--in", "0.5", "--out", "1.5", "--kind", "ambience", "--text", "rain"]
    assert main(["cues", "add", str(timeline_file), *cue]) == 0
    refused = with_a_card("generate", str(timeline_file), "--device", "cuda", driver=old_driver)
    assert refused.returncode == 1 and "knows CUDA up to 12.2" in refused.stderr
    made = with_a_card("generate", str(timeline_file), "--device", "auto", driver=old_driver)
    assert made.returncode == 0, made.stderr
    assert len(list(timeline_file.with_suffix(".takes").glob("*.wav"))) == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_a_device_that_cannot_compute_gives_way_to_the_cpu_and_the_take_says_so(tmp_path) -> None:
    heard = Heard()
    queue = JobQueue("cpu", heard, polite=False)
    queue.device = "cuda"  # as a card shows itself that is too old for this torch
    try:
        asked = Request("ambience", 2.0, 0.5, 0.5, prompt="rain", sampling=Sampling(steps=2))
        job = queue.submit(asked, Order("cue", "a", "key", tmp_path / "a.wav", "a", 0, provenance={"synthetic": True}))
        done = heard.wait(lambda j: j.id == job.id and j.is_over)
    finally:
        queue.close()
    assert done.state == "done", done.error
    assert "“cuda” can't be used here" in done.note and "made on the CPU" in done.note
    assert np.abs(read_sound(tmp_path / "a.wav")).max() > 0.05
