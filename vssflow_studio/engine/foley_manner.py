"""How, how far away and where: the words of a prompt that change a sound and not its kind.

English only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ..timeline.cues import Distance, Room

Intensity = Literal["soft", "normal", "hard"]


@dataclass(frozen=True)
class Manner:
    """What a prompt says besides its kind; the defaults where it says nothing."""

    intensity: Intensity = "normal"
    distance: Distance = ""
    room: Room = ""


_IN = r"(?:in|inside|through|down|from) (?:a|an|the) (?:(?:big|large|huge|small|tiny|empty|old|long|dark|quiet|tiled|stone|tiny|echoing) )*"

_INTENSITIES: dict[Intensity, str] = {
    "soft": r"soft|softly|gentle|gently|lightly|quietly|faint|faintly|delicate|delicately|subtle|weak|weakly|muted|"
    r"light(?= (?:rain|wind|breeze|drizzle|steps|footsteps|taps?|tapping|knocks?|knocking|touch|snow|traffic))",
    "hard": r"loud|loudly|heavy|heavily|violent|violently|strong|strongly|forceful|forcefully|powerful|brutal|"
    r"fierce|fiercely|furious|furiously|intense|hard(?! (?:floor|surface|ground|wood|drive|hat|tiles?))",
}
_DISTANCES: dict[Distance, str] = {
    "far": r"in the (?:far )?distance|(?:far|faraway) (?:away|off)|from afar|distant|faraway|far",
    "medium": r"some way off|at a distance|a little way off|from across the (?:room|street)|next door",
    "close": r"close[ -]up|up close|close by|very close|right here",
}
_ROOMS: dict[Room, str] = {
    "outdoors": r"outside|outdoors|in the open(?: air)?|open air",
    "bathroom": _IN + r"(?:bathroom|toilet|shower|washroom|locker room)",
    "church": _IN + r"(?:church|cathedral|chapel|cave|cavern|crypt|temple|dungeon|tunnel)",
    "hall": _IN + r"(?:hall|hallway|corridor|stairwell|staircase|warehouse|gym|theatre|theater|auditorium|station|"
    r"garage|factory|hangar|ballroom|lobby|swimming hall)|with (?:an )?echo|echoing|reverberant",
    "small room": _IN + r"(?:room|office|kitchen|bedroom|closet|booth|cabin|apartment|cellar|basement)|indoors",
    "dry": r"no reverb|without (?:any )?reverb|anechoic|close[ -]miked",
}


def manner_of(prompt: str) -> Manner:
    """What `prompt` says of strength, distance and room."""
    text = prompt.lower()
    return Manner(
        intensity=_said(_INTENSITIES, text) or "normal",
        distance=_said(_DISTANCES, text),
        room=_said(_ROOMS, text),
    )


def without_manner(prompt: str) -> str:
    """`prompt` in lower case, without what `manner_of` reads; as it is where that is all of it."""
    text = prompt.lower()
    for table in (_ROOMS, _DISTANCES, _INTENSITIES):
        for pattern in table.values():
            text = re.sub(rf"\b(?:{pattern})\b", " ", text)
    return " ".join(text.split()) or prompt.lower()


def _said(table: dict[str, str], text: str) -> str:
    return next((name for name, pattern in table.items() if re.search(rf"\b(?:{pattern})\b", text)), "")


_MATERIALS = {
    "carpet": "carpet rug mat cushion pillow mattress sofa blanket",
    "wood": "wood wooden plank planks floorboards parquet oak",
    "metal": "metal steel iron tin brass aluminium aluminum",
    "stone": "stone marble concrete brick tile tiles tiled slate rock",
    "glass": "glass window mirror crystal",
    "plastic": "plastic vinyl bucket",
    "cardboard": "cardboard carton box",
    "rubber": "rubber foam",
    "leather": "leather",
}
"""Materials that `space.py` colours a sound as, and what they are called."""


def materials_in(prompt: str) -> tuple[tuple[str, str], ...]:
    """(material, word) for each word of the prompt that names one, in its order."""
    by_word = {word: material for material, words in _MATERIALS.items() for word in words.split()}
    return tuple((by_word[word], word) for word in re.findall(r"[a-z]+", prompt.lower()) if word in by_word)
