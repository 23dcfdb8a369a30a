"""What the builds weigh: `python packaging/sizes.py [BUILD]` prints a table, and what is large inside."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PACKED = (".whl", ".deb", ".AppImage", ".squashfs", ".dmg", ".msi", ".zip")
_LARGE = 10 * 2**20


def size(path: Path) -> int:
    """Bytes of a file, or of all files under a folder; hard and symbolic links count once."""
    if path.is_file():
        return path.stat().st_size
    inodes = {(s.st_dev, s.st_ino): s.st_size for s in (p.lstat() for p in path.rglob("*") if p.is_file() and not p.is_symlink())}
    return sum(inodes.values())


def table(build: Path) -> str:
    """The table, in Markdown."""
    packed = sorted(path for path in build.iterdir() if path.suffix in _PACKED)
    folders = sorted(build.glob("dist-*/*/"))
    lines = ["| build | MB |", "|---|---:|", *(_row(path.name, size(path)) for path in packed)]
    lines += [_row(f"`{path.relative_to(build)}/`, unpacked", size(path)) for path in folders]
    for folder in folders:
        inside = folder / "_internal"
        lines += ["", f"| largest in {folder.relative_to(build)} | MB |", "|---|---:|"]
        parts = sorted(((size(path), path.name) for path in inside.iterdir() if not path.is_symlink()), reverse=True)
        lines += [_row(name, amount) for amount, name in parts if amount >= _LARGE]
    return "\n".join(lines)


def _row(name: str, amount: int) -> str:
    return f"| {name} | {amount / 1e6:,.0f} |"


if __name__ == "__main__":
    print(table(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"))
