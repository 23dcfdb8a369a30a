from __future__ import annotations

import numpy as np
import pytest

from vssflow_studio.models.conditions.phonemes import (
    BLANK,
    SLOWEST,
    average_durations,
    lay_line,
    natural_durations,
    phoneme_ids,
    rasterise,
    rate_asked,
    rate_warning,
)
from vssflow_studio.script.arpabet import ARPABET
from vssflow_studio.script.phonemes import phonemes

LINES = ["Wait… what", "Yes / no, and *never* again.", "Hi.", "The train to the coast is late this morning."]


def lengths(timed) -> np.ndarray:
    return np.array([end - start for _, start, end in timed])


def laid(line: str, start: float, end: float, **more):
    said = phonemes(line)
    return lay_line(said, average_durations(said), start, end, **more)


def test_ids_of_marked_phonemes_are_those_of_plain_ones() -> None:
    assert phoneme_ids(("EY1*", "|", ",", "/", "…", "B")) == [
        ARPABET.index("EY1") + 1, BLANK, BLANK, BLANK, 1,
    ]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("seconds", [0.05, 0.4, 1.0, 2.0, 9.0])
@pytest.mark.parametrize("pace", [None, 0.5, 1.0, 2.0])
def test_nothing_is_ever_clipped(line: str, seconds: float, pace: float | None) -> None:
    timed = laid(line, 0.5, 0.5 + seconds, pace=pace, frame=0.0107)
    assert [i for i, _, _ in timed] == phoneme_ids(phonemes(line))
    assert timed[0][1] == 0.5 and timed[-1][2] <= 0.5 + seconds + 1e-9
    assert (lengths(timed) > 0).all()
    assert all(a[2] == pytest.approx(b[1]) for a, b in zip(timed, timed[1:], strict=False))
    if pace is None and rate_asked(phonemes(line), seconds) >= 1:
        assert timed[-1][2] == pytest.approx(0.5 + seconds)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("spare", [1.01, 1.5, 4])
@pytest.mark.parametrize("start", [0.0, 0.5, 0.50533])
def test_every_phoneme_has_a_frame_where_there_is_room(line, spare, start) -> None:
    rate = 93.75
    ids = phoneme_ids(phonemes(line))
    end = start + spare * len(ids) / rate
    row = rasterise(laid(line, start, end, frame=1.001 / rate), round((end + 1) * rate), rate)
    changes = row[np.flatnonzero(np.diff(row, prepend=0) != 0)]
    doubled = [i for i, before in zip(ids, [0, *ids], strict=False) if i != before]
    assert [i for i in changes if i] == doubled


def test_half_frames_are_all_rounded_one_way() -> None:
    timed = [(i + 1, i + 0.5, i + 1.5) for i in range(4)]
    assert rasterise(timed, 6, 1.0).tolist() == [0, 1, 2, 3, 4, 0]


def test_pauses_keep_their_length_as_the_line_is_stretched() -> None:
    for seconds in (2.2, 2.35):
        timed = laid("Wait… what / now", 1.0, 1.0 + seconds)
        pauses = [end - start for i, start, end in timed if i == BLANK]
        assert pauses == pytest.approx([0.7, 0.35])
        assert timed[-1][2] == pytest.approx(1.0 + seconds)


def test_a_short_line_in_a_long_range_is_not_drawn_out_over_all_of_it() -> None:
    said = phonemes("Wait… what / now")
    speech = natural_durations(said, average_durations(said)).sum() - 0.7 - 0.35
    assert laid("Wait… what / now", 1.0, 9.0)[-1][2] == pytest.approx(1.0 + speech / SLOWEST + 0.7 + 0.35)


def test_pauses_shrink_with_all_else_when_the_range_is_too_short() -> None:
    said = phonemes("Wait… what / now")
    natural = natural_durations(said, average_durations(said))
    assert lengths(laid("Wait… what / now", 0, natural.sum() / 2)) == pytest.approx(natural / 2)


def test_emphasis_lengthens_the_stressed_vowel_alone() -> None:
    plain, loud = phonemes("I never said"), phonemes("I *never* said")
    durations = average_durations(plain)
    ratio = natural_durations(loud, durations) / natural_durations(plain, durations)
    vowel = [s for s in loud if s != "|"].index("EH1*")
    assert ratio[vowel] == pytest.approx(1.3) and np.delete(ratio, vowel) == pytest.approx(1)


def test_pace_ends_the_line_earlier_and_never_later_than_its_range() -> None:
    said = phonemes("The train / is late.")
    durations = average_durations(said)
    speech = natural_durations(said, durations).sum() - 0.35
    for pace in (0.5, 1.0, 2.0):
        timed = lay_line(said, durations, 1.0, 9.0, pace=pace)
        assert timed[-1][2] == pytest.approx(1.0 + speech / pace + 0.35)
    assert lay_line(said, durations, 1.0, 1.5, pace=0.5)[-1][2] == pytest.approx(1.5)


def test_the_rate_that_a_range_asks_for() -> None:
    said = phonemes("Wait… what")
    natural = natural_durations(said, average_durations(said)).sum()
    assert rate_asked(said, natural / 1.9) == pytest.approx(1.9)
    assert rate_asked(said, natural, 2 * average_durations(said)) > 1.4
    assert rate_warning(said, natural / 1.55) == ""
    assert "1.9× the natural speed" in rate_warning(said, natural / 1.9)
    assert rate_warning(said, 0.0)


def test_averages_are_near_what_the_teacher_needs() -> None:
    speech = pytest.importorskip("vssflow_studio.training.speech")
    from vssflow_studio.errors import StudioError
    from vssflow_studio.training.sentences import EVALUATION
    from vssflow_studio.training.speech_cache import spoken_part

    off = []
    for sentence in EVALUATION[:8]:
        try:
            part = spoken_part(speech.speak(sentence, "slt"))
        except StudioError as error:
            pytest.skip(str(error))
        off.append(rate_asked(phonemes(sentence), part[-1][2] - part[0][1]))
    assert np.median(off) == pytest.approx(1.0, abs=0.15)
