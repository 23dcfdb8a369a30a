"""The licences of everything that a build carries, from what the distributions themselves say.

`python packaging/licences.py [FILE]` writes the notices, `--table` prints them short. It ends
with code 1 when a package or a library inside one has no licence that is known here: somebody
has to read it before it ships.
"""

from __future__ import annotations

import platform
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
COLLECTED = "THIRD_PARTY.txt"
EXTRAS = ("farm",)
"""Extras of ours that the builds carry."""

# What authors wrote before there were SPDX expressions, as SPDX names it.
_AS_SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-2.1-or-later",
    "LGPL": "LGPL-2.1-or-later",
    "MIT License": "MIT",
    "NVIDIA Proprietary Software": "LicenseRef-NVIDIA-Proprietary",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_KNOWN = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "LGPL-2.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-only",
    "LGPL-3.0-or-later", "LicenseRef-NVIDIA-Proprietary", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
    "FTL", "GFDL-1.3", "GCC-exception-3.1", "GPL-3.0-or-later WITH GCC-exception-3.1", "IJG", "libpng-2.0", "libtiff",
    "X11",
}  # fmt: skip
# Read by us where the metadata say nothing: only a package without files of its own.
_READ = {"cuda-toolkit": "LicenseRef-NVIDIA-Proprietary"}
# Native libraries inside wheels, by the beginning of their names; their wheels tell only their own licence.
# Windows calls FFmpeg's avcodec-62.dll, others libavcodec.
_FFMPEG = ("avcodec", "avdevice", "avfilter", "avformat", "avutil", "swresample", "swscale")
_LIBRARIES = dict.fromkeys(_FFMPEG, "LGPL-3.0-or-later") | {
    "libSvtAv1Enc": "BSD-3-Clause", "libXau": "MIT", "libaom": "BSD-2-Clause", "libasound": "LGPL-2.1-or-later",
    "libav": "LGPL-3.0-or-later", "libavif": "BSD-2-Clause", "libbrotli": "MIT", "libdav1d": "BSD-2-Clause",
    "libdrm": "MIT", "libfreetype": "FTL", "libgcc_s": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libgfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libgmp": "LGPL-3.0-or-later", "libgnutls": "LGPL-2.1-or-later", "libharfbuzz": "MIT",
    "libhogweed": "LGPL-3.0-or-later", "libiconv": "LGPL-2.1-or-later", "libjpeg": "IJG", "liblcms2": "MIT", "liblzma": "0BSD",
    "libmp3lame": "LGPL-2.0-or-later", "libnettle": "LGPL-3.0-or-later", "libopencore-amr": "Apache-2.0",
    "libopenjp2": "BSD-2-Clause", "libopus": "BSD-3-Clause", "libpng16": "libpng-2.0",
    "libquadmath": "LGPL-2.1-or-later", "libscipy_openblas": "BSD-3-Clause", "libsharpyuv": "BSD-3-Clause",
    "libsndfile": "LGPL-2.1-or-later", "libstdc++": "GPL-3.0-or-later WITH GCC-exception-3.1", "libswresample": "LGPL-3.0-or-later", "libswscale": "LGPL-3.0-or-later",
    "libtiff": "libtiff", "libunistring": "LGPL-3.0-or-later", "libvpl": "MIT", "libvpx": "BSD-3-Clause",
    "libwebp": "BSD-3-Clause", "libwinpthread": "MIT", "libx264": "GPL-2.0-or-later", "libx265": "GPL-2.0-or-later", "libxcb": "MIT",
    "libz": "Zlib", "libzstd": "BSD-3-Clause", "msvcp140": "LicenseRef-Microsoft-Redistributable", "zlib1": "Zlib",
}  # fmt: skip
# Where wheels put them: Linux's and Windows' tools beside the package, the Mac's inside it.
_FOLDERS = {"av.libs", "pillow.libs", "numpy.libs", "_soundfile_data", "soundfile.libs", ".dylibs"}
_NATIVE = re.compile(r"\.so(\.|$)|\.(dll|dylib)$")
_TEXTS = ("LICEN", "COPYING", "NOTICE")


class UnknownLicence(Exception):
    """Something would ship whose licence nobody has read."""


