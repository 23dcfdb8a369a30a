"""When a timeline file moves to another folder, its relative media have to follow."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio

from .cues import Project
from .media_links import url_path


def rebase(timeline: otio.schema.Timeline, old: Path, new: Path) -> None:
    """Rewrite relative target_urls from folder `old` to folder `new`; absolute ones stay."""
    if old.resolve() == new.resolve():
        return
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            url = getattr(reference, "target_url", None)
            if url and not url.lower().startswith("file:") and not Path(url_path(url)).is_absolute():
                reference.target_url = rebased(url, old, new)


def rebased_project(project: Project, old: Path, new: Path) -> Project:
    """The project with its takes' paths counted from `new`."""
    return replace(
        project,
        cues=tuple(
            replace(cue, takes=tuple(replace(t, path=rebased(t.path, old, new)) for t in cue.takes))
            for cue in project.cues
        ),
    )


def rebased(path: str, old: Path, new: Path) -> str:
    """A relative path, forward slashes, counted from `new` instead of `old`."""
    where = os.path.relpath(old.resolve() / url_path(path), new.resolve())
    return where.replace(os.sep, "/")
