"""What is here and what is missing, for a user and for whoever helps them."""

from __future__ import annotations

import platform
from hashlib import sha256
from importlib import metadata

from ..errors import StudioError
from ..models.interface import WEIGHTS
from ..models.registry import model_cards
from ..paths import sample, weights
from .devices import available_devices

_PACKAGES = ("torch", "torchaudio", "av", "pyside6", "opentimelineio", "numpy", "soundfile")


def examine() -> dict[str, str | list[str]]:
    """Name → finding; `missing` lists what keeps something from working."""
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
    findings["devices"] = list(available_devices())
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
        path = weights() / card.name / WEIGHTS
        data = path.read_bytes() if path.is_file() else b""
        whole = sha256(data).hexdigest() == card.checkpoint
        found.append(f"{card.name} {card.checkpoint[:12]} {'ok' if whole else 'DAMAGED'}")
        if not whole:
            missing.append(f"whole weights of the model “{card.name}”")
    if not cards:
        missing.append("a model")
    return found
