"""The recipes of the builds: quick looks that tell before a build of many minutes does."""

from __future__ import annotations

import importlib.util
import json
import plistlib
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from configparser import ConfigParser
from email.message import Message
from importlib.metadata import PackagePath, distribution
from pathlib import Path

import pytest

from vssflow_studio import __version__, paths

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
LINUX = PACKAGING / "linux"
ID = "org.vssflow.Studio"
OTIO = {"application/vnd.pixar.opentimelineio+json": "*.otio", "application/vnd.pixar.opentimelineio+zip": "*.otioz"}
_MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


def script(name: str):
    """A script of packaging/ as a module; the folder is no package."""
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", PACKAGING / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def licences():
    return script("licences")


# --- desktop ---


def test_the_desktop_entry_starts_us_with_a_timeline() -> None:
    entry = ConfigParser(interpolation=None, delimiters=("=",))
    entry.optionxform = str
    entry.read(LINUX / f"{ID}.desktop", encoding="utf-8")
    main = entry["Desktop Entry"]
    assert main["Exec"] == "vssflow-studio open %f" and main["Icon"] == "vssflow-studio"
    assert set(main["MimeType"].strip(";").split(";")) == set(OTIO)


def test_the_types_of_files_have_their_suffixes() -> None:
    types = ElementTree.parse(LINUX / f"{ID}.mime.xml").getroot()
    known = {one.get("type"): one.find(f"{_MIME}glob").get("pattern") for one in types.iter(f"{_MIME}mime-type")}
    assert known == OTIO


def test_the_metainfo_tells_this_version_and_the_entry() -> None:
    about = ElementTree.parse(LINUX / f"{ID}.metainfo.xml").getroot()
    assert about.findtext("id") == ID and about.findtext("launchable") == f"{ID}.desktop"
    assert about.find("releases/release").get("version") == __version__
    assert {one.text for one in about.iter("mediatype")} == set(OTIO)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("desktop-file-validate", [f"{ID}.desktop"]),
        ("appstreamcli", ["validate", "--no-net", f"{ID}.metainfo.xml"]),
    ],
)
def test_the_desktops_own_tools_find_no_fault(tool, arguments) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run([tool, *arguments], cwd=LINUX, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mac_and_windows_open_the_same_files() -> None:
    info = json.loads((PACKAGING / "macos" / "info.json").read_text(encoding="utf-8"))
    assert info["CFBundleIdentifier"] == ID
    tags = [kind["UTTypeTagSpecification"] for kind in info["UTImportedTypeDeclarations"]]
    assert {tag["public.mime-type"][0]: f"*.{tag['public.filename-extension'][0]}" for tag in tags} == OTIO
    with open(PACKAGING / "macos" / "entitlements.plist", "rb") as file:
        assert plistlib.load(file)
    keys = [one.get("Key", "") for one in ElementTree.parse(PACKAGING / "windows" / "vssflow-studio.wxs").iter()]
    assert all(any(f"\\{glob[1:]}\\OpenWithProgids" in key for key in keys) for glob in OTIO.values())


def test_icons_are_drawn_at_their_sizes(qapp, tmp_path) -> None:
    from PIL import Image

    icons = script("icons")
    files = icons.make(tmp_path)
    pngs = [file for file in files if file.suffix == ".png"]
    assert [Image.open(file).size for file in pngs] == [(size, size) for size in icons.SIZES]
    assert all(Image.open(file).convert("RGBA").getextrema()[3] == (0, 255) for file in pngs[4:])
    assert {size[0] for size in Image.open(tmp_path / "vssflow-studio.ico").info["sizes"]} >= {16, 32, 256}


# --- licences ---


def test_every_distribution_has_a_licence_that_is_known(licences) -> None:
    found = {one.name.lower(): one for one in licences.notices()}
    with open(ROOT / "pyproject.toml", "rb") as file:
        needed = tomllib.load(file)["project"]["dependencies"]
    names = {re.split(r"[<>=~!\[ ]", text)[0].lower() for text in needed}
    assert names <= set(found) and len(found) > len(names)
    assert "LGPL-3.0-only" in found["pyside6"].licence
    if sys.platform == "linux":
        assert ("libx264", "GPL-2.0-or-later") in found["av"].libraries


def test_the_notices_hold_the_texts_once(licences, tmp_path) -> None:
    licences.write_notices(tmp_path / licences.COLLECTED)
    text = (tmp_path / licences.COLLECTED).read_text(encoding="utf-8")
    one = licences.notice(distribution("numpy")).texts[0]
    assert text.count(one) == 1 and f"{one}\n" in text


class Unread:
    """A distribution of which nothing is known."""

    version, files = "1.0", []

    def __init__(self, **said: str) -> None:
        self.metadata = Message()
        self.metadata["Name"] = "newcomer"
        for name, value in said.items():
            self.metadata[name] = value


@pytest.mark.parametrize("said", [{}, {"License": "see the web page"}, {"License": "MIT AND Commons-Clause"}])
def test_an_unread_licence_stops_the_build(licences, said) -> None:
    with pytest.raises(licences.UnknownLicence, match="newcomer"):
        licences.notice(Unread(**said))


@pytest.mark.parametrize(
    ("file", "known"),
    [
        ("av.libs/libx264-b8cea3f2.so.165", ("libx264", "GPL-2.0-or-later")),
        ("av.libs/avcodec-62-984de331.dll", ("avcodec", "LGPL-3.0-or-later")),
        ("av/.dylibs/libavcodec.62.28.102.dylib", ("libavcodec", "LGPL-3.0-or-later")),
        ("PIL/.dylibs/libz.1.3.1.zlib-ng.dylib", ("libz", "Zlib")),
        ("_soundfile_data/libsndfile_x64.dll", ("libsndfile_x64", "LGPL-2.1-or-later")),
    ],
)
def test_libraries_inside_wheels_are_known_on_all_systems(licences, file, known) -> None:
    newcomer = Unread(License="MIT")
    newcomer.files = [PackagePath(file), PackagePath("av.libs/readme.txt")]
    assert licences.notice(newcomer).libraries == (known,)
    newcomer.files = [PackagePath(file).with_name("newer.dll")]
    with pytest.raises(licences.UnknownLicence, match="newer"):
        licences.notice(newcomer)


# --- what a build holds ---


def test_the_wheel_holds_resources_and_plugins() -> None:
    with open(ROOT / "pyproject.toml", "rb") as file:
        included = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"resources": "vssflow_studio/_resources", "plugins": "vssflow_studio/_plugins"}


