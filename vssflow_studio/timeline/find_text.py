"""Find and replace in what cues say: lines, prompts and characters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from .characters import renamed
from .cues import Cue, Project

FIELDS = ("text", "character")


class Found(NamedTuple):
    """Where something stands: the cue, which field of it, from which letter to which."""

    cue_id: str
    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Search:
    """What is looked for, and how. `fields` are some of `FIELDS`."""

    what: str
    case: bool = False
    whole_word: bool = False
    fields: tuple[str, ...] = FIELDS

    @property
    def pattern(self) -> re.Pattern:
        """As an expression; a word ends where no letter, digit or apostrophe follows."""
        said = re.escape(self.what)
        if self.whole_word:
            said = rf"(?<![\w'’]){said}(?![\w]|['’]\w)"
        return re.compile(said, 0 if self.case else re.IGNORECASE)

    def find(self, cues: Iterable[Cue]) -> tuple[Found, ...]:
        """All places, in the order of the cues."""
        if not self.what:
            return ()
        pattern, found = self.pattern, []
        for cue in cues:
            for field in self.fields:
                matches = pattern.finditer(getattr(cue, field))
                found += [Found(cue.id, field, match.start(), match.end()) for match in matches]
        return tuple(found)

    def replaced(self, cue: Cue, by: str, only: Found | None = None) -> Cue:
        """The cue with all that is found replaced, or `only` one place."""
        changes = {}
        for field in self.fields:
            old = getattr(cue, field)
            if only is None:
                new = self.pattern.sub(lambda _: by, old)
            else:
                new = old[: only.start] + by + old[only.end :] if field == only.field else old
            if new != old:
                changes[field] = new.strip() if field == "character" else new
        return replace(cue, **changes) if changes else cue

    def replaced_everywhere(self, project: Project, by: str) -> Project:
        """The project with all that is found replaced.

        A character who is then called otherwise in all lines keeps voice, colour and notes.
        """
        cues = tuple(self.replaced(cue, by) for cue in project.cues)
        before = {cue.character for cue in project.cues} - {cue.character for cue in cues}
        names = {
            old.character: new.character
            for old, new in zip(project.cues, cues, strict=True)
            if old.character in before and new.character
        }
        for old, new in names.items():
            moved = renamed(project, old, new)
            project = replace(project, cast=moved.cast, characters=moved.characters)
        return replace(project, cues=cues)
