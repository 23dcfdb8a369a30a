"""What a voice sounds like: a short line of a character, made once and kept in the user's cache."""

from __future__ import annotations

from pathlib import Path

from ..atomic import storage_error
from ..errors import TextError
from ..models.interface import ModelCard
from ..models.registry import model_card
from ..script.phonemes import phonemes
from ..timeline.characters import first_line
from ..timeline.cues import Project, new_id
from .import_cues import natural_seconds
from .request import Request, Sampling
from .takes import Order

SENTENCE = "This is how I sound."
LONGEST = 4.0
"""Seconds of a character's line up to which it is spoken; else a sentence of ours is."""
_MARGIN = 0.25


def audition(
    project: Project, character: str, voice: str, folder: Path, sampling: Sampling = Sampling()
) -> tuple[Request, Order]:
    """The request for `voice` to say the character's first line, and its WAV in `folder`.

    The line is said as it comes: at its natural speed, whatever its cue asks for.
    Raises ModelError when the model is not installed, StorageError.
    """
    card = model_card(sampling.model)
    said = _sentence(project, character)
    request = Request(
        kind="dialogue",
        duration=round(natural_seconds(said) * 1.05, 2),
        head=_MARGIN,
        tail=_MARGIN,
        phonemes=phonemes(said),
        voice=voice,
        sampling=sampling,
    )
    return request, _order(request, card, voice, folder)


def _sentence(project: Project, character: str) -> str:
    """The character's own words where they are short and can be spoken."""
    line = first_line(project, character)
    try:
        if line and phonemes(line.text) and natural_seconds(line.text) <= LONGEST:
            return line.text
    except TextError:
        pass
    return SENTENCE


def _order(request: Request, card: ModelCard, voice: str, folder: Path) -> Order:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, folder) from error
    key = request.key(card.identity)
    return Order(
        cue_id="",
        take_id=new_id(),
        key=key,
        path=folder / f"{key[:24]}.wav",
        description=f"Audition of {voice}",
        time_reference=0,
        provenance={"synthetic": True, "model": card.name, "voice": voice, "request": key},
    )
