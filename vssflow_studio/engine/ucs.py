"""File names by the Universal Category System: `CatID_FXName_CreatorID_SourceID_UserData`.

Sound libraries and editors' databases sort by the CatID. UCS is in the public domain
(universalcategorysystem.com); which categories temp sound falls into, `foley_kinds.toml` says.
"""

from __future__ import annotations

import re

from ..timeline.cues import Cue
from .foley_kinds import KINDS
from .foley_prompt import nearest_kinds

CREATOR, SOURCE = "VSSF", "TEMP"

_NEAR = 0.3  # a likeness below this tells nothing
_OTHERWISE = {"foley": "FOLYMisc", "ambience": "AMBMisc"}


def file_name(cue: Cue) -> str:
    """The name of a foley or ambience take, without what tells takes apart and the suffix."""
    words = re.findall(r"[A-Za-z0-9']+", cue.text)[:6]
    name = " ".join(words).replace("'", "")[:40].strip().title() or "Untitled"
    return f"{category(cue)}_{name.replace(' ', '-')}_{CREATOR}_{SOURCE}"


def category(cue: Cue) -> str:
    """The CatID of the kind that a cue's prompt is nearest to; a Misc where none is near."""
    among = [name for name, kind in KINDS.items() if kind.bed] if cue.kind == "ambience" else KINDS
    nearest = nearest_kinds(cue.text, among, 1)
    return nearest[0].kind.category if nearest and nearest[0].likeness >= _NEAR else _OTHERWISE[cue.kind]
