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


@dataclass(frozen=True)
class ClipKey:
    """What finds the clip of a cue again after an NLE has been at the file.

    `media` is the media's file name, `source_start` its first used frame as seconds
    of media time; both survive what NLEs do to metadata.
    """

    name: str
    media: str = ""
    source_start: float = 0.0


@dataclass(frozen=True)
class Take:
    """One answer to a cue: a WAV on disk and all that made it.

    `path` is relative to the timeline file, with forward slashes. The WAV begins
    `head` before the cue's range and ends `tail` after it (its handles).
    `provenance` holds model, checkpoint hash, seed, settings, licence, date and
    `"synthetic": True`.
    """

    id: str
    path: str
    head: RationalTime
    duration: RationalTime
    tail: RationalTime
    provenance: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Cue:
    """A wish for sound on the timeline.

    `text` is the line that `character` says, or the foley or ambience prompt.
    `voice` overrides the character's voice from the cast.
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

    @property
    def circled_take(self) -> Take | None:
        """The take that stands on the timeline: the circled one, else the newest."""
        for take in self.takes:
            if take.id == self.circled:
                return take
        return self.takes[-1] if self.takes else None

    def with_take(self, take: Take) -> Cue:
        """This cue with one more take, circled. Earlier takes stay."""
        return replace(self, takes=(*self.takes, take), circled=take.id)


@dataclass(frozen=True)
class Project:
    """All of ours that the timeline file carries."""

    cues: tuple[Cue, ...] = ()
    cast: dict[str, str] = field(default_factory=dict)
    search_folders: tuple[str, ...] = ()


def new_id() -> str:
    """A short identifier for a cue or a take, unique in any one project."""
    return uuid.uuid4().hex[:12]
