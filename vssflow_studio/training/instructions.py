"""Instructions as people may type them, with the task that each asks for (DeepAudio-V1 §3.3)."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache

from ..engine.foley_kinds import KINDS
from ..script.lexicon import lexicon
from .sentences import sentences

_NAMES = """Anna Tom Mia Leo Sarah Jack Maria John Emma Carlos Yuki Omar Priya Old Joe|the guard|the boy
|the queen|Dr Stone|the robot|Captain Reyes|the woman in red|her mother|the old man|Kim|Ivan|the villain
|the girl on the left|our hero|he|she|they|the detective|Mr Brown|the child|the dragon""".replace("\n", "|")

_LINES = """Get down!|Where have you been?|I never said that.|Run, the rain is coming!|It was the wind.|Hello
|Close the door, please.|We have to leave before the storm.|No.|Did you hear that noise?|The car is here.
|Listen to the thunder.|Not without my dog.|Meet me at nine.|I can explain everything.|Who's there?
|Stop the music!|That bell again|You sound tired.|Read it to me.|Say nothing.""".replace("\n", "|")

_SOUNDS = """a dog barking|some distant traffic|a creaky floorboard|a coffee machine|applause|a ringing phone
|the crackle of a fire|an old lift|rain against the window|a crowd at a stadium|a sword being drawn
|her dress rustling|keys on the table|an explosion far away|birds at dawn|city ambience|room tone
|a motorbike passing|the hum of a fridge|waves|glasses clinking|a helicopter|the punch|an owl|hooves
|the wind in the trees|a train in the distance|his boots on gravel|thunder|the storm|the engine|the alarm
|wings flapping|a typewriter|some whooshes|the crash|chains|a zipper|water dripping|the lock clicking
|the music box|machines|a horse|the clock|bubbles|the laser|snow crunching|cutlery""".replace("\n", "|")

_SOUND_ONLY = """add {s}|{s}|{s} please|I need {s}|I want to hear {s}|we should hear {s}|put {s} under this shot
|make it sound like {s}|generate {s} for this clip|foley: {s}|fx: {s}|sfx {s}|sound effect of {s}
|give me {s} in sync with the picture|let there be {s}|fill the scene with {s}|background: {s}|ambience {s}
|this shot needs {s}|can you add {s}|could we have {s} here|the sound of {s}|make {s} louder than before
|create sound for the video|what this would sound like|give the clip its sound|add foley to the whole scene
|sound for everything that moves|generate the audio of this video|video to audio with the prompt {s}
|{s} and {s}|{s}, then {s}|add {s} while {n} walks|add {s} when {n} enters|{s} as {n} turns around
|no talking, just {s}|without dialogue: {s}|only the effects|nobody speaks, {s}|leave the voices out, only {s}
|put {s} behind {n}|{n} drops something: {s}|follow the motion with {s}|try {s} instead|{s} on every hit
|lay {s} over the montage|more {s}|sync {s} to the footsteps of {n}|a bed of {s}|set the mood with {s}
|score nothing, give me {s}|make the video sound real|bring the picture to life with {s}
|foley pass on this scene|spot the sounds in this shot|do the sound design here"""

_ON_PICTURE = """make {n} say {q}|{n} says {q}|{n}: {q}|have {n} say {q}|let {n} shout {q}|{n} whispers {q}
|{n} yells {q}|dub {n} with {q}|dub this shot: {q}|put the line {q} in {n}'s mouth|{n} should say {q}
|lip sync {q} to {n}|match {q} to the lips|speech for the video: {q}|video to speech {q}|the line here is {q}
|I want {n} to say {q}|{n} answers {q}|{n} asks {q}|{n} replies {q} in sync with the picture|{n} mumbles {q}
|give {n} the line {q}|add the line {q} for {n}|{n} calls out {q}|when {n} turns, {n} says {q}
|new dialogue for {n}: {q}|replace what {n} says by {q}|{n} cries {q}|{n}, angry: {q}|{n} (softly) {q}
|let {n} speak: {q}|dialogue {q}|ADR: {q}|say {q} with the mouth of {n}|{n} tells {n} {q}|{n} screams {q}
|in this clip {n} says {q}|generate the speech of {n}: {q}|make {n} talk: {q}|the character says {q}
|{n} repeats {q}|have them say {q}|make {n} say {u}|{n} says {u}|let {n} say {u}|have {n} shout {u}
|temp dialogue: {q}|{n} to {n}: {q}|on her close-up she says {q}|{n} sighs and says {q}|speak {q} on screen
|get {n} to say {q}|{n} mutters {u}|dub {q} over the mouth movement|timed to the lips: {q}"""

_NO_PICTURE = """read {q} aloud|read {q} as voice-over|voice over: {q}|VO: {q}|narrator: {q}|narration: {q}
|off screen, {n} says {q}|{n} off camera: {q}|say {q} without the picture|text to speech: {q}|TTS {q}
|record {q} in {n}'s voice, no video|just speak the text {q}|a voice reads {q}|an announcer says {q}
|over the radio we hear {n}: {q}|{n} on the phone, unseen: {q}|{n} (V.O.) {q}|{n} (O.S.) {q}
|speak this sentence: {q}|turn this text into speech {q}|the storyteller begins {q}|read out {q}
|use {n}'s voice to read {q}|don't look at the video, say {q}|voiceover by {n}: {q}|audiobook style: {q}
|announce {q} over the loudspeaker|a voice from nowhere: {q}|read this with the reference voice: {q}
|clone the voice and say {q}|thoughts of {n}, mouth closed: {q}|inner voice of {n}: {q}|narrate {q}
|just audio, no lips: {q}|ignore the picture and say {q}|off-screen voice {q}|voice-over for the intro: {q}
|{n} narrates {q}|a documentary voice says {q}|read the title {q}|synthesize {q} from text only
|the letter is read by {n}: {q}|speech from text, nothing to sync: {q}|{n} heard from the next room: {q}
|as a voice-over, {n} says {q}|in voice-over: {q}|unseen, {n} says {q}|let a narrator say {q}"""

_JOINS = "{line} while {s}|{line} over {s}|{line} under {s}|{line} with {s}|{line} and add {s}|{line}, then {s}|{s}, then {line}|{line} in {s}|{line} plus {s}|{s} and {line}|add {s} and {line}|{line} with {s} in the background|{line} as we hear {s}|both: {line}, and {s}|{line}; {s} behind it|{line}, {s} in the distance|first {s}, after that {line}|put {s} under it and {line}|{line} against {s}|{line} through {s}|{line} before {s}|{line} after {s}|{line}, also {s}|{line} and we hear {s}|{line} together with {s}|speech and sound: {line}, {s}|{line} over the noise of {s}|{line} amid {s}|{line} along with the sound of {s}|{line}. Add {s}.|{line}. Then {s}.|{line} as {o}|{line} while a {x} {c}s|{line} as {x}s {c}|{line} and the {x} {c}s|{line} and {w} drops the {x}|{line} and then {o}|{line} after a beat {o}|{o}. {line}|give us {o} and {line}|have {o} and {line}|{line} with {g} {x}|put {o} behind it: {line}|voice and effects: {line} and {o}|lines and foley: {line} with {o}"


_SAYS = """say|shout|whisper|yell|mutter|answer|reply|ask|scream|cry|call out|murmur|state|declare|announce
|explain|growl|hiss|laugh|sing|mumble|exclaim|order|command|beg|admit|confess|pronounce|utter|stammer|snap|sigh
|insist|protest|repeat|add|continue|warn|tell him|tell her|tell them|go|speak|remark|object|shriek|bark|croak
|plead|gasp|chuckle and say|nod and say|turn and say|smile and say|look up and say""".replace("\n", "|")

_COMMON = """get come go run stop wait look listen down up here there now would could you I we it is was the a some no
not please help me my your want like know think see hear over under in on out home back away again later soon""".split()

_HOW = "|||||softly|angrily|whispering|furious|with a smile|out of breath|crying|calmly|in a low voice|very loud|almost silent|tired"

_SAID = """make {w} {v} {q}|have {w} {v} {q}|let {w} {v} {q}|get {w} to {v} {q}|{w} should {v} {q}|{w} must {v} {q}
|ask {w} to {v} {q}|{w} will {v} {q}|{w} {vs} {q}|{w} {vs} {q}|on screen {w} {vs} {q}|{w}, {h}: {q}|{w} ({h}): {q}
|{w}: {q}|{w}: {q}|{w} {h}: {q}|the line of {w} is {q}|{w} has to {v} {q}|want {w} to {v} {q}|now {w} {vs} {q}
|{w} then {vs} {q}|new line for {w}: {q}|revoice {w} with {q}|redub {w} with {q}|{w} with the words {q}
|the line in this shot: {q}|his line in this shot is {q}|her line in the scene: {q}|line for {w} here: {q}
|put the words {q} on {w}'s lips|his line: {q}|her line here is {q}|sync {q} to the mouth of {w}
|sync the words {q} to the lips|when {w} opens the mouth we get {q}|what {w} says is {q}|fit {q} to the lips of {w}|fit {q} to her lip movements|match {q} to the movement of his lips
|match {q} to {w}'s mouth|time {q} to the lip movements|sync {q} with the movement of the mouth|let {w} finish with {q}|let {w} begin with {q}
|{w} ends with {q}|{w} starts with {q}|{w} opens with {q}|mouth movement: {q}
|make {w} {v} {u}|let {w} {v} {u}|have {w} {v} {u}|{w} {vs} {u}"""

_SOUNDED = """a {x} {g}|the {x} {g}|some {x}|{g} {x}|a {x}|the {g} of the {x}|the {g} of a {x}|{x} and {x}|the sound of a {x}
|a distant {x}|a loud {x}|a soft {x}|{g}|the {x}|a {g} {x}|several {x}s|a {x} in the background"""

_GOING = """creaking|ringing|humming|roaring|crashing|clinking|barking|howling|ticking|sizzling|scraping|squeaking
|rumbling|buzzing|clattering|dripping|flapping|thudding|whirring|hooting|cheering|galloping|clanging|rattling|hissing
|banging|splashing|rustling|snapping|cracking|jingling|honking|chirping|grinding|blowing|burning|stomping|knocking"""

_VIDEO = """make the {x} {c}|the {x} should {c}|the {x} {c}s|let the {x} {c}|let us hear {o}|there ought to be {o}
|there should be {o}|give every {x} {o}|stick {o} on the cut|drop in {o}|drop {o} at the end|hear {o} when {w} drops it
|underneath, {o}|cover the {x} with {o}|what is missing is {o}|lay down {o} for the {x}|match {o} to the {x}|nothing but {o}
|only {o}|no speech, only {o}|skip the lines, just {o}|build {o}|{w}'s {x} on the {x}|{o} outside, muffled|{o} when {w} waves
|{o} when the {x} {c}s|{o} as she steps outside|{o} as {w} turns|could the {x} start to {c}|let the {x} {c} a bit|could the {x} {c}|more weight on the {x}|it is too silent, some {o}|audible {o}|nobody says anything, just {o}|nobody talks, only {o}|{w} says nothing, we only hear {o}|silence, then {o}|give us {o}|give us {o}, {x} first
|the whole {x}, {o} first|no lines, {o}|mute the voices and give {o}|instead of speech {o}|without a word, {o}|bring in {o}|lend the {x} {o}|put {o} into the {x}
|we are missing {o}|{o} in the next room|{o} over the {x}|{x}s over {x}|do not write lines; {o}|let's have {o}|let's have {o} in the {x}
|{o} as the {x} drives past|{o} in the corridor|I'd like {o}|sonify the {x}|match the {x} on the {x}|a {x} for the {x}"""

