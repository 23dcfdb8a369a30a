"""The main job can be done, step by step, by hand."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

_spec = spec_from_file_location("walk", Path(__file__).parent / "walk.py")
walk = module_from_spec(_spec)
_spec.loader.exec_module(walk)


def test_from_the_first_page_to_the_saved_file(window, tmp_path) -> None:
    pictures = []

    def picture(name: str) -> None:
        window.grab().save(str(tmp_path / f"{name}.png"))
        pictures.append(name)

    walk.Walk(window, picture).all_steps()
    assert pictures == ["edit", "takes"]
    assert all((tmp_path / f"{name}.png").stat().st_size > 10_000 for name in pictures)


def test_a_step_that_cannot_be_done_stops_the_walk(window) -> None:
    window.welcome.sample_button.setEnabled(False)
    with pytest.raises(walk.Lost, match="sample"):
        walk.Walk(window).all_steps()