def test_the_frozen_build_holds_what_the_package_reads() -> None:
    spec = (PACKAGING / "vssflow-studio.spec").read_text(encoding="utf-8")
    compile(spec, "vssflow-studio.spec", "exec")
    for folder in ("resources", "plugins"):
        assert f'"{folder}"' in spec and f"vssflow_studio/_{folder}" in spec
    kinds = {path.suffix for path in (ROOT / "vssflow_studio").rglob("*.*") if path.is_file() and "__pycache__" not in path.parts}
    assert kinds <= {".py", ".toml"}  # what else the package comes to read has to be named in the spec


def test_a_frozen_program_starts_itself(monkeypatch) -> None:
    assert paths.program() == [sys.executable, "-m", "vssflow_studio"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/vssflow-studio/VSSFlow Studio")
    monkeypatch.setenv("APPIMAGE", "/home/ada/Other.AppImage")  # of the terminal that it was started from
    monkeypatch.setenv("APPDIR", "/tmp/.mount_Other")
    assert paths.program() == [str(Path("/opt/vssflow-studio/vssflow-studio"))]
    monkeypatch.setattr(sys, "executable", "/tmp/.mount_Studio/opt/vssflow-studio/vssflow-studio")
    monkeypatch.setenv("APPIMAGE", "/home/ada/Studio.AppImage")
    monkeypatch.setenv("APPDIR", "/tmp/.mount_Studio")
    assert paths.program() == ["/home/ada/Studio.AppImage"]
    monkeypatch.setattr(sys, "executable", "/tmp/appimage_extracted_0ee4/opt/vssflow-studio/vssflow-studio")
    monkeypatch.setenv("APPDIR", "/tmp/appimage_extracted_0ee4")
    assert paths.program() == ["/home/ada/Studio.AppImage", "--appimage-extract-and-run"]


def test_the_scripts_are_sound() -> None:
    if not shutil.which("bash"):
        pytest.skip("bash is not installed")
    for file in sorted(PACKAGING.rglob("*.sh")):
        subprocess.run(["bash", "-n", file], check=True)


def test_sizes_counts_what_a_build_left(tmp_path) -> None:
    (tmp_path / "studio.deb").write_bytes(bytes(3_000_000))
    inside = tmp_path / "dist-cpu" / "vssflow-studio" / "_internal"
    (inside / "torch").mkdir(parents=True)
    (inside / "torch" / "big.so").write_bytes(bytes(12_000_000))
    (inside / "link.so").symlink_to("torch/big.so")
    table = script("sizes").table(tmp_path)
    assert "| studio.deb | 3 |" in table and "| torch | 12 |" in table and "link.so" not in table
    assert "| `dist-cpu/vssflow-studio/`, unpacked | 12 |" in table
