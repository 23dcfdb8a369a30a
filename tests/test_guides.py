"""What the guides tell to type, to click and to look at is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from vssflow_studio.cli import _parser
from vssflow_studio.paths import resources

ROOT = Path(__file__).parents[1]
GUIDES = sorted((resources() / "guide").glob("*.md"))
_TYPED = re.compile(r"(?:^    (?:\.venv/bin/)?|`)(vssflow-studio [^`\n]+?)(?:`|$)", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)[^)]*\)")
_PRESSED = re.compile(r"\*\*([^*]+ ▸ [^*]+)\*\*")
_KEYS = re.compile(r"\*\*([^*]+ ▸ [^*]+)\*\* \(((?:(?:Ctrl|Alt|Shift)\+)*(?:[A-Z]|Esc|Return|F\d+|,))\)")
_FILE = re.compile(r"`((?:vssflow_studio|tests|packaging|plugins|resources|engine|models|timeline|training|cli|ui|farm|script)/[\w./*-]+)`")


def found(pattern: re.Pattern) -> list:
    """(guide, match) of all guides, as parameters."""
    pairs = [(path.name, match) for path in GUIDES for match in pattern.findall(path.read_text(encoding="utf-8"))]
    return [pytest.param(*pair, id=f"{pair[0]}: {pair[1]}") for pair in dict.fromkeys(pairs)]


@pytest.mark.parametrize(("guide", "line"), found(_TYPED))
def test_every_command_can_be_typed(guide, line) -> None:
    words = shlex.split(line, comments=True)[1:]
    _parser().parse_args(words)  # SystemExit where it can't be


@pytest.mark.parametrize(("guide", "link"), found(_LINK))
def test_every_link_leads_somewhere(guide, link) -> None:
    assert "://" in link or (ROOT / "resources" / "guide" / link).resolve().is_file()


@pytest.mark.parametrize(("guide", "file"), found(_FILE))
def test_every_file_is_there(guide, file) -> None:
    first = file.partition("/")[0]
    below = ROOT if first in ("vssflow_studio", "tests", "packaging", "plugins", "resources") else ROOT / "vssflow_studio"
    assert list(below.glob(file)) or (below / file).exists()


def menu_paths(menu: QMenu, above: str) -> dict[str, list[str]]:
    """`File ▸ Open…` and the keys of every action below a menu."""
    paths = {}
    for action in menu.actions():
        path = f"{above} ▸ {plain(action)}"
        keys = [one.toString() for one in action.shortcuts()]
        paths |= menu_paths(action.menu(), path) if action.menu() else {path: keys}
    return paths


def plain(action: QAction) -> str:
    """The text as it is read."""
    return action.text().replace("&", "")


@pytest.fixture(scope="module")
def menus(qapp, tmp_path_factory):
    from vssflow_studio.ui.window.main_window import MainWindow

    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for folder in ("CONFIG", "DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{folder}_HOME", str(home / folder.lower()))
        window = MainWindow()
        yield {path: keys for one in window.menuBar().actions() for path, keys in menu_paths(one.menu(), plain(one)).items()}
        window.close()


@pytest.mark.parametrize(("guide", "path"), found(_PRESSED))
def test_every_menu_entry_is_there(menus, guide, path) -> None:
    assert path in menus


@pytest.mark.parametrize(("guide", "pressed"), found(_KEYS))
def test_every_key_is_the_entrys_own(menus, guide, pressed) -> None:
    path, key = pressed
    assert key in menus[path]


def test_the_guides_hold_enough_to_test() -> None:
    assert [path.name for path in GUIDES] == ["developer.md", "studio.md", "user.md"]
    for pattern, least in ((_TYPED, 40), (_LINK, 8), (_PRESSED, 20), (_KEYS, 6), (_FILE, 30)):
        assert len(found(pattern)) >= least
