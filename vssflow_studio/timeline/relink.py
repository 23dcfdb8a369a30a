"""What is offline, and finding it again below folders that the editor points to.

A file is the one that is missing when its name is the same and nothing known speaks
against it: start timecode and length (what the timeline says is available), reel; every
card of a camera has a C0001.MP4. Where nobody has the name, a file is taken that has the
size remembered from an earlier relink, or that agrees in start and length to the frame.
Where several are left, or the only one of the name does not agree, none is taken: they
are listed, and the editor chooses.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath

import opentimelineio as otio

from .backups import save_timeline
from .clips import placed_clips, record_timecode
from .cues import Project, Relinked
from .files import read_timeline
from .media_facts import MediaFacts, media_facts
from .media_links import is_relative, media_key, shared_folders, url_path
from .metadata import plain, read_project, write_project
from .rebase import rebase, rebased_project
from .timecode import seconds, timecode

_MOST_OPENED = 2000
"""Files that are opened at most to look for media that nobody has by name."""
_SUFFIXES = frozenset(
    ".mov .mp4 .m4v .mxf .mkv .avi .mts .m2ts .mpg .webm .wav .bwf .aif .aiff .mp3 .m4a .flac".split()
)
_REEL_NAMES = frozenset(("reel", "reelname", "tape", "tapename"))


@dataclass(frozen=True)
class Wanted:
    """Media that is missing.

    `start` and `duration` are seconds of its own timecode, None if unknown: of all that
    it holds if `whole`, else of what the clip uses. `size` is bytes, known once relinked.
    """

    key: str
    path: str
    name: str
    reel: str = ""
    start: float | None = None
    duration: float | None = None
    whole: bool = False
    size: int | None = None


@dataclass(frozen=True)
class Offline:
    """A clip whose media is missing: clip and track by name, record and media timecode."""

    clip: str
    track: str
    timecode: str
    media_timecode: str
    wanted: Wanted


@dataclass(frozen=True)
class Answers:
    """What a search gave, by `Wanted.key`: the file, or the several that it may be."""

    found: dict[str, Path]
    ambiguous: dict[str, tuple[Path, ...]]


def offline_clips(
    timeline: otio.schema.Timeline, base: Path, project: Project
) -> tuple[Offline, ...]:
    """The clips whose media is neither where they say, nor beside the timeline, nor relinked."""
    rows, known = [], {}
    for clip, view in placed_clips(timeline, base, (), project.relinked):
        if view.media is None and _asks_for_a_file(clip.media_reference):
            key = media_key(clip)
            wanted = known[key] = known.get(key) or _wanted(key, clip, project)
            shown = clip.source_range or clip.media_reference.available_range
            rows.append(
                Offline(
                    view.name,
                    view.track_name,
                    record_timecode(timeline, view.record.start_time),
                    timecode(shown.start_time) if shown else "",
                    wanted,
                )
            )
    return tuple(rows)


def search(
    wanted: Iterable[Wanted],
    folders: Sequence[Path],
    check: Callable[[int], None] = lambda files: None,
) -> Answers:
    """Look for `wanted` below `folders`.

    `check` gets the number of files seen so far, often, and may raise Cancelled.
    """
    files = _files(folders, check)
    by_name: dict[str, list[Path]] = {}
    for file in files:
        by_name.setdefault(_key(file.name), []).append(file)
    media = [file for file in files if file.suffix.lower() in _SUFFIXES]
    answers = Answers({}, {})

    @cache
    def facts(file: Path) -> MediaFacts:
        check(len(files))
        return media_facts(file)

    for one in {want.key: want for want in wanted}.values():
        check(len(files))
        fits, sure = _fitting(one, by_name, media, facts)
        if fits and sure and len(fits) == 1:
            answers.found[one.key] = fits[0]
        elif fits:
            answers.ambiguous[one.key] = tuple(fits)
    return answers


def with_folders_searched(
    timeline: otio.schema.Timeline, base: Path, project: Project, folders: Sequence[Path] = ()
) -> Project:
    """The project, relinked to what lies below its search folders and `folders` now."""
    everywhere = [*folders, *(Path(folder) for folder in project.search_folders)]
    wanted = [row.wanted for row in offline_clips(timeline, base, project)] if everywhere else ()
    return relinked(project, search(wanted, everywhere).found) if wanted else project


def relinked(project: Project, found: Mapping[str, Path], folders: Sequence[Path] = ()) -> Project:
    """The project that remembers where media was found and the folders that were searched."""
    known = [*project.search_folders, *(str(Path(folder).resolve()) for folder in folders)]
    there = {key: path.resolve() for key, path in found.items() if path.is_file()}
    more = {key: Relinked(str(path), path.stat().st_size) for key, path in there.items()}
    return replace(
        project,
        search_folders=tuple(dict.fromkeys(known)),
        relinked={**project.relinked, **more},
    )


def rewrite_links(timeline: otio.schema.Timeline, base: Path, found: Mapping[str, Path]) -> int:
    """Make the clips themselves ask for what was found; gives how many did.

    Files below `base`, the timeline's folder, are written relative to it, unless as file: URLs.
    """
    count = 0
    for clip in timeline.find_clips():
        path = found.get(media_key(clip))
        if path is None:
            continue
        reference = clip.media_reference
        said = getattr(reference, "target_url", None) or ""
        url = _url(path.resolve(), base.resolve(), said)
        if isinstance(reference, otio.schema.ExternalReference):
            reference.target_url = url
        else:
            clip.media_reference = otio.schema.ExternalReference(url, reference.available_range)
        count += 1
    return count


def relink_file(
    source: Path, out: Path, folders: Sequence[Path], rewrite: bool = False
) -> tuple[Answers, tuple[Wanted, ...]]:
    """Search `folders` and the project's for all that is offline in `source`; write `out`.

    Gives the answers, and what has none. Raises StudioError.
    """
    timeline = read_timeline(source)
    old, new = source.resolve().parent, out.resolve().parent
    project = read_project(timeline)
    wanted = {row.wanted.key: row.wanted for row in offline_clips(timeline, old, project)}
    known = [Path(folder) for folder in project.search_folders]
    answers = search(wanted.values(), [*known, *folders])
    if rewrite:
        rewrite_links(timeline, old, answers.found)
    rebase(timeline, old, new)
    project = rebased_project(project, old, new)
    write_project(timeline, relinked(project, {} if rewrite else answers.found, folders))
    save_timeline(timeline, out)
    open_ = [want for key, want in wanted.items() if key not in answers.found | answers.ambiguous]
    return answers, tuple(open_)


def _asks_for_a_file(reference) -> bool:
    """Generators (bars, titles) and image sequences ask for no one file."""
    kinds = (otio.schema.ExternalReference, otio.schema.MissingReference)
    return isinstance(reference, kinds)


def _wanted(key: str, clip: otio.schema.Clip, project: Project) -> Wanted:
    reference = clip.media_reference
    path = url_path(getattr(reference, "target_url", None) or "") or key
    remembered = project.relinked.get(key)
    range_ = reference.available_range or clip.source_range
    return Wanted(
        key=key,
        path=path,
        name=PurePosixPath(path.replace("\\", "/")).name,
        reel=_reel(plain(reference.metadata)) or _reel(plain(clip.metadata)),
        start=float(seconds(range_.start_time)) if range_ else None,
        duration=float(seconds(range_.duration)) if range_ else None,
        whole=reference.available_range is not None,
        size=remembered.size if remembered else None,
    )


def _reel(metadata: object, depth: int = 6) -> str:
    """The reel or tape name in what a tool wrote; each calls it a little differently."""
    if not isinstance(metadata, dict) or not depth:
        return ""
    for key, value in metadata.items():
        if "".join(filter(str.isalpha, key)).lower() in _REEL_NAMES:
            value = value.get("name") if isinstance(value, dict) else value
            if isinstance(value, str) and value.strip():
                return value.strip()
    return next((reel for value in metadata.values() if (reel := _reel(value, depth - 1))), "")


def _files(folders: Sequence[Path], check: Callable[[int], None]) -> list[Path]:
    """All files below `folders`, each once, hidden ones left out."""
    found: dict[Path, None] = {}
    for folder in folders:
        for where, inside, names in os.walk(folder):
            inside[:] = sorted(name for name in inside if not name.startswith("."))
            found.update((Path(where, name), None) for name in sorted(names) if not name.startswith("."))
            check(len(found))
    return list(found)


def _fitting(
    wanted: Wanted,
    by_name: Mapping[str, list[Path]],
    media: Sequence[Path],
    facts: Callable[[Path], MediaFacts],
) -> tuple[list[Path], bool]:
    """The files that may be `wanted`, and whether they agree with it: then a single one is the answer."""
    named = by_name.get(_key(wanted.name), [])
    if not named:  # an EDL's clip names have no suffix; a proxy has another
        stem = _key(PurePosixPath(wanted.name).stem)
        named = [file for file in media if stem and stem in (_key(file.stem), _key(file.name))]
    if named:
        best = _best(wanted, {file: facts(file) for file in named})
        return best or named, bool(best)
    if wanted.size is not None:
        media = [file for file in media if file.stat().st_size == wanted.size]
    elif not (wanted.start and wanted.whole):
        return [], False
    known = {file: facts(file) for file in media[:_MOST_OPENED]}
    return _best(wanted, {file: fact for file, fact in known.items() if _is_surely(wanted, fact)}), True


def _best(wanted: Wanted, facts: Mapping[Path, MediaFacts]) -> list[Path]:
    """Of those that nothing speaks against, the ones for which most speaks."""
    scores = {
        file: (score, shared_folders(str(file), wanted.path))
        for file, known in facts.items()
        if (score := _score(wanted, known)) >= 0
    }
    return [file for file, score in scores.items() if score == max(scores.values())]


def _score(wanted: Wanted, facts: MediaFacts) -> int:
    """How many of size, timecode, length and reel are known and agree; -1 where one can't be."""
    if wanted.size is not None and wanted.size == facts.size:
        return 9  # a copy of what was found before
    score, slack = 0, 2 / (facts.rate or 24)
    if wanted.start and facts.start is not None and facts.duration is not None:
        end = wanted.start + (wanted.duration or 0)
        if wanted.start < facts.start - slack or end > facts.start + facts.duration + slack:
            return -1
        score += 1
    if wanted.whole and facts.duration is not None:
        score += abs(wanted.duration - facts.duration) <= slack
    if wanted.reel and facts.reel:
        if _key(wanted.reel) != _key(facts.reel):
            return -1
        score += 1
    return score


def _is_surely(wanted: Wanted, facts: MediaFacts) -> bool:
    """Whether a file of another name may be it: by size, or by length where its timecode is known."""
    if wanted.size is not None:
        return wanted.size == facts.size
    known = facts.start is not None and facts.duration is not None
    return known and abs(facts.duration - wanted.duration) <= 2 / (facts.rate or 24)


def _url(path: Path, base: Path, said: str) -> str:
    """`path` as the tool that wrote `said` would: as a file: URL if that was one."""
    if said.lower().startswith("file:"):
        return path.as_uri()
    if not path.is_relative_to(base):
        return str(path)
    inside = path.relative_to(base).as_posix()
    return inside if is_relative(inside) else f"./{inside}"


def _key(name: str) -> str:
    """Names compare composed and without case: disks and tools change both."""
    return unicodedata.normalize("NFC", name).casefold()
