from __future__ import annotations

import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.engine.cue_edits import duplicate, merge, split, split_text
from vssflow_studio.errors import CueError
from vssflow_studio.timeline.cues import Adjustment, Cue, Take


def time(frames: float) -> RationalTime:
    return RationalTime(frames, 24)


def cue(text: str, kind: str = "dialogue", start: int = 24, length: int = 96, **fields) -> Cue:
    take = Take("t", "x.takes/a.wav", time(12), time(length), time(12), {"text": text})
    range_ = TimeRange(time(start), time(length))
    return Cue("c", kind, range_, text, takes=(take,), circled="t", **fields)


def test_a_line_is_split_between_the_words_spoken_there() -> None:
    text = "We have to go now, before they find us in this terrible old house."
    first, second = split(cue(text), time(24 + 30))
    assert f"{first.text} {second.text}" == text
    assert first.text in ("We have to go", "We have to go now,", "We have to go now, before")
    assert first.range.end_time_exclusive() == second.range.start_time == time(54)
    assert second.range.end_time_exclusive() == time(120) and second.id != first.id == "c"


def test_both_parts_go_on_sounding_from_the_same_recording() -> None:
    old = cue("One two three four.")
    first, second = split(old, time(60))
    (one,), (other,) = first.takes, second.takes
    assert (one.head, one.duration, one.tail) == (time(12), time(36), time(12 + 60))
    assert (other.head, other.duration, other.tail) == (time(12 + 36), time(60), time(12))
    assert one.id != other.id and second.circled == other.id
    again = merge((second, first))
    assert again == old


def test_trims_and_fades_stay_at_their_ends() -> None:
    from dataclasses import replace

    old = cue("One two three four.")
    shaped = Adjustment(gain=-3.0, fade_in=0.1, fade_out=0.2, trim_in=0.05, trim_out=0.06)
    old = replace(old, takes=(replace(old.takes[0], adjustment=shaped),))
    first, second = (part.takes[0].adjustment for part in split(old, time(60)))
    assert (first.fade_in, first.fade_out, first.trim_out, first.gain) == (0.1, 0.0, 0.0, -3.0)
    assert (second.fade_in, second.fade_out, second.trim_in, second.trim_out) == (0.0, 0.2, 0.0, 0.06)


def test_a_sound_keeps_its_prompt_in_both_parts() -> None:
    first, second = split(cue("rain on a roof", "ambience"), time(60))
    assert first.text == second.text == "rain on a roof"


def test_a_delivery_written_into_the_line_holds_for_its_second_part() -> None:
    first, second = split(cue("(whisper) Come here now and see what I have found."), time(60))
    assert first.text.startswith("(whisper)") and second.delivery == "whisper"


@pytest.mark.parametrize("text", ["Ask Kal [K EY1 L] now, my dear friend.", "You *never ever* call me at all."])
def test_mark_up_is_never_torn(text: str) -> None:
    for percent in range(5, 100, 10):
        for part in split_text(text, percent / 100):
            assert part.count("[") == part.count("]") and part.count("*") in (0, 2)


def test_a_word_alone_stays_whole() -> None:
    assert split_text("Hello", 0.5) == ("Hello", "")


def test_outside_of_the_cue_nothing_is_split() -> None:
    for frame in (24, 120, 0):
        with pytest.raises(CueError, match="not inside"):
            split(cue("One two."), time(frame))


def test_lines_of_others_are_not_merged() -> None:
    one, other = cue("Hi.", character="ANNA"), cue("Ho.", character="BEN", start=200)
    with pytest.raises(CueError, match="one character"):
        merge((one, other))
    with pytest.raises(CueError, match="nothing to merge"):
        merge((one,))


def test_merging_joins_times_texts_and_notes() -> None:
    from dataclasses import replace

    one = cue("Hi there.", notes="loud")
    other = replace(cue("My friend.", start=150, length=48, notes="soft"), id="d")
    made = merge((other, one))
    assert (made.id, made.text, made.notes) == ("c", "Hi there. My friend.", "loud; soft")
    assert made.range == TimeRange(time(24), time(174))
    assert made.takes == one.takes  # stale, and still heard


def test_a_copy_stands_behind_and_has_no_takes() -> None:
    made = duplicate(cue("Hi."))
    assert made.range == TimeRange(time(120), time(96)) and made.takes == () and made.id != "c"
