"""The configuration of a training: what is read, and what is refused by file and key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vssflow_studio.cli import main
from vssflow_studio.models.vssflow.config import draft
from vssflow_studio.training.config import ConfigError, Data, TrainConfig, read_config
from vssflow_studio.training.examples import Mixture


def written(folder: Path, text: str) -> Path:
    path = folder / "my.toml"
    path.write_text(text)
    return path


def test_the_shipped_configuration_is_the_draft_and_is_found_by_its_name():
    config = read_config(Path("draft"))
    assert config.model == draft()
    assert (config.data.foley, config.data.joint) == (Mixture().foley, Mixture().joint)
    assert config.loop.minutes > 0 and config.loop.steps == 0


def test_what_is_left_out_has_a_default_and_what_is_given_counts(tmp_path):
    text = '[data]\nhard = ["wind", "door"]\n[loop]\nsteps = 7\nrate = 1\n[model]\nlayers = 2\nff_mult = 4\n[out]\nmodel = ""\n'
    config = read_config(written(tmp_path, text))
    assert (config.loop.steps, config.loop.rate) == (7, 1.0)
    assert isinstance(config.loop.rate, float)
    assert (config.model.layers, config.model.ff_mult, config.model.heads) == (2, 4.0, draft().heads)
    assert config.data == Data(hard=("wind", "door")) and TrainConfig().data == Data()
    assert config.out.model is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[loop]\nsteps = 5\nstep = 5", "loop.step is not known"),
        ("[lop]\nsteps = 5", "lop is no section"),
        ("loop = 3", "loop is no section"),
        ("[loop]\nsteps = 5.5", "loop.steps has to be a whole number"),
        ("[loop]\nsteps = true", "loop.steps has to be a whole number"),
        ('[loop]\nsteps = 5\nrate = "fast"', "loop.rate has to be a number"),
        ("[loop]\nsteps = 5\ncompile = 1", "loop.compile has to be true or false"),
        ("[loop]\nsteps = 5\n[out]\nrun = 3", "out.run has to be a text"),
        ('[loop]\nsteps = 5\n[out]\nrun = ""', "out.run is empty"),
        ("[loop]\nsteps = 5\nminutes = 5", "give steps or minutes"),
        ("[data]\nseed = 1", "give steps or minutes"),
        ("[loop]\nsteps = 5\nbatch = 0", "batch has to be at least 1"),
        ('[loop]\nsteps = 5\nprecision = "fp8"', "precision is auto or fp32 or bf16"),
        ('[loop]\nsteps = 5\ndevice = "tpu"', "device is auto"),
        ('[loop]\nsteps = 5\n[data]\nhard = "wind"', "data.hard has to be a list of texts"),
        ("[loop]\nsteps = 5\n[data]\nhard = [1]", "data.hard has to be a list of texts"),
        ('[loop]\nsteps = 5\n[data]\nhard = ["wimd"]', "not 'wimd'"),
        ("[data]\nfoley = 0.8\njoint = 0.3", "more than 1"),
        ("[data]\nseed = 999000", "seed and scenes together"),
        ("[model]\nlatent_channels = 8", "model.latent_channels is set by the data"),
        ("[model]\nheads = 3", "[model] can't be: heads have to be a multiple"),
        ("[model]\nsemantic_raw = 54", "semantic_raw has to be above 54"),
        ("[model]\nlayers = 0", "layers has to be at least 1"),
        ("[loop\nsteps = 5", "can't be read"),
    ],
)
def test_what_can_not_be_is_refused_by_file_and_key(text, says, tmp_path):
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert says in str(caught.value) and str(path) in str(caught.value)


def test_a_missing_file_is_an_error_of_one_line(tmp_path, capsys):
    assert main(["train", str(tmp_path / "no.toml")]) == 1
    said = capsys.readouterr().err
    assert "no.toml" in said and len(said.splitlines()) == 1


def test_a_wrong_key_is_found_before_torch_is_imported(tmp_path):
    script = (
        "import sys\nfrom vssflow_studio.cli import main\n"
        f"print(main(['train', {str(written(tmp_path, '[x]'))!r}]), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]
