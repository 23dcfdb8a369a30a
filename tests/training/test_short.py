"""`train --short`: a stage's short form beside the real one, and one of them run."""

from __future__ import annotations

from pathlib import Path

import pytest

from vssflow_studio.cli import main
from vssflow_studio.training.config import read_config, shortened


@pytest.mark.parametrize("stage", ["v2a", "tts", "v2s", "draft"])
def test_nothing_of_the_real_stage_is_touched_and_little_is_made(stage) -> None:
    real = read_config(Path(stage))
    short = shortened(real)
    for folder in ("data.cache", "out.run", "out.model"):
        section, name = folder.split(".")
        before, now = (getattr(getattr(config, section), name) for config in (real, short))
        assert now.parent == before.parent and now.name == f"{before.name}-short"
    assert 0 < short.loop.steps < 20 and not short.loop.minutes and not short.loop.compile
    assert short.data.sentences < 20 and bool(short.data.faces) == bool(real.data.faces)
    assert (short.data.seen, short.data.guided, short.model) == (real.data.seen, real.data.guided, real.model)


def test_a_stage_goes_on_from_the_short_form_of_another() -> None:
    assert shortened(read_config(Path("v2s"))).loop.start == str(Path("training/v2a-short"))
    assert shortened(read_config(Path("v2a"))).loop.start == "draft"


def test_the_gate_is_trained_within_seconds(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "mof", "--short"]) == 0
    assert [path.name for path in (tmp_path / "training").iterdir()] == ["mof-short.safetensors"]
    assert "mof-short" in capsys.readouterr().err
