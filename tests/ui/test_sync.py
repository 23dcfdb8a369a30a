"""Picture and sound together: within one frame, with a card that drifts and one that stalls."""

from __future__ import annotations

import pytest
from sound_card import played_in_sync

CARDS = {"even": (0.0, 0.0), "fast": (0.001, 0.0), "slow": (-0.001, 0.0), "stalls": (0.0, 0.3)}


@pytest.mark.parametrize("drift, stall", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("rate", (25.0, 24000 / 1001))
def test_picture_and_sound_stay_within_one_frame(qtbot, tmp_path, rate: float, drift: float, stall: float) -> None:
    worst, wrong = played_in_sync(tmp_path, 12, rate, drift, stall)
    assert wrong == 0
    assert worst < 1.0
