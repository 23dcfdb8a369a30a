"""When a timeline file moves to another folder, its relative media have to follow."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio

from .characters import is_recording
from .cues import Cue, Project, Take
from .media_links import is_relative


def rebase(timeline: otio.schema.Timeline, old: Path, new: Path) -> None:
    """Rewrite relative target_urls from folder `old` to folder `new`; all others stay."""
    if old.resolve() == new.resolve():
        return
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            # Image sequences have a folder of their own word.
            for field in ("target_url", "target_url_base"):
                url = getattr(reference, field, None)
                if url and is_relative(url):
                    setattr(reference, field, rebased(url, old, new))


def rebased_project(project: Project, old: Path, new: Path) -> Project:
    """The project with the paths of takes, lexicon and recorded voices counted from `new`."""
    if old.resolve() == new.resolve():
        return project

    def voice(of: str) -> str:
        return rebased(of, old, new) if is_recording(of) and is_relative(of) else of

    def takes(cue: Cue) -> tuple[Take, ...]:
        return tuple(replace(take, path=rebased(take.path, old, new)) for take in cue.takes)

    return replace(
        project,
        cues=tuple(replace(cue, takes=takes(cue), voice=voice(cue.voice)) for cue in project.cues),
        cast={who: voice(of) for who, of in project.cast.items()},
        lexicon=rebased(project.lexicon, old, new) if is_relative(project.lexicon) else project.lexicon,
    )


def rebased(path: str, old: Path, new: Path) -> str:
    """A relative path, forward slashes, counted from `new` instead of `old`.

    Absolute where there is no way between them (two drives of Windows).
    """
    there = old.resolve() / path
    try:
        where = os.path.relpath(there, new.resolve())
    except ValueError:
        where = str(there)
    return where.replace(os.sep, "/") + ("/" if path.endswith("/") else "")
