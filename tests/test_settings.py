from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from vssflow_studio.errors import StorageError
from vssflow_studio.settings import Settings, read_settings, settings_file, write_settings


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_settings_are_read_back_as_they_were_written() -> None:
    assert read_settings() == Settings()
    chosen = Settings("dark", "cpu", 3, False, {"dialogue": "a", "foley": "b", "ambience": "c"}, 5, False, "Box", "/x")
    write_settings(chosen)
    assert read_settings() == chosen


def test_a_broken_file_gives_the_defaults_and_is_kept_aside() -> None:
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text('{"theme": "dark"')
    assert read_settings() == Settings()
    assert settings_file().with_suffix(".broken.json").read_text() == '{"theme": "dark"'
    assert not settings_file().exists()


def test_what_cannot_be_is_left_at_its_default_and_the_rest_holds() -> None:
    settings_file().parent.mkdir(parents=True)
    said = {"theme": "pink", "device": 7, "threads": -4, "autosave_minutes": 999, "polite": "no", "notify": False}
    settings_file().write_text(json.dumps(said | {"models": {"foley": "mine", "dialogue": 3}, "of_tomorrow": 1}))
    usual = Settings()
    assert read_settings() == replace(
        usual, threads=0, autosave_minutes=60, notify=False, models={**usual.models, "foley": "mine"}
    )


@pytest.mark.skipif(os.name != "posix", reason="a file in the folder's place")
def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(StorageError, match="settings.json"):
        write_settings(Settings())
    assert read_settings() == Settings()


def test_a_cache_in_a_folder_of_the_users_has_its_own_place(tmp_path: Path) -> None:
    """Clearing it must not take what else lies there."""
    assert Settings(scratch=str(tmp_path)).cache().parent == tmp_path
