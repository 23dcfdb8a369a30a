"""“Make Anna say 'get down' under the thunder”: an instruction in plain words as cues.

Which kinds of cue are meant is the gate's to say (`models/deepaudio/mof.py`); here the words are
found: who speaks, what, how, what sounds, and how one lies to the other. Nothing is made
without being shown first, so what can't be told is left as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import CueError
from ..models.deepaudio.mof import QUOTED, AnyGate, Gate
from ..paths import weights
from ..timeline.cues import Cue, Delivery, Kind, new_id
from ..timeline.timecode import from_seconds
from .foley_prompt import SURE, nearest_kinds

_SHOUTED = "shout yell scream shriek bellow call cry roar".split()
_WHISPERED = "whisper murmur mutter breathe mumble".split()
_SAID = """say tell ask answer reply state explain declare announce growl hiss laugh sing exclaim order command beg
admit confess pronounce utter stammer snap sigh insist protest repeat speak read narrate go warn remark add bark""".split()
_VERB = re.compile(rf"\b({'|'.join((*_SHOUTED, *_WHISPERED, *_SAID))})(s|es|ing|ed|ies)?\b", re.IGNORECASE)
_ASKING = re.compile(
    r"^\W*(please|ok(ay)?|now|can you|could you|i want to hear|i want|i need|i'd like|let us hear|we should hear"
    r"|there (should|ought to) be|give (me|us)|add|put|make|have|let|get|generate|create|dub|drop in|lay down|foley"
    r"|fx|sfx|sound effects? of|the sound of|ambience|background|then|and|also|with|plus|first|after that|both)\b[\s:,]*",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"\b(while|under|over|with|as|amid|through|against|plus|together with|along with|and then|then|after that|and|before|after"
    r"|behind)\b",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"[\s,;.!?]*(please|in the background|behind (it|him|her|them)|under (it|that)|for this (shot|clip)|here)?[\s,;.!?]*$", re.I)
_NO_NAME = frozenset(
    """the a an this that these it dialogue line lines speech adr text he she they him her them we voice voices message words
    lip sync synced sentence letter letters recording picture video shot scene here with on in by for and to should must will
    effects foley tell me what when his new give screen off""".split()
)
_CLAUSE = re.compile(r",\s*|\b(?:and|while|then|after that|as|before|plus)\b\s*|:\s+", re.IGNORECASE)
_POINTED = re.compile(r"\b(?:for|on|revoice|redub|dub|by|give|in)\s+(the\s+\w+|[A-Z]\w+)")
_NARRATOR = "NARRATOR"
_BEAT = 1.5  # seconds of a sound after which a line follows


@dataclass(frozen=True)
class Wish:
    """One sound that is asked for. `place`: with the first, or `before` or `after` it.

    `seen` is whether the picture shows who speaks; a model that follows mouths goes by it.
    """

    kind: Kind
    text: str
    character: str = ""
    delivery: Delivery = "normal"
    place: str = "with"
    seen: bool = True


def asked(
    instruction: str,
    range_: TimeRange,
    cues: Sequence[Cue],
    length: Callable[[str], float],
    by: AnyGate | None = None,
) -> tuple[dict[str, float], tuple[Cue, ...]]:
    """How probable each of the gate's tasks is, and new cues over `range_`; see `cues_for`.

    `by` is another gate than the one that ships. Raises CueError.
    """
    odds = (by or gate()).probabilities(instruction)
    return odds, cues_for(wishes(instruction, max(odds, key=odds.get)), range_, cues, length)


@cache
def gate() -> Gate:
    """The gate that ships. Raises ModelError."""
    return Gate.load(weights() / "mof" / "weights.safetensors")


def wishes(instruction: str, task: str) -> tuple[Wish, ...]:
    """What an instruction of the gate's `task` asks for, speech first. Raises CueError for nothing."""
    made: list[Wish] = []
    rest = instruction
    if task != "v2a":
        spoken, rest = _spoken(instruction, task)
        made.append(spoken)
    if task in ("v2a", "mixed"):
        apart = re.search(r"\b(then|after that|after a beat)\b\W*(\w*)", rest, re.IGNORECASE)
        place = ("after" if apart[2] else "before") if apart else "with"
        if heard := _heard(rest):
            made.append(Wish(_sound_kind(heard), heard, place=place))
    if not made or not made[0].text:
        raise CueError(
            f"“{instruction}” asks for nothing that can be heard",
            remedy="Say who speaks and what in quotes, or name a sound.",
        )
    return tuple(made)


def cues_for(
    found: Sequence[Wish], range_: TimeRange, cues: Sequence[Cue], length: Callable[[str], float]
) -> tuple[Cue, ...]:
    """New cues for wishes over `range_`; a line lies under a sound that is there already.

    `cues` are those of the timeline; `length` gives the seconds that a line takes.
    """
    made: list[Cue] = []
    for wish in found:
        there = _same_sound(wish, cues)
        if there and made:  # “under the thunder”: that one, not another thunder
            made = [replace(cue, range=_inside(there.range, cue.range)) for cue in made]
            continue
        at = range_
        if wish.kind == "dialogue":
            at = _shortened(range_, length(wish.text))
        elif wish.place == "after" and made:
            at = _following(made[-1].range, range_)
        elif wish.place == "before" and made:
            at = _shortened(range_, _BEAT)
            made = [replace(cue, range=_following(at, range_, cue.range.duration)) for cue in made]
        text = wish.text if wish.kind == "dialogue" else wish.text.removeprefix("the ")
        unseen = "V.O." if wish.kind == "dialogue" and not wish.seen else ""
        made.append(Cue(new_id(), wish.kind, at, text, wish.character, notes=unseen, delivery=wish.delivery))
    return tuple(made)


