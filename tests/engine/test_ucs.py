from __future__ import annotations

import re

import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.engine.ucs import category, file_name
from vssflow_studio.timeline.cues import Cue

RANGE = TimeRange(RationalTime(0, 24), RationalTime(24, 24))


@pytest.mark.parametrize(
    ("text", "kind", "want"),
    [
        ("Footsteps on a wooden floor", "foley", "FEETHmn"),
        ("someone knocks at the door", "foley", "DOORKnck"),
        ("a ball bounces", "foley", "RUBRImpt"),
        ("something odd", "foley", "FOLYMisc"),
        ("wind in the trees", "foley", "WIND"),
        ("knock", "ambience", "AMBMisc"),
        ("rain on a tin roof", "ambience", "RAIN"),
        ("office room tone", "ambience", "AMBRoom"),
        ("", "ambience", "AMBMisc"),
    ],
)
def test_the_category(text, kind, want):
    assert category(Cue("c", kind, RANGE, text)) == want


@pytest.mark.parametrize("text", ["a door_closes / bang: “très” fort", "", "..", "x" * 300, "Дверь"])
def test_a_name_has_the_four_parts_and_is_one_on_any_disc(text):
    name = file_name(Cue("c", "foley", RANGE, text))
    assert re.fullmatch(r"[A-Za-z]+_[A-Za-z0-9-]{1,40}_VSSF_TEMP", name)
