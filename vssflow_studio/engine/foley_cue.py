"""What a foley or ambience cue asks for: its prompt as the model is given it, and the treatment."""

from __future__ import annotations

from dataclasses import dataclass

from ..models.interface import ModelCard
from ..timeline.cues import Cue
from .foley_kinds import Kind
from .foley_manner import manner_of, materials_in
from .foley_prompt import is_said_of, understood
from .request import Treatment


@dataclass(frozen=True)
class AskedSound:
    """`sent` is the prompt for the model, `kind` the kind that it stands for, where that is known.

    `negative` is what must not be heard. `note` tells the user of a prompt that the model doesn't
    know, or of what it can't leave out.
    """

    sent: str
    treatment: Treatment
    kind: Kind | None = None
    note: str = ""
    negative: str = ""


def asked_by(cue: Cue, card: ModelCard) -> AskedSound:
    """`cue`'s sound as the model of `card` is asked for it.

    A cue's own distance and room go before what its prompt says of them. A model that takes
    any prompt hears the words of strength, distance and room itself, and only the cue's
    fields are laid on its sound.
    """
    own, negative = Treatment(distance=cue.distance or "close", room=cue.room or "dry"), cue.negative.strip()
    note = f"{card.title} can't be told to leave out “{negative}”" if negative and not card.negates else ""
    if not card.kinds:
        return AskedSound(cue.text.strip(), own, note=note, negative=negative if card.negates else "")
    asked, manner = understood(cue.text, card.kinds), manner_of(cue.text)
    treatment = Treatment(
        intensity=manner.intensity,
        material=_material(cue, asked.kind),
        distance=cue.distance or manner.distance or "close",
        room=cue.room or manner.room or "dry",
    )
    return AskedSound(asked.sent, treatment, asked.kind, "; ".join(filter(None, (asked.note, note))))


def _material(cue: Cue, kind: Kind | None) -> str:
    """The first material in the prompt that its kind doesn't bring along; an ambience has none."""
    if kind is None or kind.bed:
        return ""
    named = materials_in(cue.text)
    return next((material for material, word in named if not is_said_of(kind, word)), "")
