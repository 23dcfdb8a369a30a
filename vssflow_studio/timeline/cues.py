"""Cues and takes: what the editor wishes to hear, and the answers.

Plain frozen values. Times are `RationalTime` at the timeline's rate, counted from
the first frame of the timeline (not from its global start time). How they stand in
the OTIO metadata is `metadata.py`'s business.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import Literal

from opentimelineio.opentime import RationalTime, TimeRange

Kind = Literal["dialogue", "foley", "ambience"]
KINDS: tuple[Kind, ...] = ("dialogue", "foley", "ambience")

Delivery = Literal["normal", "whisper", "shout"]
DELIVERIES: tuple[Delivery, ...] = ("normal", "whisper", "shout")

Picture = Literal["", "changed", "gone"]
PICTURES: tuple[Picture, ...] = ("", "changed", "gone")

Distance = Literal["", "close", "medium", "far"]
DISTANCES: tuple[Distance, ...] = ("", "close", "medium", "far")
"""How far away a sound is; empty: as its prompt says, else close."""

Room = Literal["", "dry", "small room", "bathroom", "hall", "church", "outdoors"]
ROOMS: tuple[Room, ...] = ("", "dry", "small room", "bathroom", "hall", "church", "outdoors")
"""What is round it; empty: as its prompt says, else dry."""

LIMITS = {"pace": (0.5, 2.0), "pitch": (-6.0, 6.0), "energy": (-18.0, 12.0)}
"""What a cue's controls may be, both ends included."""


@dataclass(frozen=True)
class ClipKey:
    """What finds the clip of a cue again after an NLE has been at the file.

    `media` is the media's file name, `source_start` its first used frame as seconds
    of media time; both survive what NLEs do to metadata. `at` is where in the media the
    cue itself begins, known when a conform has lost the clip.
    """

    name: str
    media: str = ""
    source_start: float = 0.0
    at: float | None = None


@dataclass(frozen=True)
class Adjustment:
    """What the editor does to a take without touching its WAV; times in seconds, `gain` in dB.

    The sound comes `slip` later. It is heard from `trim_in` after the cue's start to
    `trim_out` before its end (less than nothing opens the handles), and comes and goes
    during the fades that lie inside of that.
    """

    gain: float = 0.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    trim_in: float = 0.0
    trim_out: float = 0.0
    slip: float = 0.0


@dataclass(frozen=True)
class Take:
    """One answer to a cue: a WAV on disk and all that made it.

    `path` is relative to the timeline file, with forward slashes. The WAV begins
    `head` before the cue's range and ends `tail` after it (its handles).
    `provenance` holds model, checkpoint hash, seed, settings, licence, date and
    `"synthetic": True`. `rating` is 0 to 5 stars. What is heard of it is `adjustments.heard_path`.
    """

    id: str
    path: str
    head: RationalTime
    duration: RationalTime
    tail: RationalTime
    provenance: dict = field(default_factory=dict)
    rating: int = 0
    comment: str = ""
    adjustment: Adjustment = Adjustment()


@dataclass(frozen=True)
class Cue:
    """A wish for sound on the timeline.

    `text` is the line that `character` says, or the foley or ambience prompt.
    `voice` overrides the character's voice from the cast.

    A line has controls. `pace` is speed against the natural one: the line begins with its
    range and ends when it ends, pressed together where the range is too short for it;
    None stretches it over the whole range. `pitch` moves the voice by semitones, `energy`
    its level by dB. `delivery` gives way to one that the line itself begins with.

    `distance` and `room` are where a sound is heard, whatever its prompt says of that; `negative`
    is what must not be heard in it, for a model that can be told so.

    `picture` is what the last conform found: it "changed", so that its takes are stale, or
    it is "gone", and the cue is an orphan that stands on no track.
    """

    id: str
    kind: Kind
    range: TimeRange
    text: str
    character: str = ""
    voice: str = ""
    clip: ClipKey | None = None
    notes: str = ""
    takes: tuple[Take, ...] = ()
    circled: str = ""
    pace: float | None = None
    pitch: float = 0.0
    energy: float = 0.0
    delivery: Delivery = "normal"
    picture: Picture = ""
    distance: Distance = ""
    room: Room = ""
    negative: str = ""

    @property
    def circled_take(self) -> Take | None:
        """The take that stands on the timeline: the circled one, else the newest."""
        for take in self.takes:
            if take.id == self.circled:
                return take
        return self.takes[-1] if self.takes else None

    def with_take(self, take: Take) -> Cue:
        """This cue with one more take, circled. Earlier takes stay."""
        picture = "" if self.picture == "changed" else self.picture
        return replace(self, takes=(*self.takes, take), circled=take.id, picture=picture)

    def with_changed_take(self, take_id: str, **fields) -> Cue:
        """This cue with other values of some fields of one take."""
        takes = (replace(take, **fields) if take.id == take_id else take for take in self.takes)
        return replace(self, takes=tuple(takes))

    def without_take(self, take_id: str) -> Cue:
        """This cue without a take, whose WAV stays on disk; the newest of the rest is circled if it was."""
        takes = tuple(take for take in self.takes if take.id != take_id)
        last = takes[-1].id if takes else ""
        return replace(self, takes=takes, circled=last if self.circled == take_id else self.circled)

    def with_range(self, range_: TimeRange) -> Cue:
        """This cue placed by hand: an orphan has a place again."""
        moved = range_ != self.range and self.picture == "gone"
        return replace(self, range=range_, picture="" if moved else self.picture)


@dataclass(frozen=True)
class Relinked:
    """Where missing media was found, and its size in bytes, which finds it when it moves again."""

    path: str
    size: int


@dataclass(frozen=True)
class Character:
    """Who speaks, beside the voice: `colour` is a name of the window's palette, empty is automatic."""

    colour: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Project:
    """All of ours that the timeline file carries.

    `lexicon` is a file of pronunciations, relative to the timeline file or absolute.
    `relinked` goes by what the clip asks for (`media_links.media_key`), which stays as it is.
    """

    cues: tuple[Cue, ...] = ()
    cast: dict[str, str] = field(default_factory=dict)
    search_folders: tuple[str, ...] = ()
    lexicon: str = ""
    relinked: dict[str, Relinked] = field(default_factory=dict)
    characters: dict[str, Character] = field(default_factory=dict)


def checked_control(name: str, value: object) -> float:
    """A cue's pace, pitch or energy. Raises ValueError that names it and its limits."""
    low, high = LIMITS[name]
    number = float(value)
    if not low <= number <= high:
        raise ValueError(f"the {name} {number:g} is not within {low:g} and {high:g}")
    return number


def new_id() -> str:
    """A short identifier for a cue or a take, unique in any one project."""
    return uuid.uuid4().hex[:12]