_VERBS = "sing|whistle|groan|hum along|whine|tinkle|swish|flutter|creak|squeak|clang|bang|roar|ring|hum|bounce|click|crash|rattle|buzz|splash|crack|thud|sound real|be heard|explode|rumble|hiss"

_UNSEEN = """an off-screen voice {vs} {q}|a voice-over that {vs} {q}|the narrator {vs} {q}|narrator {vs} {q}|V.O. {q}
|speak the text {q} with no picture|the radio announcer {vs} {q}|{w}, not seen, {vs} {q}|O.S. voice: {q}
|a disembodied voice {vs} {q}|a recorded message {vs} {q}|an answering machine {vs} {q}|{w} in voice-over: {q}
|we hear the thoughts of {w}: {q}|no lip sync, simply {v} {q}|commentary: {q}|the commentator {vs} {q}|read aloud by {w}: {q}
|offscreen, {w} {vs} {q}|off-screen, {w} {vs} {q}|offscreen {w} {vs} {q}|a loudspeaker announcement: {q}
|through the loudspeaker: {q}|{v} {q} through a loudspeaker|{v} {q} over the speakers|{q} as an announcement|{v} {q} in the style of a narrator|over the intercom {w} {vs} {q}|on the radio {w} {vs} {q}|on the phone {w} {vs} {q}
|use the reference recording to {v} {q}|with the reference voice {v} {q}|a documentary narrator {vs} {q}
|convert the text to speech: {q}|turn the sentence into a spoken voice: {q}|trailer voice: {q}|storyteller: {q}
|have a narrator {v} {q}|have the narrator {v} {q}|let the narrator {v} {q}|make the voice-over {v} {q}|an unseen {x} {vs} {q}
|OS: {q}|O.S.: {q}|VO {q}|OS {q}|V/O: {q}|inner monologue of {w}: {q}|interior monologue: {q}|what {w} thinks: {q}
|{v} {q} without any video|{v} {q} with no video|{v} {q}, there is no picture|{v} {q} from text alone|record {q}
|the voice of {w}, not on screen, {vs} {q}|an unseen {x} {vs} {q}|the title card read aloud: {q}|{w} off camera {vs} {q}
|the {x} guide {vs} {q}|the audio guide {vs} {q}|the navigation {vs} {q}|the phone {vs} {q}|the {x} recording {vs} {q}
|the machine's voice {vs} {q}|the tape {vs} {q}|the museum guide in the headphones {vs} {q}|the lift announces {q}|speak the words {q}
|a voice in the dark {vs} {q}|{w} (off camera) {vs} {q}|an invisible {x} {vs} {q}|{v} {q} without looking at the picture"""


