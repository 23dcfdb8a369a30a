"""Opening a new cut: the cues and takes of the old one are put into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import opentimelineio as otio

from ..errors import TimelineError
from .backups import save_timeline
from .clips import timeline_rate
from .conform import Conformed, conform
from .cues import Project
from .files import default_output, read_timeline
from .lock import locked
from .metadata import read_project, write_project
from .own_clips import adopt, follow
from .rebase import rebase, rebased, rebased_project
from .tracks import place_takes


def conform_files(old: Path, new: Path, out: Path | None = None) -> tuple[Path, Conformed]:
    """Carry the cues of timeline `old` to `new` and write that to `out`, else to `new`.

    Gives the file written and what became of each cue. Raises TimelineError, StorageError,
    LockedError; nothing is then changed.
    """
    old, new = Path(old), Path(new)
    out = Path(out) if out else default_output(new)
    with locked(out):
        before = read_timeline(old)
        after = read_timeline(new, rate=timeline_rate(before))
        if not (read_project(before).cues or read_project(after).cues):
            raise TimelineError(
                "There are no cues in this timeline to carry to the new cut",
                file=old,
                remedy="Name the timeline with the cues first, then the new cut.",
            )
        base, target = new.resolve().parent, out.resolve().parent
        result = into_new_cut(before, read_project(before), old.resolve().parent, after, base)
        rebase(after, base, target)
        write_project(after, rebased_project(result.project, base, target))
        save_timeline(after, out)
    return out, result


def into_new_cut(
    old: otio.schema.Timeline, project: Project, old_base: Path, new: otio.schema.Timeline, new_base: Path
) -> Conformed:
    """Put the cues of `project` and their takes into `new`, where their pictures are."""
    result = carried(old, project, old_base, new, new_base)
    write_project(new, result.project)
    place_takes(new, result.project.cues)
    return result


def carried(
    old: otio.schema.Timeline, project: Project, old_base: Path, new: otio.schema.Timeline, new_base: Path
) -> Conformed:
    """The cues of `project` as they belong to `new`, which is ready for `place_takes` then.

    `old_base` and `new_base` are the folders from which the paths in both count. What the
    editor did to our clips in the new cut holds against the picture.
    """
    result = conform(old, rebased_project(project, old_base, new_base), new)
    result = replace(result, project=_with_takes_found(result.project, old_base, new_base))
    adopt(new, read_project(new).cues or project.cues)
    follow(new, result.project.cues)
    return result


def _with_takes_found(project: Project, old_base: Path, new_base: Path) -> Project:
    """A timeline that an NLE has written elsewhere still names its takes from the old folder."""

    def found(take):
        there = rebased(take.path, old_base, new_base)
        lost = not (new_base / take.path).is_file() and (new_base / there).is_file()
        return replace(take, path=there) if lost else take

    cues = (replace(cue, takes=tuple(map(found, cue.takes))) for cue in project.cues)
    return replace(project, cues=tuple(cues))
