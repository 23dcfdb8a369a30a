"""What a user wants to know of a model before choosing it: size, parts, what is missing. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..paths import models
from .interface import ModelCard
from .registry import lacking, model_cards, model_folder


@dataclass(frozen=True)
class Installed:
    """An installed model: where it lies, its bytes, and what keeps it from making sound, with the remedy."""

    card: ModelCard
    folder: Path
    size: int
    lack: str = ""
    remedy: str = ""

    @property
    def own(self) -> bool:
        """Whether the user installed it, and may remove it."""
        return self.folder.parent == models()


def installed() -> tuple[Installed, ...]:
    """All models that are there. Raises ModelError for a damaged card."""
    found = []
    for card in model_cards():
        folder = model_folder(card.name)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        found.append(Installed(card, folder, size, *lacking(folder, card)))
    return tuple(found)


def size_text(size: int) -> str:
    """`15 MB`, `1.2 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"