def _spoken(instruction: str, task: str) -> tuple[Wish, str]:
    """The line, and what of the instruction is not about it."""
    quoted = QUOTED.search(instruction)
    if quoted:
        before, text, after = instruction[: quoted.start()], quoted[0][1:-1], instruction[quoted.end() :]
    else:
        before, text, after = _unquoted(instruction, task)
    verb = next(reversed(list(_VERB.finditer(before))), None)  # “ask Dana to say”
    first, speaker = _clauses(before[: verb.start()] if verb else before.rstrip(" :"))
    character = _named(speaker, bool(verb)) or (_NARRATOR if task == "tts" else "")
    said = verb[1].lower() if verb else ""
    how = f"{before} {after[:20] if '(' in after else ''}".lower()
    delivery = "normal"
    if said in _SHOUTED or "shouting" in how:
        delivery = "shout"
    elif said in _WHISPERED or "whisper" in how:
        delivery = "whisper"
    if re.search(r"\b(voices?|effects|lines|foley|speech)\b", first, re.IGNORECASE):
        first = ""  # “lines and foley for this shot:” names nothing
    return Wish("dialogue", text.strip(), character, delivery, seen=task != "tts"), f"{first} {after}"


def _unquoted(instruction: str, task: str) -> tuple[str, str, str]:
    verb = _VERB.search(instruction) or re.search(r":", instruction)
    if verb is None:
        return "", instruction, ""
    before, rest = instruction[: verb.end()], instruction[verb.end() :].strip(" :")
    join = list(_JOIN.finditer(rest)) if task == "mixed" else []
    if join:
        return before, rest[: join[-1].start()], rest[join[-1].start() :]
    return before, rest, ""


def _clauses(head: str) -> tuple[str, str]:
    """What stands before the clause of who speaks, and that clause; “the king, furious” is one."""
    head = re.sub(r"\([^)]*\)", "", head).rstrip(" ,:")
    cuts = [found.end() for found in _CLAUSE.finditer(head)]
    if cuts and len(head[cuts[-1] :].split()) <= 1 and not re.search(r"[A-Z]", head[cuts[-1] :]):
        cuts.pop()  # an adverb, or “giggles and”
    cut = cuts[-1] if cuts else 0
    return head[:cut], head[cut:]


def _named(clause: str, has_verb: bool) -> str:
    """Who speaks, in capitals as scripts have it; empty where nobody is named."""
    previous, clause = None, clause.strip(" ,:-")
    while clause != previous:
        previous, clause = clause, _ASKING.sub("", clause)
    pointed = _POINTED.search(previous or "")
    words = re.findall(r"[\w’'.]+", re.sub(r"\b(on|in|off)[ -].*$", "", clause))
    if words and words[0].lower() in ("the", "a", "an", "when", "character"):
        words = words[1:]
    while words and words[-1].lower() in (*_NO_NAME, "goes"):
        words.pop()
    if len(words) > 2 and words[-1].islower() and words[-1].endswith("s"):
        words.pop()  # what the girl does while she speaks
    if words and len(words) <= 3 and not _NO_NAME & {word.lower() for word in words}:
        return " ".join(word.removesuffix("'s").removesuffix("’s") for word in words).upper()
    if pointed and pointed[1].lower().removeprefix("the ") not in _NO_NAME:
        return pointed[1].removeprefix("the ").upper()
    return ""


def _heard(text: str) -> str:
    previous = None
    while text != previous:
        previous = text
        text = _ASKING.sub("", text.strip(" ,;.:!?-"))
        text = re.sub(r"^(while|under|over|as|amid|through|against|behind it|together|there is|we hear|after a beat|nothing but|only)\b\s*", "", text, flags=re.I)
    return _TRAILING.sub("", re.sub(r"\W*\b(and|while|then|as|after that)\W*$", "", text.strip())).strip()


def _sound_kind(prompt: str) -> Kind:
    """Rain and traffic are ambiences; what happens once, or isn't known, is foley."""
    nearest = next(iter(nearest_kinds(prompt, count=1)), None)
    return "ambience" if nearest and nearest.kind.bed and nearest.likeness >= SURE else "foley"


def _same_sound(wish: Wish, cues: Sequence[Cue]) -> Cue | None:
    """A foley or ambience cue that is there already and is meant by `the …`."""
    if wish.kind == "dialogue" or not wish.text.lower().startswith("the "):
        return None
    asked = set(re.findall(r"[a-z]{3,}", wish.text.lower())) - {"the"}
    known = (cue for cue in cues if cue.kind != "dialogue")
    return next((cue for cue in known if asked and asked <= set(re.findall(r"[a-z]{3,}", cue.text.lower()))), None)


def _shortened(range_: TimeRange, length: float) -> TimeRange:
    rate = range_.start_time.rate
    wanted = max(from_seconds(length, rate), RationalTime(1, rate))
    return TimeRange(range_.start_time, min(range_.duration, wanted))


def _inside(sound: TimeRange, line: TimeRange) -> TimeRange:
    """The line's length from the sound's start on."""
    return TimeRange(sound.start_time, min(line.duration, max(sound.duration, line.duration)))


def _following(line: TimeRange, range_: TimeRange, length: RationalTime | None = None) -> TimeRange:
    """From the end of `line` on: as long as asked, else to the end of the range, at least two seconds."""
    end = line.end_time_exclusive()
    left = range_.end_time_exclusive() - end
    return TimeRange(end, length or max(left, from_seconds(2, end.rate)))
