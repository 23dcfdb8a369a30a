"""The kinds of sound that temp foley is made of: one table for models, names and the window.

The table is `foley_kinds.toml`; imports nothing heavy, so that lists and completions can read it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kind:
    """A kind of sound, its CatID (Universal Category System), and the words for it.

    `phrases` are what the draft model was taught; `synonyms` mean the same thing, `near`
    something that this kind can stand in for. A `bed` is an ambience that goes on, any
    other kind a row of events.
    """

    name: str
    category: str
    phrases: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    bed: bool = False


def _read(path: Path) -> dict[str, Kind]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = ("phrases", "synonyms", "near")
    return {
        name: Kind(name, row["category"], *(tuple(row.get(key, ())) for key in texts), bed=row.get("bed", False))
        for name, row in rows.items()
    }


KINDS: dict[str, Kind] = _read(Path(__file__).with_suffix(".toml"))
