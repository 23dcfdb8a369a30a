"""Which models there are, and how one is loaded. Imports no torch until it loads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from ..errors import ModelError
from ..paths import models, weights
from .deepaudio import parts
from .interface import ModelCard, SoundModel, Voice
from .vssflow import surroundings

CARD = "card.json"
_DEEPAUDIO = ("mmaudio", "f5")


def model_cards() -> tuple[ModelCard, ...]:
    """The installed models: the shipped ones by name, then the user's."""
    return tuple(read_card(folder / CARD) for folder in _folders())


def model_card(name: str) -> ModelCard:
    """The card of one model. Raises ModelError when it is not installed."""
    return read_card(model_folder(name) / CARD)


def model_folder(name: str) -> Path:
    """Where the model called `name` lies. Raises ModelError when it is not installed."""
    folder = _folder(name)
    if folder:
        return folder
    installed = ", ".join(folder.name for folder in _folders()) or "none"
    raise ModelError(f"No model is called “{name}”", file=models(), remedy=f"Installed: {installed}.")


def load_model(name: str, device: str) -> SoundModel:
    """The model called `name` on `device` (cpu, cuda, mps). Raises ModelError."""
    folder, card = model_folder(name), model_card(name)
    if card.family == "paper":
        from .vssflow.paper_model import PaperModel

        return PaperModel.load(folder, card, device)
    if card.family == "mmaudio":
        from .deepaudio.model import MMAudioModel

        return MMAudioModel.load(folder, card, device)
    if card.family == "f5":
        from .deepaudio.f5.model import F5Model

        lack, remedy = lacking(folder, card)
        if lack:
            raise ModelError(f"{card.title} can't be heard: {lack}", file=folder, remedy=remedy)
        return F5Model.load(folder, card, device, load_model(card.guide, device) if card.guide else None)
    if card.family == "chain":
        from .deepaudio.chain import ChainModel

        return ChainModel.load(folder, card, device)
    from .vssflow.draft_model import DraftModel

    return DraftModel.load(folder, card, device)


def lacking(folder: Path, card: ModelCard) -> tuple[str, str]:
    """(what keeps the model in `folder` from making sound, remedy); both empty when nothing does."""
    if card.family == "paper":
        return surroundings.lacking(folder)
    lack = parts.lacking(folder, card) if card.family in _DEEPAUDIO else ("", "")
    return lack if any(lack) or not card.guide else _lacking_guide(card.guide)


def _lacking_guide(name: str) -> tuple[str, str]:
    """As `lacking`, of the model that guides another."""
    folder = _folder(name)
    if folder is None:
        return f"the model “{name}” is missing, to whose sound it speaks", f"Install it: `vssflow-studio models install {name}`."
    return lacking(folder, read_card(folder / CARD))


def _folders() -> list[Path]:
    """Of all that are installed, each name once."""
    names = [path.parent.name for place in _places() for path in sorted(place.glob(f"*/{CARD}"))]
    return [folder for folder in map(_folder, dict.fromkeys(names)) if folder]


def _folder(name: str) -> Path | None:
    """Of the model called `name`, without a look at any other: the window asks at every edit."""
    if name != Path(name).name or name.startswith("."):
        return None
    return next((place / name for place in _places() if (place / name / CARD).is_file()), None)


def _places() -> tuple[Path, Path]:
    """Shipped before the user's own, so that no other model takes a shipped one's name."""
    return weights(), models()


def read_card(path: Path) -> ModelCard:
    """The card in a file; the name of its folder is the model's. Raises ModelError."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        # A folder may be renamed: its name is the model's.
        own = {"name": path.parent.name, "voices": tuple(fields["voices"]), "parts": ()}
        own["kinds"] = tuple(fields.get("kinds", ()))
        own["cast"] = tuple(Voice(**voice) for voice in fields.get("cast", ()))
        card = ModelCard(**fields | own)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The model's card is damaged: {error}", file=path) from error
    if card.family in _DEEPAUDIO:
        return replace(card, parts=(*parts.state(path.parent, card), *_guide_state(card.guide)))
    if card.family != "paper":
        return card
    return replace(card, voices=surroundings.voices(path.parent), parts=surroundings.state(path.parent))


def _guide_state(name: str) -> tuple[str, ...]:
    """All of the model called `name` that makes its sound; nothing where it is not installed."""
    folder = _folder(name)
    return (read_card(folder / CARD).identity,) if folder else ()