def instructions(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Without end: an instruction and its task."""
    makers = {"v2a": _sound, "v2s": _on_picture, "tts": _no_picture, "mixed": _mixed}
    while True:
        for task in rng.sample(list(makers), len(makers)):
            yield _roughened(makers[task](rng), rng), task


def _choices(text: str) -> list[str]:
    return [choice.strip() for choice in text.replace("\n", "").split("|") if choice.strip()]


def _filled(shape: str, rng: random.Random) -> str:
    makers = {
        "{n}": _name,
        "{w}": _anybody,
        "{s}": _heard,
        "{o}": _anything,
        "{q}": _quoted,
        "{u}": lambda r: _line(r).rstrip(".!?").lower(),
        "{v}": lambda r: r.choice(_choices(_SAYS)),
        "{vs}": lambda r: _third_person(r.choice(_choices(_SAYS))),
        "{h}": lambda r: r.choice(_HOW.split("|")),
        "{x}": _word,
        "{g}": lambda r: r.choice(_choices(_GOING)),
        "{c}": lambda r: r.choice(_choices(_VERBS)),
    }
    return re.sub(r"\{[a-z]+\}", lambda found: makers[found[0]](rng) if found[0] in makers else found[0], shape).replace(" ()", "").replace(" :", ":")


@cache
def _words() -> list[str]:
    """Words that mean nothing here: a word that was never seen must not pass for a sound or a name."""
    return sorted(word.lower() for word in lexicon() if word.isalpha() and 3 < len(word) < 10)


def _word(rng: random.Random) -> str:
    return rng.choice(_words())


def _anybody(rng: random.Random) -> str:
    who = _word(rng)
    some = (who.capitalize(), who.capitalize(), who.upper(), f"the {who}", f"the {_word(rng)} {who}", f"Dr {who.capitalize()}")
    return rng.choice((*some, "she", "he", _name(rng)))


def _anything(rng: random.Random) -> str:
    return _heard(rng) if rng.random() < 0.5 else _filled(rng.choice(_choices(_SOUNDED)), rng)


def _third_person(verb: str) -> str:
    """`nods and says`: each verb of it."""
    first, *rest = verb.split(" ")
    forms = {"go": "goes", "cry": "cries", "hiss": "hisses", "confess": "confesses"}
    joined = " ".join(["says" if word == "say" else word for word in rest])
    return f"{forms.get(first, first + 's')} {joined}".strip()


def _name(rng: random.Random) -> str:
    name = rng.choice(_choices(_NAMES))
    return rng.choice((name, name, name.upper()))


def _heard(rng: random.Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(_choices(_SOUNDS))
    kind = rng.choice(list(KINDS.values()))
    return rng.choice((*kind.phrases, *kind.synonyms))


def _line(rng: random.Random) -> str:
    if rng.random() < 0.4:
        return rng.choice(_choices(_LINES))
    if rng.random() < 0.7:
        return " ".join(next(sentences(rng, _words())).split()[: rng.randint(2, 9)])
    return " ".join(rng.choice(_COMMON) for _ in range(rng.randint(2, 7)))


def _quoted(rng: random.Random) -> str:
    line = _line(rng)
    return rng.choice(("“{}”", '"{}"', "'{}'", "«{}»")).format(line)


def _sound(rng: random.Random) -> str:
    return _filled(rng.choice(_choices(rng.choice((_SOUND_ONLY, _VIDEO, _SOUNDED)))).replace("{s}", "{o}"), rng)


def _on_picture(rng: random.Random) -> str:
    return _filled(rng.choice(_choices(rng.choice((_ON_PICTURE, _SAID, _SAID)))).replace("{n}", "{w}"), rng)


def _no_picture(rng: random.Random) -> str:
    return _filled(rng.choice(_choices(rng.choice((_NO_PICTURE, _UNSEEN)))).replace("{n}", "{w}"), rng)


def _mixed(rng: random.Random) -> str:
    spoken = _on_picture(rng)
    return _filled(rng.choice(_choices(_JOINS)).replace("{s}", "{o}"), rng).replace("{line}", spoken)


def _roughened(text: str, rng: random.Random) -> str:
    """As people type: politeness, no capitals, no full stop."""
    text = rng.choice(("{}", "{}", "{}", "please {}", "{} please", "ok, {}", "now {}", "can you {}?", "{} here")).format(text)
    if rng.random() < 0.3:
        text = text.lower()
    return text + rng.choice(("", "", ".", "!"))