@dataclass(frozen=True)
class Notice:
    """A distribution, its licence as SPDX names it, the texts in it and the libraries inside."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]
    libraries: tuple[tuple[str, str], ...] = ()


def runtime_distributions() -> list[str]:
    """The installed distributions that ours needs to run, all levels, with the extras that builds carry."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    wanted = [*project["dependencies"]]
    for extra in EXTRAS:
        wanted += project["optional-dependencies"][extra]
    waiting, found = [Requirement(text) for text in wanted], {}
    while waiting:
        requirement = waiting.pop()
        key = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if key in found or not _applies(requirement):
            continue
        try:
            installed = distribution(requirement.name)
        except PackageNotFoundError:  # a system where it is not needed, or torch's stand-in of another build
            continue
        found[key] = installed.metadata["Name"]
        waiting += [Requirement(text) for text in installed.requires or []]
    return sorted(found.values(), key=str.lower)


def notice(installed: Distribution) -> Notice:
    """What a distribution says of its licence. Raises UnknownLicence."""
    name = installed.metadata["Name"]
    files = [file for file in installed.files or [] if any(word in file.name.upper() for word in _TEXTS)]
    paths = [Path(str(file.locate())) for file in files if file.suffix not in (".py", ".pyc")]
    texts = tuple(path.read_text(encoding="utf-8", errors="replace").strip() for path in paths if path.is_file())
    return Notice(name, installed.version, _licence(installed), texts, _libraries(installed))


def notices() -> list[Notice]:
    """The notices of all that a build of this environment carries. Raises UnknownLicence."""
    return [notice(distribution(name)) for name in runtime_distributions()]


def write_notices(target: Path) -> None:
    """Write all notices and their texts as one file. Raises UnknownLicence."""
    found = notices()
    parts = [
        "VSSFlow Studio carries the software below, each part under its own licence. A text that several\n"
        "parts share stands once. Qt's own parts: https://doc.qt.io/qt-6/licenses-used-in-qt.html\n"
        "The programs may be run with another build of an LGPL library: it is a file beside them.\n",
        table(found),
        f"\n{'=' * 78}\nPython {platform.python_version()} (PSF-2.0)\n{'=' * 78}\n{_python()}",
    ]
    seen: set[str] = set()
    for one in found:
        fresh = [text for text in dict.fromkeys(one.texts) if text not in seen]
        seen.update(fresh)
        if fresh:
            parts.append(f"\n{'=' * 78}\n{one.name} {one.version} ({one.licence})\n{'=' * 78}\n" + "\n\n".join(fresh))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(parts) + "\n", encoding="utf-8")


def table(found: list[Notice]) -> str:
    """One line for each distribution, and under it the libraries inside."""
    lines = []
    for one in found:
        lines.append(f"{one.name:<28}{one.version:<14}{one.licence}")
        lines += [f"    {name:<38}{licence}" for name, licence in one.libraries]
    return "\n".join(lines)


def _applies(requirement: Requirement) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras))


def _licence(installed: Distribution) -> str:
    metadata = installed.metadata
    classes = [text.split("::")[-1].strip() for text in metadata.get_all("Classifier") or [] if text.startswith("License")]
    said = [metadata.get("License-Expression"), (metadata.get("License") or "").strip().partition("\n")[0].strip()]
    for text in (*said, *classes, _READ.get(metadata["Name"].lower())):
        spdx = _AS_SPDX.get(text or "", text or "")
        if spdx and all(part.strip("() ") in _KNOWN for part in re.split(r" AND | OR ", spdx)):
            return spdx
    raise UnknownLicence(f"{metadata['Name']} {installed.version}: no licence known here ({', '.join(filter(None, [*said, *classes]))})")


def _libraries(installed: Distribution) -> tuple[tuple[str, str], ...]:
    files = {file.name for file in installed.files or [] if _FOLDERS.intersection(file.parts) and _NATIVE.search(file.name)}
    return tuple((re.split(r"[-.]", file)[0], _library(file, installed)) for file in sorted(files))


def _library(file: str, installed: Distribution) -> str:
    known = [start for start in _LIBRARIES if file.startswith(start)]
    if not known:
        raise UnknownLicence(f"{installed.metadata['Name']}: the library {file} has no licence known here")
    return _LIBRARIES[max(known, key=len)]


def _python() -> str:
    import sysconfig

    folders = (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix))
    texts = (folder / name for folder in folders for name in ("LICENSE.txt", "LICENSE"))
    return next((text.read_text(encoding="utf-8") for text in texts if text.is_file()), "https://docs.python.org/3/license.html")


def main(arguments: list[str]) -> int:
    """Write or print the notices; returns the exit code."""
    try:
        if arguments == ["--table"]:
            print(table(notices()))
        else:
            write_notices(Path(arguments[0] if arguments else COLLECTED))
    except UnknownLicence as error:
        print(f"licences: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
