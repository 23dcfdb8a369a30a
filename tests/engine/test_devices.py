"""What runs the model: told without torch, and tried with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from vssflow_studio.cli import main
from vssflow_studio.engine.devices import available_devices, built_for_cuda
from vssflow_studio.engine.doctor import examine
from vssflow_studio.engine.torch_trial import tried

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
