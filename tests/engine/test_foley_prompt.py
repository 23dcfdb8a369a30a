"""Free prompts: their nearest kinds, what the model is asked, and what the user is told."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.engine.foley_cue import asked_by
from vssflow_studio.engine.foley_kinds import KINDS
from vssflow_studio.engine.foley_manner import manner_of, without_manner
from vssflow_studio.engine.foley_prompt import SURE, nearest_kinds, understood
from vssflow_studio.engine.foley_words import stem
from vssflow_studio.engine.line import warnings_for
from vssflow_studio.engine.request import Treatment
from vssflow_studio.models.registry import model_card
from vssflow_studio.timeline.cues import Cue, Project

RANGE = TimeRange(RationalTime(0, 24), RationalTime(24, 24))
CARD = replace(model_card("draft"), kinds=tuple(KINDS))


def nearest(prompt: str) -> str:
    return next((one.kind.name for one in nearest_kinds(prompt)), "")


def asked(prompt: str, kind: str = "foley", **fields):
    return asked_by(Cue("c", kind, RANGE, prompt, **fields), CARD)


# --- the table ---


def test_the_table_has_forty_kinds_and_more_each_with_words_of_its_own():
    assert len(KINDS) >= 40
    phrases = [phrase for kind in KINDS.values() for phrase in kind.phrases]
    assert len(set(phrases)) == len(phrases)
    for kind in KINDS.values():
        assert len(kind.phrases) >= 6
        assert 4 <= len(kind.category) <= 10 and kind.category[:3].isupper()
        assert all(nearest(phrase) == kind.name for phrase in kind.phrases)
    assert sum(kind.bed for kind in KINDS.values()) >= 10


def test_the_table_and_the_prompts_need_no_torch():
    code = "import sys, vssflow_studio.engine.line, vssflow_studio.engine.foley_cue; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# --- words ---


@pytest.mark.parametrize(
    "words",
    ["slam slams slammed slamming", "door doors", "close closes closed closing", "run runs running ran",
     "body bodies", "crunch crunchy crunching", "leaf leaves", "glass glasses", "break breaks breaking broke broken"],
)  # fmt: skip
def test_inflections_have_one_stem(words):
    assert len({stem(word) for word in words.split()}) == 1


@pytest.mark.parametrize(("one", "other"), [("ring", "king"), ("string", "str"), ("glass", "glas"), ("shot", "shoot")])
def test_different_words_have_different_stems(one, other):
    assert stem(one) != stem(other)


# --- nearest kinds ---

UNSEEN = """heavy old oak door slams|door
footfalls on a wooden staircase|footsteps
boots on gravel driveway|gravel
someone crunches through fresh snow|snow steps
wine glasses being clinked at dinner|glass clink
glass bottle breaking on the ground|glass
the phone is ringing|phone
she flips the light switch on|switch
typing fast on laptop|keyboard
he draws his sword|sword
punches thrown|punch
heavy rain on a tin roof|rain
howling wind in the mountains|wind
waves crashing on the beach|sea
night crickets|crickets
busy cafe with people talking|crowd
traffic on a wet road|traffic
room tone of an office|room tone
motorbike passing|car pass
car door slams|door
elevator doors open|sliding door
creaky old floorboards|creak
water dripping in a cave|drip
pouring whiskey into a glass|pour
body hitting the floor|body fall
stick breaking|wood crack
rock dropped|stone
keys dropped on a table|keys
leather jacket rustle|cloth
tea cup set down on saucer|cup
church bells far away|bell
metal door clangs shut|metal door
steps on wet leaves|leaf steps
microwave beeps|beep
gunfire|gunshot
raindrops|rain
footstpes|footsteps
thundr|thunder"""


@pytest.mark.parametrize("row", UNSEEN.splitlines())
def test_prompts_in_words_of_their_own_find_their_kind(row):
    prompt, kind = row.split("|")
    assert nearest(prompt) == kind


def test_kinds_are_ranked_and_only_those_of_the_model_are_found():
    found = nearest_kinds("metal door slams")
    assert found[0].kind.name == "metal door" and "door" in [one.kind.name for one in found]
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)
    assert all(0 < one.likeness <= 1 for one in found)
    assert nearest_kinds("metal door slams", ("rain", "door"))[0].kind.name == "door"


@pytest.mark.parametrize("prompt", ["", "???", "Дверь", "qzx jkw", "the of and"])
def test_what_nothing_is_near_finds_nothing(prompt):
    assert nearest_kinds(prompt) == ()


# --- what is sent, and what is told ---


def test_a_prompt_in_taught_words_is_sent_as_it_is_typed():
    asked = understood("Sound of a wooden door closing", KINDS)
    assert (asked.sent, asked.kind.name, asked.note) == ("Sound of a wooden door closing", "door", "")


def test_a_known_thing_in_other_words_is_rewritten_without_a_word():
    asked = understood("thunderclap", KINDS)
    assert asked.kind.name == "thunder" and asked.sent in KINDS["thunder"].phrases and not asked.note


def test_an_unknown_thing_is_rewritten_and_told():
    asked = understood("glockenspiel", KINDS)
    assert asked.sent in KINDS["bell"].phrases
    assert asked.note == "“glockenspiel” is not known; nearest: bell (BELLMisc)"
    assert nearest_kinds("glockenspiel")[0].likeness < SURE


def test_what_nothing_is_near_is_sent_and_told():
    asked = understood("qzx jkw", KINDS)
    assert asked.sent == "qzx jkw" and asked.kind is None and "not known" in asked.note


def test_a_model_of_any_prompt_gets_it_untouched():
    card = replace(CARD, kinds=())
    asked = asked_by(Cue("c", "foley", RANGE, "soft glockenspiel in a hall", room="church"), card)
    assert asked.sent == "soft glockenspiel in a hall" and not asked.note
    assert asked.treatment == Treatment(room="church")


def test_the_note_is_among_a_cues_warnings():
    told = warnings_for(Cue("c", "foley", RANGE, "glockenspiel"), Project())
    assert told == ("“glockenspiel” is not known; nearest: bell (BELLMisc)",)
    assert warnings_for(Cue("c", "foley", RANGE, "a door closes"), Project()) == ()
    assert warnings_for(Cue("c", "ambience", RANGE, ""), Project()) == ()


# --- strength, material, distance, room ---


@pytest.mark.parametrize(
    ("prompt", "want"),
    [
        ("soft footsteps", ("soft", "", "")),
        ("she knocks loudly", ("hard", "", "")),
        ("distant thunder", ("normal", "far", "")),
        ("a door slams in the distance", ("normal", "far", "")),
        ("keys, close up", ("normal", "close", "")),
        ("clap in a big empty hall", ("normal", "", "hall")),
        ("footsteps in a church", ("normal", "", "church")),
        ("gently knocking far away outside", ("soft", "far", "outdoors")),
        # what belongs to the thing itself
        ("light switch", ("normal", "", "")),
        ("heels on a hard floor", ("normal", "", "")),
        ("church bell", ("normal", "", "")),
        ("a door closes", ("normal", "", "")),
    ],
)
def test_words_of_manner(prompt, want):
    said = manner_of(prompt)
    assert (said.intensity, said.distance, said.room) == want


def test_manner_is_no_part_of_the_kind():
    assert without_manner("Gently knocking far away in a small room") == "knocking"
    assert asked("gently knocking far away in a small room").sent == "knocking"
    assert asked("loud rain outside").kind.name == "rain"


def test_the_cue_goes_before_its_prompt():
    assert asked("knocking far away in a church").treatment == Treatment(distance="far", room="church")
    own = asked("knocking far away in a church", distance="close", room="dry").treatment
    assert own == Treatment()


def test_a_material_colours_only_what_does_not_bring_it_along():
    assert asked("footsteps on carpet").treatment.material == "carpet"
    assert asked("knock on glass").treatment.material == "glass"
    assert asked("knock on wood").treatment.material == ""
    assert asked("metal clang").treatment.material == ""
    assert asked("rain on a metal roof", "ambience").treatment.material == ""
