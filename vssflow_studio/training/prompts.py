"""The kinds of foley that the draft model knows, in UCS categories, and how people ask for them."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of sound: its UCS category (CatID of the Universal Category System) and phrases.

    `motions` are the scenes that can cause it; a bed goes on all the time.
    """

    name: str
    category: str
    motions: tuple[str, ...]
    phrases: tuple[str, ...]

    @property
    def is_bed(self) -> bool:
        """Whether it is an ambience and not a row of events."""
        return self.motions == ("bed",)


def _kind(name: str, category: str, motions: str, phrases: str) -> Kind:
    return Kind(name, category, tuple(motions.split()), tuple(phrases.split("|")))


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("ball", "RUBRImpt", "bounce fall", "ball bounce|a ball bounces|bouncing rubber ball|basketball dribble|ball hits the floor|a ball bouncing on the ground|tennis ball bounces"),
        _kind("footsteps", "FEETHmn", "walk", "footsteps|footsteps on a wooden floor|walking|heels on a hard floor|someone walks across the room|steps on concrete|shoes on tiles|running steps"),
        _kind("gravel", "FEETHmn", "walk", "footsteps on gravel|walking on gravel|steps on dirt and stones|boots crunching on gravel|crunchy footsteps in snow|walking through dry leaves"),
        _kind("door", "DOORWood", "door", "door closes|a door slams shut|door slam|closing a wooden door|the door shuts|heavy door closing|door bang"),
        _kind("knock", "WOODImpt", "strike fall", "knock on wood|knocking on a door|wooden knock|wood hit|hammer on wood|a box thuds on the floor|wood impact|tapping on a table"),
        _kind("metal", "METLImpt", "strike fall", "metal clang|metal hit|hammer on metal|an iron pipe falls|metallic impact|steel clank|anvil strike|pan drops"),
        _kind("glass", "GLASBrk", "strike fall", "glass breaks|breaking glass|a window shatters|bottle smashes|glass shatter|a glass falls and breaks|smashing plates"),
        _kind("bell", "BELLMisc", "strike", "bell|a bell rings|church bell|bell strike|ding of a bell|reception bell|chime"),
        _kind("splash", "WATRSplsh", "fall", "splash|water splash|a stone falls into water|splashing water|jump into a pool|something drops into water|plop into the pond"),
        _kind("switch", "MECHSwtch", "strike tap", "switch click|light switch|a button is pressed|click|lever flips|button click|camera shutter click"),
        _kind("keyboard", "CMPTKey", "tap", "keyboard typing|typing on a keyboard|keys clacking|someone types|computer keyboard|typewriter"),
        _kind("whoosh", "WHSH", "pass", "whoosh|swish|something flies past|fast pass by|sword swing|arrow flies by|air swoosh"),
        _kind("explosion", "EXPLMisc", "flash", "explosion|a bomb explodes|blast|thunder|thunder clap|big boom|cannon shot|gun shot"),
        _kind("rain", "RAIN", "bed", "rain|heavy rain|rain falling|rain on the roof|rainfall|a rainy night|downpour"),
        _kind("wind", "WIND", "bed", "wind|wind blowing|howling wind|a breeze|stormy wind|gusts of wind|windy night"),
        _kind("engine", "MOTRComb", "bed", "engine hum|car engine|motor running|engine idling|machine drone|truck engine|room hum"),
        _kind("fire", "FIRECrkl", "bed", "fire|fire crackling|campfire|burning wood|fireplace|crackling flames|a fire burns"),
    )
}

_FRAMES = ("{}", "{}", "{}", "sound of {}", "the sound of {}", "{} sound", "loud {}", "soft {}", "{} in a room", "{} outside")
_CONNECTING = set("a an the of in on to by and or is it into sound loud soft big small".split())


def prompt_for(kind: str, rng: random.Random) -> str:
    """One of the many ways to ask for `kind`."""
    return rng.choice(_FRAMES).format(rng.choice(KINDS[kind].phrases))


def nearest_kind(prompt: str) -> Kind | None:
    """The kind whose phrases share the most telling words with `prompt`; None when none does."""
    asked = _words(prompt)
    if not asked:
        return None

    def likeness(kind: Kind) -> float:
        return max(len(asked & words) / len(asked | words) for words in map(_words, kind.phrases))

    best = max(KINDS.values(), key=likeness)
    return best if likeness(best) > 0 else None


def _words(text: str) -> set[str]:
    found = re.findall(r"[a-z]+", text.lower())
    return {word.removesuffix("s") for word in found if word not in _CONNECTING}
