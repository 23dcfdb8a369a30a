"""File names by the Universal Category System: `CatID_FXName_CreatorID_SourceID_UserData`.

Sound libraries and editors' databases sort by the CatID. UCS is in the public domain
(universalcategorysystem.com); the few categories here are those that temp sound falls into.
"""

from __future__ import annotations

import re

from ..timeline.cues import Cue

CREATOR, SOURCE = "VSSF", "TEMP"

_FOLEY = {
    "FOLYFeet": "footstep footsteps step steps walk walks walking run runs running boots shoes heels",
    "FOLYClth": "cloth clothes coat jacket fabric dress shirt sleeve",
    "FOLYHand": "hand hands handshake clap pat slap grab",
    "DOORKnck": "knock knocks knocking",
    "DOORMisc": "door doors gate",
    "GLASMisc": "glass glasses bottle",
    "WNDWMisc": "window windows",
    "WATRMisc": "water splash splashes drip",
    "PAPRMisc": "paper page pages book letter newspaper",
    "METLMisc": "metal metallic iron steel chain",
    "WOODMisc": "wood wooden plank",
    "FOLYProp": "ball bounce bounces bouncing keys cup plate cutlery bag",
    "VEHMisc": "car vehicle truck bus engine",
    "RAIN": "rain",
}
_AMBIENCE = {
    "RAIN": "rain raining",
    "WIND": "wind windy",
    "AMBRoom": "room office kitchen interior indoor indoors roomtone",
    "AMBTraf": "traffic road highway",
    "AMBUrbn": "city street urban",
    "AMBForst": "forest woods trees",
    "AMBBird": "birds birdsong",
    "AMBSea": "sea beach ocean waves",
    "AMBRest": "restaurant bar cafe",
    "CRWDMisc": "crowd people audience",
}
_OTHERWISE = {"foley": "FOLYMisc", "ambience": "AMBMisc"}


def file_name(cue: Cue) -> str:
    """The name of a foley or ambience take, without what tells takes apart and the suffix."""
    words = re.findall(r"[A-Za-z0-9']+", cue.text)[:6]
    name = " ".join(words).replace("'", "")[:40].strip().title() or "Untitled"
    return f"{category(cue)}_{name.replace(' ', '-')}_{CREATOR}_{SOURCE}"


def category(cue: Cue) -> str:
    """The CatID of what a cue asks for: the first of its words that tells it."""
    table = _AMBIENCE if cue.kind == "ambience" else _FOLEY
    by_word = {word: cat for cat, words in table.items() for word in words.split()}
    words = re.findall(r"[a-z]+", cue.text.lower())
    return next((by_word[word] for word in words if word in by_word), _OTHERWISE[cue.kind])
