"""What is here and what is missing, for a user and for whoever helps them."""

from __future__ import annotations

import platform
from hashlib import file_digest
from importlib import metadata
from pathlib import Path

from ..errors import StudioError
from ..models.interface import WEIGHTS
from ..models.registry import lacking, model_cards, model_folder
from ..models.vssflow import surroundings
from ..paths import sample
from .devices import available_devices, unused
from .torch_trial import tried

_PACKAGES = ("torch", "torchaudio", "av", "pyside6", "opentimelineio", "numpy", "soundfile")


def examine(deep: bool = False) -> dict[str, str | list[str]]:
    """Name → finding; `missing` lists what keeps something from working.

    What it costs is a second. `deep` has torch compute too, which takes several.
    """
    missing: list[str] = []
    findings: dict[str, str | list[str]] = {
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    for package in _PACKAGES:
        try:
            findings[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            findings[package] = "not installed"
            missing.append(package)
    torch, torchaudio = (str(findings[name]).partition("+")[0] for name in ("torch", "torchaudio"))
    if torch != torchaudio and not {"torch", "torchaudio"} & set(missing):
        missing.append(f"the torchaudio that belongs to torch {torch} (here is {torchaudio}): pip install torchaudio=={torch}")
    findings["devices"] = list(available_devices())
    if unused():
        findings["unused"] = f"an NVIDIA card: {unused()}"
    if deep:
        findings["computing"], failed = tried()
        missing += failed
    findings["codecs"] = _codecs(missing)
    findings["models"] = _models(missing)
    if not (sample() / "animatic.otio").is_file():
        missing.append("the sample animatic")
    findings["missing"] = missing
    return findings


def _codecs(missing: list[str]) -> list[str]:
    try:
        import av
    except ImportError:
        return []
    found = [name for name in ("libx264", "mpeg4", "aac") if name in av.codecs_available]
    if "aac" not in found or len(found) < 2:
        missing.append("a picture or sound encoder in PyAV")
    return found


def _models(missing: list[str]) -> list[str]:
    """Each model with its hash, held against its card."""
    found = []
    try:
        cards = model_cards()
    except StudioError as error:
        missing.append(str(error))
        return found
    for card in cards:
        path = model_folder(card.name) / WEIGHTS
        whole = path.is_file() and _hash(path) == card.checkpoint
        found.append(f"{card.name} {card.checkpoint[:12]} {'ok' if whole else 'DAMAGED'}")
        if not whole:
            missing.append(f"whole weights of the model “{card.name}”")
        lack, remedy = lacking(path.parent, card)
        if lack:
            missing.append(f"for the model “{card.name}”: {lack}. {remedy}")
        if card.family == "paper":
            found += [f"{card.name}: {line}" for line in surroundings.findings(path.parent)]
    if not cards:
        missing.append("a model")
    return found


def _hash(path: Path) -> str:
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()
