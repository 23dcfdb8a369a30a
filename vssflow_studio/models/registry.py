"""Which models there are, and how one is loaded. Imports no torch until it loads."""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import ModelError
from ..paths import weights
from .interface import ModelCard, SoundModel

CARD = "card.json"


def model_cards() -> tuple[ModelCard, ...]:
    """The installed models, by name."""
    return tuple(_card(path) for path in sorted(weights().glob(f"*/{CARD}")))


def model_card(name: str) -> ModelCard:
    """The card of one model. Raises ModelError when it is not installed."""
    for card in model_cards():
        if card.name == name:
            return card
    installed = ", ".join(card.name for card in model_cards()) or "none"
    raise ModelError(
        f"No model is called “{name}”", file=weights(), remedy=f"Installed: {installed}."
    )


def load_model(name: str, device: str) -> SoundModel:
    """The model called `name` on `device` (cpu, cuda, mps). Raises ModelError."""
    card = model_card(name)
    from .vssflow.draft_model import DraftModel

    return DraftModel.load(weights() / name, card, device)


def _card(path: Path) -> ModelCard:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return ModelCard(**fields | {"voices": tuple(fields["voices"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The model's card is damaged: {error}", file=path) from error
